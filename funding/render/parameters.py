"""The numbers of a policy in words: what each is, of which kind, and how it is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from funding.calculator import FactSpec, Words
from funding.calculator.facts import MONEY_KINDS
from funding.calculator.parameters import Parameter
from funding.render.trace import label_of_fact, number, percent
from funding.render.wording import sum_words

_KINDS = {
    "rate": "rate",
    "share": "rate",
    "above": "rate",
    "places": "count",
    "number": "number",
}
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class ParameterWords:
    """One number: its path, its kind (money, rate, count, number), what it is, and how it is written."""

    path: str
    node: str
    kind: str
    label: str
    clause: str
    shown: str


def parameter_words(data: Mapping[str, Any], parameter: Parameter) -> ParameterWords:
    path = parameter.path
    node = path.rpartition(".")[0]
    kind = kind_of_parameter(data, path)
    value = Decimal(str(parameter.value))
    written = {"rate": percent(value), "money": sum_words(value, str(data.get("currency") or "CNY"))}
    return ParameterWords(
        path, node, kind, _label(data, path, parameter), parameter.clause, written.get(kind, number(value))
    )


def kind_of_parameter(data: Mapping[str, Any], path: str) -> str:
    """money, rate, count or number."""
    *above, last = _steps(path)
    if last in _KINDS:
        return _KINDS[last]
    if last in ("at_most", "at_least", "right"):
        node = _at(data, above)
        key = _first_fact(node) or _first_fact(_at(data, above[:-2]).get("of", {}))
        kind = next((one.get("kind", "") for one in data.get("facts", []) if one.get("key") == key), "money")
        return "money" if kind in (*MONEY_KINDS, "money_list") else str(kind)
    return "money"


def _steps(path: str) -> list[str | int]:
    return [int(place) if place else name for name, place in _STEP.findall(path)]


def _at(data: Any, steps: list[Any]) -> Any:
    for step in steps:
        data = data[step]
    return data if isinstance(data, Mapping) else {}


def _first_fact(node: Any) -> str:
    if isinstance(node, Mapping):
        for key in ("fact", "current"):
            if isinstance(node.get(key), str):
                return str(node[key])
        for key in ("left", "of"):
            if key in node:
                return _first_fact(node[key])
    return ""


def _label(data: Mapping[str, Any], path: str, parameter: Parameter) -> str:
    """What the number is, with the part of the amount that it belongs to."""
    steps = _steps(path)
    last = str(steps[-1])
    words = {
        "at": _("ceiling"),
        "amount": _("fixed sum"),
        "limit": _("total available"),
        "low": _("lowest amount"),
        "high": _("highest amount"),
        "rate": _("rate"),
        "number": _("times"),
        "places": _("number of places"),
        "up_to": _("band up to"),
        "share": _("share of the band"),
        "above": _("share above the last band"),
        "at_most": _("at most"),
        "at_least": _("at least"),
    }
    own = words.get(last, last)
    if last in ("at_most", "at_least"):
        fact = _at(data, steps[:-1]).get("fact")
        own = f"{name_of_fact(data, fact)}: {own}" if fact else _("step from")
    label = (
        parameter.label_zh or parameter.label_en
        if (get_language() or "").startswith("zh")
        else parameter.label_en or parameter.label_zh
    )
    return " · ".join(filter(None, [*_place(steps), label, own]))


def _place(steps: list[str | int]) -> list[str]:
    """The branch a number stands in: the track, the part of a sum, the band or step."""
    found = [_("for those left out")] if steps[0] == "otherwise" else []
    for step, after in zip(steps, steps[1:], strict=False):
        if step == "cases":
            found.append(str(after))
        elif isinstance(after, int) and step in ("of", "bands", "steps"):
            words = {"of": _("part %(n)d"), "bands": _("band %(n)d"), "steps": _("step %(n)d")}
            found.append(words[str(step)] % {"n": after + 1})
    return found


def name_of_fact(data: Mapping[str, Any], key: Any) -> str:
    """The name of a fact as the terms or the usual words give it."""
    for one in data.get("facts", []):
        if one.get("key") == key:
            words = Words(one.get("label_zh") or "", one.get("label_en") or "")
            return label_of_fact(FactSpec(str(key), "flag", words))
    return label_of_fact(FactSpec(str(key), "flag"))
