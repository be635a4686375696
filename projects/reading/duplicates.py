"""Pairs of records that may be one thing, with the reason; and where a merged record has gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Count, F, Func, Q
from django.utils.translation import gettext as _

from incubators.scope import Action, scope_of
from projects.enums import RecordKind
from projects.models import Merge, NotDuplicate
from projects.reading.links import model_of

#: A name that so many records share joins strangers ("智能装备"): it is no reason.
MOST_OF_ONE_NAME = 8
MOST_PAIRS = 200


@dataclass(frozen=True)
class DuplicatePair:
    """``first`` is the older record; ``across`` means two incubators, which is for the park to decide."""

    kind: str
    first: Any
    second: Any
    reasons: tuple[str, ...]
    across: bool

    @property
    def records(self) -> tuple[Any, Any]:
        return self.first, self.second


def duplicate_pairs(user: Any, kind: str) -> list[DuplicatePair]:
    """Pairs that this person may merge, the newest record first; those known to be different left out."""
    model = model_of(kind)
    enters, manages = scope_of(user).places(Action.ENTER), scope_of(user).places(Action.MANAGE)
    rows = model.objects.filter(
        enters.filter(park="park", incubator="incubator") | manages.filter(park="park", incubator="incubator")
    )
    reasons = _by_name(rows)
    if kind == RecordKind.PROJECT:
        for pair in _by_company(rows):
            reasons.setdefault(pair, []).append(_("Same company and same team lead."))
    else:
        for pair, number in _by_number(rows).items():
            reasons.setdefault(pair, []).append(
                _("Same registration number %(number)s.") % {"number": number}
            )
    known = _set_apart(kind, reasons)
    pairs = sorted((pair for pair in reasons if pair not in known), key=lambda pair: (-pair[1], -pair[0]))
    wanted = {pk for pair in pairs[: MOST_PAIRS * 4] for pk in pair}
    records = model.objects.select_related("park", "incubator").in_bulk(wanted)
    found: list[DuplicatePair] = []
    for first, second in pairs:
        if first in records and second in records and len(found) < MOST_PAIRS:
            one, other = records[first], records[second]
            if _are_two_entities(kind, one, other):
                continue
            across = one.incubator_id != other.incubator_id
            place = {"park_id": one.park_id, "incubator_id": None if across else one.incubator_id}
            if scope_of(user).allows(Action.MANAGE if across else Action.ENTER, **place):
                found.append(DuplicatePair(kind, one, other, tuple(reasons[first, second]), across))
    return found


def _are_two_entities(kind: str, one: Any, other: Any) -> bool:
    """Two enterprises with official numbers that differ, such as a Swedish company and its Chinese one, are
    two, whatever their names: the numbers carry check digits, so no slip of the pen makes them differ."""
    if kind != RecordKind.ENTERPRISE:
        return False
    numbers = [{row.credit_code, row.organisation_number} - {""} for row in (one, other)]
    return bool(numbers[0] and numbers[1] and not numbers[0] & numbers[1])


def _by_name(rows: Any) -> dict[tuple[int, int], list[str]]:
    """Names compared in the form of ``core.search.name_keys``: any script, without legal form and place."""
    groups = (
        rows.order_by()
        .annotate(key=Func(F("name_keys"), function="unnest", output_field=CharField()))
        .values("park_id", "key")
        .annotate(ids=ArrayAgg("pk", distinct=True), many=Count("pk", distinct=True))
        .filter(many__gt=1, many__lte=MOST_OF_ONE_NAME)
        .values_list("key", "ids")
    )
    keys: dict[tuple[int, int], list[str]] = {}
    for key, ids in groups:
        for pair in combinations(sorted(ids), 2):
            keys.setdefault(pair, []).append(key)
    return {
        pair: [_("Same name, perhaps in another spelling: “%(name)s”.") % {"name": min(names, key=_plainest)}]
        for pair, names in keys.items()
    }


def _plainest(name: str) -> tuple[bool, int]:
    """Chinese before its pinyin, long before short: the form that people recognise."""
    return name.isascii(), -len(name)


def _by_company(rows: Any) -> Iterable[tuple[int, int]]:
    groups = (
        rows.order_by()
        .exclude(Q(enterprise=None) | Q(team_lead=""))
        .values("enterprise_id", "team_lead")
        .annotate(ids=ArrayAgg("pk"), many=Count("pk"))
        .filter(many__gt=1, many__lte=MOST_OF_ONE_NAME)
        .values_list("ids", flat=True)
    )
    return [pair for ids in groups for pair in combinations(sorted(ids), 2)]


def _by_number(rows: Any) -> dict[tuple[int, int], str]:
    """The same number in the two columns or under two kinds; within one column the database forbids it."""
    found: dict[tuple[int, int], str] = {}
    numbers: dict[tuple[int, str], list[int]] = {}
    filled = rows.exclude(credit_code="", organisation_number="", external_id="")
    for pk, park, *values in filled.values_list(
        "pk", "park_id", "credit_code", "organisation_number", "external_id"
    ):
        for value in {_bare(text) for text in values if text}:
            numbers.setdefault((park, value), []).append(pk)
    for (_park, number), ids in numbers.items():
        if 1 < len(ids) <= MOST_OF_ONE_NAME and len(number) >= 8:
            found.update(dict.fromkeys(combinations(sorted(ids), 2), number))
    return found


def _bare(text: str) -> str:
    return "".join(char for char in text.upper() if char.isalnum())


def _set_apart(kind: str, pairs: Mapping[tuple[int, int], Any]) -> set[tuple[int, int]]:
    ids = {pk for pair in pairs for pk in pair}
    columns = (f"first_{kind}_id", f"second_{kind}_id")
    return set(NotDuplicate.objects.filter(**{f"{columns[0]}__in": ids}).values_list(*columns))


def kept_record(record: Any) -> Any:
    """Where a merged record has gone in the end; the record itself when it was never merged."""
    seen = {record.pk}
    while record.merged_into_id is not None and record.merged_into_id not in seen:
        record = record.merged_into
        seen.add(record.pk)
    return record


def merges_of(kind: str, record: Any) -> list[Merge]:
    """Merges into this record that stand, newest first, whatever was merged into those records before."""
    found: list[Merge] = []
    waiting = [record.pk]
    columns = ("merged_by", f"merged_{kind}__incubator", f"merged_{kind}__park", f"kept_{kind}")
    while waiting:
        rows = list(
            Merge.objects.filter(**{f"kept_{kind}__in": waiting}, undone_at=None)
            .select_related(*columns)
            .order_by("-merged_at", "-pk")
        )
        found += rows
        waiting = [row.merged.pk for row in rows]
    return found
