"""Which gates hold for a park on a day, in the language of the reader."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language

from accounts.enums import Role
from accounts.models import User
from incubators.models import Membership
from projects.enums import GateTableStatus
from projects.models import GateRow, GateStage, GateTable, Project
from projects.stages import DEFAULT, PATH, Gate, Requirement, Table


def table_of(record: GateTable | None) -> Table:
    """A stored version as the check reads it; without one, the table built in. Two queries."""
    return _read([record])[record.pk] if record is not None else DEFAULT


def table_in_force(park_id: int, *, on: date) -> Table:
    """The park's own version of that day, else the default. Three queries."""
    return tables_in_force([park_id], on=on)[park_id]


def tables_in_force(park_ids: Collection[int], *, on: date) -> Mapping[int, Table]:
    """The same for many parks, still in three queries."""
    return {
        park_id: table if table is not None else DEFAULT
        for park_id, table in _tables_on(set(park_ids), on).items()
    }


def versions_in_force(park_ids: Collection[int], *, on: date) -> dict[int, GateTable | None]:
    """The record of the version that holds for each park; one query."""
    rows = GateTable.objects.filter(
        Q(park=None) | Q(park__in=park_ids),
        Q(valid_until=None) | Q(valid_until__gt=on),
        status=GateTableStatus.PUBLISHED,
        valid_from__lte=on,
    )
    found = {row.park_id: row for row in rows}
    return {park_id: found.get(park_id) or found.get(None) for park_id in park_ids}


def _tables_on(park_ids: set[int], on: date) -> dict[int, Table | None]:
    versions = versions_in_force(park_ids, on=on)
    read = _read({row.pk: row for row in versions.values() if row is not None}.values())
    return {park_id: read[row.pk] if row is not None else None for park_id, row in versions.items()}


def _read(records: Iterable[GateTable]) -> dict[int, Table]:
    ids = [record.pk for record in records]
    if not ids:
        return {}
    rows: dict[int, list[GateRow]] = {}
    for row in GateRow.objects.filter(gate__table__in=ids).order_by("position", "pk"):
        rows.setdefault(row.gate_id, []).append(row)
    gates: dict[int, dict[str, Gate]] = {pk: {} for pk in ids}
    stored = GateStage.objects.filter(table__in=ids)
    for gate in sorted(stored, key=lambda gate: PATH.index(gate.stage)):
        gates[gate.table_id][gate.stage] = Gate(
            requirements=tuple(requirement_of(row) for row in rows.get(gate.pk, ())),
            movers=tuple(gate.movers),
            second_person=gate.second_person,
            days=gate.days,
        )
    return {pk: Table(found, version=pk) for pk, found in gates.items()}


def requirement_of(row: GateRow) -> Requirement:
    """A stored row; its own words in the language of the reader, else in the other one."""
    words = [row.words_zh, row.words_en]
    if not (get_language() or "zh").startswith("zh"):
        words.reverse()
    return Requirement(
        kind=row.kind,
        key=row.key,
        proof=row.proof,
        verify=row.verify,
        words=next((text for text in words if text), ""),
        clause=row.clause,
    )


def roles_at(user: User, project: Project, *, on: date) -> frozenset[str]:
    """In which roles a person stands to a project that day. One query."""
    if user.is_superuser:
        return frozenset({Role.PARK_ADMIN.value})
    there: Any = Q(park=project.park_id) | Q(park=None, incubator=None)
    if project.incubator_id is not None:
        there |= Q(incubator=project.incubator_id)
    rows = Membership.objects.current(on).filter(there, user=user)
    return frozenset(rows.values_list("role", flat=True))
