"""Addresses of expert reviews."""

from django.urls import path

from reviews.api.notices import ObjectionViewSet, PublicNoticeViewSet
from reviews.api.panels import RoundPanelViewSet
from reviews.api.views import (
    AssignmentViewSet,
    ExpertViewSet,
    ReviewCaseViewSet,
    ReviewRoundViewSet,
    ScoreViewSet,
)

LIST_AND_ADD = {"get": "list", "post": "create"}
ONE = {"get": "retrieve"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("experts/", ExpertViewSet.as_view(LIST_AND_ADD)),
    path("experts/<id:pk>/", ExpertViewSet.as_view(ONE_AND_CHANGE)),
    path("review-rounds/", ReviewRoundViewSet.as_view(LIST_AND_ADD)),
    path("review-rounds/<id:pk>/", ReviewRoundViewSet.as_view(ONE_AND_CHANGE)),
    path("review-rounds/<id:pk>/start/", ReviewRoundViewSet.as_view({"post": "start"})),
    path("review-rounds/<id:pk>/close/", ReviewRoundViewSet.as_view({"post": "close"})),
    path("review-rounds/<id:pk>/propose/", ReviewRoundViewSet.as_view({"post": "propose"})),
    path("review-rounds/<id:pk>/invite/", ReviewRoundViewSet.as_view({"post": "invite"})),
    path("review-rounds/<id:pk>/panel/", RoundPanelViewSet.as_view({"post": "panel"})),
    path("review-rounds/<id:pk>/marks/", RoundPanelViewSet.as_view({"post": "marks"})),
    path("review-rounds/<id:pk>/results/", RoundPanelViewSet.as_view({"post": "results"})),
    path("review-rounds/<id:pk>/confirmations/", RoundPanelViewSet.as_view({"post": "confirmations"})),
    path("review-cases/", ReviewCaseViewSet.as_view(LIST_AND_ADD)),
    path("review-cases/<id:pk>/", ReviewCaseViewSet.as_view(ONE)),
    path("review-cases/<id:pk>/marks/", ReviewCaseViewSet.as_view({"get": "marks"})),
    path("review-cases/<id:pk>/result/", ReviewCaseViewSet.as_view({"post": "result"})),
    path("review-cases/<id:pk>/confirm/", ReviewCaseViewSet.as_view({"post": "confirm"})),
    path("review-cases/<id:pk>/files/<id:file>/", ReviewCaseViewSet.as_view({"get": "file"})),
    path("review-assignments/", AssignmentViewSet.as_view(LIST_AND_ADD)),
    path("review-assignments/<id:pk>/", AssignmentViewSet.as_view(ONE)),
    path("review-assignments/<id:pk>/answer/", AssignmentViewSet.as_view({"post": "answer_invitation"})),
    path("review-assignments/<id:pk>/recuse/", AssignmentViewSet.as_view({"post": "recuse"})),
    path("review-assignments/<id:pk>/withdraw/", AssignmentViewSet.as_view({"post": "withdraw"})),
    path("review-assignments/<id:pk>/reopen/", AssignmentViewSet.as_view({"post": "reopen"})),
    path("review-scores/", ScoreViewSet.as_view(LIST_AND_ADD)),
    path("review-scores/<id:pk>/", ScoreViewSet.as_view(ONE)),
    path("public-notices/", PublicNoticeViewSet.as_view(LIST_AND_ADD)),
    path("public-notices/<id:pk>/", PublicNoticeViewSet.as_view(ONE)),
    path("public-notices/<id:pk>/withdraw/", PublicNoticeViewSet.as_view({"post": "withdraw"})),
    path("objections/", ObjectionViewSet.as_view(LIST_AND_ADD)),
    path("objections/<id:pk>/", ObjectionViewSet.as_view(ONE)),
    path("objections/<id:pk>/rule/", ObjectionViewSet.as_view({"post": "rule"})),
]
