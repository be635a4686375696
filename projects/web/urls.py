"""Addresses of the project pages."""

from django.urls import path

from projects.web import attaching, editing, facts, listing, moving, record, reported, road

urlpatterns = [
    path("", listing.project_list, name="project-list"),
    path("new/", editing.project_create, name="project-create"),
    path("check/", editing.project_check, name="project-check"),
    path("enterprises/", editing.enterprise_options, name="project-enterprises"),
    path("reported/", reported.reported_list, name="reported-project-list"),
    path("reported/<int:pk>/", reported.reported_detail, name="reported-project-detail"),
    path("<int:pk>/", record.project_detail, name="project-detail"),
    path("<int:pk>/edit/", editing.project_edit, name="project-edit"),
    path("<int:pk>/delete/", editing.project_delete, name="project-delete"),
    path("<int:pk>/move/", moving.project_move, name="project-move"),
    path("<int:pk>/facts/enter/<slug:kind>/", facts.fact_enter, name="project-fact-enter"),
    path("<int:pk>/facts/<int:fact_pk>/edit/", facts.fact_edit, name="project-fact-edit"),
    path("<int:pk>/facts/<int:fact_pk>/proof/", facts.fact_evidence, name="project-fact-evidence"),
    path("<int:pk>/facts/<int:fact_pk>/withdraw/", facts.fact_withdraw, name="project-fact-withdraw"),
    path("<int:pk>/facts/<int:fact_pk>/verify/", facts.fact_verify, name="project-verify-fact"),
    path("<int:pk>/facts/<int:fact_pk>/return/", facts.fact_return, name="project-verify-return"),
    path("<int:pk>/legs/new/", road.leg_create, name="project-leg-create"),
    path("<int:pk>/legs/<int:leg_pk>/edit/", road.leg_edit, name="project-leg-edit"),
    path("<int:pk>/legs/<int:leg_pk>/remove/", road.leg_remove, name="project-leg-remove"),
    path("<int:pk>/shares/", road.shares, name="project-shares"),
    path("<int:pk>/attach/", attaching.attach, name="project-attach"),
    path("<int:pk>/detach/<int:file_pk>/", attaching.detach, name="project-detach"),
    path("<int:pk>/verify-file/<int:file_pk>/", attaching.verify_file, name="project-verify-file"),
]
