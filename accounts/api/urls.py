"""Addresses of people and tokens."""

from django.urls import path

from accounts.api.views import SignInView, TokenViewSet

urlpatterns = [
    path("auth/token/", SignInView.as_view()),
    path("tokens/", TokenViewSet.as_view({"get": "list", "post": "create"})),
    path("tokens/<id:pk>/", TokenViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
]
