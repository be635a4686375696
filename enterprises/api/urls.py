"""Addresses of enterprises."""

from django.urls import path

from enterprises.api.views import EnterpriseViewSet, RecognitionViewSet, YearlyFigureViewSet

LIST_AND_ADD = {"get": "list", "post": "create"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("enterprises/", EnterpriseViewSet.as_view(LIST_AND_ADD)),
    path("enterprises/<id:pk>/", EnterpriseViewSet.as_view(ONE_AND_CHANGE)),
    path("enterprises/<id:pk>/yearly-figures/", YearlyFigureViewSet.as_view(LIST_AND_ADD)),
    path("enterprises/<id:pk>/yearly-figures/<year:year>/", YearlyFigureViewSet.as_view(ONE_AND_CHANGE)),
    path(
        "enterprises/<id:pk>/yearly-figures/<year:year>/verify/",
        YearlyFigureViewSet.as_view({"post": "verify"}),
    ),
    path("enterprises/<id:pk>/recognitions/", RecognitionViewSet.as_view(LIST_AND_ADD)),
    path("enterprises/<id:pk>/recognitions/<id:item>/", RecognitionViewSet.as_view({"get": "retrieve"})),
    path(
        "enterprises/<id:pk>/recognitions/<id:item>/verify/", RecognitionViewSet.as_view({"post": "verify"})
    ),
]
