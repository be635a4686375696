"""Addresses of projects."""

from django.urls import include, path

from projects.api import views

LIST, ONE = {"get": "list"}, {"get": "retrieve"}
LIST_AND_ADD = {"get": "list", "post": "create"}
ONE_AND_ALL = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("", include("projects.api.road_urls")),
    path("sectors/", views.SectorViewSet.as_view(LIST)),
    path("sectors/<code:code>/", views.SectorViewSet.as_view(ONE)),
    path("reported-projects/", views.ReportedProjectViewSet.as_view(LIST)),
    path("reported-projects/<code:code>/", views.ReportedProjectViewSet.as_view(ONE)),
    path("projects/", views.ProjectViewSet.as_view(LIST_AND_ADD)),
    path("projects/bulk/", views.ProjectViewSet.as_view({"post": "bulk"})),
    path("projects/<id:pk>/", views.ProjectViewSet.as_view(ONE_AND_ALL)),
    path("projects/<id:pk>/gates/", views.ProjectViewSet.as_view({"get": "gates"})),
    path("projects/<id:pk>/moves/", views.ProjectViewSet.as_view({"post": "move"})),
    path("projects/<id:pk>/gate-requests/", views.ProjectRequestViewSet.as_view(LIST_AND_ADD)),
    path("gate-requests/", views.GateRequestViewSet.as_view(LIST)),
    path("gate-requests/<id:pk>/", views.GateRequestViewSet.as_view(ONE)),
    path("gate-requests/<id:pk>/approve/", views.GateRequestViewSet.as_view({"post": "approve"})),
    path("gate-requests/<id:pk>/return/", views.GateRequestViewSet.as_view({"post": "give_back"})),
    path("gate-requests/<id:pk>/withdraw/", views.GateRequestViewSet.as_view({"post": "withdraw"})),
    path("gate-tables/", views.GateTableViewSet.as_view(LIST_AND_ADD)),
    path("gate-tables/<id:pk>/", views.GateTableViewSet.as_view(ONE_AND_ALL)),
    path("gate-tables/<id:pk>/publish/", views.GateTableViewSet.as_view({"post": "publish"})),
    path("projects/<id:pk>/stage-log/", views.StageLogViewSet.as_view(LIST)),
    path("projects/<id:pk>/history/", views.HistoryViewSet.as_view(LIST)),
    path("projects/<id:pk>/facts/", views.FactViewSet.as_view(LIST_AND_ADD)),
    path("projects/<id:pk>/facts/<id:fact>/", views.FactViewSet.as_view(ONE_AND_ALL)),
    path("projects/<id:pk>/facts/<id:fact>/verify/", views.FactViewSet.as_view({"post": "verify"})),
    path("projects/<id:pk>/facts/<id:fact>/return/", views.FactViewSet.as_view({"post": "give_back"})),
    path("projects/<id:pk>/facts/<id:fact>/evidence/", views.FactViewSet.as_view({"post": "evidence"})),
    path("projects/<id:pk>/legs/", views.LegViewSet.as_view(LIST_AND_ADD)),
    path("projects/<id:pk>/legs/<number:sequence>/", views.LegViewSet.as_view(ONE_AND_ALL)),
    path(
        "projects/<id:pk>/credit-shares/",
        views.CreditSharesView.as_view({"get": "retrieve", "put": "update"}),
    ),
    path("projects/<id:pk>/evidence/", views.AttachmentViewSet.as_view(LIST_AND_ADD)),
    path("projects/<id:pk>/evidence/<id:file>/", views.AttachmentViewSet.as_view({"delete": "destroy"})),
]
