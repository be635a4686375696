"""Addresses of applications."""

from django.urls import path

from applications.api.meetings import MeetingViewSet
from applications.api.releases import AwardReleaseViewSet
from applications.api.views import ApplicationViewSet, ProgrammeViewSet

LIST_AND_ADD = {"get": "list", "post": "create"}
ONE_AND_CHANGE = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("programmes/", ProgrammeViewSet.as_view(LIST_AND_ADD)),
    path("programmes/<id:pk>/", ProgrammeViewSet.as_view(ONE_AND_CHANGE)),
    path("programmes/<id:pk>/open/", ProgrammeViewSet.as_view({"post": "open"})),
    path("programmes/<id:pk>/close/", ProgrammeViewSet.as_view({"post": "close"})),
    path("programmes/<id:pk>/reopen/", ProgrammeViewSet.as_view({"post": "reopen"})),
    path("programmes/<id:pk>/standing/", ProgrammeViewSet.as_view({"get": "standing"})),
    path("programmes/<id:pk>/ranking/", ProgrammeViewSet.as_view({"get": "ranking"})),
    path("programmes/<id:pk>/review/", ProgrammeViewSet.as_view({"post": "review"})),
    path("programmes/<id:pk>/notice/", ProgrammeViewSet.as_view({"post": "notice"})),
    path("applications/", ApplicationViewSet.as_view(LIST_AND_ADD)),
    path("applications/<id:pk>/", ApplicationViewSet.as_view({**ONE_AND_CHANGE, "delete": "destroy"})),
    path("applications/<id:pk>/submit/", ApplicationViewSet.as_view({"post": "submit"})),
    path("applications/<id:pk>/withdraw/", ApplicationViewSet.as_view({"post": "withdraw"})),
    path("applications/<id:pk>/steps/", ApplicationViewSet.as_view({"get": "steps"})),
    path("applications/<id:pk>/check/", ApplicationViewSet.as_view({"post": "check"})),
    path("applications/<id:pk>/move/", ApplicationViewSet.as_view({"post": "move"})),
    path("applications/<id:pk>/agreement/", ApplicationViewSet.as_view({"post": "agreement"})),
    path("applications/<id:pk>/close/", ApplicationViewSet.as_view({"post": "close"})),
    path("applications/<id:pk>/claw-back/", ApplicationViewSet.as_view({"post": "claw_back"})),
    path("award-releases/", AwardReleaseViewSet.as_view(LIST_AND_ADD)),
    path("award-releases/<id:pk>/", AwardReleaseViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
    path("award-releases/<id:pk>/confirm/", AwardReleaseViewSet.as_view({"post": "confirm"})),
    path("meetings/", MeetingViewSet.as_view(LIST_AND_ADD)),
    path("meetings/<id:pk>/", MeetingViewSet.as_view({**ONE_AND_CHANGE, "delete": "destroy"})),
    path("meetings/<id:pk>/confirm/", MeetingViewSet.as_view({"post": "confirm"})),
]
