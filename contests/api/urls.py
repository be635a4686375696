"""Addresses of contests and challenges."""

from django.urls import path

from contests.api.challenges import BidViewSet, ChallengeViewSet
from contests.api.views import (
    ContestRoundViewSet,
    ContestViewSet,
    DivisionViewSet,
    EntryViewSet,
    KeptFileViewSet,
)

LIST_AND_ADD, ONE = {"get": "list", "post": "create"}, {"get": "retrieve"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("contests/", ContestViewSet.as_view(LIST_AND_ADD)),
    path("contests/<id:pk>/", ContestViewSet.as_view(ONE_AND_CHANGE)),
    path("contest-divisions/", DivisionViewSet.as_view(LIST_AND_ADD)),
    path("contest-divisions/<id:pk>/", DivisionViewSet.as_view(ONE_AND_CHANGE)),
    path("contest-entries/", EntryViewSet.as_view(LIST_AND_ADD)),
    path("contest-entries/<id:pk>/", EntryViewSet.as_view(ONE)),
    path("contest-entries/<id:pk>/admit/", EntryViewSet.as_view({"post": "admit"})),
    path("contest-entries/<id:pk>/refuse/", EntryViewSet.as_view({"post": "refuse"})),
    path("contest-files/<id:pk>/", KeptFileViewSet.as_view(ONE)),
    path("contest-rounds/", ContestRoundViewSet.as_view(LIST_AND_ADD)),
    path("contest-rounds/<id:pk>/", ContestRoundViewSet.as_view(ONE_AND_CHANGE)),
    path("contest-rounds/<id:pk>/propose/", ContestRoundViewSet.as_view({"post": "propose"})),
    path("contest-rounds/<id:pk>/decide/", ContestRoundViewSet.as_view({"post": "decide"})),
    path("contest-rounds/<id:pk>/confirm/", ContestRoundViewSet.as_view({"post": "confirm"})),
    path("contest-rounds/<id:pk>/return/", ContestRoundViewSet.as_view({"post": "send_back"})),
    path("contest-rounds/<id:pk>/announce/", ContestRoundViewSet.as_view({"post": "announce"})),
    path("challenges/", ChallengeViewSet.as_view(LIST_AND_ADD)),
    path("challenges/<id:pk>/", ChallengeViewSet.as_view(ONE_AND_CHANGE)),
    path("challenges/<id:pk>/publish/", ChallengeViewSet.as_view({"post": "publish"})),
    path("challenges/<id:pk>/end/", ChallengeViewSet.as_view({"post": "end"})),
    path("challenges/<id:pk>/confirm/", ChallengeViewSet.as_view({"post": "confirm"})),
    path("challenges/<id:pk>/report/", ChallengeViewSet.as_view({"post": "report"})),
    path("challenges/<id:pk>/accept/", ChallengeViewSet.as_view({"post": "accept"})),
    path("challenges/<id:pk>/refuse/", ChallengeViewSet.as_view({"post": "refuse"})),
    path("bids/", BidViewSet.as_view(LIST_AND_ADD)),
    path("bids/<id:pk>/", BidViewSet.as_view(ONE)),
    path("bids/<id:pk>/award/", BidViewSet.as_view({"post": "award"})),
    path("bids/<id:pk>/withdraw/", BidViewSet.as_view({"post": "withdraw"})),
]
