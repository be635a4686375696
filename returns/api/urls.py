"""Addresses under /api/v1/ of period returns."""

from django.urls import path

from returns.api import views

Returns = views.PeriodReturnViewSet

urlpatterns = [
    path("return-lines/", views.ReturnLinesView.as_view()),
    path("return-duties/", views.ReturnDutyViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "return-duties/<id:pk>/",
        views.ReturnDutyViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
    ),
    path("returns/", Returns.as_view({"get": "list"})),
    path("returns/export/", Returns.as_view({"get": "files"})),
    path("returns/verify/", Returns.as_view({"post": "verify_several"})),
    path("returns/<id:pk>/", Returns.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("returns/<id:pk>/submit/", Returns.as_view({"post": "submit"})),
    path("returns/<id:pk>/verify/", Returns.as_view({"post": "verify"})),
    path("returns/<id:pk>/return/", Returns.as_view({"post": "send_back"})),
    path("returns/<id:pk>/publish/", Returns.as_view({"post": "publish"})),
    path("returns/<id:pk>/correct/", Returns.as_view({"post": "correct"})),
    path("returns/<id:pk>/export/", Returns.as_view({"get": "file"})),
    path("period-closes/", views.PeriodCloseViewSet.as_view({"get": "list", "post": "create"})),
    path("period-closes/<id:pk>/", views.PeriodCloseViewSet.as_view({"get": "retrieve"})),
    path("period-closes/<id:pk>/reopen/", views.PeriodCloseViewSet.as_view({"post": "reopen"})),
]
