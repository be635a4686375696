"""Reported figures: what sources print, what follows from it by arithmetic, and where sources contradict.

A figure that the source itself gets wrong (flagged) and a derived value that is no total (with a warning)
keep their number as text only, so that no page or sum can take it for a value.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.enums import FigureStatus
from evaluation.demo.reading import BadData, Entry, entries, labels
from evaluation.demo.storing import SOURCED, Layout, Resolver, resolver, store
from incubators.enums import FigureKind
from incubators.models import ReportedFigure

FIGURES = Layout(
    {
        **SOURCED,
        "entity": "entity_code",
        "unit": "unit",
        "qualifier": "qualifier",
        "period": "period_text",
        "growth": "growth",
        "note": "note",
    },
    own=frozenset({"value"}),
)
DERIVED = Layout({**SOURCED, "entity": "entity_code", "warning": "note"})
OTHERS = Layout(SOURCED)
NOT_AN_OUTCOME = {
    "zh": "用来检验目标规则的取值，不是实际结果。",
    "en": "Values that test the rule of the target, not an outcome.",
}
COMPARATORS: Mapping[str, tuple[str, str, Callable[[Decimal, Decimal], bool]]] = {
    "gt": ("超过", "above", operator.gt),
    "ge": ("不低于", "at least", operator.ge),
    "le": ("不超过", "at most", operator.le),
    "lt": ("低于", "below", operator.lt),
}
_OPERATIONS: Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True)
class Owners:
    """Finds the park, site or organisation that a figure is about."""

    park: Resolver
    incubator: Resolver
    organisation: Resolver

    def columns(self, code: str) -> dict[str, int | None]:
        return {
            "park_id": self.park(code),
            "incubator_id": self.incubator(code),
            "organisation_id": self.organisation(code),
        }


def load_figures(
    *,
    parks: Mapping[Any, Any],
    incubators: Mapping[Any, Any],
    organisations: Mapping[Any, Any],
    at: datetime,
) -> tuple[dict[Any, Any], int]:
    """Indicators, key figures of sites, derived values, target tests and consistency notes, in one table."""
    owners = Owners(resolver(parks), resolver(incubators), resolver(organisations))
    rows = [*indicators(), *key_figures(), *derived(), *target_tests(), *consistency_notes()]
    complete = [
        {"status": FigureStatus.REPORTED, **row, **owners.columns(row.get("entity_code", ""))} for row in rows
    ]
    return store(ReportedFigure, complete, at=at)


# --- printed figures -----------------------------------------------------------------------------
def indicators() -> list[dict[str, Any]]:
    """One row for each figure; those that a site states as well carry that site's as-of date and scope."""
    same = _stated_by_sites()
    rows = []
    for entry in entries("indicators", "indicators"):
        row = FIGURES.values(entry) | {"kind": FigureKind.FIGURE, **_printed(entry)}
        row["as_of"] = _as_of(entry["period"])
        if stated := same.get(entry["id"]):
            row["as_of"] = stated["as_of"] or row["as_of"]
            row["scope_text"] = stated["scope"].get("zh", "")
            row["details"] = row["details"] | stated["details"]
        rows.append(row)
    return rows


def _printed(entry: Entry) -> dict[str, Any]:
    """The number as value; of a figure flagged as wrong only the printed text."""
    value = entry["value"]
    if value is None:
        return {"value": None, "value_text": ""}
    if entry.get("flag"):
        return {"value": None, "value_text": str(value)}
    return {"value": Decimal(str(value)), "value_text": ""}


def _as_of(period: str | None) -> str:
    """``to 2021-05`` and ``as of 2025-04`` name the day up to which a figure was counted."""
    match = re.fullmatch(r"(?:as of|to|cumulative to) (\d{4}(?:-\d{2}){0,2})", period or "")
    return match[1] if match else ""


def _stated_by_sites() -> dict[str, dict[str, Any]]:
    """What the sites' own key figures add to an indicator: as-of date, scope, and which key says the same."""
    wording = labels("key_figures")
    values = {entry["id"]: str(entry["value"]) for entry in entries("indicators", "indicators")}
    same: dict[str, dict[str, Any]] = {}
    for site in entries("incubators"):
        for key, label in wording.get(site["id"], {}).items():
            if not (code := label.get("same_as")):
                continue
            stated = site["area_m2"] if key == "area_m2" else site["kpis"][key]
            if str(stated) != values[code]:
                raise BadData(f"{site['id']}.{key} says {stated}, {code} says {values[code]}")
            scope = label.get("scope", {})
            same[code] = {
                "as_of": site.get("as_of", ""),
                "scope": scope,
                "details": {"also_stated_as": f"{site['id']}.{key}"} | ({"scope": scope} if scope else {}),
            }
    return same


def key_figures() -> list[dict[str, Any]]:
    """Key figures of sites that no indicator repeats; words among them stay in the details of the site."""
    wording = labels("key_figures")
    rows = []
    for site in entries("incubators"):
        for key, value in site.get("kpis", {}).items():
            label = wording[site["id"]][key]
            if label.get("same_as") or label.get("statement"):
                continue
            rows.append(
                {
                    "code": f"{site['id']}-{key}",
                    "kind": FigureKind.FIGURE,
                    "entity_code": site["id"],
                    "name_zh": label["zh"],
                    "name_en": label["en"],
                    "value": Decimal(str(value)),
                    "unit": label["unit"],
                    "qualifier": label["qualifier"],
                    "as_of": site.get("as_of", ""),
                    "period_text": site["kpis"].get("period", ""),
                    "source": site["source"],
                    "source_lines": site["lines"],
                    "quote_figures": [str(value)] if str(value) in site["quote_figures"] else [],
                    "details": {"key": key},
                }
            )
    return rows


# --- what follows from them ------------------------------------------------------------------------
def calculate(expression: str) -> Decimal:
    """The exact decimal value of an arithmetic expression: numbers, + - * / ** and brackets."""
    return _value_of(ast.parse(expression, mode="eval").body, expression)


def _value_of(node: ast.expr, expression: str) -> Decimal:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_value_of(node.left, expression), _value_of(node.right, expression))
    if isinstance(node, ast.Constant):
        return Decimal(ast.get_source_segment(expression, node) or "")
    raise BadData(f"{expression!r} is no arithmetic")


def derived() -> list[dict[str, Any]]:
    """Computed here from the stated inputs; a result other than the file expects stops the load."""
    wording = labels("derived")
    rows = []
    for entry in entries("indicators", "derived"):
        step = Decimal(1).scaleb(-entry["decimals"])
        result = calculate(entry["expr"]).quantize(step, rounding=ROUND_HALF_UP)
        if str(result) != entry["expected"]:
            raise BadData(f"{entry['id']}: {entry['expr']} is {result}, not {entry['expected']}")
        row = DERIVED.values(entry) | {"kind": FigureKind.DERIVED, "name_zh": wording[entry["id"]]}
        row["value"], row["value_text"] = (None, entry["expr"]) if entry.get("warning") else (result, "")
        rows.append(row)
    return rows


def target_tests() -> list[dict[str, Any]]:
    """Whether a rule reads its limit as the words mean it (超过 excludes the number, 不低于 includes it)."""
    by_id = {entry["id"]: entry for entry in entries("indicators", "indicators")}
    rows = []
    for entry in entries("indicators", "target_tests"):
        about = by_id[entry["indicator"]]
        words_zh, words_en, holds = COMPARATORS[entry["comparator"]]
        met = holds(Decimal(entry["actual"]), Decimal(entry["target"]))
        if met is not entry["expected_met"]:
            raise BadData(f"{entry['id']}: {entry['actual']} {words_en} {entry['target']} is {met}")
        row = OTHERS.values(entry) | {
            "kind": FigureKind.TARGET_TEST,
            "entity_code": about["entity"],
            "name_zh": f"判定示例：{about['zh']}{words_zh}{entry['target']}，取{entry['actual']}",
            "name_en": f"Example: {about['en']} {words_en} {entry['target']}, with {entry['actual']}",
            "unit": about["unit"],
            "value": None,
            "value_text": "met" if met else "not met",
            "period_text": about["period"] or "",
            "note": NOT_AN_OUTCOME["en"],
        }
        row["details"] |= {"note_zh": NOT_AN_OUTCOME["zh"]}
        rows.append(row)
    return rows


def consistency_notes() -> list[dict[str, Any]]:
    """Where a source contradicts itself or another: the finding, and how the system treats it."""
    wording = labels("consistency_checks")
    rows = []
    for entry in entries("indicators", "consistency_checks"):
        words = wording[entry["id"]]
        row = OTHERS.values({key: value for key, value in entry.items() if key not in ("finding", "treat")})
        row |= {
            "kind": FigureKind.CONSISTENCY,
            "entity_code": words.get("about", ""),
            "name_zh": words["zh"],
            "name_en": entry["finding"],
            "value": None,
            "value_text": entry["verdict"],
            "note": entry["treat"],
        }
        row["details"] |= {"treat_zh": words["treat_zh"]}
        rows.append(row)
    return rows
