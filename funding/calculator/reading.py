"""Terms as data become terms that compute; whatever is wrong is named by its place, before anybody applies.

The data are plain JSON: ``{"currency", "outcome", "facts": [...], "conditions": [...], "amount",
"otherwise"}``. Money and rates are written as text or whole numbers, never as floats.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from funding.calculator import conditions as tests
from funding.calculator import terms as made
from funding.calculator.facts import FACTOR_KINDS, KINDS, MONEY_KINDS, BadFacts, FactSpec, Words
from funding.calculator.numbers import ONE, ZERO
from funding.calculator.policy import HEADLINES, Terms
from funding.calculator.terms import Origin, Term

CURRENCIES = ("CNY", "HKD", "SEK", "EUR", "USD")

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
        super().__init__("; ".join(f"{one.path}: {one.code} {one.value!r}" for one in problems))
        self.problems = problems


def read_terms(data: object) -> Terms:
    """The terms that the data describe. Raises ``BadTerms`` with every problem at once."""
    reading = Reading()
    node = Node(reading, data, "")
    reading.facts = {spec.key: spec for spec in _facts(node)}
    outcome = node.one_of("outcome", tuple(HEADLINES), default="award")
    found = Terms(
        currency=node.one_of("currency", CURRENCIES, default="CNY"),
        outcome=outcome,
        facts=reading.facts,
        conditions=_conditions(node),
        amount=_amount(node, "amount", required=outcome not in ("none", "compliance")),
        otherwise=_amount(node, "otherwise", required=False),
        up_to=node.flag("up_to"),
    )
    node.close()
    for key in reading.facts:
        if key not in reading.used:
            reading.problem(f"facts.{key}", "unused_fact", key)
    if reading.problems:
        raise BadTerms(reading.problems)
    return found


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

    def term(self, key: str) -> Term:
        value = self.get(key)
        return _NOTHING if value is None else _term(Node(self.reading, value, self.at(key), self.depth + 1))


_NOTHING = made.Fixed(Origin(), "", ZERO)


def _words(node: Node, name: str) -> Words:
    return Words(node.text(f"{name}_zh"), node.text(f"{name}_en"))


def _facts(node: Node) -> list[FactSpec]:
    found: list[FactSpec] = []
    for one in node.nodes("facts", required=False, empty=True):
        key, kind = one.text("key", required=True), one.one_of("kind", KINDS)
        choices = one.get("choices", required=kind == "choice")
        names = tuple(str(name) for name in choices) if isinstance(choices, list | tuple) else ()
        cost = one.number("cost", "count", required=False)
        spec = FactSpec(
            key, kind or "flag", _words(one, "label"), names, int(cost) if cost else 1, one.text("source")
        )
        if key in {other.key for other in found}:
            one.problem("key", "repeated", key)
        one.close()
        found.append(spec)
    return found


def _conditions(node: Node) -> tuple[tests.Condition, ...]:
    found: list[tests.Condition] = []
    for one in node.nodes("conditions", required=False, empty=True):
        key = one.text("key", required=True)
        if key in {other.key for other in found}:
            one.problem("key", "repeated", key)
        test = _test(one.child("test"))
        when = _test(one.child("when")) if "when" in one.data else None
        one.seen.add("when")
        found.append(tests.Condition(key, test, one.text("clause"), _words(one, "text"), when))
        one.close()
    return tuple(found)


def _amount(node: Node, key: str, *, required: bool) -> Term | None:
    return node.term(key) if node.get(key, required=required) is not None else None


# Tests of conditions


def _test(node: Node) -> tests.Test:
    op = node.one_of("op", TESTS)
    found = TESTS[op](node) if op else tests.Is("")
    if op:
        node.close()
    return found


def _compare(comparison: str) -> Callable[[Node], tests.Test]:
    return lambda node: tests.Compare(_side(node, "left"), comparison, _side(node, "right"))


def _side(node: Node, key: str) -> Term:
    """A term, or simply a number."""
    value = node.get(key)
    if value is None or isinstance(value, Mapping):
        return node.term(key) if value is not None else _NOTHING
    number = node.read_number(key, value, "rate")
    return made.Fixed(Origin(), "", ZERO if number is None else number)


def _one_of(node: Node) -> tests.Test:
    key = node.fact("fact", ("choice",))
    spec = node.reading.facts.get(key)
    order = spec.choices if spec else ()
    given = node.get("choices")
    names = tuple(str(name) for name in given) if isinstance(given, list | tuple) else ()
    for name in names:
        if name not in order:
            node.problem("choices", "unknown_choice", name, ", ".join(order))
    return tests.OneOf(key, tuple(name for name in names if name in order), order)


def _joined(every: bool) -> Callable[[Node], tests.Test]:
    return lambda node: tests.Joined(tuple(_test(one) for one in node.nodes("of")) or (tests.Is(""),), every)


TESTS: Mapping[str, Callable[[Node], tests.Test]] = {
    "is": lambda node: tests.Is(node.fact("fact", ("flag",))),
    "decision": lambda node: tests.Decision(node.fact("fact", ("flag",))),
    "one_of": _one_of,
    **{name: _compare(name) for name in tests.COMPARISONS},
    "ranked": lambda node: tests.Ranked(
        node.fact("fact", ("count",)), node.number("places", "count", zero=False) or ONE
    ),
    "all": _joined(True),
    "any": _joined(False),
    "not": lambda node: tests.Not(_test(node.child("of"))),
}


# Terms of the amount


def _term(node: Node) -> Term:
    op = node.one_of("op", TERMS)
    origin = Origin(node.text("clause"), _words(node, "label"))
    output = node.text("output")
    if not op:
        return _NOTHING
    found = TERMS[op](node, origin, output)
    node.close()
    return found


def _fact(node: Node, origin: Origin, output: str) -> Term:
    return made.Fact(origin, output, node.fact("fact", (*MONEY_KINDS, *FACTOR_KINDS)))


def _increase(node: Node, origin: Origin, output: str) -> Term:
    kinds = (*MONEY_KINDS, "count", "number")
    return made.Increase(origin, output, node.fact("current", kinds), node.fact("prior", kinds))


def _times(node: Node, origin: Origin, output: str) -> Term:
    return made.Times(origin, output, node.term("of"), tuple(_factor(one) for one in node.nodes("by")))


def _factor(node: Node) -> made.Factor:
    named = [key for key in ("rate", "number", "fact") if key in node.data]
    if len(named) != 1:
        node.problem("", "missing" if not named else "unknown_key", ", ".join(named), "rate | number | fact")
    kind = named[0] if named else "number"
    key = node.fact("fact", FACTOR_KINDS) if kind == "fact" else ""
    if kind == "fact" and key in node.reading.facts:
        kind = node.reading.facts[key].kind
    factor = made.Factor(
        "count" if kind == "fact" else kind,
        None if key or kind == "fact" else node.number(kind, kind),
        key,
        node.number("at_most", kind if kind in FACTOR_KINDS else "number", required=False),
        node.text("output"),
    )
    node.close()
    return factor


def _cap(node: Node, origin: Origin, output: str) -> Term:
    binds = node.text("binds") if "binds" in node.data else "cap_binds"
    node.seen.add("binds")
    given = node.get("at")
    if isinstance(given, Mapping):
        at: Term = node.term("at")
    else:
        at = made.Fixed(Origin(), "", node.number("at") or ZERO)
    return made.Cap(origin, output, node.term("of"), at, binds)


def _within(node: Node, origin: Origin, output: str) -> Term:
    return made.Within(
        origin,
        output,
        node.term("of"),
        node.number("limit") or ZERO,
        node.fact("used", ("money",)),
        node.text("remaining"),
    )


def _bands(node: Node, origin: Origin, output: str) -> Term:
    bands: list[tuple[Decimal, Decimal]] = []
    for one in node.nodes("bands"):
        end = one.number("up_to", zero=False) or ZERO
        if bands and end <= bands[-1][0]:
            one.problem("up_to", "not_ascending", end)
        bands.append((end, one.share("share")))
        one.close()
    above = node.share("above") if "above" in node.data else ZERO
    node.seen.add("above")
    return made.Bands(origin, output, node.term("of"), tuple(bands) or ((ONE, ZERO),), above)


def _tiers(node: Node, origin: Origin, output: str) -> Term:
    steps: list[tuple[Decimal, Term]] = []
    for one in node.nodes("steps"):
        start = one.number("at_least") or ZERO
        if steps and start <= steps[-1][0]:
            one.problem("at_least", "not_ascending", start)
        steps.append((start, one.term("amount")))
        one.close()
    return made.Tiers(origin, output, node.term("of"), tuple(steps))


def _choose(node: Node, origin: Origin, output: str) -> Term:
    by = node.fact("by", ("choice",))
    spec = node.reading.facts.get(by)
    order = spec.choices if spec else ()
    inner = node.child("cases")
    cases = {name: inner.term(name) for name in order}
    if inner.data:
        inner.close()
    return made.Choose(origin, output, by, cases, order)


def _range(node: Node, origin: Origin, output: str) -> Term:
    low, high = node.number("low") or ZERO, node.number("high") or ZERO
    if low > high:
        node.problem("low", "low_above_high", low, str(high))
    return made.Range(origin, output, node.term("of"), low, high)


def _floor(node: Node, origin: Origin, output: str) -> Term:
    key = node.fact("fact", ("money", *FACTOR_KINDS))
    return made.Floor(origin, output, node.term("of"), key, node.number("at_least") or ZERO)


TERMS: Mapping[str, Callable[[Node, Origin, str], Term]] = {
    "fixed": lambda node, origin, output: made.Fixed(origin, output, node.number("amount") or ZERO),
    "fact": _fact,
    "positive": lambda node, origin, output: made.Positive(origin, output, node.term("of")),
    "increase": _increase,
    "total": lambda node, origin, output: made.Total(origin, output, node.fact("fact", ("money_list",))),
    "sum": lambda node, origin, output: made.Sum(
        origin, output, tuple(_term(one) for one in node.nodes("of")) or (_NOTHING,)
    ),
    "times": _times,
    "cap": _cap,
    "within": _within,
    "bands": _bands,
    "tiers": _tiers,
    "choose": _choose,
    "range": _range,
    "floor": _floor,
    "decided": lambda node, origin, output: made.Decided(
        origin, output, node.fact("when", ("flag",)), node.term("of")
    ),
    "place": lambda node, origin, output: made.Place(
        origin, output, node.fact("rank", ("count",)), node.number("places", "count", zero=False) or ONE
    ),
}
