"""Terms of an amount, read from data."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from funding.calculator import terms as made
from funding.calculator.facts import FACTOR_KINDS, MONEY_KINDS
from funding.calculator.numbers import ONE, ZERO
from funding.calculator.reading.nodes import Node
from funding.calculator.terms import Origin, Term

NOTHING = made.Fixed(Origin(), "", ZERO)


def term_at(node: Node, key: str) -> Term:
    """The term that stands under the key; nothing where there is none, which the node has noted."""
    return NOTHING if node.get(key) is None else read_term(node.child(key))


def read_term(node: Node) -> Term:
    op = node.one_of("op", TERMS)
    origin = Origin(node.text("clause"), node.words("label"))
    output = node.text("output")
    if not op:
        return NOTHING
    found = TERMS[op](node, origin, output)
    node.close()
    return found


def _fact(node: Node, origin: Origin, output: str) -> Term:
    return made.Fact(origin, output, node.fact("fact", (*MONEY_KINDS, *FACTOR_KINDS)))


def _increase(node: Node, origin: Origin, output: str) -> Term:
    kinds = (*MONEY_KINDS, "count", "number")
    return made.Increase(origin, output, node.fact("current", kinds), node.fact("prior", kinds))


def _times(node: Node, origin: Origin, output: str) -> Term:
    return made.Times(origin, output, term_at(node, "of"), tuple(_factor(one) for one in node.nodes("by")))


def _factor(node: Node) -> made.Factor:
    named = [key for key in ("rate", "number", "fact") if key in node.data]
    if len(named) != 1:
        node.seen |= set(named)
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
        at: Term = term_at(node, "at")
    else:
        at = made.Fixed(Origin(), "", node.number("at") or ZERO)
    return made.Cap(origin, output, term_at(node, "of"), at, binds)


def _within(node: Node, origin: Origin, output: str) -> Term:
    return made.Within(
        origin,
        output,
        term_at(node, "of"),
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
    return made.Bands(origin, output, term_at(node, "of"), tuple(bands) or ((ONE, ZERO),), above)


def _tiers(node: Node, origin: Origin, output: str) -> Term:
    steps: list[tuple[Decimal, Term]] = []
    for one in node.nodes("steps"):
        start = one.number("at_least") or ZERO
        if steps and start <= steps[-1][0]:
            one.problem("at_least", "not_ascending", start)
        steps.append((start, term_at(one, "amount")))
        one.close()
    return made.Tiers(origin, output, term_at(node, "of"), tuple(steps))


def _choose(node: Node, origin: Origin, output: str) -> Term:
    by = node.fact("by", ("choice",))
    spec = node.reading.facts.get(by)
    order = spec.choices if spec else ()
    inner = node.child("cases")
    cases = {name: term_at(inner, name) for name in order}
    if inner.data:
        inner.close()
    return made.Choose(origin, output, by, cases, order)


def _range(node: Node, origin: Origin, output: str) -> Term:
    low, high = node.number("low") or ZERO, node.number("high") or ZERO
    if low > high:
        node.problem("low", "low_above_high", low, str(high))
    return made.Range(origin, output, term_at(node, "of"), low, high)


def _floor(node: Node, origin: Origin, output: str) -> Term:
    key = node.fact("fact", ("money", *FACTOR_KINDS))
    return made.Floor(origin, output, term_at(node, "of"), key, node.number("at_least") or ZERO)


TERMS: Mapping[str, Callable[[Node, Origin, str], Term]] = {
    "fixed": lambda node, origin, output: made.Fixed(origin, output, node.number("amount") or ZERO),
    "fact": _fact,
    "positive": lambda node, origin, output: made.Positive(origin, output, term_at(node, "of")),
    "increase": _increase,
    "total": lambda node, origin, output: made.Total(origin, output, node.fact("fact", ("money_list",))),
    "sum": lambda node, origin, output: made.Sum(
        origin, output, tuple(read_term(one) for one in node.nodes("of")) or (NOTHING,)
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
        origin, output, node.fact("when", ("flag",)), term_at(node, "of")
    ),
    "place": lambda node, origin, output: made.Place(
        origin, output, node.fact("rank", ("count",)), node.number("places", "count", zero=False) or ONE
    ),
}
