"""Addresses of stored files."""

from django.urls import path

from evidence.web import views

urlpatterns = [
    path("<int:pk>/", views.evidence_file, name="evidence-file"),
    path("<int:pk>/preview/", views.evidence_preview, name="evidence-preview"),
]
