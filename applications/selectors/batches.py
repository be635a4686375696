"""What stands at a step, and in which round or notice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from applications.models import Application, ProgrammeStep, StepBatch, StepLog
from applications.models.applications import SUBJECT
from reviews.enums import Ruling
from reviews.models import Case, Objection
from reviews.selectors import notice_state


def waiting_at(step: ProgrammeStep) -> QuerySet[Application]:
    """The applications that stand at a step, by number."""
    rows: QuerySet[Application] = Application.objects.filter(current_step=step)
    return rows.select_related("programme__park", "incubator", "project", "enterprise").order_by("number")


def standing_rows(applications: Iterable[Application]) -> dict[int, StepLog]:
    """The open row of the log of each."""
    rows = StepLog.objects.filter(
        application__in=[one.pk for one in applications], left_at=None
    ).select_related("batch__round", "batch__notice", "step")
    return {row.application_id: row for row in rows}


def without_batch(step: ProgrammeStep) -> QuerySet[Application]:
    """Those at a step that are in no round and on no notice that still stands."""
    taken = StepLog.objects.filter(step=step, left_at=None, batch__isnull=False).exclude(
        batch__notice__withdrawn_at__isnull=False
    )
    return waiting_at(step).exclude(pk__in=taken.values("application"))


def case_of(applications: Sequence[Application]) -> dict[int, Case]:
    """The review case of the step at which each stands now."""
    rounds = {
        row.batch.round_id
        for row in standing_rows(applications).values()
        if row.batch is not None and row.batch.round_id is not None
    }
    cases = Case.objects.filter(
        round__in=rounds, subject_kind=SUBJECT, subject_id__in=[one.pk for one in applications]
    )
    return {case.subject_id: case for case in cases.select_related("round")}


@dataclass(frozen=True, slots=True)
class NoticeStand:
    """Where the notice stands on which an application is. ``code`` is a ``reviews.enums.NoticeCode``."""

    code: str
    ends_on: date
    line: int | None
    upheld_line: bool
    upheld_list: bool


def notice_stand(applications: Sequence[Application], on: date) -> dict[int, NoticeStand]:
    """For each that is on a notice now; three queries and one per notice."""
    rows = {
        key: row
        for key, row in standing_rows(applications).items()
        if row.batch is not None and row.batch.notice is not None
    }
    notices: dict[int, Any] = {
        row.batch.notice.pk: row.batch.notice  # type: ignore[union-attr]
        for row in rows.values()
    }
    stands = {key: notice_state(notice, on) for key, notice in notices.items()}
    upheld: dict[int, set[int | None]] = {}
    for notice_id, line in Objection.objects.filter(
        notice__in=list(notices), ruling=Ruling.UPHELD
    ).values_list("notice_id", "line"):
        upheld.setdefault(notice_id, set()).add(line)
    found = {}
    for key, row in rows.items():
        notice: Any = row.batch.notice  # type: ignore[union-attr]
        stand, lines = stands[notice.pk], upheld.get(notice.pk, set())
        found[key] = NoticeStand(stand.code, stand.ends_on, row.line, row.line in lines, None in lines)
    return found


def batches_of(step: ProgrammeStep) -> QuerySet[StepBatch]:
    rows: QuerySet[StepBatch] = step.batches.select_related("round", "notice").order_by("number")
    return rows


def applications_in(batch: StepBatch) -> QuerySet[Application]:
    """Everything that was in this round or on this notice, by line and number."""
    rows: QuerySet[Application] = Application.objects.filter(log__batch=batch)
    return rows.order_by("log__line", "number")


def programme_of_batch(batch_id: int) -> int:
    """The programme whose step the batch belongs to; 0 where there is no such batch."""
    found = StepBatch.objects.filter(pk=batch_id).values_list("step__programme", flat=True).first()
    return found or 0
