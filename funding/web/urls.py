"""Addresses of policies and funding."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
