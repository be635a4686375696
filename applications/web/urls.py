"""Addresses of applications."""

from django.urls import path

from applications.web import (
    applications,
    awards,
    checking,
    desk,
    drafting,
    meetings,
    programmes,
    record,
    releases,
)

urlpatterns = [
    path("", applications.application_list, name="application-list"),
    path("new/", applications.application_create, name="application-create"),
    path("<int:pk>/", record.application_detail, name="application-detail"),
    path("<int:pk>/edit/", drafting.application_edit, name="application-edit"),
    path("<int:pk>/answer/", drafting.application_answer, name="application-answer"),
    path("<int:pk>/refresh/", applications.application_refresh, name="application-refresh"),
    path("<int:pk>/submit/", applications.application_submit, name="application-submit"),
    path("<int:pk>/withdraw/", applications.application_withdraw, name="application-withdraw"),
    path("<int:pk>/delete/", applications.application_delete, name="application-delete"),
    path("<int:pk>/check/", checking.application_check, name="application-check"),
    path("<int:pk>/agreement/", awards.application_agreement, name="application-agreement"),
    path("<int:pk>/close/", awards.application_close, name="application-close"),
    path("<int:pk>/claw-back/", awards.application_claw_back, name="application-claw-back"),
    path("<int:pk>/release/", releases.application_release, name="application-release"),
    path("releases/<int:pk>/confirm/", releases.release_confirm, name="application-release-confirm"),
    path("releases/<int:pk>/discard/", releases.release_discard, name="application-release-discard"),
    path("<int:pk>/chain/", record.application_chain, name="application-chain"),
    path("programmes/", programmes.programme_list, name="programme-list"),
    path("programmes/new/", programmes.programme_create, name="programme-create"),
    path("programmes/<int:pk>/", programmes.programme_detail, name="programme-detail"),
    path("programmes/<int:pk>/edit/", programmes.programme_edit, name="programme-edit"),
    path("programmes/<int:pk>/move/", programmes.programme_move, name="programme-move"),
    path("programmes/<int:pk>/meeting/", meetings.programme_meeting_new, name="programme-meeting-new"),
    path("programmes/steps/<int:pk>/", desk.programme_step, name="programme-step"),
    path("programmes/steps/<int:pk>/move/", desk.programme_step_move, name="programme-step-move"),
    path("programmes/steps/<int:pk>/review/", desk.programme_step_review, name="programme-step-review"),
    path("programmes/steps/<int:pk>/notice/", desk.programme_step_notice, name="programme-step-notice"),
    path("programmes/meetings/<int:pk>/", meetings.programme_meeting, name="programme-meeting"),
    path(
        "programmes/meetings/<int:pk>/edit/", meetings.programme_meeting_edit, name="programme-meeting-edit"
    ),
    path(
        "programmes/meetings/<int:pk>/confirm/",
        meetings.programme_meeting_confirm,
        name="programme-meeting-confirm",
    ),
    path(
        "programmes/meetings/<int:pk>/discard/",
        meetings.programme_meeting_discard,
        name="programme-meeting-discard",
    ),
]
