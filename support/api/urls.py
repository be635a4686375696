"""Addresses of tickets, mentors and services."""

from django.urls import path

from support.api.views import (
    MentorViewSet,
    ServiceRecordViewSet,
    TicketEntryViewSet,
    TicketTypeViewSet,
    TicketViewSet,
)

LIST, ONE = {"get": "list"}, {"get": "retrieve"}
LIST_AND_ADD = {"get": "list", "post": "create"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("ticket-types/", TicketTypeViewSet.as_view(LIST)),
    path("ticket-types/<id:pk>/", TicketTypeViewSet.as_view(ONE)),
    path("tickets/", TicketViewSet.as_view(LIST_AND_ADD)),
    path("tickets/<id:pk>/", TicketViewSet.as_view(ONE_AND_CHANGE)),
    path("tickets/<id:pk>/entries/", TicketEntryViewSet.as_view(LIST_AND_ADD)),
    path("tickets/<id:pk>/assign/", TicketViewSet.as_view({"post": "assign"})),
    path("tickets/<id:pk>/move/", TicketViewSet.as_view({"post": "move"})),
    path("tickets/<id:pk>/resolve/", TicketViewSet.as_view({"post": "resolve"})),
    path("tickets/<id:pk>/close/", TicketViewSet.as_view({"post": "close"})),
    path("tickets/<id:pk>/reopen/", TicketViewSet.as_view({"post": "reopen"})),
    path("mentors/", MentorViewSet.as_view(LIST_AND_ADD)),
    path("mentors/<id:pk>/", MentorViewSet.as_view(ONE_AND_CHANGE)),
    path("service-records/", ServiceRecordViewSet.as_view(LIST_AND_ADD)),
    path("service-records/<id:pk>/", ServiceRecordViewSet.as_view({**ONE_AND_CHANGE, "delete": "destroy"})),
    path("service-records/<id:pk>/verify/", ServiceRecordViewSet.as_view({"post": "verify"})),
]
