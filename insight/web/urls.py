"""Addresses of the pages that gather several apps."""

from django.urls import path

from insight.web import due, enterprises, home, notices, places, records, searching, targets

urlpatterns = [
    path("", home.home, name="home"),
    path("home/estimate/<slug:code>/", home.estimate, name="home-estimate"),
    path("due/", due.due_calendar, name="due-calendar"),
    path("due/calendar.ics", due.due_file, name="due-file"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/read/", notices.notices_read, name="notice-read"),
    path("notices/<int:pk>/", notices.notice_open, name="notice-open"),
    path("settings/digest/", notices.digest_settings, name="digest-settings"),
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
