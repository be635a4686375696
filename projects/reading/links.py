"""What points to a record, found by walking the models of every app, and where two records clash."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models

from core.history import canonical
from enterprises.models import Enterprise
from enterprises.services import FIELDS as ENTERPRISE_FIELDS
from projects.enums import RecordKind
from projects.models import Project

#: The first contact belongs to the stage log, which stays with its record.
PROJECT_FIELDS = (
    "name_zh",
    "name_en",
    "sector",
    "summary",
    "team_lead",
    "contact",
    "lead_source",
    "destination_site",
    "enterprise",
    "external_id",
)
#: What stays with the record it tells of, also when that record is merged.
STAYING = frozenset(
    {
        "projects.stagelog",
        "projects.creditshare",
        "projects.creditproposal",
        "projects.gaterequest",
        "projects.merge",
        "projects.notduplicate",
    }
)
#: Numbers that count within a record: they go on after those of the kept one.
RENUMBERED: Mapping[str, str] = {"projects.relocationleg": "sequence"}
#: The same file or the same payment twice is one: nothing to decide.
NOT_ASKED = frozenset({"projects.projectevidence"})


def model_of(kind: str) -> Any:
    return {RecordKind.PROJECT: Project, RecordKind.ENTERPRISE: Enterprise}[RecordKind(kind)]


def fields_of(kind: str) -> tuple[str, ...]:
    return PROJECT_FIELDS if kind == RecordKind.PROJECT else tuple(ENTERPRISE_FIELDS)


@dataclass(frozen=True)
class Link:
    """One foreign key to the record. A part of it (it would be deleted with it) counts as its content."""

    model: Any
    field: Any

    @property
    def label(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def column(self) -> str:
        return str(self.field.attname)

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def is_part(self) -> bool:
        return self.field.remote_field.on_delete is models.CASCADE

    @cached_property
    def uniques(self) -> list[tuple[tuple[str, ...], Any, bool]]:
        """The other columns of each rule that lets the record have a row only once, with its condition."""
        found: list[tuple[tuple[str, ...], Any, bool]] = []
        if self.field.unique:
            found.append(((), None, False))
        for rule in self.model._meta.constraints:
            if isinstance(rule, models.UniqueConstraint) and self.field.name in rule.fields:
                others = tuple(
                    self.model._meta.get_field(name).attname
                    for name in rule.fields
                    if name != self.field.name
                )
                found.append((others, rule.condition, rule.nulls_distinct is not False))
        for names in self.model._meta.unique_together:
            if self.field.name in names:
                others = tuple(
                    self.model._meta.get_field(name).attname for name in names if name != self.field.name
                )
                found.append((others, None, True))
        return found


@dataclass(frozen=True)
class Clash:
    """Both records have this, and one record may have it only once."""

    link: Link
    mine: Any
    theirs: Any

    @property
    def key(self) -> str:
        return f"{self.link.label}:{self.theirs.pk}"

    @property
    def is_asked(self) -> bool:
        return self.link.label not in NOT_ASKED and not self.link.model._meta.auto_created

    @property
    def name(self) -> str:
        return f"{self.link.name}: {self.theirs}"


def links_of(kind: str) -> list[Link]:
    """Every foreign key of every app that points to records of this kind, tables of links included."""
    found = []
    for relation in model_of(kind)._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        related = relation.related_model
        if related._meta.label_lower in STAYING or related is model_of(kind):
            continue
        found.append(Link(related, relation.field))
    return sorted(found, key=lambda link: (link.label, link.column))


def rows_on(link: Link, pk: int) -> list[Any]:
    """Rows of the link on one record, oldest first; legs by their number."""
    order = RENUMBERED.get(link.label, "pk")
    rows = link.model._base_manager.filter(**{link.column: pk})
    to_one = [
        field.name for field in link.model._meta.concrete_fields if field.many_to_one and not field.null
    ]
    return list(rows.select_related(*to_one[:4]).order_by(order))


def clashes_between(kind: str, kept: Any, merged: Any) -> list[Clash]:
    """Rows of both records that cannot both be with one, each row named once."""
    found: dict[tuple[str, int], Clash] = {}
    for link in links_of(kind):
        if link.label in RENUMBERED or not link.uniques:
            continue
        for others, condition, nulls_differ in link.uniques:
            rows = link.model._base_manager.filter(**{f"{link.column}__in": [kept.pk, merged.pk]})
            if condition is not None:
                rows = rows.filter(condition)
            for mine, theirs in _same(link, list(rows.order_by("pk")), kept.pk, others, nulls_differ):
                found.setdefault((link.label, theirs.pk), Clash(link, mine, theirs))
    return list(found.values())


def _same(
    link: Link, rows: Sequence[Any], kept_pk: int, others: Sequence[str], nulls_differ: bool
) -> Iterator[tuple[Any, Any]]:
    mine = {
        tuple(getattr(row, name) for name in others): row
        for row in rows
        if getattr(row, link.column) == kept_pk
    }
    for row in rows:
        values = tuple(getattr(row, name) for name in others)
        if getattr(row, link.column) == kept_pk or (nulls_differ and None in values):
            continue
        if values in mine:
            yield mine[values], row


def fingerprints(moved: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Per entry a digest of the row as it is: of the whole row for a part of the record, of the link alone
    for what merely points to it. A row that is gone has none."""
    found: dict[int, str] = {}
    wanted: dict[tuple[str, str, bool], dict[int, int]] = {}
    for place, entry in enumerate(moved):
        key = (entry["model"], entry["column"], entry["part"])
        wanted.setdefault(key, {})[entry["pk"]] = place
        if entry["swapped"] is not None:
            wanted[key].setdefault(entry["swapped"], place)
    for (label, column, part), places in wanted.items():
        model = apps.get_model(label)
        columns = [field.attname for field in model._meta.concrete_fields] if part else [column]
        joined = _joined(model, list(places)) if part else {}
        rows = model._base_manager.filter(pk__in=list(places)).order_by("pk").values("pk", *columns)
        for row in rows:
            digest = hashlib.sha256(canonical([row, joined.get(row["pk"], [])])).hexdigest()
            before = found.get(places[row["pk"]], "")
            found[places[row["pk"]]] = hashlib.sha256((before + digest).encode()).hexdigest()
    return found


def _joined(model: Any, ids: list[int]) -> dict[int, list[Any]]:
    """What many-to-many fields of the rows hold: proof added since the merge is a change too."""
    found: dict[int, list[Any]] = {}
    for field in model._meta.many_to_many:
        through, own, other = field.remote_field.through, field.m2m_column_name(), field.m2m_reverse_name()
        rows = (
            through._base_manager.filter(**{f"{own}__in": ids}).order_by(own, other).values_list(own, other)
        )
        for pk, value in rows:
            found.setdefault(pk, []).append([field.name, value])
    return found
