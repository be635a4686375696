"""What the writes of applications have in common: who may, locked rows, and the one function that moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from applications.enums import ApplicationState
from applications.models import Application, Programme, ProgrammeStep, StepLog
from applications.models.applications import SUBJECT
from applications.stages import WITH_REASON, may_move
from core import history
from core.copying import copy_over
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import clean_text, readable_integrity_errors
from incubators.models import Park
from incubators.scope import Action, require
from reviews.models import LOOKING, Assignment

#: From so many rows on, COPY through a temporary table is quicker than one long statement.
MANY = 20
RELATED = (
    "programme__park",
    "programme__budget",
    "incubator",
    "current_step",
    "project__enterprise",
    "enterprise",
    "submitted_by",
    "entered_by",
    "commitment",
)


def day_in(park: Park, at: datetime) -> date:
    """The day on which something happens, where the park is."""
    return at.astimezone(ZoneInfo(park.time_zone)).date()


def needed_words(text: Any, field: str, message: str) -> str:
    """Words that a person has to give."""
    words = clean_text(text, field=field)
    if not words:
        raise Invalid(message, fields=[FieldError(field, message, "required")])
    return words


def wrong(field: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(message, fields=[FieldError(field, message, code)])


def check_day(programme: Programme, day: date | None, field: str) -> None:
    """Nothing of a programme happens before its first day."""
    if day is not None and day < programme.opens_on:
        message = _("The programme began on %(day)s; enter that day or a later one.")
        raise wrong(field, message % {"day": programme.opens_on.isoformat()}, "before_programme")


def stale() -> Conflict:
    return Conflict(_("Somebody else changed this meanwhile. Compare both versions."), code="stale")


def require_runner(user: User | None, park_id: int) -> None:
    """Programmes are run by the park's administrator alone."""
    require(Action.MANAGE, user=user, park_id=park_id)


def require_writer(user: User | None, application: Application) -> None:
    """Whoever works for the applicant writes the application."""
    require(Action.ENTER, user=user, park_id=application.park_id, incubator_id=application.incubator_id)


def lock_programme(programme: Programme) -> Programme:
    found: Programme = (
        Programme.objects.select_for_update(of=("self",), no_key=True)
        .select_related("park", "policy", "budget")
        .get(pk=programme.pk)
    )
    return found


def lock_applications(applications: Iterable[Application]) -> list[Application]:
    """The applications, locked in one order for all, with what the rules look at."""
    return list(
        Application.objects.select_for_update(of=("self",))
        .select_related(*RELATED)
        .filter(pk__in=[one.pk for one in applications])
        .order_by("pk")
    )


def lock_application(application: Application) -> Application:
    return lock_applications([application])[0]


def refuse_own(applications: Sequence[Application], actor: User) -> None:
    """Nobody checks or decides about what he entered himself, nor about what he reviews as an expert."""
    own = next((one for one in applications if actor.pk in (one.submitted_by_id, one.entered_by_id)), None)
    if own is not None:
        raise Refused(
            _("You entered “%(title)s” yourself, so somebody else decides about it.") % {"title": own.title}
        )
    tied = Assignment.objects.filter(
        Q(state__in=LOOKING) | Q(state="recused"),
        case__subject_kind=SUBJECT,
        case__subject_id__in=[one.pk for one in applications],
        expert__user=actor,
    )
    if tied.exists():
        raise Refused(_("You are an expert in one of these cases, so somebody else decides about it."))


@dataclass
class Move:
    """One application on its way: to which state and step, how it leaves, and why."""

    application: Application
    to_state: str
    result: str
    to_step: ProgrammeStep | None = None
    reason: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)


def go(
    moves: Sequence[Move], *, action: str, fields: Sequence[str] = (), actor: User, at: datetime
) -> list[Application]:
    """Move locked applications: close the open row of the log, open the next, write state and history.

    ``fields`` are further columns that the caller set on the applications. The only way in which an
    application moves; the database compares application and log when the transaction ends.
    """
    standing = {
        row.application_id: row
        for row in StepLog.objects.filter(
            application__in=[one.application for one in moves], left_at=None
        ).select_for_update()
    }
    left: list[StepLog] = []
    entered: list[StepLog] = []
    told: list[tuple[Application, dict[str, Any]]] = []
    for move in moves:
        application = move.application
        _check(move)
        day = day_in(application.programme.park, at)
        if (row := standing.get(application.pk)) is not None:
            _leave(row, move, day, actor, at)
            left.append(row)
        entered.append(_stay(move, day, at))
        told.append((application, _changes(move)))
        application.state, application.current_step = move.to_state, move.to_step
        application.version += 1
        application.updated_at = at
    columns = ["state", "current_step", "version", "updated_at", *fields]
    with readable_integrity_errors(StepLog, Application):
        store(left, ["left_at", "left_on", "left_by", "result", "reason", "remarks"])
        store([one.application for one in moves], columns)
        StepLog.objects.bulk_create(entered)
    for application, changes in told:
        remember(application, action, changes, actor, at)
    return [one.application for one in moves]


def store(records: Sequence[Any], fields: Sequence[str]) -> None:
    """Write these columns of locked records: many by COPY, a few as usual."""
    if len(records) > MANY:
        copy_over(records, fields)
    elif records:
        type(records[0])._default_manager.bulk_update(records, fields)


def _check(move: Move) -> None:
    application = move.application
    if not may_move(application.state, move.to_state):
        raise Conflict(
            _("“%(title)s” is in the state “%(state)s”, so this cannot be done with it.")
            % {"title": application.title, "state": application.get_state_display()},
            code="not_in_this_state",
        )
    if move.result in WITH_REASON:
        move.reason = needed_words(move.reason, "reason", _("Say why, in words for the applicant."))


def _leave(row: StepLog, move: Move, day: date, actor: User, at: datetime) -> None:
    row.left_at, row.left_on, row.left_by = at, max(day, row.entered_on), actor
    row.result, row.reason, row.remarks = move.result, move.reason, dict(move.remarks)


def _stay(move: Move, day: date, at: datetime) -> StepLog:
    application = move.application
    return StepLog(
        application=application,
        state=move.to_state,
        step=move.to_step,
        handed_in_by=application.submitted_by,
        entered_at=at,
        entered_on=day,
    )


def _changes(move: Move) -> dict[str, Any]:
    application = move.application
    changes: dict[str, Any] = {"state": [application.state, move.to_state]}
    if application.current_step_id or move.to_step:
        before = application.current_step
        changes["step"] = [before.kind if before else None, move.to_step.kind if move.to_step else None]
    if move.reason:
        changes["reason"] = [None, move.reason]
    if move.remarks:
        changes["remarks"] = [None, dict(move.remarks)]
    return changes


def step_after(step: ProgrammeStep | None, programme: Programme) -> ProgrammeStep:
    """The next step of the chain; the first where there is none yet."""
    rows = programme.steps.order_by("position")
    if step is not None:
        rows = rows.filter(position__gt=step.position)
    found: ProgrammeStep | None = rows.first()
    if found is None:
        raise Conflict(_("The chain of this programme ends here."), code="end_of_chain")
    return found


def remember(subject: Any, action: str, changes: Mapping[str, Any], actor: User | None, at: datetime) -> None:
    history.record(chain=subject.chain, action=action, subject=subject, changes=changes, actor=actor, at=at)


def tell_applicants(applications: Sequence[Application], actor: User, at: datetime) -> None:
    """Tell whoever wrote and handed in how things stand now: one piece of news per person, however many."""
    people: dict[int, User] = {}
    theirs: dict[int, list[Application]] = {}
    for application in applications:
        for person in {application.submitted_by, application.entered_by} - {None, actor}:
            people[person.pk] = person
            theirs.setdefault(person.pk, []).append(application)
    for key, found in theirs.items():
        first = found[0]
        alone = len(found) == 1
        notify(
            users=[people[key]],
            kind="application",
            text=partial(_one, first) if alone else partial(_many, found),
            url=_page(first) if alone else "",
            at=at,
        )


def _one(application: Application) -> str:
    step = application.current_step
    if application.state == ApplicationState.SUBMITTED and step is not None:
        return _("“%(title)s” now stands at: %(step)s") % {"title": application.title, "step": step.label}
    return _("“%(title)s”: %(state)s") % {
        "title": application.title,
        "state": application.get_state_display(),
    }


def _many(applications: Sequence[Application]) -> str:
    return _("Applications that went on in “%(programme)s”: %(count)d") % {
        "programme": applications[0].programme.name,
        "count": len(applications),
    }


def _page(application: Application) -> str:
    try:
        return reverse("application-detail", args=[application.pk])
    except NoReverseMatch:  # pragma: no cover - the pages are part of the product
        return ""
