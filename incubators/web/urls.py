"""Addresses of the forms of incubators and of roles; the pages themselves stand in ``insight``."""

from django.urls import path

from incubators.web import memberships, views

urlpatterns = [
    path("incubators/new/", views.incubator_create, name="incubator-create"),
    path("incubators/<slug:code>/edit/", views.incubator_edit, name="incubator-edit"),
    path("incubators/<slug:code>/contracts/new/", views.contract, name="contract-create"),
    path("incubators/<slug:code>/contracts/<int:pk>/", views.contract, name="contract-edit"),
    path("incubators/<slug:code>/spaces/new/", views.space, name="space-create"),
    path("incubators/<slug:code>/spaces/<int:pk>/", views.space, name="space-edit"),
    path("incubators/<slug:code>/titles/new/", views.title, name="incubator-title-create"),
    path("incubators/<slug:code>/titles/<int:pk>/", views.title, name="incubator-title-edit"),
    path("settings/people/", memberships.membership_list, name="membership-list"),
    path("settings/people/new/", memberships.membership_grant, name="membership-grant"),
    path("settings/people/<int:pk>/end/", memberships.membership_end, name="membership-end"),
]
