"""Addresses of benefit sharing."""

from django.urls import path

from sharing.api import book, views

Agreements, Versions = views.SharingAgreementViewSet, views.SharingVersionViewSet
Accruals, Settlements = book.SharingAccrualViewSet, book.SharingSettlementViewSet
READ = {"get": "retrieve"}
ALL = {"get": "list"}

urlpatterns = [
    path("sharing-agreements/", Agreements.as_view({**ALL, "post": "create"})),
    path("sharing-agreements/<id:pk>/", Agreements.as_view({**READ, "patch": "partial_update"})),
    path("sharing-agreements/<id:pk>/versions/", Agreements.as_view({"post": "write_terms"})),
    path("sharing-versions/", Versions.as_view(ALL)),
    path("sharing-versions/<id:pk>/", Versions.as_view(READ)),
    path("sharing-versions/<id:pk>/propose/", Versions.as_view({"post": "propose"})),
    path("sharing-versions/<id:pk>/agree/", Versions.as_view({"post": "agree"})),
    path("sharing-versions/<id:pk>/return/", Versions.as_view({"post": "send_back"})),
    path("sharing-accruals/", Accruals.as_view({**ALL, "post": "create"})),
    path("sharing-accruals/<id:pk>/", Accruals.as_view(READ)),
    path("sharing-settlements/", Settlements.as_view({**ALL, "post": "create"})),
    path("sharing-settlements/<id:pk>/", Settlements.as_view(READ)),
    path("sharing-settlements/<id:pk>/confirm/", Settlements.as_view({"post": "confirm"})),
    path("sharing-settlements/<id:pk>/return/", Settlements.as_view({"post": "send_back"})),
    path("sharing-settlements/<id:pk>/reverse/", Settlements.as_view({"post": "reverse"})),
    path("sharing-entries/", views.SharingEntryViewSet.as_view(ALL)),
    path("sharing-entries/<id:pk>/", views.SharingEntryViewSet.as_view(READ)),
]
