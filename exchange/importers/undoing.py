"""Whether what an import wrote may still be taken back: not once somebody has worked with it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core.errors import Conflict, FieldError
from exchange.sheets import Undo


def mark_of(record: Any) -> str:
    """What differs as soon as anybody changes the record: its version, else when it was changed."""
    version = getattr(record, "version", None)
    return str(version) if version is not None else record.updated_at.isoformat()


def refuse_reviewed(entries: Sequence[Undo], records: Mapping[int, Any], *, used: Mapping[int, str]) -> None:
    """``Conflict`` names every record (field = row number) that was reviewed, changed or used since.

    ``entry.undo["mark"]`` is the ``mark_of`` the record as the import left it. What was created and is gone
    already needs no undoing.
    """
    fields = []
    for entry in entries:
        record = records.get(entry.record_id)
        reason = _reason(entry, record, used.get(entry.record_id, ""))
        if reason:
            fields.append(FieldError(str(entry.number), reason, "reviewed"))
    if fields:
        message = _("This import cannot be undone any more: %(count)d of its records were worked with since.")
        raise Conflict(message % {"count": len(fields)}, code="reviewed", fields=fields)


def _reason(entry: Undo, record: Any, user: str) -> str:
    if record is None:
        return _("The record has been deleted since.") if entry.action == "updated" else ""
    name = {"name": str(record)}
    if getattr(record, "verified_at", None) is not None:
        return _("“%(name)s” has been verified by a second person.") % name
    if getattr(record, "returned_at", None) is not None:
        return _("“%(name)s” has been returned by a second person.") % name
    if mark_of(record) != entry.undo["mark"]:
        return _("“%(name)s” has been changed since.") % name
    if user:
        return _("“%(name)s” is in use: %(what)s.") % {**name, "what": user}
    return ""


def users_of(model: type[models.Model], ids: Sequence[int], *, parts: Collection[str] = ()) -> dict[int, str]:
    """What points at these records, by id, whatever app it belongs to; one query for each kind.

    ``parts`` are labels of models whose rows come and go with the record.
    """
    found: dict[int, str] = {}
    if not ids:
        return found
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue  # one-to-one is among these; many-to-many shows by its table in between
        other, link = relation.related_model, relation.field
        if other._meta.label in parts:
            continue
        table, column = other._meta.db_table, link.column
        rows = other._base_manager.extra(where=[f'"{table}"."{column}" = ANY(%s)'], params=[list(ids)])
        for pk in rows.order_by().values_list(link.attname, flat=True).distinct():
            found.setdefault(pk, str(other._meta.verbose_name))
    return found
