"""Addresses of tickets, mentors and services."""

from django.urls import path

from support.web import mentors, records, tickets, types

urlpatterns = [
    path("tickets/", tickets.ticket_list, name="ticket-list"),
    path("tickets/new/", tickets.ticket_create, name="ticket-create"),
    path("tickets/<int:pk>/", tickets.ticket_detail, name="ticket-detail"),
    path("tickets/<int:pk>/edit/", tickets.ticket_edit, name="ticket-edit"),
    path("tickets/<int:pk>/<slug:deed>/", tickets.ticket_act, name="ticket-act"),
    path("ticket-types/", types.type_list, name="ticket-type-list"),
    path("ticket-types/new/", types.type_create, name="ticket-type-create"),
    path("ticket-types/<int:pk>/", types.type_edit, name="ticket-type-edit"),
    path("mentors/", mentors.mentor_list, name="mentor-list"),
    path("mentors/new/", mentors.mentor_create, name="mentor-create"),
    path("mentors/<int:pk>/", mentors.mentor_detail, name="mentor-detail"),
    path("mentors/<int:pk>/edit/", mentors.mentor_edit, name="mentor-edit"),
    path("records/", records.service_list, name="service-list"),
    path("records/new/", records.service_create, name="service-create"),
    path("records/<int:pk>/edit/", records.service_edit, name="service-edit"),
    path("records/<int:pk>/verify/", records.service_verify, name="service-verify"),
    path("records/<int:pk>/remove/", records.service_remove, name="service-remove"),
]
