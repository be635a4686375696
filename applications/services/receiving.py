"""Many applications from outside at once: a list that comes in by file, entered and handed in in one go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import ApplicantKind, ApplicationState
from applications.models import Application, Programme
from applications.services.acting import (
    Move,
    day_in,
    go,
    lock_programme,
    needed_words,
    remember,
    step_after,
    wrong,
)
from applications.services.chain import check_complete, keep_answer
from applications.services.drafts import DRAFT_FIELDS, check_takes, recorded_facts
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid
from core.saving import assign, clean_text, invalid_from, readable_integrity_errors
from incubators.scope import Action, require

SUBMITTED_FIELDS = (
    "facts",
    "policy_version",
    "answer",
    "answer_sha256",
    "answered_on",
    "number",
    "submitted_at",
    "submitted_by",
    "submitted_on",
)


@dataclass(frozen=True)
class NewApplication:
    """An application of somebody from outside."""

    name: str
    organisation: str = ""
    contact: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def receive_applications(
    *,
    programme: Programme,
    items: Iterable[NewApplication],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> list[Application]:
    """Enter and hand in applications of people from outside, numbered in the order given; all or none.

    The rules are those of the single application. Errors name the row (``rows.0.title``).
    """
    locked = lock_programme(programme)
    require(Action.ENTER, user=actor, park_id=locked.park_id)
    day = day_in(locked.park, at)
    if day < locked.opens_on:
        raise Conflict(
            _("Applications are taken from %(day)s on.") % {"day": locked.opens_on.isoformat()},
            code="too_early",
        )
    rows: list[Application] = []
    errors: list[FieldError] = []
    for place, item in enumerate(items):
        try:
            rows.append(_row(locked, item, day, actor, at, provenance))
        except Invalid as error:
            errors += [FieldError(f"rows.{place}.{one.field}", one.message, one.code) for one in error.fields]
    if errors:
        raise Invalid(" ".join(str(one.message) for one in errors[:5]), fields=errors)
    if not rows:
        return []
    with readable_integrity_errors(Application):
        Application.objects.bulk_create(rows)
    _hand_in(locked, rows, actor, at)
    return rows


def _row(
    programme: Programme, item: NewApplication, day: Any, actor: User, at: datetime, provenance: str
) -> Application:
    row = Application(
        programme=programme,
        applicant_kind=ApplicantKind.OUTSIDE,
        outside_name=needed_words(item.name, "name", _("Say who applies.")),
        outside_organisation=clean_text(item.organisation, field="organisation"),
        outside_contact=clean_text(item.contact, field="contact"),
        currency=programme.currency,
        provenance=provenance,
        entered_by=actor,
        created_at=at,
        updated_at=at,
    )
    check_takes(row, day)
    assign(row, item.values, allowed=DRAFT_FIELDS)
    row.title = row.title or row.outside_name
    row.facts = recorded_facts(row, day)
    try:
        row.clean_fields(exclude=["programme", "entered_by", "facts", "answer", "remarks", "number"])
    except ValidationError as error:
        raise invalid_from(error) from None
    if row.requested_amount is not None and row.requested_amount <= 0:
        raise wrong("requested_amount", _("Amounts of an application lie above zero."))
    check_complete(row)
    row.index_names()
    return row


def _hand_in(programme: Programme, rows: list[Application], actor: User, at: datetime) -> None:
    day = day_in(programme.park, at)
    last = programme.applications.aggregate(last=Max("number"))["last"] or 0
    first = step_after(None, programme)
    moves = []
    for number, row in enumerate(rows, start=last + 1):
        row.number = number
        row.submitted_at, row.submitted_by, row.submitted_on = at, actor, day
        keep_answer(row, day)
        moves.append(Move(row, ApplicationState.SUBMITTED, "", to_step=first))
        changes = history.changed_fields({}, {"title": row.title, "requested_amount": row.requested_amount})
        changes |= {"programme": [None, programme.code], "applicant": [None, row.outside_name]}
        remember(row, "application.created", changes, actor, at)
    go(moves, action="application.submitted", fields=SUBMITTED_FIELDS, actor=actor, at=at)
