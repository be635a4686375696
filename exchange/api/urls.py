"""Addresses under /api/v1/."""

from django.urls import path

from exchange.api import sheets, views

RUNS, ROWS, SHEETS = views.ImportRunViewSet, views.ImportRowViewSet, sheets.ImportSheetViewSet
ONE_ROW = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("import-runs/", RUNS.as_view({"get": "list", "post": "create"})),
    path("import-runs/<id:pk>/", RUNS.as_view({"get": "retrieve"})),
    path("import-runs/<id:pk>/mapping/", RUNS.as_view({"post": "mapping"})),
    path("import-runs/<id:pk>/commit/", RUNS.as_view({"post": "commit"})),
    path("import-runs/<id:pk>/undo/", RUNS.as_view({"post": "undo"})),
    path("import-runs/<id:pk>/discard/", RUNS.as_view({"post": "discard"})),
    path("import-runs/<id:pk>/rows/", ROWS.as_view({"get": "list"})),
    path(
        "import-runs/<id:pk>/rows/<id:number>/", ROWS.as_view({"get": "retrieve", "patch": "partial_update"})
    ),
    path("import-sheets/", SHEETS.as_view({"get": "list"})),
    path("import-sheets/<code:code>/", SHEETS.as_view({"get": "retrieve"})),
    path("import-sheets/<code:code>/template/", SHEETS.as_view({"get": "template"})),
    path("import-sheets/<code:code>/export/", SHEETS.as_view({"get": "export"})),
]
