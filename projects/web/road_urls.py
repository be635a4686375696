"""Addresses of the road home, the credit, the years after, and the merging of records."""

from django.urls import path

from projects.web import credit, follow_up, merging, road

urlpatterns = [
    path("<int:pk>/legs/<int:leg_pk>/checklist/", road.checklist_start, name="project-leg-checklist"),
    path("<int:pk>/steps/<int:step_pk>/", road.step_edit, name="project-leg-step"),
    path("checklists/<slug:code>/", road.checklist_template, name="project-checklist-template"),
    path("<int:pk>/shares/", credit.shares, name="project-shares"),
    path("<int:pk>/credit/propose/", credit.propose, name="project-credit-propose"),
    path("credit/", credit.proposal_list, name="project-credit-list"),
    path("credit/<int:pk>/", credit.proposal_detail, name="project-credit-proposal"),
    path("credit/<int:pk>/decide/", credit.proposal_decide, name="project-credit-decide"),
    path("credit/<int:pk>/withdraw/", credit.proposal_withdraw, name="project-credit-withdraw"),
    path("returned/", follow_up.returned_list, name="project-returned"),
    path("<int:pk>/outcome/", follow_up.outcome, name="project-outcome"),
    path("follow-ups/", follow_up.follow_up_list, name="project-follow-up-list"),
    path("<int:pk>/follow-ups/<int:year>/", follow_up.follow_up, name="project-follow-up"),
    path("<int:pk>/follow-ups/<int:year>/verify/", follow_up.verify, name="project-follow-up-verify"),
    path("<int:pk>/ending/<int:log_pk>/", follow_up.ending, name="project-ending"),
    path("duplicates/", merging.duplicate_list, name="duplicate-list"),
    path("duplicates/<slug:kind>/<int:first>/<int:second>/apart/", merging.set_apart, name="duplicate-apart"),
    path("merge/<slug:kind>/<int:first>/<int:second>/", merging.merge, name="merge-new"),
    path("merges/<int:pk>/", merging.detail, name="merge-detail"),
    path("merges/<int:pk>/undo/", merging.undo, name="merge-undo"),
]
