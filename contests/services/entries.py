"""Entries: from the public form, from Excel or typed; admitted or not by the park; withdrawn by the team."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from contests.enums import EntryRefusal, EntrySource, EntryState
from contests.models import Division, Entry, runs_contests
from contests.selectors.rounds import is_before_a_round
from contests.services.acting import (
    day_in,
    locked,
    needed_words,
    remember,
    require_administrator,
    touch,
    wrong,
)
from contests.services.keeping import Upload, keep_files
from core import history
from core.enums import Provenance
from core.errors import Conflict, Stale
from core.saving import assign, invalid_from, readable_integrity_errors, save_checked, values_of
from incubators.models import Incubator
from incubators.scope import Action, require

ENTRY_FIELDS = (
    "name_zh",
    "name_en",
    "team",
    "field",
    "summary",
    "region",
    "contact_name",
    "phone",
    "email",
    "external_id",
)
#: What the history keeps as changed without its words: they are personal data.
PERSONAL = ("contact_name", "phone", "email")
#: Checked against the database by the links themselves, not asked for again.
_LINKS = ("park", "incubator", "division", "field", "entered_by", "judged_by", "lead", "project")
RELATED = ("division__contest__park", "incubator", "park")


@dataclass(frozen=True)
class NewEntry:
    """One entry on its way in; ``values`` by the names of ``ENTRY_FIELDS``."""

    values: Mapping[str, Any]
    incubator: Incubator | None = None
    files: Sequence[Upload] = field(default_factory=tuple)


def hash_of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def enter_by_form(
    *, division: Division, values: Mapping[str, Any], files: Sequence[Upload], secret: str, at: datetime
) -> Entry:
    """An entry from the public form. The same ``secret`` again gives the entry that is there.

    Raises ``Conflict`` (``closed``) unless the division's form is open on that day.
    """
    known = Entry.objects.filter(secret_hash=hash_of_secret(secret)).select_related(*RELATED).first()
    if known is not None:
        return known
    if not (division.contest.is_public and division.is_open_on(day_in(division.contest.park, at))):
        raise Conflict(_("This division takes no entries at present."), code="closed")
    for name, message in (
        ("contact_name", _("Say whom we can reach.")),
        ("phone", _("Give a telephone number, so that we can reach the team.")),
    ):
        needed_words(values.get(name), name, message)
    (entry,) = _create(
        division, [NewEntry(values, None, files)], EntrySource.FORM, None, at, division.provenance, secret
    )
    return entry


def enter_entries(
    *,
    division: Division,
    items: Sequence[NewEntry],
    source: str,
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> list[Entry]:
    """Entries by staff, all of them or none, numbered in the order given. Operators enter for their teams
    while the division takes entries; the park's administrator also afterwards."""
    park = division.contest.park
    for incubator in {item.incubator for item in items}:
        require(Action.ENTER, user=actor, park_id=park.pk, incubator_id=incubator.pk if incubator else None)
        if incubator is not None and incubator.park_id != park.pk:
            raise wrong("incubator", _("This belongs to another park."), "not_found")
    day = day_in(park, at)
    is_late = not division.opens_on <= day <= division.closes_on
    if is_late and not runs_contests(actor, park.pk):
        raise Conflict(_("This division takes no entries at present."), code="closed")
    return _create(division, items, source, actor, at, provenance, "")


@transaction.atomic
def _create(
    division: Division,
    items: Sequence[NewEntry],
    source: str,
    actor: User | None,
    at: datetime,
    provenance: str,
    secret: str,
) -> list[Entry]:
    locked(division)  # two who enter at once would both find the same number free
    last = division.entries.aggregate(last=Max("number"))["last"] or 0
    park = division.contest.park
    entries = []
    for number, item in enumerate(items, start=last + 1):
        entry = Entry(
            park=park,
            incubator=item.incubator,
            division=division,
            number=number,
            source=source,
            received_on=day_in(park, at),
            secret_hash=hash_of_secret(secret) if secret else "",
            entered_by=actor,
            provenance=provenance,
            created_at=at,
            updated_at=at,
        )
        assign(entry, item.values, allowed=ENTRY_FIELDS)
        _check(entry)
        entry.index_names()
        entries.append(entry)
    with readable_integrity_errors(Entry):
        Entry.objects.bulk_create(entries)
    for entry, item in zip(entries, items, strict=True):
        if item.files:
            keep_files(item.files, entry=entry, at=at)
        remember(entry, "contestentry.entered", _told(entry), actor, at)
    return entries


def _check(entry: Entry) -> None:
    needed_words(entry.name_zh, "name_zh", _("Give the project a title."))
    needed_words(entry.team, "team", _("Say who the team or the enterprise is."))
    try:
        entry.clean_fields(exclude=_LINKS)
    except ValidationError as error:
        raise invalid_from(error) from None


def _told(entry: Entry) -> dict[str, list[Any]]:
    """What the history says of a new entry: no personal data."""
    names = [name for name in ENTRY_FIELDS if name not in PERSONAL]
    values = {name: value for name, value in values_of(entry, names).items() if value not in ("", None)}
    return {name: [None, value] for name, value in values.items()} | {"source": [None, entry.source]}


@transaction.atomic
def update_entry(
    *,
    entry: Entry,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Entry:
    """Change what was entered. Operators change entries of their teams until they are admitted."""
    record = locked(entry, *RELATED)
    _require_entering(record, actor)
    if expected_version is not None and record.version != expected_version:
        raise Stale(record)
    if record.state != EntryState.RECEIVED:
        require_administrator(actor, record.park_id)
    before = values_of(record, ENTRY_FIELDS)
    assign(record, values, allowed=ENTRY_FIELDS)
    changes = history.changed_fields(before, values_of(record, ENTRY_FIELDS))
    if not changes:
        return record
    _check(record)
    touch(record, at)
    save_checked(record, exclude=_LINKS)
    said = {name: (["…", "…"] if name in PERSONAL else change) for name, change in changes.items()}
    remember(record, "contestentry.changed", said, actor, at)
    return record


def _require_entering(entry: Entry, actor: User | None) -> None:
    require(Action.ENTER, user=actor, park_id=entry.park_id, incubator_id=entry.incubator_id)


@transaction.atomic
def delete_entry(*, entry: Entry, actor: User, at: datetime) -> None:
    """Take away what was entered by mistake, before anybody judged it."""
    record = locked(entry, *RELATED)
    _require_entering(record, actor)
    if record.state != EntryState.RECEIVED or record.source == EntrySource.FORM:
        raise Conflict(_("This entry has a history, so it stays. Do not admit it instead."), code="in_use")
    remember(record, "contestentry.deleted", {"team": [record.team, None]}, actor, at)
    record.delete()


@transaction.atomic
def admit_entries(*, entries: Sequence[Entry], actor: User, at: datetime) -> list[Entry]:
    """Admit entries to the contest, all of them or none; also such as were not admitted before."""
    rows = list(
        Entry.objects.select_for_update(of=("self",))
        .filter(pk__in=[entry.pk for entry in entries])
        .select_related(*RELATED)
        .order_by("pk")
    )
    if not rows:
        raise wrong("entries", _("Choose at least one entry."), "required")
    before = {row.pk: row.state for row in rows}
    for park_id in {row.park_id for row in rows}:
        require_administrator(actor, park_id)
    for row in rows:
        if row.state not in (EntryState.RECEIVED, EntryState.REFUSED):
            message = _("%(entry)s is “%(state)s”.")
            said = {"entry": row.receipt, "state": row.get_state_display()}
            raise Conflict(message % said, code="judged")
        row.state, row.refusal, row.refusal_words = EntryState.ADMITTED, "", ""
        row.judged_at, row.judged_by = at, actor
        touch(row, at)
    Entry.objects.bulk_update(
        rows, ["state", "refusal", "refusal_words", "judged_at", "judged_by", "version", "updated_at"]
    )
    for row in rows:
        remember(row, "contestentry.admitted", {"state": [before[row.pk], row.state]}, actor, at)
    return rows


@transaction.atomic
def refuse_entry(*, entry: Entry, refusal: str, words: str, actor: User, at: datetime) -> Entry:
    """Do not admit an entry, with the reason that the team reads; until it stands before a round."""
    record = locked(entry, *RELATED)
    require_administrator(actor, record.park_id)
    if record.state not in (EntryState.RECEIVED, EntryState.ADMITTED) or is_before_a_round(record):
        raise Conflict(_("This entry cannot be turned down any more."), code="judged")
    if refusal not in EntryRefusal.values:
        raise wrong("refusal", _("Choose one of the reasons."))
    record.refusal_words = needed_words(words, "words", _("Say why, in words for the team."))
    before, record.state, record.refusal = record.state, EntryState.REFUSED, refusal
    record.judged_at, record.judged_by = at, actor
    touch(record, at)
    save_checked(record, exclude=_LINKS)
    changes = {"state": [before, record.state], "reason": [None, f"{refusal}: {record.refusal_words}"]}
    remember(record, "contestentry.refused", changes, actor, at)
    return record


@transaction.atomic
def withdraw_entry(*, entry: Entry, actor: User | None, at: datetime) -> Entry:
    """The team withdraws: by its secret link (``actor`` None), or through its operator or the park."""
    record = locked(entry, *RELATED)
    _require_entering(record, actor)
    if not record.is_live:
        raise Conflict(
            _("This entry is “%(state)s”.") % {"state": record.get_state_display()}, code="not_live"
        )
    before, record.state = record.state, EntryState.WITHDRAWN
    record.withdrawn_on = day_in(record.park, at)
    touch(record, at)
    save_checked(record, exclude=_LINKS)
    remember(record, "contestentry.withdrawn", {"state": [before, record.state]}, actor, at)
    return record


def entry_of_secret(secret: str) -> Entry | None:
    """The entry behind a secret link; the link is all that a team needs."""
    if not secret or len(secret) > 80 or not secret.isascii():
        return None
    rows = Entry.objects.filter(secret_hash=hash_of_secret(secret))
    return rows.select_related(*RELATED, "field").first()
