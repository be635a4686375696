"""Gate tables of a park: a draft is written from the version in force and published from a day on.

What is published never changes (a trigger of the database holds this too); the next version ends it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import clean_text, clean_value, readable_integrity_errors, save_checked
from evidence.enums import EvidenceKind
from incubators.models import Park
from incubators.scope import Action, require
from projects.enums import FactKind, GateTableStatus, RequirementKind, Stage
from projects.models import GateRow, GateStage, GateTable, Project
from projects.selectors import table_of
from projects.selectors.differences import LONGEST_DAYS, Problem, problems_of
from projects.selectors.tables import versions_in_force
from projects.services.records import local_day
from projects.stages import DEFAULT, PATH, Gate, Requirement, Table

ROW_FIELDS = ("kind", "key", "proof", "verify", "words_zh", "words_en", "clause")
MOST_ROWS = 40


@transaction.atomic
def start_gate_table(*, park: Park, note: str = "", actor: User, at: datetime) -> GateTable:
    """A new draft with everything that holds today; a park has one draft at a time."""
    Park.objects.select_for_update(of=("self",)).get(pk=park.pk)
    require(Action.MANAGE, user=actor, park_id=park.pk)
    if GateTable.objects.filter(park=park, status=GateTableStatus.DRAFT).exists():
        raise Conflict(_("There is a draft already; go on with it."), code="draft_exists")
    numbers = GateTable.objects.filter(park=park).aggregate(last=Max("number"))
    table = GateTable(
        park=park,
        number=(numbers["last"] or 0) + 1,
        note=clean_value(GateTable, "note", note),
        created_at=at,
        created_by=actor,
        updated_at=at,
    )
    save_checked(table)
    today = local_day(incubator=None, park=park, at=at)
    _copy(versions_in_force([park.pk], on=today)[park.pk], table)
    _remember(table, "gatetable.started", {"number": [None, table.number]}, actor, at)
    return table


def _copy(source: GateTable | None, target: GateTable) -> None:
    if source is None:
        for stage, gate in DEFAULT.gates.items():
            _write_gate(target, stage, gate, [_row_of(item) for item in gate.requirements])
        return
    for row in source.gates.prefetch_related("rows"):
        gate = Gate(movers=tuple(row.movers), second_person=row.second_person, days=row.days)
        rows = sorted(row.rows.all(), key=lambda item: (item.position, item.pk))
        _write_gate(
            target, row.stage, gate, [{name: getattr(item, name) for name in ROW_FIELDS} for item in rows]
        )


def _row_of(item: Requirement) -> dict[str, Any]:
    return {"kind": item.kind, "key": item.key, "proof": item.proof, "verify": item.verify}


@transaction.atomic
def save_gate(
    *,
    table: GateTable,
    stage: str,
    movers: Sequence[str],
    second_person: bool,
    days: int | None,
    rows: Sequence[Mapping[str, Any]],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> GateTable:
    """Replace one gate of a draft. What no table may do without is refused here, row by row."""
    locked = _lock_draft(table, actor, expected_version)
    if stage not in PATH[1:]:
        raise Invalid(
            _("“%(stage)s” is not a stage with a gate.") % {"stage": stage},
            fields=[FieldError("stage", _("Choose one of: %(known)s.") % {"known": ", ".join(PATH[1:])})],
        )
    if len(rows) > MOST_ROWS:
        raise Invalid(
            _("A gate asks for at most %(most)d things.") % {"most": MOST_ROWS},
            fields=[FieldError("rows", _("Leave some out."), "max_length")],
        )
    cleaned = [_clean_row(row, place) for place, row in enumerate(rows, start=1)]
    gate = Gate(
        requirements=tuple(
            Requirement(row["kind"], row["key"], proof=row["proof"], verify=row["verify"]) for row in cleaned
        ),
        movers=tuple(dict.fromkeys(movers)),
        second_person=second_person,
        days=days,
    )
    _refuse(problems_of(stage, gate))
    before = {stage: _plain(table_of(locked).gate(stage))}
    locked.gates.filter(stage=stage).delete()
    _write_gate(locked, stage, gate, cleaned)
    after = {stage: _plain(table_of(locked).gate(stage))}
    if before != after:
        _touch(locked, at)
        _remember(locked, "gatetable.changed", {"gates": [before, after]}, actor, at)
    return locked


def _clean_row(row: Mapping[str, Any], place: int) -> dict[str, Any]:
    """A row in the types of its fields; ``rows.3.key`` names the third one."""
    if unknown := sorted(set(row) - set(ROW_FIELDS)):
        raise Invalid(
            _("These fields cannot be set: %(names)s.") % {"names": ", ".join(map(str, unknown))},
            fields=[FieldError(f"rows.{place}.{name}", _("This field cannot be set here."), "unknown_field")
                    for name in unknown],
        )  # fmt: skip
    kind = clean_text(row.get("kind", ""), field=f"rows.{place}.kind")
    if kind not in RequirementKind.values:
        raise Invalid(
            _("“%(kind)s” is not a kind of requirement.") % {"kind": kind},
            fields=[FieldError(f"rows.{place}.kind", ", ".join(RequirementKind.values), "unknown")],
        )
    words = {
        name: clean_text(row.get(name, ""), field=f"rows.{place}.{name}")
        for name in ("words_zh", "words_en", "clause")
    }
    for name, text in words.items():
        most = GateRow._meta.get_field(name).max_length  # type: ignore[union-attr]
        if most is not None and len(text) > most:
            message = _("This text has %(count)d characters; at most %(most)d fit.")
            raise Invalid(
                message % {"count": len(text), "most": most},
                fields=[FieldError(f"rows.{place}.{name}", _("Shorten it."), "max_length")],
            )
    return {
        "kind": kind,
        "key": clean_text(row.get("key", ""), field=f"rows.{place}.key"),
        "proof": bool(row.get("proof")) or kind == RequirementKind.EVIDENCE,
        "verify": bool(row.get("verify")),
        **words,
    }


def _write_gate(table: GateTable, stage: str, gate: Gate, rows: Iterable[Mapping[str, Any]]) -> None:
    with readable_integrity_errors(GateStage, GateRow):
        record = GateStage.objects.create(
            table=table,
            stage=stage,
            movers=list(gate.movers),
            second_person=gate.second_person,
            days=gate.days,
        )
        GateRow.objects.bulk_create(
            GateRow(gate=record, position=place, **row) for place, row in enumerate(rows, start=1)
        )


@transaction.atomic
def publish_gate_table(
    *,
    table: GateTable,
    valid_from: date,
    note: str | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> GateTable:
    """Put a draft in force from a day on, today at the earliest; it ends the version before it."""
    locked = _lock_draft(table, actor, expected_version)
    park = locked.park
    assert park is not None
    today = local_day(incubator=None, park=park, at=at)
    if valid_from < today:
        raise Invalid(
            _("A table cannot hold before today."),
            fields=[FieldError("valid_from", _("Enter today or a later day."), "past")],
        )
    last = (
        GateTable.objects.select_for_update(of=("self",))
        .filter(park=park, status=GateTableStatus.PUBLISHED, valid_until=None)
        .first()
    )
    if last is not None and last.valid_from is not None and valid_from <= last.valid_from:
        raise Invalid(
            _("Version %(number)s holds from %(day)s on.") % {"number": last.number, "day": last.valid_from},
            fields=[FieldError("valid_from", _("Enter a later day than that."), "order")],
        )
    _refuse_table(table_of(locked))
    if last is not None:
        GateTable.objects.filter(pk=last.pk).update(valid_until=valid_from, updated_at=at)
    locked.status, locked.valid_from = GateTableStatus.PUBLISHED, valid_from
    locked.published_at, locked.published_by = at, actor
    if note is not None:
        locked.note = clean_value(GateTable, "note", note)
    _touch(locked, at)
    _remember(
        locked,
        "gatetable.published",
        {"valid_from": [None, valid_from], "note": [None, locked.note]},
        actor,
        at,
    )
    return locked


@transaction.atomic
def discard_gate_table(*, table: GateTable, actor: User, at: datetime) -> None:
    """Throw a draft away."""
    locked = _lock_draft(table, actor, None)
    _remember(locked, "gatetable.discarded", {"number": [locked.number, None]}, actor, at)
    locked.delete()


def _lock_draft(table: GateTable, actor: User, expected_version: int | None) -> GateTable:
    locked = (
        GateTable.objects.select_for_update(of=("self",)).select_related("park").filter(pk=table.pk).first()
    )
    if locked is None:
        raise Conflict(_("This draft has been thrown away."), code="deleted")
    require(Action.MANAGE, user=actor, park_id=locked.park_id)
    if locked.status != GateTableStatus.DRAFT:
        raise Conflict(
            _("A published table never changes; start a new version."), code="gate_table_published"
        )
    if expected_version is not None and locked.version != expected_version:
        raise Conflict(_("Somebody else changed this draft meanwhile. Look at it again."), code="stale")
    return locked


def _refuse_table(table: Table) -> None:
    _refuse(problem for stage in PATH[1:] for problem in problems_of(stage, table.gate(stage)))


#: What is said of each problem, and the field it belongs to.
_SENTENCES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "movers": ("movers", lambda: _("Choose who may move a project to “%(stage)s”.")),
    "days": ("days", lambda: _("“%(stage)s”: a decision takes between 1 and %(most)s days.")),
    "always_asked": ("rows", lambda: _("“%(stage)s” always asks for “%(subject)s”.")),
    "second_person": ("second_person", lambda: _("“%(stage)s” is always decided by a second person.")),
    "unknown": ("rows", lambda: _("“%(stage)s”: nothing called “%(subject)s” can be asked for.")),
    "twice": ("rows", lambda: _("“%(stage)s” asks for “%(subject)s” twice.")),
    "always_verified": (
        "rows",
        lambda: _("“%(stage)s”: “%(subject)s” is always verified by a second person."),
    ),
    "verify_without_proof": (
        "rows",
        lambda: _("“%(stage)s”: “%(subject)s” needs a proof that the second person can look at."),
    ),
    "no_proof_here": (
        "rows",
        lambda: _("“%(stage)s”: “%(subject)s” is a field or a condition; nobody proves or verifies it."),
    ),
}


def _refuse(problems: Iterable[Problem]) -> None:
    errors = []
    for problem in problems:
        field, sentence = _SENTENCES[problem.code]
        words = {
            "stage": Stage(problem.stage).label,
            "subject": asked_name(problem.subject),
            "most": LONGEST_DAYS,
        }
        errors.append(FieldError(field, sentence() % words, problem.code))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


def asked_name(key: str) -> str:
    """What is asked for, in the words of the forms."""
    if key in FactKind.values:
        return str(FactKind(key).label)
    if key in EvidenceKind.values:
        return str(EvidenceKind(key).label)
    names = {field.name: str(field.verbose_name) for field in Project._meta.concrete_fields}
    return names.get(key, key)


def _plain(gate: Gate) -> dict[str, Any]:
    """A gate as the history remembers it."""
    return {
        "movers": list(gate.movers),
        "second_person": gate.second_person,
        "days": gate.days,
        "asks": [
            f"{item.kind}:{item.key}{'+proof' if item.proof else ''}{'+verify' if item.verify else ''}"
            + (f" “{item.words}”" if item.words else "")
            + (f" [{item.clause}]" if item.clause else "")
            for item in gate.requirements
        ],
    }


def _touch(table: GateTable, at: datetime) -> None:
    table.version += 1
    table.updated_at = at
    save_checked(table)


def _remember(table: GateTable, action: str, changes: Mapping[str, Any], actor: User, at: datetime) -> None:
    history.record(chain=table.chain, action=action, subject=table, changes=changes, actor=actor, at=at)
