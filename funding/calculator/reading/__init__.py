"""Terms as data become terms that compute; whatever is wrong is named by its place, before anybody applies.

The data are plain JSON: ``{"currency", "outcome", "facts": [...], "conditions": [...], "amount",
"otherwise"}``. Money and rates are written as text or whole numbers, never as floats.
"""

from funding.calculator import conditions as tests
from funding.calculator.facts import KINDS, FactSpec
from funding.calculator.policy import HEADLINES, Terms
from funding.calculator.reading.amounts import term_at
from funding.calculator.reading.conditions import read_test
from funding.calculator.reading.nodes import BadTerms, Node, Reading, TermsProblem
from funding.calculator.terms import Term

__all__ = ["BadTerms", "TermsProblem", "read_terms"]

CURRENCIES = ("CNY", "HKD", "SEK", "EUR", "USD")


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


def _facts(node: Node) -> list[FactSpec]:
    found: list[FactSpec] = []
    for one in node.nodes("facts", required=False, empty=True):
        key, kind = one.text("key", required=True), one.one_of("kind", KINDS)
        choices = one.get("choices", required=kind == "choice")
        names = tuple(str(name) for name in choices) if isinstance(choices, list | tuple) else ()
        cost = one.number("cost", "count", required=False)
        spec = FactSpec(
            key, kind or "flag", one.words("label"), names, int(cost) if cost else 1, one.text("source")
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
        test = read_test(one.child("test"))
        when = read_test(one.child("when")) if "when" in one.data else None
        one.seen.add("when")
        found.append(tests.Condition(key, test, one.text("clause"), one.words("text"), when))
        one.close()
    return tuple(found)


def _amount(node: Node, key: str, *, required: bool) -> Term | None:
    return term_at(node, key) if node.get(key, required=required) is not None else None
