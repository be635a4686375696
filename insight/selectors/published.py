"""Published figures in words: value, unit, qualifier, date, scope and source, as the page shows them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags import fmt
from core.templatetags.press import bound_words, is_chinese, source_words
from incubators.enums import FigureKind
from incubators.models import ReportedFigure

Words = str | Promise

UNITS: Mapping[str, Words] = {
    "projects": _("projects"), "firms": _("firms"), "firms/year": _("firms a year"),
    "carriers": _("carriers"),
    "institutions": _("institutions"), "people": _("people"), "patents": _("patents"), "sites": _("sites"),
    "teams": _("teams"), "universities": _("universities"), "labs": _("laboratories"),
    "firms or teams": _("firms or teams"), "agreements": _("agreements"), "parks": _("parks"),
    "homes": _("homes"), "clusters": _("clusters"), "leads": _("leads"), "applications": _("applications"),
    "types": _("types"), "centres/year": _("centres a year"), "enclaves": _("enclaves"), "m2": "m²",
    "km2": "km²", "km": "km", "rank": _("rank"),
}  # fmt: skip
MONEY_UNITS = {"yuan": "CNY", "yuan/year": "CNY", "HKD": "HKD"}
QUALIFIERS: Mapping[str, Words] = {
    "exact": "", "stated": "", "above": _("above"), "nearly": _("nearly"), "approx": _("about"),
    "target": _("target"), "plan": _("planned"), "forecast": _("forecast"), "at_least": _("at least"),
    "at_most": _("at most"),
}  # fmt: skip
PERIODS: Mapping[str, Words] = {
    "planned": _("planned"), "plan": _("planned"), "cumulative": _("cumulative"), "each year": _("each year"),
    "programme": _("over the programme"), "unclear": _("period not stated"),
    "first phase": _("first phase"), "base year not stated": _("base year not stated"),
    "2024 Oct-Nov": _("October and November 2024"),
    "2021-Q1 and part of Q2": _("Q1 and part of Q2 2021"), "past 5 years to 2021": _("five years to 2021"),
    "2021 to date": _("2021 to date"), "from 2022-2023": _("from 2022 or 2023"),
}  # fmt: skip
_DATED = re.compile(r"(?P<how>to|as of|cumulative to|by) (?P<day>\d{4}(?:-\d{2}){0,2})")
_HOW = {
    "to": _("up to %(day)s"),
    "as of": _("as of %(day)s"),
    "cumulative to": _("cumulative up to %(day)s"),
    "by": _("by %(day)s"),
}


def unit_words(unit: str) -> str:
    return str(UNITS.get(unit, unit))


def qualifier_words(qualifier: str) -> str:
    """``above target`` → 目标超过: what kind of number first, then how exact it is."""
    words = [str(QUALIFIERS.get(part, part)) for part in qualifier.split()]
    parts = [word for word in reversed(words) if word]
    return ("" if is_chinese() else " ").join(parts)


def period_words(text: str) -> str:
    """The period as the source prints it, in the language of the page."""
    if match := _DATED.fullmatch(text):
        return str(_HOW[match["how"]]) % {"day": match["day"]}
    if text in PERIODS:
        return str(PERIODS[text])
    return fmt.period(text) if text else ""


def date_words(text: str) -> str:
    """The date of an agreement: ``2020-05 or before`` → 2020-05 或更早."""
    return bound_words(text) or period_words(text)


def shown(figure: ReportedFigure) -> dict[str, Any]:
    """One published figure as ``{% figure %}`` and ``{% key_figure %}`` take it."""
    value, unit = _value(figure)
    details = figure.details or {}
    scope = details.get("scope") or {}
    return {
        "code": figure.code,
        "kind": figure.kind,
        "label": figure.name,
        "value": value,
        "unit": unit,
        "unit_code": figure.unit,
        "qualifier": qualifier_words(figure.qualifier),
        "as_of": figure.as_of,
        "period": period_words(figure.period_text),
        "scope": scope.get("zh" if is_chinese() else "en") or (figure.scope_text if is_chinese() else ""),
        "source": source_words(figure.source, figure.source_lines),
        "formula": details.get("expr", ""),
        "inputs": [f"“{text}”" for text in figure.quote_figures],
        "note": _note(figure),
        "about": figure.incubator or figure.park or figure.organisation or figure.entity_code,
        "about_park": figure.park,
        "about_incubator": figure.incubator,
        "growth": _growth(figure.growth),
    }


def _value(figure: ReportedFigure) -> tuple[Any, str]:
    """A number with its unit; what a source gets wrong or only words stays the text it printed."""
    if figure.value is None:
        return figure.value_text or None, ""
    if figure.unit in MONEY_UNITS:
        amount, unit = fmt.scaled_money(figure.value, MONEY_UNITS[figure.unit])
        return amount, f"{unit}/{gettext('year')}" if figure.unit.endswith("/year") else unit
    if figure.unit == "ratio":
        return f"{fmt.grouped(figure.value * 100)}%", ""
    return figure.value.normalize(), unit_words(figure.unit)


def _growth(text: str) -> str:
    number = fmt.as_decimal(text)
    if number is None:
        return gettext("doubles") if text == "doubles" else text
    return f"{'+' if number > 0 else ''}{fmt.grouped(number * 100)}%"


def _note(figure: ReportedFigure) -> str:
    """The note in the language of the page; most Chinese wording stands in the details."""
    details = figure.details or {}
    if is_chinese():
        return str(details.get("treat_zh") or details.get("note_zh") or "")
    return figure.note


def split_by_kind(figures: Iterable[ReportedFigure]) -> dict[str, list[dict[str, Any]]]:
    """Printed figures, computed ones and notes on consistency, each in a list of its own."""
    found: dict[str, list[dict[str, Any]]] = {kind.value: [] for kind in FigureKind}
    for item in figures:
        found[item.kind].append(shown(item))
    return found
