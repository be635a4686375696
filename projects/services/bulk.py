"""Many projects in one go: set-wise checks, one insert per table, one lock on each history chain."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import DomainError, FieldError, Invalid
from core.saving import LONGEST_TEXT, assign, clean_text, invalid_from, readable_integrity_errors
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from projects.enums import LeadSource, Stage
from projects.models import Project, Sector
from projects.services.records import FIELDS, check_place, check_values, local_day
from projects.services.sets import fresh_codes, insert_projects

LARGEST_BATCH = 1000
#: Characters of each text, and the types of the other values, that need no second look.
_LONGEST: Mapping[str, int] = {
    name: getattr(Project._meta.get_field(name), "max_length", None) or LONGEST_TEXT
    for name in FIELDS
    if name not in ("sector", "enterprise", "first_contact_on")
}
_LINKED: Mapping[str, tuple[type, ...]] = {
    "sector": (Sector, type(None)),
    "enterprise": (Enterprise, type(None)),
    "first_contact_on": (date,),
}
_SOURCES = frozenset({"", *LeadSource.values})
_UNCHECKED = ("park", "incubator", "enterprise", "sector", "entered_by", "code")


@dataclass
class RowResult:
    """What became of one row: ``status`` is created, unchanged (known external number) or error."""

    index: int
    status: str
    id: int | None = None
    errors: list[FieldError] = field(default_factory=list)


def create_projects(
    *,
    park: Park,
    incubator: Incubator | None,
    rows: Sequence[Mapping[str, Any]],
    actor: User,
    at: datetime,
    dry_run: bool = False,
) -> list[RowResult]:
    """Create the good rows and say what is wrong with the others.

    A row whose ``external_id`` is already known here is left as it is and reported as ``unchanged``, so that
    a batch can be sent again. With ``dry_run`` everything is checked and nothing is kept.
    """
    if len(rows) > LARGEST_BATCH:
        raise Invalid(
            _("A batch holds at most %(most)d rows; this one has %(count)d.")
            % {"most": LARGEST_BATCH, "count": len(rows)},
            code="too_many_rows",
        )
    check_place(park, incubator, actor)
    with transaction.atomic():
        _queue_up(park, incubator)
        try:
            with transaction.atomic():
                results, projects = _prepare(park, incubator, rows, actor, at)
                _insert(projects, actor, at)
        except IntegrityError:
            # Somebody entered one of the numbers between the check and the insert. Now it is known.
            with readable_integrity_errors(Project):
                results, projects = _prepare(park, incubator, rows, actor, at)
                _insert(projects, actor, at)
        for result, project in zip(
            (result for result in results if result.status == "created"), projects, strict=True
        ):
            result.id = None if dry_run else project.pk
        if dry_run:
            transaction.set_rollback(True)
    return results


def _queue_up(park: Park, incubator: Incubator | None) -> None:
    """One batch at a time for each place: two with the same numbers would wait for each other in a circle."""
    place: Park | Incubator = incubator or park
    type(place)._base_manager.select_for_update(no_key=True).get(pk=place.pk)


def _prepare(
    park: Park, incubator: Incubator | None, rows: Sequence[Mapping[str, Any]], actor: User, at: datetime
) -> tuple[list[RowResult], list[Project]]:
    known = _known_external_ids(park, incubator, rows)
    today = local_day(incubator=incubator, park=park, at=at)
    results: list[RowResult] = []
    projects: list[Project] = []
    repeated: set[str] = set()
    for index, values in enumerate(rows):
        external_id = _external_id(values)
        if external_id in known:
            results.append(RowResult(index, "unchanged", known[external_id]))
            continue
        quick = _plain_values(values)
        project = Project(
            park=park,
            incubator=incubator,
            stage=Stage.LEAD,
            entered_by=actor,
            created_at=at,
            updated_at=at,
            **(quick or {}),
        )
        try:
            if quick is None:
                _fill(project, values)
            _check(project, repeated, actor, today)
        except ValidationError as error:
            results.append(RowResult(index, "error", errors=list(invalid_from(error).fields)))
        except DomainError as error:
            results.append(RowResult(index, "error", errors=list(error.fields)))
        else:
            repeated.add(project.external_id)
            projects.append(project)
            results.append(RowResult(index, "created"))
    for project, code in zip(projects, fresh_codes([row.first_contact_on for row in projects]), strict=True):
        project.code = code
        project.index_names()
    return results, projects


def _plain_values(values: Any) -> dict[str, Any] | None:
    """The values of a row that is plainly right, as they are stored; None where the fields have to be asked.

    It leaves out only what cannot find anything here: a test holds both ways against each other.
    """
    if not isinstance(values, Mapping):
        return None
    found: dict[str, Any] = {}
    for name, value in values.items():
        if (limit := _LONGEST.get(name)) is not None:
            try:
                found[name] = clean_text(value, field=name) if isinstance(value, str) else None
            except Invalid:
                return None
            if found[name] is None or len(found[name]) > limit:
                return None
        elif (kinds := _LINKED.get(name)) is not None and type(value) in kinds:
            found[name] = value
        else:
            return None
    good = found.get("name_zh") and found.get("lead_source", "") in _SOURCES
    return found if good else None


def _fill(project: Project, values: Mapping[str, Any]) -> None:
    """Everything that the fields of one row can be wrong in, without a query."""
    if not isinstance(values, Mapping):
        message = _("This row is not a record with named fields.")
        raise Invalid(message, fields=[FieldError("", message, "not_an_object")])
    assign(project, values, allowed=FIELDS)
    project.clean_fields(exclude=(*_UNCHECKED, "first_contact_on", "stage_since"))


def _check(project: Project, repeated: Container[str], actor: User, today: date) -> None:
    """What the fields cannot check alone, without a query."""
    project.first_contact_on = project.stage_since = project.first_contact_on or today
    check_values(project, actor=actor, today=today)
    if project.external_id and project.external_id in repeated:
        message = _("This number already occurs in an earlier row.")
        raise Invalid(message, fields=[FieldError("external_id", message, "repeated")])


def _external_id(values: Any) -> str:
    """The number as it would be stored; empty where there is none or where it is wrong anyway."""
    try:
        return clean_text(values.get("external_id"), field="external_id")
    except (AttributeError, Invalid):
        return ""


def _known_external_ids(
    park: Park, incubator: Incubator | None, rows: Sequence[Mapping[str, Any]]
) -> dict[str, int | None]:
    wanted = {number for row in rows if (number := _external_id(row))}
    if not wanted:
        return {}
    return dict(
        Project.objects.filter(park=park, incubator=incubator, external_id__in=wanted).values_list(
            "external_id", "pk"
        )
    )


def _insert(projects: list[Project], actor: User, at: datetime) -> None:
    insert_projects(projects, actor=actor, at=at)
