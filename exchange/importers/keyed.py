"""Tables whose rows are records with keys: what most apps need to take part in the Excel loop.

An app describes its columns, reads rows into values that its services take, and says how a record looks as a
row (``cells_of``). From that, ``KeyedSheet`` finds the record of each row, possible duplicates and rows that
repeat one another, tells updates from what is unchanged, writes, takes back and exports. Whoever writes
thousands of rows overrides ``create`` and ``update`` with set-wise services; the others give one record at a
time to ``create_one`` and ``update_one``.
"""

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import DomainError, FieldError
from core.saving import readable_integrity_errors
from core.search import name_keys
from exchange.importers.finding import among, label_of, same_cell, with_any_key
from exchange.importers.undoing import mark_of, refuse_reviewed, users_of
from exchange.models.plain import from_plain, to_plain
from exchange.sheets import Candidate, Place, Row, Sheet, Status, Undo, Verdict, Written
from incubators.models import Incubator, Park

MOST_CANDIDATES = 5
#: The answer to a row that met a similar record between its preview and its submission.
DUPLICATE = "duplicate"


class Identity(NamedTuple):
    """One way to tell a record: the column that says it, and a value that only one record has."""

    column: str
    value: Hashable


@dataclass
class Entry:
    """One row on its way into the records of an app.

    ``values`` are what the app's services take; ``record`` is the one that the row is about, once found;
    ``changes`` maps a column to the cell before and after.
    """

    row: Row
    park: Park
    incubator: Incubator | None
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    record: Any = None
    candidates: list[Candidate] = field(default_factory=list)
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def refuse(self, column: str, message: str, code: str = "invalid") -> None:
        self.errors.append(FieldError(column, message, code))

    @property
    def status(self) -> Status:
        if self.errors:
            return Status.ERROR
        if self.record is not None:
            return Status.UPDATE if self.changes else Status.UNCHANGED
        return Status.DUPLICATE if self.candidates else Status.NEW


class KeyedSheet(Sheet):
    """See the module. A subclass gives ``model``, ``columns``, ``read``, ``identities``, ``known``,
    ``cells_of``, ``listed`` and either the set-wise or the single writers."""

    model: type[models.Model]
    #: Columns that are read but never written: what identifies a record, or tells where it stands.
    fixed: tuple[str, ...] = ("incubator",)

    #: Columns in which an empty cell leaves a stored value as it is, because a record cannot do without it.
    kept: tuple[str, ...] = ()

    # --- what an app says -------------------------------------------------------------------------

    @abstractmethod
    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        """One entry per row, in their order, with values for the services or errors. No query per row.

        ``placed(place, row)`` gives an entry with its park and incubator.
        """

    @abstractmethod
    def identities(self, entry: Entry) -> Iterable[Identity]:
        """How this row names its record, the surest way first; empty for a row that names none."""

    @abstractmethod
    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        """The records behind these identities, among those that ``actor`` may see and that lie ``within``
        the place. No query per row."""

    @abstractmethod
    def cells_of(self, record: Any) -> dict[str, Any]:
        """The record as a row: a value, or None, for every column. What an export writes and an import
        compares with, so that both agree."""

    @abstractmethod
    def listed(self, user: Any, filters: Mapping[str, str]) -> models.QuerySet[Any]:
        """What ``user`` may see and the filters of the list page let through, with all that ``cells_of``
        needs, in a stable order."""

    def names(self, entry: Entry) -> tuple[str, ...]:
        """Names by which the record may already be there under another spelling; empty: not looked for."""
        return ()

    def within(self, place: Place, records: Any) -> Any:
        """Those of the place alone: whoever sees the place sees the preview, whoever made it. What lies
        beyond, such as another incubator's record that a park administrator knows, is not shown there."""
        if place.incubator is not None:
            return records.filter(incubator=place.incubator)
        return records.filter(park=place.park)

    def visible(self, actor: Any) -> Any:
        """The records among which candidates are looked for."""
        return self.model._default_manager.visible_to(actor)  # type: ignore[attr-defined]

    #: The name of the URL of one record, which takes its id; empty when it has no page of its own.
    record_url_name: str = ""

    def url_of(self, record_id: int) -> str:
        return reverse(self.record_url_name, args=[record_id]) if self.record_url_name else ""

    def check_entry(self, entry: Entry, *, actor: Any, at: datetime) -> None:
        """Rules that need the record the row is about; ``entry.refuse`` names what is wrong."""

    def create_one(self, *, entry: Entry, actor: Any, at: datetime) -> Any:
        """Store one new record through the app's service and return it."""
        raise NotImplementedError

    def update_one(self, *, entry: Entry, actor: Any, at: datetime) -> Any:
        """Change ``entry.record`` (``entry.changes`` names the columns) through the service; return it."""
        raise NotImplementedError

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        """Take one created record away again, with its history entry."""
        raise NotImplementedError

    # --- checking ---------------------------------------------------------------------------------

    def check(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Verdict]:
        return [
            Verdict(
                status=entry.status,
                record_id=entry.record.pk if entry.record is not None else None,
                changes=entry.changes,
                errors=entry.errors,
                candidates=entry.candidates,
            )
            for entry in self.judged(place=place, rows=rows, actor=actor, at=at)
        ]

    def judged(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        """The entries with record, candidates, changes and every error."""
        entries = self.read(place=place, rows=rows, actor=actor, at=at)
        known = self.known(place=place, entries=entries, actor=actor)
        chosen = self._chosen(place, entries, actor)
        seen: dict[Identity, int] = {}
        for entry in entries:
            self._find(entry, known, chosen, seen)
        self._look_for_similar(place, entries, actor)
        for entry in entries:
            if entry.record is not None:
                entry.changes = self._changes(entry)
            self._ask_for_required(entry)
            self.check_entry(entry, actor=actor, at=at)
        return entries

    def _chosen(self, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[int, Any]:
        """The records that somebody said rows are the same as."""
        wanted = [entry.row.target for entry in entries if entry.row.decision == "same"]
        if not wanted:
            return {}
        records = among(self.within(place, self.visible(actor)), "id", wanted)
        return {record.pk: record for record in self.whole(records)}

    def whole(self, queryset: Any) -> Any:
        """The query with everything that ``cells_of`` reads."""
        return queryset

    def _find(
        self,
        entry: Entry,
        known: Mapping[Identity, Any],
        chosen: Mapping[int, Any],
        seen: dict[Identity, int],
    ) -> None:
        identities = list(self.identities(entry))
        found = {known[identity].pk: identity for identity in identities if identity in known}
        if len(found) > 1:
            first, second = list(found.values())[:2]
            message = _("This belongs to another record than the one named by “%(column)s”. Mend one.")
            entry.refuse(second.column, message % {"column": self.heading(first.column)}, "other_record")
        if entry.row.decision == "same" and not found:
            entry.record = chosen.get(entry.row.target or 0)
            if entry.record is None:
                entry.refuse("", _("The record chosen for this row is not there any more."), "gone")
        elif found:
            entry.record = known[next(iter(found.values()))]
        if entry.record is not None:
            identities.append(Identity("", entry.record.pk))
        for identity in identities:
            earlier = seen.setdefault(identity, entry.row.number)
            if earlier != entry.row.number:
                message = _("Row %(row)d is about the same record. Keep one of the two.")
                entry.refuse(identity.column, message % {"row": earlier}, "repeated")
                break

    def _look_for_similar(self, place: Place, entries: Sequence[Entry], actor: Any) -> None:
        """Records, and earlier rows of the same file, under names that may be the same."""
        keys: dict[int, tuple[str, ...]] = {}
        for entry in entries:
            if entry.record is None and (names := self.names(entry)):
                keys[entry.row.number] = name_keys(*names)
        asking = {
            entry.row.number for entry in entries if entry.row.number in keys and not entry.row.decision
        }
        stored = self._similar_records(place, {key for number in asking for key in keys[number]}, actor)
        rows: dict[str, Entry] = {}
        for entry in entries:
            found: dict[tuple[int, str], Candidate] = {}
            for key in keys.get(entry.row.number, ()):
                if entry.row.number in asking:
                    for candidate in stored.get(key, ()):
                        found[candidate.id, ""] = candidate
                    if key in rows:
                        earlier = rows[key]
                        found[0, str(earlier.row.number)] = self._earlier_row(earlier)
                rows.setdefault(key, entry)
            entry.candidates = list(found.values())[:MOST_CANDIDATES]

    def _earlier_row(self, entry: Entry) -> Candidate:
        names = self.names(entry)
        label = _("Row %(row)d: %(name)s") % {"row": entry.row.number, "name": names[0] if names else ""}
        return Candidate(0, label, _("A row above has the same name."))

    def _similar_records(self, place: Place, keys: set[str], actor: Any) -> Mapping[str, Sequence[Candidate]]:
        if not keys:
            return {}
        found: dict[str, list[Candidate]] = {}
        rows = (
            with_any_key(self.within(place, self.visible(actor)), keys)
            .order_by("pk")
            .values_list("pk", "name_zh", "name_en", "name_keys")
        )
        for pk, name_zh, name_en, its_keys in rows:
            candidate = Candidate(pk, name_zh or name_en, _("The names are alike."), self.url_of(pk))
            for key in its_keys:
                if key in keys:
                    found.setdefault(key, []).append(candidate)
        return found

    def _changes(self, entry: Entry) -> dict[str, tuple[Any, Any]]:
        stored = self.cells_of(entry.record)
        return {
            name: (stored[name], value)
            for name, value in entry.row.values.items()
            if name in stored
            and name not in self.fixed
            and not same_cell(stored[name], value)
            and not (value is None and name in self.kept)
        }

    def _ask_for_required(self, entry: Entry) -> None:
        """A new record needs every required column; of a stored one, none of them can be emptied."""
        refused = {error.field for error in entry.errors} | entry.row.unread
        for name in self._required:
            if name in refused or entry.row.values.get(name) not in (None, ""):
                continue
            if entry.record is None or name in entry.row.values:
                entry.refuse(name, _("This is needed. Fill it in."), "required")

    @cached_property
    def _required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns() if column.required)

    def heading(self, name: str) -> str:
        """The words of a column in the language of the reader."""
        for column in self.columns():
            if column.name == name:
                return label_of(column)
        return name

    # --- writing ----------------------------------------------------------------------------------

    def write(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Written]:
        entries = self.judged(place=place, rows=rows, actor=actor, at=at)
        outcome: dict[int, Written] = {}
        for entry in entries:
            if entry.errors:
                outcome[entry.row.number] = Written("error", errors=entry.errors)
            elif entry.status is Status.DUPLICATE:
                message = _("Meanwhile a record with a similar name was entered. Say whether it is the same.")
                outcome[entry.row.number] = Written("error", errors=[FieldError("", message, DUPLICATE)])
            elif entry.status is Status.UNCHANGED:
                outcome[entry.row.number] = Written("unchanged", entry.record.pk)
        fresh = [entry for entry in entries if entry.status is Status.NEW]
        changed = [entry for entry in entries if entry.status is Status.UPDATE]
        for group, writer in ((fresh, self.create), (changed, self.update)):
            if group:
                written = writer(entries=group, actor=actor, at=at)
                numbers = [entry.row.number for entry in group]
                outcome |= dict(zip(numbers, written, strict=True))
        return [outcome[row.number] for row in rows]

    def create(self, *, entries: Sequence[Entry], actor: Any, at: datetime) -> list[Written]:
        """New records, one result per entry. Overridden where there is a set-wise service."""
        return [self._single(entry, "created", actor, at) for entry in entries]

    def update(self, *, entries: Sequence[Entry], actor: Any, at: datetime) -> list[Written]:
        return [self._single(entry, "updated", actor, at) for entry in entries]

    def _single(self, entry: Entry, action: str, actor: Any, at: datetime) -> Written:
        before = {name: to_plain(values[0]) for name, values in entry.changes.items()}
        one = self.create_one if action == "created" else self.update_one
        try:
            with readable_integrity_errors(self.model):
                record = one(entry=entry, actor=actor, at=at)
        except DomainError as error:
            return Written("error", errors=error.fields or [FieldError("", error.message, error.code)])
        return Written(action, record.pk, {"mark": mark_of(record), "before": before})

    # --- taking back ------------------------------------------------------------------------------

    def take_back(self, *, place: Place, entries: Sequence[Undo], actor: Any, at: datetime) -> None:
        locked = self.model._default_manager.select_for_update(of=("self",)).order_by("pk")
        ids = [entry.record_id for entry in entries]
        records = {record.pk: record for record in self.whole(among(locked, "id", ids))}
        refuse_reviewed(
            entries,
            records,
            used=self.used_elsewhere([entry.record_id for entry in entries if entry.action == "created"]),
        )
        with transaction.atomic():
            self.restore(
                place=place,
                entries=[entry for entry in entries if entry.action == "updated"],
                records=records,
                actor=actor,
                at=at,
            )
            self.remove(
                records=[
                    records[entry.record_id]
                    for entry in entries
                    if entry.action == "created" and entry.record_id in records
                ],
                actor=actor,
                at=at,
            )

    #: Related models (labels) whose rows belong to a record from its first moment and go with it.
    parts: tuple[str, ...] = ()

    def used_elsewhere(self, ids: Sequence[int]) -> Mapping[int, str]:
        """What hangs on created records by now, by id: whoever added it has worked with the record."""
        return users_of(self.model, ids, parts=self.parts)

    def restore(
        self,
        *,
        place: Place,
        entries: Sequence[Undo],
        records: Mapping[int, Any],
        actor: Any,
        at: datetime,
    ) -> None:
        """Give changed records their cells of before, through the same services as the change."""
        rows = []
        for entry in entries:
            values = {name: from_plain(value) for name, value in entry.undo["before"].items()}
            rows.append(Row(entry.number, values, "same", entry.record_id))
        for found in self.read(place=place, rows=rows, actor=actor, at=at):
            found.record = records[found.row.target or 0]
            found.changes = self._changes(found)
            self.update_one(entry=found, actor=actor, at=at)

    def remove(self, *, records: Sequence[Any], actor: Any, at: datetime) -> None:
        """The last created go first: what was entered later may lean on what was entered before."""
        for record in reversed(records):
            self.remove_one(record=record, actor=actor, at=at)

    # --- export -----------------------------------------------------------------------------------

    def export(self, *, user: Any, filters: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        for record in self.listed(user, filters).iterator(chunk_size=2000):
            yield self.cells_of(record)
