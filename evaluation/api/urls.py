"""Addresses of evaluation."""

from django.urls import path

from evaluation.api import views

LIST, ONE = {"get": "list"}, {"get": "retrieve"}
LIST_AND_ADD = {"get": "list", "post": "create"}

urlpatterns = [
    path("indicators/", views.IndicatorViewSet.as_view(LIST)),
    path("indicators/<code:code>/", views.IndicatorViewSet.as_view(ONE)),
    path("schemes/", views.SchemeViewSet.as_view(LIST)),
    path("schemes/<id:pk>/", views.SchemeViewSet.as_view(ONE)),
    path("measures/", views.MeasuresView.as_view()),
    path("observations/", views.ObservationViewSet.as_view(LIST_AND_ADD)),
    path("observations/<id:pk>/", views.ObservationViewSet.as_view(ONE)),
    path("observations/<id:pk>/verify/", views.ObservationViewSet.as_view({"post": "verify"})),
    path("evaluation-runs/", views.EvaluationRunViewSet.as_view(LIST)),
    path("evaluation-runs/<id:pk>/", views.EvaluationRunViewSet.as_view(ONE)),
    path("evaluation-runs/<id:pk>/snapshot/", views.EvaluationRunViewSet.as_view({"get": "snapshot"})),
    path("report-runs/", views.ReportRunViewSet.as_view(LIST_AND_ADD)),
    path("report-runs/<id:pk>/", views.ReportRunViewSet.as_view(ONE)),
    path("report-runs/<id:pk>/file/", views.ReportRunViewSet.as_view({"get": "file"})),
    path("report-runs/<id:pk>/snapshot/", views.ReportRunViewSet.as_view({"get": "snapshot"})),
    path("completeness/", views.CompletenessView.as_view()),
]
