"""One review round, or one public notice, for many applications that stand at a step."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import StepKind
from applications.models import Application, ProgrammeStep, StepBatch, StepLog
from applications.models.applications import SUBJECT
from applications.selectors.batches import without_batch
from applications.services.acting import check_day, lock_programme, remember, require_runner, store, wrong
from core.errors import Conflict
from core.saving import readable_integrity_errors, save_checked
from reviews import services as reviews
from reviews.enums import RoundKind
from reviews.services.panels import NewCase, add_cases

ROUND_KINDS = {
    StepKind.PROFESSIONAL_REVIEW: RoundKind.PROFESSIONAL,
    StepKind.DEFENCE: RoundKind.DEFENCE,
    StepKind.SITE_VISIT: RoundKind.SITE_VISIT,
}
NOTICE_SUBJECT = "programme-notice"
FROM_STEP = ("method", "marks_needed", "is_anonymous", "hides_applicants", "second_person")
REVIEW_VALUES = ("opens_on", "closes_on", "note")


@transaction.atomic
def start_review(
    *,
    step: ProgrammeStep,
    applications: Iterable[Application] | None = None,
    values: Mapping[str, Any] | None = None,
    actor: User,
    at: datetime,
) -> StepBatch:
    """Put applications that stand at a review step before the experts: one open round by the step's rules.

    Without ``applications`` all that are in no round yet. ``values`` may have opens_on, closes_on, note.
    """
    locked, rows = _ready(step, applications, actor)
    if not locked.has_marks:
        raise Conflict(_("This step has no marks; move the applications on by hand."), code="no_marks")
    if unknown := sorted(set(values or {}) - set(REVIEW_VALUES)):
        raise wrong(unknown[0], _("This field cannot be set here."), "unknown_field")
    for name in ("opens_on", "closes_on"):
        check_day(locked.programme, (values or {}).get(name), name)
    batch = _batch(locked, actor, at)
    batch.round = reviews.open_round(
        park=locked.programme.park,
        values={
            **(values or {}),
            **{name: getattr(locked, name) for name in FROM_STEP},
            "name": f"{locked.programme.name} · {locked.label} · {batch.number}"[:160],
            "kind": ROUND_KINDS[StepKind(locked.kind)],
        },
        criteria=locked.criteria,
        actor=actor,
        at=at,
        provenance=locked.programme.provenance,
    )
    save_checked(batch)
    add_cases(round=batch.round, items=[_case(one) for one in rows], actor=actor, at=at)
    _join(batch, rows, lines=False)
    changes = {"batch": [None, batch.number], "applications": [0, len(rows)]}
    remember(batch, "programme.review_started", changes, actor, at)
    return batch


def _case(application: Application) -> NewCase:
    return NewCase(
        subject_kind=SUBJECT,
        subject_id=application.pk,
        title=application.title,
        applicant=application.applicant_name,
        summary=application.summary,
        field=application.field,
        enterprise=application.enterprise,
        project=application.project,
        incubator=application.incubator,
        files=list(application.files.all()),
    )


@transaction.atomic
def open_step_notice(
    *,
    step: ProgrammeStep,
    title: str,
    text: str = "",
    on: date,
    applications: Iterable[Application] | None = None,
    actor: User,
    at: datetime,
) -> StepBatch:
    """Put applications that stand at the public notice on show from ``on``, for the days of the step; one
    line each. Without ``applications`` all that are on no notice yet."""
    locked, rows = _ready(step, applications, actor)
    if locked.kind != StepKind.PUBLIC_NOTICE or locked.notice_days is None:
        raise Conflict(_("This step is no public notice."), code="no_notice")
    check_day(locked.programme, on, "on")
    batch = _batch(locked, actor, at)
    save_checked(batch)
    batch.notice = reviews.open_notice(
        park=locked.programme.park,
        subject_kind=NOTICE_SUBJECT,
        subject_id=batch.pk,
        title=title,
        text=text,
        lines=[{"label": one.title, "detail": one.applicant_name} for one in rows],
        on=on,
        days=locked.notice_days,
        day_count=locked.day_count,
        actor=actor,
        at=at,
        provenance=locked.programme.provenance,
    )
    save_checked(batch)
    _join(batch, rows, lines=True)
    changes = {"batch": [None, batch.number], "applications": [0, len(rows)]}
    remember(batch, "programme.notice_opened", changes, actor, at)
    return batch


def _ready(
    step: ProgrammeStep, applications: Iterable[Application] | None, actor: User
) -> tuple[ProgrammeStep, list[Application]]:
    """The step, and the applications at it that are in no batch yet, both locked."""
    programme = lock_programme(step.programme)
    require_runner(actor, programme.park_id)
    locked = ProgrammeStep.objects.get(pk=step.pk)
    locked.programme = programme
    free = without_batch(locked)
    wished = None if applications is None else {one.pk for one in applications}
    if wished is not None:
        free = free.filter(pk__in=wished)
    keys = list(free.values_list("pk", flat=True))
    if not keys or (wished is not None and len(keys) < len(wished)):
        raise Conflict(
            _("Choose applications that stand at this step and are not being dealt with already."),
            code="not_at_this_step",
        )
    rows = (
        Application.objects.select_for_update(of=("self",))
        .filter(pk__in=keys)
        .select_related("project__sector", "project__enterprise", "enterprise", "incubator", "programme")
        .prefetch_related("files")
        .order_by("pk")
    )
    found = sorted(rows, key=lambda one: one.number or 0)
    if any(one.current_step_id != locked.pk for one in found):  # pragma: no cover - moved between two reads
        raise Conflict(_("These applications have gone on meanwhile."), code="not_at_this_step")
    return locked, found


def _batch(step: ProgrammeStep, actor: User, at: datetime) -> StepBatch:
    last = step.batches.aggregate(last=Max("number"))["last"] or 0
    return StepBatch(step=step, number=last + 1, created_at=at, created_by=actor)


def _join(batch: StepBatch, applications: Sequence[Application], *, lines: bool) -> None:
    places = {one.pk: place for place, one in enumerate(applications, start=1)}
    rows = list(StepLog.objects.filter(application__in=list(places), left_at=None))
    for row in rows:
        row.batch, row.line = batch, places[row.application_id] if lines else None
    with readable_integrity_errors(StepLog):
        store(rows, ["batch", "line"])
