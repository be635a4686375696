"""Random terms and random facts for them: whatever can be typed can be tried."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

FACTS: list[dict[str, Any]] = [
    {"key": "first", "kind": "money"},
    {"key": "second", "kind": "money"},
    {"key": "income", "kind": "signed_money"},
    {"key": "loans", "kind": "money_list"},
    {"key": "rate", "kind": "rate"},
    {"key": "years", "kind": "number"},
    {"key": "months", "kind": "count"},
    {"key": "rank", "kind": "count"},
    {"key": "holds", "kind": "flag"},
    {"key": "decided", "kind": "flag"},
    {"key": "track", "kind": "choice", "choices": ["startup", "innovation"]},
]
KINDS = {fact["key"]: fact["kind"] for fact in FACTS}

money = st.one_of(
    st.integers(0, 50_000_000).map(Decimal),
    st.integers(0, 10**12).map(lambda fen: Decimal(fen).scaleb(-2)),
    st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("0.05"), Decimal("999999.99"), Decimal(10**15)]),
)
rates = st.integers(0, 1_000_000).map(lambda number: Decimal(number).scaleb(-6))
shares = rates
numbers = st.integers(0, 100_000).map(lambda number: Decimal(number).scaleb(-2))

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "money": money,
    "signed_money": st.one_of(money, money.map(lambda value: -value)),
    "money_list": st.lists(money, max_size=4).map(tuple),
    "rate": rates,
    "number": numbers,
    "count": st.integers(0, 500).map(Decimal),
    "flag": st.booleans(),
    "choice": st.sampled_from(["startup", "innovation"]),
}


def cases(*, complete: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Facts of one case; any of them may be absent unless they are to be complete."""
    return st.fixed_dictionaries(
        {key: VALUES[kind] if complete else st.none() | VALUES[kind] for key, kind in KINDS.items()}
    )


leaves = st.one_of(
    money.map(lambda value: {"op": "fixed", "amount": str(value)}),
    st.sampled_from(["first", "second"]).map(lambda key: {"op": "fact", "fact": key}),
    st.just({"op": "positive", "of": {"op": "fact", "fact": "income"}}),
    st.just({"op": "increase", "current": "second", "prior": "first"}),
    st.just({"op": "total", "fact": "loans"}),
    st.integers(1, 400).map(lambda places: {"op": "place", "rank": "rank", "places": places}),
)


@st.composite
def factors(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["rate", "number", "fact"]))
    if kind == "rate":
        return {"rate": str(draw(rates))}
    if kind == "number":
        return {"number": str(draw(st.integers(0, 40)))}
    key = draw(st.sampled_from(["rate", "years", "months"]))
    if not draw(st.booleans()):
        return {"fact": key}
    return {"fact": key, "at_most": str(draw(rates if key == "rate" else st.integers(0, 40)))}


@st.composite
def bands(draw: st.DrawFn) -> list[dict[str, Any]]:
    ends = sorted(draw(st.sets(st.integers(1, 20_000_000), min_size=1, max_size=3)))
    return [{"up_to": end, "share": str(draw(shares))} for end in ends]


@st.composite
def larger(draw: st.DrawFn, inner: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    op = draw(st.sampled_from(LARGER))
    return {"op": op, **_INSIDE[op](draw, inner)}


def _tiers(draw: st.DrawFn, inner: Any) -> dict[str, Any]:
    starts = sorted(draw(st.sets(st.integers(0, 10_000_000), min_size=1, max_size=3)))
    steps = [{"at_least": start, "amount": draw(inner)} for start in starts]
    return {"of": draw(inner), "steps": steps}


def _range(draw: st.DrawFn, inner: Any) -> dict[str, Any]:
    low, high = sorted((draw(money), draw(money)))
    return {"of": draw(inner), "low": str(low), "high": str(high)}


def _floor(draw: st.DrawFn, inner: Any) -> dict[str, Any]:
    key = draw(st.sampled_from(["first", "years", "months"]))
    return {"fact": key, "at_least": str(draw(st.integers(0, 500))), "of": draw(inner)}


_INSIDE: dict[str, Any] = {
    "bands": lambda draw, inner: {
        "of": draw(inner),
        "bands": draw(bands()),
        "above": str(draw(shares)),
    },
    "cap": lambda draw, inner: {"of": draw(inner), "at": draw(st.one_of(money.map(str), inner))},
    "choose": lambda draw, inner: {
        "by": "track",
        "cases": {"startup": draw(inner), "innovation": draw(inner)},
    },
    "decided": lambda draw, inner: {"when": "holds", "of": draw(inner)},
    "floor": _floor,
    "positive": lambda draw, inner: {"of": draw(inner)},
    "range": _range,
    "sum": lambda draw, inner: {"of": draw(st.lists(inner, min_size=1, max_size=3))},
    "tiers": _tiers,
    "times": lambda draw, inner: {
        "of": draw(inner),
        "by": draw(st.lists(factors(), min_size=1, max_size=2)),
    },
    "within": lambda draw, inner: {
        "of": draw(inner),
        "limit": str(draw(money)),
        "used": "second",
        "remaining": "remaining_yuan",
    },
}
LARGER = tuple(_INSIDE)

amounts: st.SearchStrategy[dict[str, Any]] = st.recursive(leaves, larger, max_leaves=6)

#: Terms that can only rise with the income and the loans of a case: no step down, no range, no decision.
rising: st.SearchStrategy[dict[str, Any]] = st.recursive(
    leaves,
    lambda inner: st.sampled_from(
        ["bands", "cap", "choose", "floor", "positive", "sum", "times", "within"]
    ).flatmap(lambda op: _rising(op, inner)),
    max_leaves=6,
)


@st.composite
def _rising(draw: st.DrawFn, op: str, inner: Any) -> dict[str, Any]:
    return {"op": op, **_INSIDE[op](draw, inner)}


simple_tests = st.one_of(
    st.just({"op": "is", "fact": "holds"}),
    st.just({"op": "decision", "fact": "decided"}),
    st.just({"op": "one_of", "fact": "track", "choices": ["startup"]}),
    st.integers(1, 400).map(lambda places: {"op": "ranked", "fact": "rank", "places": places}),
    st.tuples(
        st.sampled_from(["at_least", "more_than", "at_most", "less_than", "equals"]), leaves, money
    ).map(lambda parts: {"op": parts[0], "left": parts[1], "right": str(parts[2])}),
)
tests = st.recursive(
    simple_tests,
    lambda inner: st.one_of(
        inner.map(lambda test: {"op": "not", "of": test}),
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda parts: {"op": parts[0], "of": parts[1]}
        ),
    ),
    max_leaves=4,
)


@st.composite
def conditions(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        condition: dict[str, Any] = {"key": f"condition-{number}", "test": draw(tests)}
        if draw(st.booleans()):
            condition["when"] = draw(simple_tests)
        found.append(condition)
    return found


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """Terms as data. Facts that these terms do not use are left out, as the reader asks."""
    data: dict[str, Any] = {"conditions": draw(conditions()), "amount": draw(amounts)}
    if draw(st.booleans()):
        data["otherwise"] = draw(leaves)
    used = _named(data)
    return {"facts": [fact for fact in FACTS if fact["key"] in used], **data}


def _named(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {
            inner
            for key, inner in value.items()
            if key in ("fact", "current", "prior", "used", "by", "when", "rank") and isinstance(inner, str)
        }
        return here.union(*(_named(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_named(inner) for inner in value))
    return set()
