"""Many projects at once: what the services for one project store, in a few statements for all of them.

Whoever calls has checked the values; the database's rules hold as everywhere. Each function runs inside the
caller's transaction and leaves the same rows, log and history as its single counterpart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import translation

from accounts.models import User
from core import history
from core.copying import copy_in, copy_over, copy_rows
from core.models import Tombstone
from core.saving import values_of
from projects.enums import Stage
from projects.models import Project, StageLog
from projects.services.records import FIELDS, new_code

#: What a change of a project stores: the fields, what is derived from them, and the mark of the change.
_STORED = (*FIELDS, "stage_since", "search_text", "sort_key", "name_keys", "version", "updated_at")

_FIRST_MOVE = (
    *("project", "sequence", "from_stage", "to_stage", "on"),
    *("reason", "cause", "destination", "moved_at", "moved_by"),
)


def fresh_codes(days: Sequence[date]) -> list[str]:
    """A free number for each project, by the year of its first contact; one query for all of them."""
    codes = [new_code(day) for day in days]
    while True:
        known = Project.everything.extra(where=["projects_project.code = ANY(%s)"], params=[codes])
        taken = set(known.values_list("code", flat=True))
        seen: set[str] = set()
        again = []
        for at, code in enumerate(codes):
            if code in taken or code in seen:
                again.append(at)
            seen.add(code)
        if not again:
            return codes
        for at in again:
            codes[at] = new_code(days[at])


def insert_projects(projects: Sequence[Project], *, actor: User, at: datetime) -> None:
    """New leads with their names indexed, the first row of their log and their history."""
    if not projects:
        return
    copy_in(projects)
    copy_rows(
        StageLog,
        _FIRST_MOVE,
        (
            (row.pk, 1, "", Stage.LEAD.value, row.first_contact_on, "", "", "", at, actor.pk)
            for row in projects
        ),
    )
    _remember(
        "project.created",
        projects,
        lambda row: history.changed_fields({}, {"code": row.code, **values_of(row, FIELDS)}),
        actor=actor,
        at=at,
    )


def change_projects(
    changes: Sequence[tuple[Project, Mapping[str, Any]]], *, actor: User, at: datetime
) -> list[bool]:
    """Set values on locked projects; whether anything changed, one by one.

    A new first contact moves the start of the log with it; that it lies before the first move was checked.
    """
    changed: list[Project] = []
    differences: dict[int, Mapping[str, Any]] = {}
    outcome = []
    for project, values in changes:
        before = values_of(project, FIELDS)
        for name, value in values.items():
            setattr(project, name, value)
        difference = history.changed_fields(before, values_of(project, FIELDS))
        outcome.append(bool(difference))
        if difference:
            project.version += 1
            project.updated_at = at
            project.index_names()
            differences[project.pk] = difference
            changed.append(project)
    _move_starts([row for row in changed if "first_contact_on" in differences[row.pk]])
    copy_over(changed, _STORED)
    _remember("project.changed", changed, lambda row: differences[row.pk], actor=actor, at=at)
    return outcome


def _move_starts(projects: Sequence[Project]) -> None:
    """The log begins with the first contact; a lead is one since that day."""
    if not projects:
        return
    by_id = {row.pk: row for row in projects}
    moved = set(
        StageLog.objects.filter(project__in=by_id, sequence__gt=1).values_list("project_id", flat=True)
    )
    firsts = list(StageLog.objects.filter(project__in=by_id, sequence=1))
    for first in firsts:
        project = by_id[first.project_id]
        first.on = project.first_contact_on
        if project.pk not in moved:
            project.stage_since = first.on
    copy_over(firsts, ["on"])


def remove_projects(projects: Sequence[Project], *, actor: User, at: datetime) -> None:
    """Delete leads that were entered by mistake; that nothing hangs on them was checked."""
    if not projects:
        return
    copy_in(
        [
            Tombstone(
                kind="project",
                record_id=row.pk,
                park_id=row.park_id,
                incubator_id=row.incubator_id,
                deleted_at=at,
            )
            for row in projects
        ]
    )
    _remember(
        "project.deleted",
        projects,
        lambda row: {name: [value, None] for name, value in values_of(row, FIELDS).items()},
        actor=actor,
        at=at,
    )
    ids = [row.pk for row in projects]
    with connection.cursor() as cursor:
        # Nothing hangs on them but their log, so there is nobody to be told one by one.
        cursor.execute("DELETE FROM projects_stagelog WHERE project_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM projects_project WHERE id = ANY(%s)", [ids])


def _remember(
    action: str,
    projects: Iterable[Project],
    changes_of: Callable[[Project], Mapping[str, Any]],
    *,
    actor: User,
    at: datetime,
) -> None:
    by_chain: dict[str, list[history.Change]] = defaultdict(list)
    with translation.override(settings.LANGUAGE_CODE):  # as ``history.label_of`` does for one
        for row in projects:
            change = history.Change(
                action, row._meta.label_lower, str(row.pk), str(row)[:300], changes_of(row)
            )
            by_chain[row.chain].append(change)
    for chain in sorted(by_chain):
        history.record_many(chain=chain, changes=by_chain[chain], actor=actor, at=at)
