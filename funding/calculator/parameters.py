"""The numbers of a policy: where each stands in the terms, and terms with some of them replaced (what if)."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from funding.calculator.reading.nodes import BadTerms, TermsProblem

#: Keys under which the terms hold a number that may be asked "what if" of.
NUMBERS = frozenset(
    [
        "amount",
        "at",
        "at_least",
        "at_most",
        "limit",
        "low",
        "high",
        "share",
        "above",
        "rate",
        "number",
        "places",
        "right",
        "up_to",
    ]
)

#: What is computed first stands first, in whatever order the keys were stored (PostgreSQL keeps none).
_FIRST = {key: place for place, key in enumerate(("of", "left", "low", "bands", "steps", "up_to"))}

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the terms; ``path`` leads to it, such as ``amount.at`` or
    ``amount.of.bands[0].share``."""

    path: str
    value: Any
    clause: str
    label_zh: str
    label_en: str


class NoSuchParameter(KeyError):
    """The terms hold no number at this path."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def parameters_of(data: Mapping[str, Any]) -> list[Parameter]:
    """Every number of the conditions and amounts, in the order in which they are computed."""
    return [
        parameter
        for key in ("conditions", "amount", "otherwise")
        if data.get(key) is not None
        for parameter in _inside(data[key], key, {})
    ]


def _inside(value: Any, path: str, above: Mapping[str, Any]) -> Iterator[Parameter]:
    if isinstance(value, Mapping):
        words = {**above, **{key: value[key] for key in ("clause", "label_zh", "label_en") if value.get(key)}}
        for key, inner in sorted(value.items(), key=lambda pair: _FIRST.get(pair[0], len(_FIRST))):
            if isinstance(inner, Mapping | list):
                yield from _inside(inner, f"{path}.{key}", words)
            elif key in NUMBERS and _is_number(inner):
                yield Parameter(f"{path}.{key}", inner, *(words.get(name, "") for name in _WORDS))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _inside(inner, f"{path}[{number}]", above)


_WORDS = ("clause", "label_zh", "label_en")


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (
        isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value) is not None
    )


def with_overrides(data: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the terms with some numbers replaced. Raises ``NoSuchParameter``, and ``BadTerms`` for what
    is no number at all; the result still has to be
    read, so that a number that makes no sense is refused like any other."""
    known = {parameter.path for parameter in parameters_of(data)}
    changed: dict[str, Any] = copy.deepcopy(dict(data))
    for path, value in overrides.items():
        if path not in known:
            raise NoSuchParameter(str(path)[:80])
        if value is None or isinstance(value, Mapping | list):
            raise BadTerms([TermsProblem(path, "wrong_type", value, "number")])
        *steps, last = [int(number) if number else name for name, number in _STEP.findall(path)]
        place: Any = changed
        for step in steps:
            place = place[step]
        place[last] = value
    return changed
