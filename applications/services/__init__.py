"""Writes of the applications app."""

from applications.services.awards import (
    AGREEMENT_FIELDS,
    claw_back_application,
    close_application,
    sign_agreement,
)
from applications.services.batches import REVIEW_VALUES, open_step_notice, start_review
from applications.services.chain import (
    REMARKED,
    check_application,
    move_applications,
    submit_application,
    withdraw_application,
)
from applications.services.confirming import confirm_meeting
from applications.services.drafts import (
    DRAFT_FIELDS,
    OUTSIDE_FIELDS,
    create_draft,
    delete_draft,
    refresh_facts,
    save_draft,
)
from applications.services.meetings import (
    LINE_FIELDS,
    MEETING_FIELDS,
    Line,
    change_meeting,
    discard_meeting,
    propose_meeting,
    suggested_lines,
)
from applications.services.programmes import (
    PROGRAMME_FIELDS,
    STEP_FIELDS,
    close_programme,
    delete_programme,
    open_programme,
    reopen_programme,
    save_programme,
)
from applications.services.receiving import NewApplication, receive_applications
from applications.services.releases import confirm_release, discard_release, propose_release

__all__ = [
    "AGREEMENT_FIELDS",
    "DRAFT_FIELDS",
    "LINE_FIELDS",
    "MEETING_FIELDS",
    "OUTSIDE_FIELDS",
    "PROGRAMME_FIELDS",
    "REMARKED",
    "REVIEW_VALUES",
    "STEP_FIELDS",
    "Line",
    "NewApplication",
    "change_meeting",
    "check_application",
    "claw_back_application",
    "close_application",
    "close_programme",
    "confirm_meeting",
    "confirm_release",
    "create_draft",
    "delete_draft",
    "delete_programme",
    "discard_meeting",
    "discard_release",
    "move_applications",
    "open_programme",
    "open_step_notice",
    "propose_meeting",
    "propose_release",
    "receive_applications",
    "refresh_facts",
    "reopen_programme",
    "save_draft",
    "save_programme",
    "sign_agreement",
    "start_review",
    "submit_application",
    "suggested_lines",
    "withdraw_application",
]
