"""Addresses of parks, organisations, incubators and their papers."""

from django.urls import path

from incubators.api import views

LIST, ONE = {"get": "list"}, {"get": "retrieve"}
LIST_AND_ADD = {"get": "list", "post": "create"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("me/", views.MeView.as_view()),
    path("history-heads/", views.HistoryHeadsView.as_view()),
    path("parks/", views.ParkViewSet.as_view(LIST)),
    path("parks/<code:code>/", views.ParkViewSet.as_view(ONE)),
    path("organisations/", views.OrganisationViewSet.as_view(LIST)),
    path("organisations/<code:code>/", views.OrganisationViewSet.as_view(ONE)),
    path("incubators/", views.IncubatorViewSet.as_view(LIST_AND_ADD)),
    path("incubators/<code:code>/", views.IncubatorViewSet.as_view(ONE_AND_CHANGE)),
    path("reported-figures/", views.FigureViewSet.as_view(LIST)),
    path("reported-figures/<code:code>/", views.FigureViewSet.as_view(ONE)),
    path("agreements/", views.AgreementViewSet.as_view(LIST)),
    path("agreements/<code:code>/", views.AgreementViewSet.as_view(ONE)),
    path("processes/", views.ProcessViewSet.as_view(LIST)),
    path("processes/<code:code>/", views.ProcessViewSet.as_view(ONE)),
    path("spaces/", views.SpaceViewSet.as_view(LIST_AND_ADD)),
    path("spaces/<id:pk>/", views.SpaceViewSet.as_view(ONE_AND_CHANGE)),
    path("contracts/", views.ContractViewSet.as_view(LIST_AND_ADD)),
    path("contracts/<id:pk>/", views.ContractViewSet.as_view(ONE_AND_CHANGE)),
    path("contracts/<id:pk>/targets/", views.ContractViewSet.as_view({"post": "set_target"})),
    path("incubator-recognitions/", views.TitleViewSet.as_view(LIST_AND_ADD)),
    path("incubator-recognitions/<id:pk>/", views.TitleViewSet.as_view(ONE_AND_CHANGE)),
]
