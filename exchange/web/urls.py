"""Addresses of the pages of the Excel loop, below ``imports/``."""

from django.urls import path

from exchange.web import deeds, files, grid, runs, starting

urlpatterns = [
    path("", starting.import_home, name="import-home"),
    path("tables/<slug:code>/", starting.import_upload, name="import-upload"),
    path("tables/<slug:code>/grid/", starting.import_paste, name="import-paste"),
    path("tables/<slug:code>/template/", files.import_template, name="import-template"),
    path("tables/<slug:code>/export/", files.import_export, name="import-export"),
    path("<int:pk>/", runs.import_run, name="import-run"),
    path("<int:pk>/rows/", runs.import_rows, name="import-rows"),
    path("<int:pk>/progress/", runs.import_progress, name="import-progress"),
    path("<int:pk>/columns/", deeds.import_mapping, name="import-mapping"),
    path("<int:pk>/cells/", grid.import_cells, name="import-cells"),
    path("<int:pk>/decisions/", grid.import_decide, name="import-decide"),
    path("<int:pk>/rows/<int:number>/", grid.import_row, name="import-row"),
    path("<int:pk>/commit/", deeds.import_commit, name="import-commit"),
    path("<int:pk>/undo/", deeds.import_undo, name="import-undo"),
    path("<int:pk>/discard/", deeds.import_discard, name="import-discard"),
    path("<int:pk>/corrected/", deeds.import_reupload, name="import-reupload"),
    path("<int:pk>/returned/", files.import_returned, name="import-returned"),
]
