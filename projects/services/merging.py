"""Merging two records of one project or of one enterprise, and undoing it.

The merged record keeps its row, its stage log and its history; it is marked ``merged_into`` and leaves every
list and count. What hangs on it, in whatever app, is hung over to the kept record: every foreign key that
points to it is found by its model, so that no app has to be told. Where both records have the same thing (the
figures of a year, the day of registration), somebody decides which one counts; the other stays with the
merged record. Undoing hangs everything back, as long as nobody verified or changed it since.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.models import Tombstone
from core.saving import clean_value, readable_integrity_errors, save_checked
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from projects.enums import RecordKind
from projects.models import CreditProposal, Merge
from projects.models.credit import OPEN
from projects.reading.links import (
    RENUMBERED,
    Clash,
    Link,
    clashes_between,
    fields_of,
    fingerprints,
    links_of,
    model_of,
    rows_on,
)

KEPT, MERGED = "kept", "merged"


@transaction.atomic
def merge_records(
    *,
    kind: str,
    kept: Any,
    merged: Any,
    choices: Mapping[str, str] | None = None,
    decisions: Mapping[str, str] | None = None,
    reason: str = "",
    expected_versions: tuple[int, int] | None = None,
    actor: User,
    at: datetime,
) -> Merge:
    """Merge ``merged`` into ``kept``.

    ``choices`` says per field whose value stays ("kept", the default, or "merged"); ``decisions`` the same
    per clash, by its key. Raises ``Invalid`` naming every clash that nobody decided.
    """
    if kept.pk == merged.pk:
        raise Invalid(_("A record is merged into another one, not into itself."))
    kept, merged = locked_pair(kind, kept.pk, merged.pk)
    require_pair(kept, merged, actor)
    _check_mergeable(kind, kept, merged, expected_versions)
    clashes = clashes_between(kind, kept, merged)
    decided = _decided(clashes, decisions or {})
    values = _chosen(kind, merged, choices or {})
    merged.merged_into = kept
    _new_version(merged, at, "merged_into")
    moved = _move_all(kind, kept, merged, clashes, decided)
    changed = _take_over(kind, kept, values, at)
    record = Merge(
        kind=kind,
        park=kept.park,
        incubator=kept.incubator if kept.incubator_id == merged.incubator_id else None,
        changed=changed,
        moved=moved,
        reason=clean_value(Merge, "reason", reason),
        merged_at=at,
        merged_by=actor,
        updated_at=at,
        **{f"kept_{kind}": kept, f"merged_{kind}": merged},
    )
    save_checked(record)
    Tombstone.objects.create(
        kind=kind,
        record_id=merged.pk,
        park_id=merged.park_id,
        incubator_id=merged.incubator_id,
        deleted_at=at,
    )
    _remember_merge(record, actor, at)
    _tell(record, actor, at)
    return record


@transaction.atomic
def undo_merge(*, merge: Merge, actor: User, at: datetime) -> Merge:
    """Make two records of them again, just as they were; refused with names where something has changed."""
    kept_pk, merged_pk = merge.kept.pk, merge.merged.pk
    kept, merged = locked_pair(merge.kind, kept_pk, merged_pk)
    locked = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    require_pair(kept, merged, actor)
    if locked.undone_at is not None:
        raise Conflict(_("This merge has been undone already."), code="already_undone")
    if kept.merged_into_id is not None:
        raise Conflict(
            _("“%(name)s” was itself merged into another record since. Undo that merge first.")
            % {"name": kept.name},
            code="merged_on",
        )
    obstacles = list(_obstacles(locked, kept))
    if obstacles:
        raise Conflict(
            _("This merge cannot be undone any more, because something has changed since: %(names)s.")
            % {"names": "; ".join(obstacles)},
            code="changed_since",
            fields=[FieldError("moved", name, "changed_since") for name in obstacles],
        )
    _give_back(locked, kept, merged, at)
    Tombstone.objects.filter(kind=locked.kind, record_id=merged.pk).delete()
    locked.undone_at, locked.undone_by = at, actor
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    for record, verb in ((kept, "separated"), (merged, "merge_undone")):
        history.record(
            chain=record.chain,
            action=f"{locked.kind}.{verb}",
            subject=record,
            changes={"merged_record": [label_of(merged if record is kept else kept), None]},
            actor=actor,
            at=at,
        )
    return locked


# --- who and whether ---
def locked_pair(kind: str, one: int, other: int) -> tuple[Any, Any]:
    """Both rows, locked in the order of their ids, so that two merges never wait in a circle."""
    model = model_of(kind)
    rows = {
        row.pk: row
        for row in model.everything.select_for_update(of=("self",), no_key=True)
        .select_related("park", "incubator")
        .filter(pk__in=[one, other])
        .order_by("pk")
    }
    if len(rows) < 2:
        raise Conflict(_("One of the two records has been deleted."), code="deleted")
    return rows[one], rows[other]


def require_pair(one: Any, other: Any, actor: User) -> None:
    """Within one incubator whoever enters there; across two incubators the park administrator."""
    if one.park_id != other.park_id:
        raise Invalid(_("Only records of the same park can be merged."))
    if one.incubator_id == other.incubator_id:
        require(Action.ENTER, user=actor, park_id=one.park_id, incubator_id=one.incubator_id)
    else:
        require(Action.MANAGE, user=actor, park_id=one.park_id)


def _check_mergeable(kind: str, kept: Any, merged: Any, expected: tuple[int, int] | None) -> None:
    for record in (kept, merged):
        if record.merged_into_id is not None:
            raise Conflict(
                _("“%(name)s” has been merged into another record already.") % {"name": record.name},
                code="already_merged",
            )
    if expected is not None and expected != (kept.version, merged.version):
        raise Conflict(
            _("One of the two records was changed meanwhile. Look at both again before you merge."),
            code="stale",
        )
    if kind == RecordKind.PROJECT and CreditProposal.objects.filter(project=merged, state__in=OPEN).exists():
        raise Conflict(
            _("A proposal to divide the credit of “%(name)s” is still open. Settle or withdraw it first.")
            % {"name": merged.name},
            code="proposal_open",
        )


def _decided(clashes: Sequence[Clash], decisions: Mapping[str, str]) -> dict[str, str]:
    known = {clash.key for clash in clashes}
    wrong = [key for key, value in decisions.items() if key not in known or value not in (KEPT, MERGED)]
    open_ones = [clash for clash in clashes if clash.is_asked and clash.key not in decisions]
    errors = [
        FieldError(f"decisions.{key}", _("There is nothing to decide here."), "unknown") for key in wrong
    ]
    errors += [
        FieldError(
            f"decisions.{clash.key}",
            _("Both have “%(name)s”. Choose which one counts.") % {"name": clash.name},
            "undecided",
        )
        for clash in open_ones
    ]
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)
    return {clash.key: decisions.get(clash.key, KEPT) for clash in clashes}


def _chosen(kind: str, merged: Any, choices: Mapping[str, str]) -> dict[str, Any]:
    """The values of the merged record that are to stay."""
    fields = fields_of(kind)
    wrong = [name for name, value in choices.items() if name not in fields or value not in (KEPT, MERGED)]
    if wrong:
        raise Invalid(
            _("These fields cannot be chosen: %(names)s.") % {"names": ", ".join(sorted(wrong))},
            fields=[
                FieldError(f"choices.{name}", _("Choose “kept” or “merged”."), "unknown") for name in wrong
            ],
        )
    return {name: getattr(merged, name) for name, value in choices.items() if value == MERGED}


# --- the merge ---
def _new_version(record: Any, at: datetime, *fields: str) -> None:
    record.version += 1
    record.updated_at = at
    record.save(update_fields=[*fields, "version", "updated_at"])


def _move_all(
    kind: str, kept: Any, merged: Any, clashes: Sequence[Clash], decided: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Hang everything over; what was done, row by row, in an order that can be undone backwards."""
    moved: list[dict[str, Any]] = []
    held = {
        (clash.link.label, row.pk, clash.link.column)
        for clash in clashes
        for row in (clash.mine, clash.theirs)
    }
    for clash in clashes:
        if decided[clash.key] == MERGED:
            _swap(clash.link, clash.mine.pk, clash.theirs.pk, merged.pk, kept.pk)
            moved.append(_note(clash.link, clash.theirs, merged.pk, kept.pk, swapped=clash.mine.pk))
    for link in links_of(kind):
        for row in rows_on(link, merged.pk):
            if (link.label, row.pk, link.column) in held:
                continue
            extra = _renumbered(link, row, kept)
            with readable_integrity_errors(link.model):
                link.model._base_manager.filter(pk=row.pk).update(
                    **{link.column: kept.pk}, **{name: pair[1] for name, pair in extra.items()}
                )
            moved.append(_note(link, row, merged.pk, kept.pk, extra=extra))
    prints = fingerprints(moved)
    return [{**entry, "print": prints[place]} for place, entry in enumerate(moved)]


def _note(link: Link, row: Any, source: int, target: int, **more: Any) -> dict[str, Any]:
    return {
        "model": link.label,
        "pk": row.pk,
        "column": link.column,
        "part": link.is_part,
        "from": source,
        "to": target,
        "name": f"{link.name}: {history.label_of(row)}"[:200],
        "swapped": None,
        "extra": {},
        **more,
    }


def _renumbered(link: Link, row: Any, kept: Any) -> dict[str, list[int]]:
    """Numbers that count within the record go on after those of the kept one."""
    name = RENUMBERED.get(link.label)
    if name is None:
        return {}
    taken = link.model._base_manager.filter(**{link.column: kept.pk}).order_by(f"-{name}").values_list(name)
    last = taken.first()
    return {name: [getattr(row, name), (last[0] if last else 0) + 1]}


def _swap(link: Link, mine: int, theirs: int, merged_pk: int, kept_pk: int) -> None:
    """Exchange the owners of two rows that cannot both be with one. The rule knows no moment in between, so
    the second row is taken out and put in again under its own id; what points to it is checked on commit."""
    manager = link.model._base_manager
    row = manager.get(pk=theirs)
    taken_out: Any = manager.filter(pk=theirs)
    taken_out._raw_delete(using=taken_out.db)
    manager.filter(pk=mine).update(**{link.column: merged_pk})
    setattr(row, link.column, kept_pk)
    row.save_base(raw=True, force_insert=True)


def _take_over(kind: str, kept: Any, values: Mapping[str, Any], at: datetime) -> dict[str, list[Any]]:
    """The chosen values on the kept record; keys of links are kept as ids."""
    changed: dict[str, list[Any]] = {}
    for name, value in values.items():
        column = kept._meta.get_field(name).attname
        before = getattr(kept, column)
        setattr(kept, name, value)
        if getattr(kept, column) != before:
            changed[column] = [_stored(before), _stored(getattr(kept, column))]
    kept.version += 1
    kept.updated_at = at
    save_checked(kept)
    return changed


def _stored(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | bool) else history.plain(value)


def _remember_merge(merge: Merge, actor: User, at: datetime) -> None:
    kept, merged = merge.kept, merge.merged
    names = [entry["name"] for entry in merge.moved]
    history.record(
        chain=kept.chain,
        action=f"{merge.kind}.took_over",
        subject=kept,
        changes={
            "merged_record": [None, label_of(merged)],
            "moved": [None, len(names)],
            "reason": [None, merge.reason],
            **{column.removesuffix("_id"): pair for column, pair in merge.changed.items()},
        },
        actor=actor,
        at=at,
    )
    history.record(
        chain=merged.chain,
        action=f"{merge.kind}.merged",
        subject=merged,
        changes={"merged_record": [None, label_of(kept)], "moved": [None, names[:50]]},
        actor=actor,
        at=at,
    )


def label_of(record: Any) -> str:
    code = getattr(record, "code", "") or getattr(record, "credit_code", "")
    return f"{history.label_of(record)} {code}".strip()


def _tell(merge: Merge, actor: User, at: datetime) -> None:
    """Whoever enters at the merged record's place learns where it has gone."""
    kept, merged = merge.kept, merge.merged
    people = people_allowed(
        Action.ENTER, park_id=merged.park_id, incubator_id=merged.incubator_id, day=at.date()
    ).exclude(pk=actor.pk)
    notify(
        users=people,
        kind="merge",
        text=lambda: (
            _("“%(merged)s” was merged into “%(kept)s”.") % {"merged": merged.name, "kept": kept.name}
        ),
        url=reverse("merge-detail", args=[merge.pk]),
        key=f"merge-{merge.pk}",
        at=at,
    )


# --- undoing ---
def _obstacles(merge: Merge, kept: Any) -> Iterator[str]:
    """What is no longer as the merge left it, by name."""
    now = fingerprints(merge.moved)
    for place, entry in enumerate(merge.moved):
        if now.get(place) != entry["print"]:
            yield entry["name"]
    for column, (_before, after) in merge.changed.items():
        if _stored(getattr(kept, column)) != after:
            yield str(kept._meta.get_field(column).verbose_name)


def _give_back(merge: Merge, kept: Any, merged: Any, at: datetime) -> None:
    links = {(link.label, link.column): link for link in links_of(merge.kind)}
    for entry in reversed(merge.moved):
        link = links[entry["model"], entry["column"]]
        if entry["swapped"] is not None:
            _swap(link, entry["pk"], entry["swapped"], merged.pk, kept.pk)
            continue
        with readable_integrity_errors(link.model):
            link.model._base_manager.filter(pk=entry["pk"]).update(
                **{link.column: merged.pk}, **{name: pair[0] for name, pair in entry["extra"].items()}
            )
    for column, (before, _after) in merge.changed.items():
        field = kept._meta.get_field(column)
        setattr(kept, column, field.to_python(before) if before is not None else None)
    kept.version += 1
    kept.updated_at = at
    save_checked(kept)
    with readable_integrity_errors(type(merged)):
        merged.merged_into = None
        _new_version(merged, at, "merged_into")
