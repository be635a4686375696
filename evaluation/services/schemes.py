"""Schemes come from a file, are written as a draft and then published; from then on nothing changes them.

The database refuses such changes too (a trigger), whoever tries.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from core.search import search_text, sort_key
from evaluation.enums import NodeKind, SchemeStatus
from evaluation.indicators import CALCULATIONS
from evaluation.models import Indicator, Scheme, SchemeNode
from evaluation.scoring import earn, total_weight
from evaluation.selectors.freezing import frozen_scheme

DEMONSTRATION = Path(__file__).resolve().parent.parent / "data" / "demonstration_scheme.yaml"
INDICATOR_FIELDS = (
    "name_zh",
    "name_en",
    "unit_zh",
    "unit_en",
    "direction",
    "formula_zh",
    "formula_en",
    "calculation",
)


def read_scheme(path: Path) -> dict[str, Any]:
    """The file as data."""
    import yaml

    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


@transaction.atomic
def install_scheme(*, path: Path = DEMONSTRATION) -> Scheme:
    """Write and publish the scheme of a file; the same file again changes nothing.

    Raises ``Conflict`` when this version is already published with other content.
    """
    data = read_scheme(path)
    head = data["scheme"]
    stored = Scheme.objects.filter(code=head["code"], version=head["version"]).first()
    if stored is not None and stored.status == SchemeStatus.PUBLISHED:
        if _differs(stored, data):
            raise Conflict(
                _("A published scheme never changes; give the correction a new version and a new date."),
                code="scheme_published",
            )
        return stored
    if stored is not None:
        stored.delete()
    scheme = _write_head(head)
    indicators = _write_indicators(data["indicators"])
    _write_nodes(scheme, data, indicators)
    return publish_scheme(scheme=scheme)


@transaction.atomic
def publish_scheme(*, scheme: Scheme) -> Scheme:
    """Publish a draft whose rules can be carried out and whose headings total 100 points."""
    locked = Scheme.objects.select_for_update().get(pk=scheme.pk)
    if locked.status == SchemeStatus.PUBLISHED:
        raise Conflict(_("This scheme is already published."), code="scheme_published")
    nodes = frozen_scheme(locked)["nodes"]
    _check(nodes)
    locked.status = SchemeStatus.PUBLISHED
    locked.save(update_fields=["status", "updated_at"])
    return locked


def _check(nodes: Sequence[Mapping[str, Any]]) -> None:
    if total_weight(nodes) != 100:
        raise Invalid(
            _("The headings of a scheme total 100 points, not %(total)s.") % {"total": total_weight(nodes)}
        )
    for group in (node for node in nodes if node["kind"] == NodeKind.GROUP):
        parts = [Decimal(node["weight"]) for node in nodes if node["parent"] == group["code"]]
        if sum(parts, Decimal(0)) != Decimal(group["weight"]):
            raise Invalid(
                _("The indicators of “%(heading)s” do not add up to its points.")
                % {"heading": group["name_zh"]}
            )
    for node in nodes:
        if node["kind"] != NodeKind.GROUP:
            earn(node["rule"], weight=Decimal(node["weight"]), value=Decimal(1), target=Decimal(1))


def _write_head(head: Mapping[str, Any]) -> Scheme:
    scheme = Scheme(**{key: value for key, value in head.items() if key != "bonus_limit"})
    scheme.bonus_limit = Decimal(head["bonus_limit"])
    scheme.source = head["source"].strip()
    scheme.full_clean(exclude=["grades"])
    scheme.save()
    return scheme


def indicator_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """An indicator of the file as values of its record."""
    unit_zh, unit_en = row["unit"]
    values = {name: row[name].strip() for name in INDICATOR_FIELDS if name in row}
    return {**values, "unit_zh": unit_zh, "unit_en": unit_en}


def _write_indicators(rows: Sequence[Mapping[str, Any]]) -> dict[str, Indicator]:
    found: dict[str, Indicator] = {}
    for row in rows:
        if row["calculation"] not in CALCULATIONS:
            raise Invalid(_("“%(code)s” is not a known calculation.") % {"code": row["calculation"]})
        values = indicator_values(row)
        stored = Indicator.objects.filter(code=row["code"]).first()
        if stored is None:
            stored = Indicator.objects.create(code=row["code"], **values)
        elif any(getattr(stored, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(stored, name, value)
            stored.save()
        found[row["code"]] = stored
    return found


def leaves_of(data: Mapping[str, Any]) -> list[tuple[str | None, str, list[Any]]]:
    """``(parent, kind, [code, weight, rule])`` of every leaf of the file, in order."""
    inside = [(group["code"], "indicator", leaf) for group in data["nodes"] for leaf in group["indicators"]]
    extra = [(None, kind, leaf) for kind in ("bonus", "deduction", "veto") for leaf in data.get(kind, [])]
    return [*inside, *extra]


def _write_nodes(scheme: Scheme, data: Mapping[str, Any], indicators: Mapping[str, Indicator]) -> None:
    groups = [
        SchemeNode(
            scheme=scheme,
            code=group["code"],
            position=position,
            kind=NodeKind.GROUP,
            name_zh=group["name_zh"],
            name_en=group["name_en"],
            weight=Decimal(group["weight"]),
        )
        for position, group in enumerate(data["nodes"])
    ]
    SchemeNode.objects.bulk_create(_indexed(groups))
    by_code = {group.code: group for group in groups}
    leaves = [
        SchemeNode(
            scheme=scheme,
            parent=by_code[parent] if parent else None,
            code=code,
            position=len(groups) + position,
            kind=kind,
            indicator=indicators[code],
            name_zh=indicators[code].name_zh,
            name_en=indicators[code].name_en,
            weight=Decimal(weight),
            rule=rule,
        )
        for position, (parent, kind, (code, weight, rule)) in enumerate(leaves_of(data))
    ]
    SchemeNode.objects.bulk_create(_indexed(leaves))


def _indexed(nodes: list[SchemeNode]) -> list[SchemeNode]:
    """``bulk_create`` skips ``save``, which would fill the columns for searching and sorting."""
    for node in nodes:
        node.search_text = search_text(node.name_zh, node.name_en)
        node.sort_key = sort_key(node.name_zh)
    return nodes


def _differs(scheme: Scheme, data: Mapping[str, Any]) -> bool:
    head = data["scheme"]
    day: date = head["valid_from"]
    stored = frozen_scheme(scheme)
    leaves = {
        node["code"]: [node["code"], Decimal(node["weight"]), node["rule"]]
        for node in stored["nodes"]
        if node["kind"] != NodeKind.GROUP
    }
    wanted = {leaf[0]: [leaf[0], Decimal(leaf[1]), leaf[2]] for _, _, leaf in leaves_of(data)}
    groups = {
        node["code"]: Decimal(node["weight"]) for node in stored["nodes"] if node["kind"] == NodeKind.GROUP
    }
    return (
        leaves != wanted
        or groups != {group["code"]: Decimal(group["weight"]) for group in data["nodes"]}
        or scheme.grades != head["grades"]
        or scheme.bonus_limit != Decimal(head["bonus_limit"])
        or scheme.valid_from != day
    )
