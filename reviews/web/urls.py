"""Addresses of expert reviews."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
