"""Addresses of the evaluation and report pages."""

from django.urls import path

from evaluation.web import files, home, month, observations, reference, runs

urlpatterns = [
    path("", home.home, name="evaluation-home"),
    path("start/", home.start, name="evaluation-start"),
    path("runs/<int:pk>/", runs.run_page, name="evaluation-run"),
    path("runs/<int:pk>/progress/", runs.progress, name="evaluation-progress"),
    path("runs/<int:pk>/files/", files.files, name="evaluation-files"),
    path("runs/<int:pk>/snapshot.json", files.snapshot, name="report-snapshot"),
    path("reports/<int:pk>/download/", files.download, name="report-download"),
    path("observations/", observations.page, name="evaluation-observations"),
    path("observations/month/", month.page, name="evaluation-month"),
    path("observations/verify/", observations.verify, name="evaluation-observations-verify"),
    path("indicators/", reference.indicators, name="evaluation-indicators"),
    path("scheme/", reference.scheme, name="evaluation-scheme"),
]
