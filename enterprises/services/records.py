"""Records of enterprises that one person enters and a second verifies: one way of writing for all of them.

Each kind is registered by the module of its theme. A correction of what was proved takes the verification
away; what is verified cannot be removed, only corrected. The verifier may send a record back with words; any
correction of it hands it in again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import assign, clean_text, save_checked, values_of
from enterprises.models import Enterprise
from enterprises.services.companies import local_day
from incubators.scope import Action, require
from incubators.selectors import people_allowed

R = TypeVar("R", bound=models.Model)
LONGEST_REASON = 2000


def _nothing(record: Any, actor: User, at: datetime) -> None:
    """Nothing follows from a write of this kind."""


@dataclass(frozen=True)
class Kind:
    """How the records of one model are written.

    ``parent`` is the field that ties them to their enterprise, right, person or loan; ``proved`` are the
    fields whose change takes the verification away (all, where empty); ``past`` are days that cannot lie in
    the future; ``check`` looks at the whole record before it is saved; ``after`` and ``gone`` keep what is
    derived from it; ``anchor`` is where the record stands on the page of its enterprise.
    """

    model: type[models.Model]
    action: str
    fields: tuple[str, ...]
    anchor: str
    parent: str = "enterprise"
    proved: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    check: Callable[[Any, date], None] | None = None
    after: Callable[[Any, User, datetime], None] = _nothing
    verified: Callable[[Any, User, datetime], None] = _nothing
    gone: Callable[[Any, User, datetime], None] = _nothing

    @property
    def is_proved_by(self) -> tuple[str, ...]:
        return self.proved or self.fields


_KINDS: dict[type[models.Model], Kind] = {}


def register(kind: Kind) -> Kind:
    _KINDS[kind.model] = kind
    return kind


def kind_of(record: models.Model | type[models.Model]) -> Kind:
    return _KINDS[record if isinstance(record, type) else type(record)]


def save_record(*, record: R, values: Mapping[str, Any], actor: User, at: datetime, tell: bool = True) -> R:
    """Enter a new record (its parent set) or correct a stored one. ``tell`` False: the caller tells the
    verifiers himself, as an import does for all its rows at once."""
    with transaction.atomic():
        stored, kind = _locked(record), kind_of(record)
        enterprise = _allowed(stored, Action.ENTER, actor)
        before = values_of(stored, kind.fields) if stored.pk else {}
        assign(stored, values, allowed=kind.fields)
        _check(stored, kind, local_day(enterprise, at))
        changes = history.changed_fields(before, values_of(stored, kind.fields))
        if stored.pk and not changes:
            return stored
        is_new = stored.pk is None
        if is_new or _came_back(stored) or set(changes) & set(kind.is_proved_by):
            _unverified(stored, actor, at)
        save_checked(stored)
        history.record(
            chain=enterprise.chain,
            action=f"{kind.action}.{'entered' if is_new else 'changed'}",
            subject=stored,
            changes=changes,
            actor=actor,
            at=at,
        )
        kind.after(stored, actor, at)
        if tell and _waits(stored):
            tell_verifiers(enterprise=enterprise, actor=actor, at=at)
        return stored


def _locked(record: R) -> R:
    """The stored row, locked after its enterprise (always in this order); a new record as it is."""
    owner: Enterprise = record.owner  # type: ignore[attr-defined]
    Enterprise.objects.select_for_update(of=("self",)).get(pk=owner.pk)
    if record.pk is None:
        return record
    found = type(record)._base_manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if found is None:
        raise Conflict(_("Somebody else removed this meanwhile."), code="removed")
    return found


def _allowed(record: Any, action: Action, actor: User) -> Enterprise:
    enterprise: Enterprise = record.owner
    require(action, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    return enterprise


def _unverified(record: Any, actor: User, at: datetime) -> None:
    """Handed in by this person from now on; what was returned is handed in again."""
    record.entered_at, record.entered_by = at, actor
    record.verified_at = record.verified_by = None
    record.returned_at = record.returned_by = None
    record.return_reason = ""


def _came_back(record: Any) -> bool:
    return record.returned_at is not None


def _waits(record: Any) -> bool:
    return record.verified_at is None


def _check(record: Any, kind: Kind, today: date) -> None:
    """What no rule over one row can say: the proof belongs here, a result is not of the future."""
    check_evidence(record.evidence, record.owner)
    errors = [
        FieldError(name, _("Enter a day up to today."), "future")
        for name in kind.past
        if (day := getattr(record, name)) is not None and day > today
    ]
    if errors:
        raise Invalid(_("This day lies in the future."), fields=errors)
    if kind.check is not None:
        kind.check(record, today)


def check_evidence(file: Any, enterprise: Enterprise) -> None:
    if file is not None and (file.park_id, file.incubator_id) != (
        enterprise.park_id,
        enterprise.incubator_id,
    ):
        raise Invalid(
            _("This file belongs to another record."), fields=[FieldError("evidence", _("Upload it here."))]
        )


def verify_record(*, record: R, actor: User, at: datetime) -> R:
    """A second person at the park confirms the record."""
    with transaction.atomic():
        stored, kind, enterprise = _to_decide(record, actor)
        stored.verified_at, stored.verified_by = at, actor
        save_checked(stored, update_fields=["verified_at", "verified_by", "updated_at"])
        history.record(
            chain=enterprise.chain,
            action=f"{kind.action}.verified",
            subject=stored,
            changes={"verified_by": [None, actor.get_username()]},
            actor=actor,
            at=at,
        )
        kind.verified(stored, actor, at)
        _tell_author(stored, "record.verified", lambda: _("“%(what)s” of %(enterprise)s is verified."), at)
        return stored  # type: ignore[no-any-return]


def return_record(*, record: R, reason: str, actor: User, at: datetime) -> R:
    """Send the record back with words that say what to mend; whoever entered it is told."""
    with transaction.atomic():
        stored, kind, enterprise = _to_decide(record, actor)
        words = clean_text(reason, field="reason")
        if not words:
            message = _("Say what has to be put right.")
            raise Invalid(message, fields=[FieldError("reason", message, "required")])
        if len(words) > LONGEST_REASON:
            message = _("At most %(most)d characters fit here.") % {"most": LONGEST_REASON}
            raise Invalid(message, fields=[FieldError("reason", message, "max_length")])
        stored.returned_at, stored.returned_by, stored.return_reason = at, actor, words
        save_checked(stored, update_fields=["returned_at", "returned_by", "return_reason", "updated_at"])
        history.record(
            chain=enterprise.chain,
            action=f"{kind.action}.returned",
            subject=stored,
            changes={"return_reason": ["", words]},
            actor=actor,
            at=at,
        )
        _tell_author(
            stored, "record.returned", lambda: _("“%(what)s” of %(enterprise)s came back: %(reason)s"), at
        )
        return stored  # type: ignore[no-any-return]


def _to_decide(record: Any, actor: User) -> tuple[Any, Kind, Enterprise]:
    """The record, locked, if this person may decide on it now: a second person, on what still waits."""
    stored: Any = _locked(record)
    enterprise = _allowed(stored, Action.VERIFY, actor)
    if stored.entered_by_id == actor.pk:
        raise Refused(_("You entered this yourself, so a second person has to verify it."))
    if stored.verified_at is not None:
        raise Conflict(_("This is already verified."), code="already_verified")
    if stored.returned_at is not None:
        raise Conflict(_("This was returned and has not been corrected yet."), code="returned")
    return stored, kind_of(record), enterprise


def _tell_author(stored: Any, kind: str, words: Callable[[], str], at: datetime) -> None:
    enterprise: Enterprise = stored.owner
    notify(
        users=[stored.entered_by],
        kind=kind,
        text=lambda: (
            words()
            % {"what": words_of(stored), "enterprise": enterprise.name, "reason": stored.return_reason}
        ),
        url=reverse("enterprise-detail", args=[enterprise.pk]) + f"#{kind_of(stored).anchor}",
        at=at,
    )


def words_of(record: Any) -> str:
    """What a record is, in one word and its own name."""
    return f"{record._meta.verbose_name} {record}"[:120]


def remove_record(*, record: models.Model, actor: User, at: datetime) -> None:
    """Take an entry back that nobody has verified."""
    with transaction.atomic():
        stored: Any = _locked(record)
        kind = kind_of(record)
        enterprise = _allowed(stored, Action.ENTER, actor)
        if stored.verified_at is not None:
            raise Conflict(_("What is verified stays. Correct it instead."), code="verified")
        history.record(
            chain=enterprise.chain,
            action=f"{kind.action}.removed",
            subject=stored,
            changes=history.changed_fields(values_of(stored, kind.fields), dict.fromkeys(kind.fields)),
            actor=actor,
            at=at,
        )
        kind.gone(stored, actor, at)
        _delete(stored)


def _delete(record: models.Model) -> None:
    try:
        record.delete()
    except models.ProtectedError as error:
        names = "; ".join(sorted({words_of(row) for row in error.protected_objects})[:3])
        raise Conflict(
            _("Other records stand on this one: %(names)s. Take them back first.") % {"names": names},
            code="in_use",
        ) from error


def tell_verifiers(*, enterprise: Enterprise, actor: User, at: datetime) -> None:
    """One notice per enterprise and day to those who can verify, however many records were entered."""
    day = local_day(enterprise, at)
    people = people_allowed(
        Action.VERIFY, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id, day=day
    ).exclude(pk=actor.pk)
    notify(
        users=people,
        kind="record.waiting",
        text=lambda: _("Records of %(enterprise)s wait for verification.") % {"enterprise": enterprise.name},
        url=reverse("enterprise-detail", args=[enterprise.pk]),
        key=f"enterprise-waiting-{enterprise.pk}-{day}",
        at=at,
    )
