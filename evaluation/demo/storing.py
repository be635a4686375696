"""Bring a table into line with the data files: create what is missing, correct what differs, no more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from core import history

PUBLISHED_CHAIN = "published"


@dataclass(frozen=True)
class Layout:
    """Which key of an entry goes to which column; every other key is kept in ``details``.

    ``folded`` names keys that go together into one JSON column; ``own`` are keys the loader treats itself.
    """

    columns: Mapping[str, str]
    folded: Mapping[str, str] | None = None
    own: frozenset[str] = frozenset()

    def values(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Column values with ``details``; an absent text is empty, an absent number stays unknown."""
        values: dict[str, Any] = {}
        details: dict[str, Any] = {}
        for key, value in entry.items():
            if key in self.own:
                continue
            if key in self.columns:
                values[self.columns[key]] = value
            elif self.folded and key in self.folded:
                values.setdefault(self.folded[key], {})[key] = value
            else:
                details[key] = value
        return {**values, "details": details}


SOURCED = {
    "id": "code",
    "zh": "name_zh",
    "en": "name_en",
    "source": "source",
    "lines": "source_lines",
    "quote_figures": "quote_figures",
    "as_of": "as_of",
}


def store(
    model: type[Any],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str] = ("code",),
    at: datetime,
) -> tuple[dict[Any, Any], int]:
    """Store the rows and return the records by key and how many were created or corrected.

    A row names columns by attribute (``park_id``); columns it does not name keep their values.
    """
    known = {_key_of(record, key): record for record in model._default_manager.all()}
    stored: list[tuple[Any, ...]] = []
    new: list[Any] = []
    changed: dict[Any, dict[str, list[Any]]] = {}
    for row in rows:
        values = {name: _stored(model, name, value) for name, value in row.items()}
        identity = tuple(values[name] for name in key)
        stored.append(identity)
        record = known.get(identity)
        if record is None:
            record = known[identity] = model(**values)
            record.index_names()
            new.append(record)
            continue
        before = {name: getattr(record, name) for name in values}
        if difference := history.changed_fields(before, values):
            for name in difference:
                setattr(record, name, values[name])
            record.save()
            changed[identity] = difference
    model._default_manager.bulk_create(new)
    _remember(new, [(known[identity], changes) for identity, changes in changed.items()], rows, at)
    return {identity: known[identity] for identity in stored}, len(new) + len(changed)


def _key_of(record: models.Model, key: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in key)


def _stored(model: type[models.Model], name: str, value: Any) -> Any:
    """The value as the column gives it back, so that it can be compared with what is there."""
    column: Any = model._meta.get_field(name.removesuffix("_id"))
    if value is None and not column.null:
        return column.get_default()
    if isinstance(column, models.DecimalField) and value is not None:
        return column.to_python(str(value))
    return value


def _remember(
    new: Sequence[Any],
    changed: Sequence[tuple[Any, Mapping[str, Any]]],
    rows: Sequence[Mapping[str, Any]],
    at: datetime,
) -> None:
    """One history entry for each record, in the chain of published statements.

    The chains of parks and sites stay what they are: the history of what people enter there.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    changes = []
    for record in new:
        after = {name: getattr(record, name) for name in columns}
        filled = {name: [None, value] for name, value in after.items() if value not in (None, "", {}, [])}
        changes.append(_change(record, "published.stored", filled))
    changes += [_change(record, "published.corrected", difference) for record, difference in changed]
    if changes:
        history.record_many(chain=PUBLISHED_CHAIN, changes=changes, actor=None, at=at)


def _change(record: Any, action: str, changes: Mapping[str, Any]) -> history.Change:
    return history.Change(action, record._meta.label_lower, str(record.pk), str(record)[:300], changes)


Resolver = Callable[[str | None], int | None]


def resolver(records: Mapping[tuple[Any, ...], Any]) -> Resolver:
    """Code → primary key; no code and an unknown code give none."""
    return lambda code: records[(code,)].pk if code and (code,) in records else None
