"""The life of a service ticket: opened, taken, answered, resolved, rated by the one who asked."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Refused, Stale
from core.saving import assign, clean_text, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from support.enums import EntryKind, TicketState
from support.models import Ticket, TicketEntry, TicketType
from support.services.places import check_files, check_linked, check_place
from support.stages import LIVE, MOVES, deadline

TICKET_FIELDS = ("type", "title", "text", "asked_by", "project", "enterprise", "external_id")
_LINKS = ("project", "enterprise")


def new_number(day: datetime) -> str:
    """A number that tells its year and cannot be guessed: T2021-7K3QXM."""
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return f"T{day.year}-" + "".join(secrets.choice(alphabet) for _place in range(6))


@transaction.atomic
def open_ticket(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    files: Sequence[EvidenceFile] = (),
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> Ticket:
    """Open a ticket; its time limits follow from its type and stay with it. Tells the people of the place."""
    check_place(park, incubator, actor)
    ticket = Ticket(
        number=new_number(at),
        park=park,
        incubator=incubator,
        provenance=provenance,
        entered_by=actor,
        created_at=at,
        updated_at=at,
    )
    assign(ticket, values, allowed=TICKET_FIELDS)
    ticket_type = _offered(ticket)
    zone = (incubator or park).time_zone
    ticket.answer_due_at = deadline(at, ticket_type.answer_days, zone)
    ticket.due_at = deadline(at, ticket_type.done_days, zone)
    check_linked(ticket, _LINKS)
    check_files(ticket, files)
    save_checked(ticket)
    ticket.evidence.set(files)
    _tell_story(ticket, EntryKind.OPENED, "", actor, at)
    _remember(
        ticket, "ticket.opened", history.changed_fields({}, values_of(ticket, TICKET_FIELDS)), actor, at
    )
    _tell(
        ticket,
        people_allowed(Action.MANAGE, park_id=park.pk, day=at.date()).exclude(pk=actor.pk),
        lambda: _("New service ticket: %(title)s") % {"title": ticket.title},
        at,
    )
    return ticket


def _offered(ticket: Ticket) -> TicketType:
    """The type with the limits that hold in this park."""
    chosen: TicketType | None = ticket.type if ticket.type_id else None
    if chosen is None or chosen.park_id not in (None, ticket.park_id):
        message = _("Choose one of the listed types.")
        raise Invalid(message, fields=[FieldError("type", message, "required")])
    own = TicketType.objects.filter(park=ticket.park, code=chosen.code).first()
    ticket.type = own or chosen
    if not ticket.type.is_active:
        message = _("“%(name)s” is not offered here any more.") % {"name": ticket.type.name}
        raise Invalid(message, fields=[FieldError("type", message, "not_offered")])
    return ticket.type


def lock(ticket: Ticket, *, actor: User) -> Ticket:
    """The ticket, locked, for somebody who may work on it."""
    locked = (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("park", "incubator", "type", "owner", "entered_by")
        .get(pk=ticket.pk)
    )
    require(Action.ENTER, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    return locked


@transaction.atomic
def update_ticket(
    *,
    ticket: Ticket,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Ticket:
    """Change what was asked, while nobody has resolved it. The time limits stay."""
    locked = lock(ticket, actor=actor)
    if expected_version is not None and locked.version != expected_version:
        raise Stale(locked)
    _require_live(locked)
    before = values_of(locked, TICKET_FIELDS)
    assign(locked, values, allowed=TICKET_FIELDS)
    changes = history.changed_fields(before, values_of(locked, TICKET_FIELDS))
    if not changes:
        return locked
    if "type" in changes:
        _offered(locked)
    check_linked(locked, _LINKS)
    _save(locked, at)
    _remember(locked, "ticket.changed", changes, actor, at)
    return locked


@transaction.atomic
def comment_ticket(*, ticket: Ticket, text: str, actor: User, at: datetime) -> TicketEntry:
    """Write a line. The first one by somebody else than the opener is the first answer."""
    locked = lock(ticket, actor=actor)
    words = _words(text, "text", _("Write a sentence."))
    entry = _tell_story(locked, EntryKind.COMMENT, words, actor, at)
    _answered(locked, actor, at)
    _save(locked, at)
    _remember(locked, "ticket.commented", {"text": [None, words]}, actor, at)
    _tell_others(
        locked,
        actor,
        lambda: _("%(who)s wrote on “%(title)s”.") % {"who": actor, "title": locked.title},
        at,
    )
    return entry


@transaction.atomic
def assign_ticket(*, ticket: Ticket, owner: User | None, actor: User, at: datetime) -> Ticket:
    """Put somebody in charge: a person who may work at this place. Taking an open ticket starts the work."""
    locked = lock(ticket, actor=actor)
    _require_live(locked)
    if owner is not None and not _may_work(locked, owner, at):
        message = _("%(who)s does not work here. Choose one of the people listed.") % {"who": owner}
        raise Invalid(message, fields=[FieldError("owner", message, "not_here")])
    if owner == locked.owner:
        return locked
    before = locked.owner.get_username() if locked.owner else None
    locked.owner = owner
    if owner is not None and locked.state == TicketState.OPEN:
        locked.state = TicketState.IN_PROGRESS
    _answered(locked, actor, at)
    _save(locked, at)
    name = owner.get_username() if owner else None
    _tell_story(locked, EntryKind.ASSIGNED, str(owner or ""), actor, at)
    _remember(locked, "ticket.assigned", {"owner": [before, name]}, actor, at)
    if owner is not None and owner != actor:
        _tell(locked, [owner], lambda: _("You are in charge of “%(title)s”.") % {"title": locked.title}, at)
    return locked


def _may_work(ticket: Ticket, person: User, at: datetime) -> bool:
    people = people_allowed(
        Action.ENTER, park_id=ticket.park_id, incubator_id=ticket.incubator_id, day=at.date()
    )
    return people.filter(pk=person.pk).exists()


@transaction.atomic
def move_ticket(*, ticket: Ticket, to_state: str, text: str = "", actor: User, at: datetime) -> Ticket:
    """Set another state by hand: in progress, waiting for the team, withdrawn. See ``stages.MOVES``."""
    locked = lock(ticket, actor=actor)
    if to_state not in MOVES[locked.state]:
        raise Conflict(
            _("A ticket that is “%(state)s” cannot become “%(to)s”.")
            % {"state": locked.get_state_display(), "to": _label(to_state)},
            code="not_allowed",
        )
    before, locked.state = locked.state, to_state
    _answered(locked, actor, at)
    _save(locked, at)
    _tell_story(locked, EntryKind.MOVED, clean_text(text, field="text"), actor, at)
    _remember(locked, "ticket.moved", {"state": [before, to_state]}, actor, at)
    return locked


def _label(state: str) -> str:
    return str(TicketState(state).label) if state in TicketState.values else state


@transaction.atomic
def resolve_ticket(
    *, ticket: Ticket, outcome: str, files: Sequence[EvidenceFile] = (), actor: User, at: datetime
) -> Ticket:
    """Say what was done. The one who asked closes it with a rating, or opens it again."""
    locked = lock(ticket, actor=actor)
    _require_live(locked)
    check_files(locked, files)
    locked.outcome = _words(outcome, "outcome", _("Say what was done."))
    before, locked.state = locked.state, TicketState.RESOLVED
    locked.resolved_at, locked.resolved_by = at, actor
    _answered(locked, actor, at)
    _save(locked, at)
    locked.evidence.add(*files)
    _tell_story(locked, EntryKind.RESOLVED, locked.outcome, actor, at)
    changes = {"state": [before, locked.state], "outcome": [None, locked.outcome]}
    _remember(locked, "ticket.resolved", changes, actor, at)
    _tell_others(
        locked,
        actor,
        lambda: (
            _("“%(title)s” is resolved. Close it and say how satisfied the team is.")
            % {"title": locked.title}
        ),
        at,
    )
    return locked


@transaction.atomic
def close_ticket(
    *, ticket: Ticket, rating: int | None = None, note: str = "", actor: User, at: datetime
) -> Ticket:
    """Close a resolved ticket; a rating from 1 to 5 comes from somebody else than the solver."""
    locked = lock(ticket, actor=actor)
    if locked.state != TicketState.RESOLVED:
        raise Conflict(_("Only a resolved ticket can be closed."), code="not_resolved")
    if rating is not None and locked.resolved_by_id == actor.pk:
        raise Refused(_("You resolved this ticket, so somebody else says how satisfied the team is."))
    locked.state = TicketState.CLOSED
    changes: dict[str, Any] = {"state": [TicketState.RESOLVED, TicketState.CLOSED]}
    if rating is not None:
        locked.rating, locked.rating_note = rating, clean_text(note, field="rating_note")
        locked.rated_at, locked.rated_by = at, actor
        changes["rating"] = [None, rating]
    _save(locked, at)
    _tell_story(locked, EntryKind.RATED, locked.rating_note, actor, at)
    _remember(locked, "ticket.closed", changes, actor, at)
    return locked


@transaction.atomic
def reopen_ticket(*, ticket: Ticket, reason: str, actor: User, at: datetime) -> Ticket:
    """Open a resolved or closed ticket again, with words; rating and outcome start anew."""
    locked = lock(ticket, actor=actor)
    if locked.state not in (TicketState.RESOLVED, TicketState.CLOSED):
        raise Conflict(_("Only a resolved or closed ticket can be opened again."), code="not_resolved")
    words = _words(reason, "reason", _("Say what is still missing."))
    before = values_of(locked, ("state", "outcome", "rating"))
    locked.state, locked.outcome = TicketState.IN_PROGRESS if locked.owner_id else TicketState.OPEN, ""
    locked.resolved_at = locked.resolved_by = locked.rating = locked.rated_at = locked.rated_by = None
    locked.rating_note = ""
    _save(locked, at)
    _tell_story(locked, EntryKind.REOPENED, words, actor, at)
    changes = history.changed_fields(before, values_of(locked, ("state", "outcome", "rating")))
    _remember(locked, "ticket.reopened", {**changes, "reason": [None, words]}, actor, at)
    _tell_others(locked, actor, lambda: _("“%(title)s” was opened again.") % {"title": locked.title}, at)
    return locked


def _require_live(ticket: Ticket) -> None:
    if ticket.state not in LIVE:
        raise Conflict(
            _("This ticket is “%(state)s”. Open it again to go on.") % {"state": ticket.get_state_display()},
            code="ended",
        )


def _words(text: str, field: str, message: str) -> str:
    words = clean_text(text, field=field)
    if not words:
        raise Invalid(message, fields=[FieldError(field, message, "required")])
    return words


def _answered(ticket: Ticket, actor: User, at: datetime) -> None:
    """The first thing that somebody else than the opener does is the first answer."""
    if ticket.answered_at is None and actor.pk != ticket.entered_by_id:
        ticket.answered_at = at


def _save(ticket: Ticket, at: datetime) -> None:
    ticket.version += 1
    ticket.updated_at = at
    save_checked(ticket)


def _tell_story(ticket: Ticket, kind: str, text: str, actor: User, at: datetime) -> TicketEntry:
    entry = TicketEntry(ticket=ticket, kind=kind, text=text, state=ticket.state, at=at, by=actor)
    return save_checked(entry)


def _remember(ticket: Ticket, action: str, changes: Mapping[str, Any], actor: User, at: datetime) -> None:
    history.record(chain=ticket.chain, action=action, subject=ticket, changes=changes, actor=actor, at=at)


def _tell_others(ticket: Ticket, actor: User, text: Any, at: datetime) -> None:
    """The opener and whoever is in charge, except the one who did it."""
    people = User.objects.filter(Q(pk=ticket.entered_by_id) | Q(pk=ticket.owner_id), is_active=True)
    _tell(ticket, people.exclude(pk=actor.pk), text, at)


def _tell(ticket: Ticket, people: Any, text: Any, at: datetime) -> None:
    notify(users=people, kind="ticket", text=text, url=reverse("ticket-detail", args=[ticket.pk]), at=at)
