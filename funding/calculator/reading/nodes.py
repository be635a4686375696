"""Data read key by key; whatever is wrong is noted with its place, and reading goes on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from funding.calculator.brief import brief
from funding.calculator.facts import BadFacts, FactSpec, Words
from funding.calculator.numbers import ONE, ZERO

#: Deeper data are a mistake or an attack; the deepest policy known has six levels.
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class TermsProblem:
    """What is wrong where. ``path`` leads to it through the data, such as ``amount.of.by[0].rate``. ``code``:
    missing, unknown_key, wrong_type, unknown_op, unknown_fact, wrong_kind, not_positive, not_ascending,
    not_a_share, low_above_high, repeated, unused_fact, too_deep, empty, unknown_choice."""

    path: str
    code: str
    value: object = None
    expected: str = ""


class BadTerms(ValueError):
    """The terms cannot be computed."""

    def __init__(self, problems: list[TermsProblem]) -> None:
        super().__init__("; ".join(f"{one.path}: {one.code} {brief(one.value)}" for one in problems))
        self.problems = problems


class Reading:
    """Problems found so far, and the facts that the terms may name."""

    def __init__(self) -> None:
        self.problems: list[TermsProblem] = []
        self.facts: dict[str, FactSpec] = {}
        self.used: set[str] = set()

    def problem(self, path: str, code: str, value: object = None, expected: str = "") -> None:
        self.problems.append(TermsProblem(path, code, value, expected))


class Node:
    """One mapping of the data, read key by key; ``close`` names the keys that nobody asked for."""

    def __init__(self, reading: Reading, data: object, path: str, depth: int = 0) -> None:
        self.reading, self.path, self.depth = reading, path, depth
        self.data: Mapping[str, Any] = {}
        self.seen: set[str] = set()
        if not isinstance(data, Mapping):
            self.problem("", "wrong_type", data, "mapping")
        elif depth > DEEPEST:
            self.problem("", "too_deep", None, str(DEEPEST))
        else:
            self.data = data

    def at(self, key: str) -> str:
        return f"{self.path}.{key}".strip(".")

    def problem(self, key: str, code: str, value: object = None, expected: str = "") -> None:
        self.reading.problem(self.at(key), code, value, expected)

    def close(self) -> None:
        for key in self.data:
            if key not in self.seen:
                self.problem(str(key), "unknown_key", key, ", ".join(sorted(self.seen)))

    def get(self, key: str, *, required: bool = True) -> Any:
        self.seen.add(key)
        value = self.data.get(key)
        if value is None and required:
            self.problem(key, "missing")
        return value

    def text(self, key: str, *, required: bool = False) -> str:
        value = self.get(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.problem(key, "wrong_type", value, "text")
            return ""
        return value

    def flag(self, key: str) -> bool:
        value = self.get(key, required=False)
        if value is not None and not isinstance(value, bool):
            self.problem(key, "wrong_type", value, "flag")
        return value is True

    def one_of(self, key: str, choices: Iterable[str], *, default: str = "") -> str:
        value = self.get(key, required=not default)
        if value is None:
            return default
        if value not in tuple(choices):
            self.problem(key, "unknown_choice", value, ", ".join(choices))
            return default
        return str(value)

    def number(
        self, key: str, kind: str = "money", *, required: bool = True, zero: bool = True
    ) -> Decimal | None:
        value = self.get(key, required=required)
        if value is None:
            return None
        return self.read_number(key, value, kind, zero=zero)

    def read_number(self, key: str, value: object, kind: str, *, zero: bool = True) -> Decimal | None:
        try:
            number = FactSpec(key, kind).read(value) if not isinstance(value, float) else None
        except BadFacts as error:
            problem = error.problems[0]
            self.problem(key, problem.code, value, problem.expected)
            return None
        if not isinstance(number, Decimal):
            self.problem(key, "wrong_type", value, kind)
            return None
        if number == ZERO and not zero:
            self.problem(key, "not_positive", value)
        return number

    def share(self, key: str) -> Decimal:
        number = self.number(key, "rate")
        if number is not None and number > ONE:
            self.problem(key, "not_a_share", number)
        return ZERO if number is None else number

    def fact(self, key: str, kinds: Iterable[str]) -> str:
        name = self.text(key, required=True)
        if not name:
            return ""
        spec = self.reading.facts.get(name)
        if spec is None:
            self.problem(key, "unknown_fact", name, ", ".join(self.reading.facts))
        elif spec.kind not in tuple(kinds):
            self.problem(key, "wrong_kind", name, ", ".join(kinds))
        self.reading.used.add(name)
        return name

    def nodes(self, key: str, *, required: bool = True, empty: bool = False) -> list["Node"]:
        value = self.get(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.problem(key, "wrong_type", value, "list")
            return []
        if not value and not empty:
            self.problem(key, "empty")
        return [
            Node(self.reading, one, f"{self.at(key)}[{n}]", self.depth + 1) for n, one in enumerate(value)
        ]

    def child(self, key: str) -> "Node":
        return Node(self.reading, self.get(key), self.at(key), self.depth + 1)

    def words(self, name: str) -> Words:
        return Words(self.text(f"{name}_zh"), self.text(f"{name}_en"))
