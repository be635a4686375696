"""Tests of conditions, read from data."""

from collections.abc import Callable, Mapping

from funding.calculator import conditions as tests
from funding.calculator import terms as made
from funding.calculator.numbers import ONE, ZERO
from funding.calculator.reading.amounts import NOTHING, term_at
from funding.calculator.reading.nodes import Node
from funding.calculator.terms import Origin, Term


def read_test(node: Node) -> tests.Test:
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
        return term_at(node, key) if value is not None else NOTHING
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
    return lambda node: tests.Joined(
        tuple(read_test(one) for one in node.nodes("of")) or (tests.Is(""),), every
    )


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
    "not": lambda node: tests.Not(read_test(node.child("of"))),
}
