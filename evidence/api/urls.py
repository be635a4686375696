"""Addresses of evidence."""

from django.urls import path

from evidence.api.views import EvidenceViewSet

urlpatterns = [
    path("evidence/", EvidenceViewSet.as_view({"get": "list", "post": "create"})),
    path("evidence/<id:pk>/", EvidenceViewSet.as_view({"get": "retrieve"})),
    path("evidence/<id:pk>/content/", EvidenceViewSet.as_view({"get": "content"})),
    path("evidence/<id:pk>/verify/", EvidenceViewSet.as_view({"post": "verify"})),
]
