"""Addresses of the pages of enterprises; the page of one enterprise stands in ``insight``."""

from django.urls import path

from enterprises.web import entries, views

urlpatterns = [
    path("enterprises/", views.enterprise_list, name="enterprise-list"),
    path("enterprises/new/", views.enterprise_create, name="enterprise-create"),
    path("enterprises/<int:pk>/edit/", views.enterprise_edit, name="enterprise-edit"),
    path("enterprises/<int:pk>/figures/", entries.figures_enter, name="enterprise-figures"),
    path("enterprises/<int:pk>/recognitions/", entries.recognition_enter, name="enterprise-recognition"),
    path("yearly-figures/<int:pk>/verify/", entries.figures_verify, name="yearly-figures-verify"),
    path("recognitions/<int:pk>/verify/", entries.recognition_verify, name="recognition-verify"),
]
