"""Up to 1,000 projects in one request: read set-wise, written set-wise, answered row by row."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.api.problems import field_error
from core.errors import DomainError, FieldError, Invalid
from enterprises.models import Enterprise
from incubators.api.scoping import place_in
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of
from projects.api.serializers import WRITABLE
from projects.models import Project, Sector
from projects.services import create_projects, update_project

LARGEST_BATCH = 1000
KNOWN = frozenset({*WRITABLE, "incubator", "park"})
TEXTS = frozenset(WRITABLE) - {"sector", "enterprise", "first_contact_on"}
Place = tuple[Park, Incubator | None]


@dataclass
class Row:
    """One row on its way: its values as the service takes them, or what is wrong with it."""

    index: int
    values: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    status: str = "error"
    id: int | None = None
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        self.errors.append(FieldError(name, message, code))

    def answer(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "status": self.status,
            "id": self.id,
            "errors": [field_error(item) for item in self.errors],
        }


def take_in(data: Any, *, actor: Any, at: datetime, dry_run: bool) -> dict[str, Any]:
    """Create or update the good rows; the others come back with their errors. A dry run keeps nothing."""
    items, defaults = _opened(data)
    rows = _read(items, defaults, actor)
    with transaction.atomic():
        for place, group in _by_place(rows).items():
            _write(place, group, actor, at)
        if dry_run:
            transaction.set_rollback(True)
    if dry_run:
        for row in rows:
            row.id = None if row.status == "created" else row.id
    counts = Counter(row.status for row in rows)
    names = ("created", "updated", "unchanged", "error")
    return {
        "dry_run": dry_run,
        "counts": {name: counts[name] for name in names},
        "results": [row.answer() for row in rows],
    }


def _opened(data: Any) -> tuple[list[Any], dict[str, Any]]:
    """The rows, and the place for rows that name none; a bare list is taken as rows."""
    if isinstance(data, list):
        data = {"rows": data}
    items = data.get("rows") if isinstance(data, Mapping) else None
    if not isinstance(items, list) or not items:
        raise Invalid(
            _("There are no rows."), fields=[FieldError("rows", _("Send a list of projects."), "required")]
        )
    if len(items) > LARGEST_BATCH:
        message = _("Send at most %(most)d rows at a time; these are %(count)d.") % {
            "most": LARGEST_BATCH,
            "count": len(items),
        }
        raise Invalid(message, code="too_many_rows", fields=[FieldError("rows", message, "too_many_rows")])
    unknown = sorted(str(name) for name in set(data) - {"rows", "incubator", "park"})
    if unknown:
        raise Invalid(
            _("Some fields need attention."),
            fields=[
                FieldError(name, _("This field is not known here."), "unknown_field") for name in unknown
            ],
        )
    return items, {name: data[name] for name in ("incubator", "park") if name in data}


class _Lookups:
    """Everything that rows name by code or id, read once for all of them."""

    def __init__(self, items: Iterable[Any], defaults: Mapping[str, Any], actor: Any) -> None:
        rows = [item for item in items if isinstance(item, Mapping)]
        self.actor = actor
        self.incubators = _coded(
            Incubator.objects.visible_to(actor).select_related("park"), "incubator", rows, defaults
        )
        self.parks = _coded(Park.objects.visible_to(actor), "park", rows, defaults)
        self.sectors = {sector.code: sector for sector in Sector.objects.all()}
        ids = {row.get("enterprise") for row in rows if type(row.get("enterprise")) is int}
        within = [pk for pk in ids if pk is not None and 0 < pk < 2**63]
        self.enterprises: dict[Any, Any] = {}
        if within:
            self.enterprises = Enterprise.objects.visible_to(actor).in_bulk(within)
        self.places: dict[tuple[Any, Any], Place | DomainError] = {}

    def place(self, incubator: Any, park: Any) -> Place | DomainError:
        key = (incubator, park)
        if key not in self.places:
            self.places[key] = self._find_place(incubator, park)
        return self.places[key]

    def _find_place(self, incubator: Any, park: Any) -> Place | DomainError:
        named = {}
        for name, code, known in (("incubator", incubator, self.incubators), ("park", park, self.parks)):
            if code is None or code == "":
                continue
            if code not in known:
                message = _("“%(value)s” was not found.") % {"value": str(code)[:80]}
                return Invalid(message, fields=[FieldError(name, message, "not_found")])
            named[name] = known[code]
        try:
            found = place_in(named, self.actor)
        except DomainError as error:
            return error
        allowed = scope_of(self.actor).allows(
            Action.ENTER, park_id=found[0].pk, incubator_id=found[1].pk if found[1] else None
        )
        if not allowed:
            message = _("You can read this, but not add to it.")
            return Invalid(message, fields=[FieldError("incubator", message, "refused")])
        return found


def _coded(queryset: Any, name: str, rows: list[Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    codes = {
        code for row in [*rows, defaults] if isinstance(code := row.get(name), str) and "\x00" not in code
    }
    return {record.code: record for record in queryset.filter(code__in=codes)} if codes else {}


def _read(items: Sequence[Any], defaults: Mapping[str, Any], actor: Any) -> list[Row]:
    lookups = _Lookups(items, defaults, actor)
    rows = []
    seen: set[tuple[Any, str]] = set()
    for index, item in enumerate(items):
        row = Row(index)
        rows.append(row)
        if not isinstance(item, Mapping):
            row.refuse("", _("Send each project as an object."), "not_an_object")
            continue
        _read_place(row, item, defaults, lookups)
        for name, value in item.items():
            _read_value(row, name, value, lookups)
        if "name_zh" not in row.values and not any(error.field == "name_zh" for error in row.errors):
            row.refuse("name_zh", _("Give the project its Chinese name."), "required")
        _note_repetition(row, seen)
    return rows


def _read_place(row: Row, item: Mapping[str, Any], defaults: Mapping[str, Any], lookups: _Lookups) -> None:
    own = item if item.get("incubator") or item.get("park") else defaults
    names = [own.get("incubator"), own.get("park")]
    if any(name is not None and not isinstance(name, str) for name in names):
        row.refuse("incubator", _("Send the code as a text."), "invalid")
        return
    place = lookups.place(*names)
    if isinstance(place, DomainError):
        row.errors.extend(place.fields)
    else:
        row.place = place


def _read_value(row: Row, name: str, value: Any, lookups: _Lookups) -> None:
    if name in TEXTS:
        _read_text(row, name, value)
    elif name == "first_contact_on":
        _read_day(row, name, value)
    elif name in ("sector", "enterprise"):
        if value is None:
            row.values[name] = None
            return
        known = lookups.sectors if name == "sector" else lookups.enterprises
        found = known.get(value) if isinstance(value, str | int) else None
        if found is None:
            row.refuse(name, _("“%(value)s” was not found.") % {"value": str(value)[:80]}, "not_found")
        else:
            row.values[name] = found
    elif name not in KNOWN:
        known_names = ", ".join(sorted(KNOWN))
        message = _("This field is not known here. Known fields: %(known)s.") % {"known": known_names}
        row.refuse(str(name)[:80], message, "unknown_field")


def _read_text(row: Row, name: str, value: Any) -> None:
    if value is None:
        row.values[name] = ""
    elif not isinstance(value, str):
        row.refuse(name, _("Send a text."), "invalid")
    elif "\x00" in value:
        row.refuse(name, _("The text contains a character that cannot be stored (U+0000)."), "null_character")
    else:
        row.values[name] = value


def _read_day(row: Row, name: str, value: Any) -> None:
    if value is None or value == "":
        return
    try:
        row.values[name] = date.fromisoformat(value)
    except (TypeError, ValueError):
        message = _("“%(value)s” is not a day; write it as 2021-06-30.") % {"value": str(value)[:40]}
        row.refuse(name, message, "invalid")


def _note_repetition(row: Row, seen: set[tuple[Any, str]]) -> None:
    number = str(row.values.get("external_id", "")).strip()
    if not number or row.place is None:
        return
    key = (tuple(part.pk if part else None for part in row.place), number)
    if key in seen:
        row.refuse("external_id", _("This number already occurs in an earlier row."), "repeated")
    seen.add(key)


def _by_place(rows: Iterable[Row]) -> dict[Place, list[Row]]:
    groups: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        if row.place is not None and not row.errors:
            groups[row.place].append(row)
    # Always in the same order: two requests that lock several history chains never wait for each other.
    ordered = sorted(groups.items(), key=lambda item: (item[0][0].pk, item[0][1].pk if item[0][1] else 0))
    return dict(ordered)


def _write(place: Place, rows: list[Row], actor: Any, at: datetime) -> None:
    park, incubator = place
    numbers = [str(row.values["external_id"]).strip() for row in rows if row.values.get("external_id")]
    known: dict[str, Project] = {}
    if numbers:
        stored = Project.objects.filter(park=park, incubator=incubator, external_id__in=numbers)
        known = {project.external_id: project for project in stored}
    fresh = []
    for row in rows:
        project = known.get(str(row.values.get("external_id", "")).strip())
        if project is None:
            fresh.append(row)
        else:
            _update(row, project, actor, at)
    if not fresh:
        return
    results = create_projects(
        park=park, incubator=incubator, rows=[row.values for row in fresh], actor=actor, at=at
    )
    for row, result in zip(fresh, results, strict=True):
        row.status, row.id, row.errors = result.status, result.id, list(result.errors)


def _update(row: Row, project: Project, actor: Any, at: datetime) -> None:
    """A known ``external_id``: change what differs, through the same service as everyone else."""
    row.id = project.pk
    before = project.version
    try:
        with transaction.atomic():
            changed = update_project(project=project, values=row.values, actor=actor, at=at)
    except DomainError as error:
        row.status = "error"
        row.errors = list(error.fields) or [FieldError("", error.message, error.code)]
    else:
        row.status = "unchanged" if changed.version == before else "updated"
