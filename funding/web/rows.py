"""Rows of the editor of a policy: conditions and facts as typed, and where they stand in the terms."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from funding.calculator.conditions import COMPARISONS
from funding.calculator.parameters import Parameter, parameters_of
from funding.render.parameters import kind_of_parameter
from funding.web.facts import as_typed

LONGEST = 200_000  # characters of terms or examples that a form may bring
MOST_ROWS = 60
_REFERENCES = frozenset({"fact", "by", "used", "when", "rank", "current", "prior"})
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass
class FactRow:
    """A fact as typed; ``raw`` is how the terms have it."""

    raw: dict[str, Any]
    label_zh: str
    label_en: str
    choices: str

    @property
    def key(self) -> str:
        return str(self.raw.get("key", ""))

    def data(self) -> dict[str, Any]:
        found = {**self.raw, "label_zh": self.label_zh, "label_en": self.label_en}
        if self.raw.get("kind") == "choice":
            found["choices"] = listed(self.choices)
        return {key: value for key, value in found.items() if value not in ("", None)}


@dataclass
class ConditionRow:
    """A condition as typed. ``fact`` is a key, ``+kind`` for a new fact, or ``=`` to keep the left side."""

    raw: dict[str, Any]
    text_zh: str = ""
    text_en: str = ""
    clause: str = ""
    test: str = "is"
    fact: str = ""
    name: str = ""
    number: str = ""

    @property
    def key(self) -> str:
        return str(self.raw.get("key", ""))


def listed(typed: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，、;；\n]", typed) if part.strip()]


def amount_numbers(data: Mapping[str, Any]) -> list[Parameter]:
    return [one for one in parameters_of(data) if not one.path.startswith("conditions")]


def at(data: Any, path: str) -> Any:
    for name, place in _STEP.findall(path):
        data = data[int(place) if place else name]
    return data


def term_node(data: Mapping[str, Any], path: str) -> str:
    """The term that a number belongs to: the nearest place above it that has an operation."""
    node = path
    while node:
        node = node[: max(node.rfind("."), node.rfind("["), 0)]
        found = at(data, node) if node else {}
        if isinstance(found, dict) and "op" in found:
            return node
    return path


def term_nodes(data: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(term_node(data, one.path) for one in amount_numbers(data)))


def references(value: Any) -> Iterator[str]:
    """Keys of facts that a part of the terms names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _REFERENCES and isinstance(inner, str):
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def condition_row(condition: dict[str, Any], data: Mapping[str, Any]) -> ConditionRow:
    """A condition of the terms as a row of the editor."""
    test = condition.get("test") or {}
    row = ConditionRow(
        condition, condition.get("text_zh", ""), condition.get("text_en", ""), condition.get("clause", "")
    )
    op = test.get("op", "")
    inner = test.get("of") if op == "not" else None
    if op in ("is", "decision"):
        row.test, row.fact = op, test["fact"]
    elif isinstance(inner, Mapping) and inner.get("op") == "is":
        row.test, row.fact = "not", inner["fact"]
    elif op == "one_of":
        row.test, row.fact, row.number = op, test["fact"], "、".join(map(str, test["choices"]))
    elif op == "ranked":
        row.test, row.fact, row.number = op, test["fact"], as_typed(test["places"], "count")
    elif op in COMPARISONS and not isinstance(test["right"], Mapping):
        left = test["left"]
        row.test, row.fact = op, left["fact"] if left.get("op") == "fact" else "="
        kind = kind_of_parameter({**data, "conditions": [condition]}, "conditions[0].test.right")
        row.number = as_typed(test["right"], kind)
    else:
        row.test = "as_is"
    return row


def posted_rows(post: Mapping[str, str]) -> Iterator[ConditionRow]:
    for place in range(MOST_ROWS):
        raw = loaded(post.get(f"c-{place}-raw"), dict)
        if raw is None or not isinstance(raw.get("key"), str):
            return
        yield ConditionRow(
            raw,
            *(
                post.get(f"c-{place}-{name}", "")[:400]
                for name in ("text_zh", "text_en", "clause", "test", "fact", "name", "number")
            ),
        )


def loaded(text: str | None, kind: type) -> Any:
    """JSON that the form carries; None where it is absent, broken or of another kind."""
    if text is None or len(text) > LONGEST:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, kind) else None
