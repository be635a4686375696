"""Addresses of the road home, the credit, the years after, and the merging of records."""

from django.urls import path

from projects.api.views import aftermath, credit, merging, road

LIST, ONE = {"get": "list"}, {"get": "retrieve"}
LIST_AND_ADD = {"get": "list", "post": "create"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}
READ_AND_PUT = {"get": "retrieve", "put": "update"}

urlpatterns = [
    path("relocation-legs/", road.LegListViewSet.as_view(LIST)),
    path("projects/<id:pk>/legs/<number:sequence>/steps/", road.StepViewSet.as_view(LIST_AND_ADD)),
    path(
        "projects/<id:pk>/legs/<number:sequence>/steps/<slug:code>/",
        road.StepViewSet.as_view(ONE_AND_CHANGE),
    ),
    path("checklist-templates/<slug:code>/", road.ChecklistTemplateView.as_view()),
    path("returned-projects/", aftermath.ReturnedViewSet.as_view(LIST)),
    path("projects/<id:pk>/outcome/", aftermath.OutcomeView.as_view(READ_AND_PUT)),
    path("follow-ups/", aftermath.FollowUpListViewSet.as_view(LIST)),
    path("follow-ups/due/", aftermath.FollowUpListViewSet.as_view({"get": "due"})),
    path("projects/<id:pk>/follow-ups/", aftermath.FollowUpViewSet.as_view(LIST_AND_ADD)),
    path("projects/<id:pk>/follow-ups/<year:year>/", aftermath.FollowUpViewSet.as_view(ONE_AND_CHANGE)),
    path(
        "projects/<id:pk>/follow-ups/<year:year>/verify/",
        aftermath.FollowUpViewSet.as_view({"post": "verify"}),
    ),
    path(
        "projects/<id:pk>/stage-log/<number:sequence>/supports/", aftermath.SupportView.as_view(READ_AND_PUT)
    ),
    path("projects/<id:pk>/credit-proposals/", credit.ProjectProposalViewSet.as_view(LIST_AND_ADD)),
    path("credit-proposals/", credit.ProposalViewSet.as_view(LIST)),
    path("credit-proposals/<id:pk>/", credit.ProposalViewSet.as_view(ONE)),
    path("credit-proposals/<id:pk>/answers/", credit.ProposalViewSet.as_view({"post": "respond"})),
    path("credit-proposals/<id:pk>/decide/", credit.ProposalViewSet.as_view({"post": "decide"})),
    path("credit-proposals/<id:pk>/withdraw/", credit.ProposalViewSet.as_view({"post": "withdraw"})),
    path("duplicates/", merging.DuplicateViewSet.as_view(LIST_AND_ADD)),
    path("merges/", merging.MergeViewSet.as_view(LIST_AND_ADD)),
    path("merges/<id:pk>/", merging.MergeViewSet.as_view(ONE)),
    path("merges/<id:pk>/undo/", merging.MergeViewSet.as_view({"post": "undo"})),
]
