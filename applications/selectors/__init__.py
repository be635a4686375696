"""Reads of the applications app."""

from applications.selectors.answers import answer_holds, kept_answer, offered_amount, preview
from applications.selectors.batches import (
    NoticeStand,
    applications_in,
    batches_of,
    case_of,
    notice_stand,
    programme_of_batch,
    standing_rows,
    waiting_at,
    without_batch,
)
from applications.selectors.due import due_of_applications, waiting_applications
from applications.selectors.lists import (
    applications_about,
    applications_matching,
    meetings_seen,
    programmes_for,
    programmes_matching,
)
from applications.selectors.ranking import Ranking, RankRow, marks_of, ranking_of, step_marks
from applications.selectors.releases import releasable, releases_of
from applications.selectors.trail import (
    Point,
    ProgrammeStanding,
    Stay,
    Trail,
    money_stage,
    other_grants_of,
    standing_of,
    takes_applications,
    trail_of,
)

__all__ = [
    "NoticeStand",
    "Point",
    "ProgrammeStanding",
    "RankRow",
    "Ranking",
    "Stay",
    "Trail",
    "answer_holds",
    "applications_about",
    "applications_in",
    "applications_matching",
    "batches_of",
    "case_of",
    "due_of_applications",
    "kept_answer",
    "marks_of",
    "meetings_seen",
    "money_stage",
    "notice_stand",
    "offered_amount",
    "other_grants_of",
    "preview",
    "programme_of_batch",
    "programmes_for",
    "programmes_matching",
    "ranking_of",
    "releasable",
    "releases_of",
    "standing_of",
    "standing_rows",
    "step_marks",
    "takes_applications",
    "trail_of",
    "waiting_applications",
    "waiting_at",
    "without_batch",
]
