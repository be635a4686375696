"""Addresses of the pages that gather several apps."""

from django.urls import path

from insight.web import enterprises, home, places, records, searching, targets

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", searching.search_page, name="search"),
    path("incubators/", places.incubator_list, name="incubator-list"),
    path("incubators/<slug:code>/", places.incubator_page, name="incubator-detail"),
    path("incubators/<slug:code>/contracts/<int:pk>/targets/", targets.target, name="target-set"),
    path("parks/<slug:code>/", places.park_page, name="park-detail"),
    path("figures/", places.figure_list, name="reported-figure-list"),
    path("organisations/", places.organisation_list, name="organisation-list"),
    path("enterprises/<int:pk>/", enterprises.enterprise_page, name="enterprise-detail"),
    path("settings/history/", records.history_check, name="history-check"),
    path("settings/rates/", records.rate_list, name="exchange-rate-list"),
]
