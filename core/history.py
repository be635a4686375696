"""Tamper-evident history: one append-only hash chain per incubator, per park and per park's evaluations.

Each entry's hash covers everything in it and the hash before it (SHA-256 over canonical JSON). The head row
is locked while a link is added, so that a chain never forks; it is stored apart, so that a truncated chain
shows too. The head is printed in every sealed report: whoever rewrites a chain cannot rewrite the paper.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from core.copying import copy_rows
from core.models import HistoryEntry, HistoryHead

GENESIS = "0" * 64
#: From so many links on, COPY is faster than INSERT.
COPIED_FROM = 100


@dataclass(frozen=True)
class Change:
    """What is to be remembered of one act: ``changes`` maps a field to ``[before, after]``."""

    action: str
    subject_type: str
    subject_id: str
    subject_label: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Break:
    """The first row of a chain that does not fit, and why."""

    chain: str
    sequence: int
    entry_id: int | None
    reason: str

    def __str__(self) -> str:
        row = f"row {self.entry_id}" if self.entry_id else "no row"
        return f"{self.chain} #{self.sequence} ({row}): {self.reason}"


def canonical(data: Any) -> bytes:
    """The one byte string for this data: sorted keys, no spaces, UTF-8."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plain).encode()


def plain(value: Any) -> Any:
    """Dates, decimals and the like as the text that history and snapshots store."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


@dataclass(frozen=True)
class _Link:
    """A change with its person and its moment, ready to be chained."""

    change: Change
    actor: str
    at: datetime


#: Links that wait for the end of ``gathered()``, by chain; None outside of it.
_waiting: ContextVar[dict[str, list[_Link]] | None] = ContextVar("waiting history links", default=None)


def record(
    *,
    chain: str,
    action: str,
    subject: Any,
    changes: Mapping[str, Any],
    actor: Any,
    at: datetime | None = None,
) -> None:
    """Add one link to ``chain`` inside the caller's transaction; ``actor`` None means the system itself."""
    change = Change(action, subject._meta.label_lower, str(subject.pk), label_of(subject), changes)
    record_many(chain=chain, changes=[change], actor=actor, at=at)


def label_of(subject: Any) -> str:
    """The record's name as history keeps it: in the language of the installation, whoever acts."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(subject)[:300]


def record_many(*, chain: str, changes: Sequence[Change], actor: Any, at: datetime | None = None) -> None:
    """Add many links under one lock; same result as ``record`` one by one."""
    _require_transaction()
    name = actor.get_username() if actor is not None else "system"
    moment = at or timezone.now()
    links = [_Link(change, name, moment) for change in changes]
    waiting = _waiting.get()
    if waiting is None:
        _append(chain, links)
    else:
        waiting.setdefault(chain, []).extend(links)


@contextmanager
def gathered() -> Iterator[None]:
    """Chain everything that is recorded inside at the end, each chain once: for loads of thousands of acts.

    The block belongs to one transaction that succeeds or fails as a whole: an act that is refused inside may
    not be caught there, for its links would be chained although it never happened.
    """
    _require_transaction()
    waiting: dict[str, list[_Link]] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for chain in sorted(waiting):
        _append(chain, waiting[chain])


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("history is written in the transaction of the change itself")


def _append(chain: str, links: Sequence[_Link]) -> None:
    """Chain the links under a lock on the head.

    A float is kept as its text: the database would give 1e16 back as another number, and NaN not at all.
    """
    HistoryHead.objects.get_or_create(chain=chain)
    head = HistoryHead.objects.select_for_update().get(chain=chain)
    if len(links) < COPIED_FROM:
        _insert(head, links)
    else:
        _copy(head, links)
    head.save(update_fields=["sequence", "hash"])


def _insert(head: HistoryHead, links: Sequence[_Link]) -> None:
    entries: list[HistoryEntry] = []
    for link in links:
        change = link.change
        entry = HistoryEntry(
            chain=head.chain,
            sequence=head.sequence + 1,
            at=link.at,
            actor=link.actor,
            action=change.action,
            subject_type=change.subject_type,
            subject_id=change.subject_id,
            subject_label=change.subject_label,
            changes=json.loads(canonical(change.changes), parse_float=str, parse_constant=str),
            previous_hash=head.hash,
        )
        entry.hash = hash_of(entry)
        head.sequence, head.hash = entry.sequence, entry.hash
        entries.append(entry)
    HistoryEntry.objects.bulk_create(entries)


_COPIED = (
    "chain",
    "sequence",
    "at",
    "actor",
    "action",
    "subject_type",
    "subject_id",
    "subject_label",
    "changes",
    "previous_hash",
    "hash",
)


def _copy(head: HistoryHead, links: Sequence[_Link]) -> None:
    """``_insert`` for thousands of links: each piece becomes bytes once, for the hash and for the database.

    A test holds both ways against each other, and ``verify`` reads what is stored.
    """
    chain, rows = orjson.dumps(head.chain), []
    for link in links:
        change, before = link.change, head.hash
        changes = _canonical_for_copy(change.changes)
        head.sequence += 1
        body = (  # the keys of ``hash_of`` in their order
            b'{"action":%b,"actor":%b,"at":"%b","chain":%b,"changes":%b,"previous_hash":"%b","sequence":%d,'
            b'"subject_id":%b,"subject_label":%b,"subject_type":%b}'
        ) % (
            orjson.dumps(change.action),
            orjson.dumps(link.actor),
            plain(link.at).encode(),
            chain,
            changes,
            before.encode(),
            head.sequence,
            orjson.dumps(change.subject_id),
            orjson.dumps(change.subject_label),
            orjson.dumps(change.subject_type),
        )
        head.hash = hashlib.sha256(body).hexdigest()
        rows.append(
            (
                head.chain,
                head.sequence,
                link.at,
                link.actor,
                change.action,
                change.subject_type,
                change.subject_id,
                change.subject_label,
                changes.decode(),
                before,
                head.hash,
            )
        )
    copy_rows(HistoryEntry, _COPIED, rows)


#: Exactly these types look the same from the fast writer of JSON as from the usual one.
_ALIKE = frozenset({str, int, bool, type(None), date, datetime, Decimal})


def _canonical_for_copy(changes: Mapping[str, Any]) -> bytes:
    """``canonical`` of what ``changes`` is once stored, by the fast writer wherever it writes the same."""
    alike = all(
        type(name) is str and type(pair) is list and _ALIKE.issuperset(map(type, pair))
        for name, pair in changes.items()
    )
    if alike:
        try:
            return orjson.dumps(
                changes, default=plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
            )
        except TypeError:  # a number or a text beyond what it knows
            pass
    return canonical(json.loads(canonical(changes), parse_float=str, parse_constant=str))


def hash_of(entry: HistoryEntry) -> str:
    """SHA-256 over every column of the entry and the hash before it."""
    body = {
        "chain": entry.chain,
        "sequence": entry.sequence,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "subject_label": entry.subject_label,
        "changes": entry.changes,
        "previous_hash": entry.previous_hash,
    }
    return hashlib.sha256(canonical(body)).hexdigest()


def verify(chains: Iterable[str] | None = None) -> Iterator[Break]:
    """The first break of each chain, oldest link first; nothing when every chain holds."""
    names = set(HistoryHead.objects.values_list("chain", flat=True)) | set(
        HistoryEntry.objects.values_list("chain", flat=True).distinct()
    )
    for chain in sorted(names if chains is None else set(chains)):
        broken = _verify_chain(chain)
        if broken:
            yield broken


def _verify_chain(chain: str) -> Break | None:
    """Read to the head; what others add to the chain meanwhile is read as well, not taken for a break."""
    expected, sequence = GENESIS, 0
    entries = HistoryEntry.objects.filter(chain=chain).order_by("sequence")
    while True:
        reached = sequence
        for entry in entries.filter(sequence__gt=reached).iterator(chunk_size=2000):
            sequence += 1
            if entry.sequence != sequence:
                return Break(
                    chain, sequence, None, f"this entry is missing; the next one is #{entry.sequence}"
                )
            if entry.previous_hash != expected:
                return Break(chain, sequence, entry.pk, "it does not continue the entry before it")
            if hash_of(entry) != entry.hash:
                return Break(chain, sequence, entry.pk, "its content was changed after it was written")
            expected = entry.hash
        head = HistoryHead.objects.filter(chain=chain).first()
        if head is None or head.sequence <= sequence or sequence == reached:
            return _verify_head(chain, head, sequence, expected)


def _verify_head(chain: str, head: HistoryHead | None, sequence: int, expected: str) -> Break | None:
    if head is None:
        return Break(chain, sequence, None, "the head of the chain is missing")
    if head.sequence != sequence:
        return Break(
            chain, min(sequence, head.sequence) + 1, None, f"the head says #{head.sequence} is the last entry"
        )
    if head.hash != expected:
        return Break(chain, sequence, None, "the head does not match the last entry")
    return None


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """``{field: [before, after]}`` for the fields that differ."""
    return {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}


def heads(chains: Iterable[str]) -> list[dict[str, Any]]:
    """The heads of these chains, by name: what a sealed report prints."""
    rows = HistoryHead.objects.filter(chain__in=list(chains)).order_by("chain")
    return [{"chain": row.chain, "sequence": row.sequence, "hash": row.hash} for row in rows]
