"""What holds for every policy that can be written down, whatever its terms and whatever the facts."""

import json
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funding.calculator import Result, Terms, answer_to, evaluate, evaluate_table, read_terms, table_of
from funding.calculator.numbers import to_fen
from funding.calculator.reading.amounts import TERMS
from tests.funding import strategies as some

quick = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def facts_for(terms: Terms, case: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in case.items() if key in terms.facts}


@quick
@given(some.terms(), st.lists(some.cases(), min_size=1, max_size=8))
def test_rows_and_columns_agree_to_the_fen(data: dict[str, Any], cases: list[dict[str, Any]]) -> None:
    terms = read_terms(data)
    facts = [facts_for(terms, case) for case in cases]
    one_by_one = [answer_to(terms, case) for case in facts]
    together = evaluate_table(terms, table_of(terms, facts), keep=True)
    for number, single in enumerate(one_by_one):
        eligible = (
            bool(together.eligible[number]) if together.decided[number] or single.eligible is False else None
        )
        assert eligible == single.eligible
        amount = Decimal(int(together.amount[number])).scaleb(-2) if together.has_amount[number] else None
        assert amount == single.amount
        if single.eligible and single.amount is not None:
            flags = {name: value for name, value in single.outputs.items() if terms.results.get(name)}
            assert {name: bool(together.outputs[name][number]) for name in flags} == flags


def test_every_kind_of_term_is_tried() -> None:
    """What is not among the random terms is held to none of the rules of this file."""
    assert {"fact", "fixed", "increase", "place", "total", *some.LARGER} == set(TERMS)


@quick
@given(some.terms(), some.cases())
def test_nothing_is_ever_negative(data: dict[str, Any], case: dict[str, Any]) -> None:
    terms = read_terms(data)
    result = answer_to(terms, facts_for(terms, case))
    assert result.amount is None or result.amount >= 0
    assert result.potential is None or result.potential >= 0


@quick
@given(some.amounts, some.money, some.cases(complete=True))
def test_no_award_is_above_its_cap(amount: dict[str, Any], cap: Decimal, case: dict[str, Any]) -> None:
    data = {"amount": {"op": "cap", "of": amount, "at": str(cap)}}
    used = some._named(data)
    terms = read_terms({"facts": [fact for fact in some.FACTS if fact["key"] in used], **data})
    facts = facts_for(terms, case)
    result, free = (
        answer_to(terms, facts),
        answer_to(read_terms({"facts": data_facts(used), "amount": amount}), facts),
    )
    if free.amount is None:  # a person decides, or an assessment is outside its range
        assert result.amount is None
    else:
        assert result.amount == min(free.amount, cap)


def data_facts(used: set[str]) -> list[dict[str, Any]]:
    return [fact for fact in some.FACTS if fact["key"] in used]


def loan(bands: list[dict[str, Any]], above: Decimal) -> Terms:
    return read_terms(
        {
            "facts": [{"key": "first", "kind": "money"}, {"key": "rate", "kind": "rate"}],
            "amount": {
                "op": "times",
                "of": {
                    "op": "bands",
                    "of": {"op": "fact", "fact": "first"},
                    "bands": bands,
                    "above": str(above),
                },
                "by": [{"fact": "rate"}],
            },
        }
    )


@quick
@given(some.bands(), some.shares, some.rates, st.data())
def test_no_jump_at_the_edge_of_a_band(
    bands: list[dict[str, Any]], above: Decimal, rate: Decimal, data: st.DataObject
) -> None:
    """One fen more of the loan brings at most one fen of interest, and the rounding of a fen, at any edge."""
    terms = loan(bands, above)
    edge = Decimal(data.draw(st.sampled_from(bands))["up_to"])
    here, there = (
        answer_to(terms, {"first": edge + step, "rate": rate}) for step in (Decimal(0), Decimal("0.01"))
    )
    assert here.amount is not None
    assert there.amount is not None
    assert Decimal(0) <= there.amount - here.amount <= Decimal("0.02")


@quick
@given(some.bands(), some.shares, some.rates, some.money, some.money)
def test_a_larger_loan_is_never_paid_less(
    bands: list[dict[str, Any]], above: Decimal, rate: Decimal, one: Decimal, other: Decimal
) -> None:
    terms = loan(bands, above)
    smaller, larger = sorted((one, other))
    less, more = (answer_to(terms, {"first": sum_, "rate": rate}).amount for sum_ in (smaller, larger))
    assert less is not None
    assert more is not None
    assert less <= more


@quick
@given(some.rising, some.cases(complete=True), some.money, some.money)
def test_more_income_and_larger_loans_never_bring_less(
    amount: dict[str, Any], case: dict[str, Any], more: Decimal, loan: Decimal
) -> None:
    terms = read_terms({"facts": data_facts(some._named(amount)), "amount": amount})
    income = min(case["income"] + more, Decimal(10**15))
    richer = {**case, "income": max(income, case["income"]), "loans": (*case["loans"], loan)}
    less, more_of_it = (answer_to(terms, facts_for(terms, one)).amount for one in (case, richer))
    assert less is not None
    assert more_of_it is not None
    assert less <= more_of_it


@quick
@given(some.terms(), some.cases())
def test_an_answer_from_stored_facts_is_the_same(data: dict[str, Any], case: dict[str, Any]) -> None:
    """Facts and terms go through JSON, as they are kept, and the answer does not change by a digit."""
    terms = read_terms(data)
    facts = facts_for(terms, case)
    first = answer_to(terms, facts)
    kept = json.loads(json.dumps({"terms": data, "facts": stored(facts)}))
    again = evaluate(read_terms(kept["terms"]), kept["facts"])
    assert said(again) == said(first)


def stored(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: text(value) for key, value in facts.items() if value is not None}


def text(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return f"{value:f}" if isinstance(value, Decimal) else value


def said(result: Result) -> tuple[Any, ...]:
    return (
        result.answer,
        result.eligible,
        result.amount,
        result.potential,
        result.outputs,
        [(one.condition.key, one.answer, one.values) for one in result.asked],
        [(line.term.op, line.values, line.result) for line in result.lines],
        result.missing,
    )


@given(st.integers(0, 10**17))
def test_half_a_fen_is_rounded_up(thousandths: int) -> None:
    exact = Decimal(thousandths).scaleb(-3)
    whole, rest = divmod(thousandths, 10)
    assert to_fen(exact) == Decimal(whole + (rest >= 5)).scaleb(-2)


def test_what_does_not_fit_into_64_bits_is_still_exact() -> None:
    """10^15 yuan at a rate of six digits for 99.99 years needs more than 19 digits."""
    terms = read_terms(
        {
            "facts": [
                {"key": "first", "kind": "money"},
                {"key": "rate", "kind": "rate"},
                {"key": "years", "kind": "number"},
            ],
            "amount": {
                "op": "times",
                "of": {"op": "fact", "fact": "first"},
                "by": [{"fact": "rate"}, {"fact": "years"}],
            },
        }
    )
    case = {"first": Decimal(10**15), "rate": Decimal("0.999999"), "years": Decimal("99.99")}
    answers = evaluate_table(terms, table_of(terms, [case, {**case, "first": Decimal("0.01")}]))
    assert answers.amount.dtype == np.dtype(object)
    assert [int(amount) for amount in answers.amount] == [
        int(to_fen(Decimal(10**15) * Decimal("0.999999") * Decimal("99.99")).scaleb(2)),
        100,
    ]


def test_a_rate_that_does_not_fit_into_64_bits_is_still_exact() -> None:
    """Millionths of a rate of a thousand million million, and a hundred loans of that size."""
    terms = read_terms(
        {
            "facts": [{"key": "loans", "kind": "money_list"}, {"key": "rate", "kind": "rate"}],
            "amount": {"op": "times", "of": {"op": "total", "fact": "loans"}, "by": [{"fact": "rate"}]},
        }
    )
    cases = [
        {"loans": (Decimal(10**15),) * 100, "rate": Decimal("999999999999999.999999")},
        {"loans": (Decimal("0.01"),), "rate": Decimal("0.500000")},
    ]
    together = evaluate_table(terms, table_of(terms, cases))
    alone = [answer_to(terms, case).amount for case in cases]
    assert [Decimal(int(amount)).scaleb(-2) for amount in together.amount] == alone
