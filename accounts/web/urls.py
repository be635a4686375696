"""Addresses of one's own settings."""

from django.urls import path

from accounts.web import views

urlpatterns = [
    path("settings/", views.profile, name="settings"),
    path("settings/tokens/", views.token_list, name="token-list"),
    path("settings/tokens/new/", views.token_create, name="token-create"),
    path("settings/tokens/<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
]
