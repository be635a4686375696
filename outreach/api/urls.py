"""Addresses of liaison."""

from django.urls import path

from outreach.api import views

LIST, LIST_AND_ADD = {"get": "list"}, {"get": "list", "post": "create"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}
ONE_AND_ALL = {**ONE_AND_CHANGE, "delete": "destroy"}

urlpatterns = [
    path("leads/", views.LeadViewSet.as_view(LIST_AND_ADD)),
    path("leads/funnel/", views.LeadViewSet.as_view({"get": "funnel"})),
    path("leads/<id:pk>/", views.LeadViewSet.as_view(ONE_AND_ALL)),
    path("leads/<id:pk>/moves/", views.LeadViewSet.as_view({"post": "move"})),
    path("leads/<id:pk>/conversion/", views.LeadViewSet.as_view({"post": "convert"})),
    path("leads/<id:pk>/duplicates/", views.LeadViewSet.as_view({"get": "duplicates"})),
    path("leads/<id:pk>/stage-log/", views.LeadStageLogViewSet.as_view(LIST)),
    path("contacts/", views.ContactViewSet.as_view(LIST_AND_ADD)),
    path("contacts/<id:pk>/", views.ContactViewSet.as_view(ONE_AND_CHANGE)),
    path("contacts/<id:pk>/anonymise/", views.ContactViewSet.as_view({"post": "anonymise"})),
    path("events/", views.EventViewSet.as_view(LIST_AND_ADD)),
    path("events/<id:pk>/", views.EventViewSet.as_view(ONE_AND_CHANGE)),
    path("interactions/", views.InteractionViewSet.as_view(LIST_AND_ADD)),
    path("interactions/<id:pk>/", views.InteractionViewSet.as_view(ONE_AND_CHANGE)),
    path("interactions/<id:pk>/done/", views.InteractionViewSet.as_view({"post": "done"})),
    path("mandates/", views.MandateViewSet.as_view(LIST_AND_ADD)),
    path("mandates/<id:pk>/", views.MandateViewSet.as_view(ONE_AND_CHANGE)),
    path("introductions/", views.IntroductionViewSet.as_view(LIST_AND_ADD)),
    path(
        "introductions/<id:pk>/", views.IntroductionViewSet.as_view({"get": "retrieve", "delete": "destroy"})
    ),
    path("introductions/<id:pk>/verify/", views.IntroductionViewSet.as_view({"post": "verify"})),
    path("introductions/<id:pk>/return/", views.IntroductionViewSet.as_view({"post": "give_back"})),
    path("tracked-agreements/", views.TrackedAgreementViewSet.as_view(LIST_AND_ADD)),
    path("tracked-agreements/<id:pk>/", views.TrackedAgreementViewSet.as_view(ONE_AND_CHANGE)),
    path("tracked-agreements/<id:pk>/actions/", views.AgreementActionViewSet.as_view(LIST_AND_ADD)),
    path(
        "tracked-agreements/<id:pk>/actions/<id:action>/",
        views.AgreementActionViewSet.as_view(ONE_AND_CHANGE),
    ),
    path(
        "tracked-agreements/<id:pk>/actions/<id:action>/done/",
        views.AgreementActionViewSet.as_view({"post": "done"}),
    ),
]
