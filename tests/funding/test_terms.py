"""Terms are checked when they are saved: whatever is wrong is named by its place."""

from decimal import Decimal
from typing import Any

import pytest

from funding.calculator import (
    Answer,
    BadFacts,
    BadTerms,
    evaluate,
    questions,
    read_facts,
    read_terms,
    what_changes,
)
from funding.calculator.answers import all_of, any_of
from funding.calculator.parameters import NoSuchParameter, parameters_of, with_overrides

FACTS: list[dict[str, Any]] = [
    {"key": "asked", "kind": "money"},
    {"key": "holds", "kind": "flag"},
    {"key": "spent", "kind": "money", "cost": 3},
]
ASKED = {"op": "fact", "fact": "asked"}
GOOD: dict[str, Any] = {
    "facts": FACTS,
    "conditions": [
        {"key": "holds", "clause": "第三条", "test": {"op": "is", "fact": "holds"}},
        {
            "key": "spent",
            "clause": "第四条",
            "test": {"op": "at_least", "left": {"op": "fact", "fact": "spent"}, "right": 1_000_000},
        },
    ],
    "amount": {"op": "cap", "of": ASKED, "at": 500_000},
}


def problems(data: Any) -> list[tuple[str, str]]:
    with pytest.raises(BadTerms) as caught:
        read_terms(data)
    return [(problem.path, problem.code) for problem in caught.value.problems]


def with_amount(amount: Any) -> dict[str, Any]:
    return {**GOOD, "amount": {"op": "sum", "of": [ASKED, amount]}}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], [("", "wrong_type"), ("amount", "missing")]),
        ({**GOOD, "colour": "red"}, [("colour", "unknown_key")]),
        ({**GOOD, "currency": "ATS"}, [("currency", "unknown_choice")]),
        (with_amount({"op": "magic"}), [("amount.of[1].op", "unknown_choice")]),
        (with_amount({"op": "fixed"}), [("amount.of[1].amount", "missing")]),
        (with_amount({"op": "fixed", "amount": -1}), [("amount.of[1].amount", "negative")]),
        (with_amount({"op": "fixed", "amount": 1.5}), [("amount.of[1].amount", "wrong_type")]),
        (with_amount({"op": "fixed", "amount": "1.005"}), [("amount.of[1].amount", "too_precise")]),
        (with_amount({"op": "fixed", "amount": True}), [("amount.of[1].amount", "wrong_type")]),
        (with_amount({"op": "fact", "fact": "nobody"}), [("amount.of[1].fact", "unknown_fact")]),
        (with_amount({"op": "fact", "fact": "holds"}), [("amount.of[1].fact", "wrong_kind")]),
        (with_amount({"op": "times", "of": ASKED, "by": []}), [("amount.of[1].by", "empty")]),
        (
            with_amount({"op": "times", "of": ASKED, "by": [{"rate": "0.1", "number": 3}]}),
            [("amount.of[1].by[0]", "unknown_key")],
        ),
        (
            with_amount({"op": "bands", "of": ASKED, "bands": [{"up_to": 5, "share": "1.2"}]}),
            [("amount.of[1].bands[0].share", "not_a_share")],
        ),
        (
            with_amount(
                {
                    "op": "bands",
                    "of": ASKED,
                    "bands": [{"up_to": 5, "share": "1"}, {"up_to": 5, "share": "0"}],
                }
            ),
            [("amount.of[1].bands[1].up_to", "not_ascending")],
        ),
        (
            with_amount({"op": "range", "of": ASKED, "low": 5, "high": 4}),
            [("amount.of[1].low", "low_above_high")],
        ),
        ({**GOOD, "facts": [*FACTS, {"key": "idle", "kind": "flag"}]}, [("facts.idle", "unused_fact")]),
        ({**GOOD, "facts": [*FACTS, FACTS[0]]}, [("facts[3].key", "repeated")]),
        (
            {**GOOD, "conditions": [*GOOD["conditions"], GOOD["conditions"][0]]},
            [("conditions[2].key", "repeated")],
        ),
    ],
)
def test_a_broken_term_is_named_by_its_place(data: Any, expected: list[tuple[str, str]]) -> None:
    assert problems(data) == expected


def test_terms_cannot_be_nested_without_end() -> None:
    amount: dict[str, Any] = ASKED
    for _level in range(40):
        amount = {"op": "positive", "of": amount}
    assert ("too_deep") in {code for _path, code in problems({**GOOD, "amount": amount})}


def test_zero_and_false_are_answers_and_only_absence_is_unknown() -> None:
    terms = read_terms(GOOD)
    absent = evaluate(terms, {"holds": True, "asked": 10})
    assert [(one.condition.key, one.answer) for one in absent.asked] == [
        ("holds", Answer.MET),
        ("spent", Answer.UNKNOWN),
    ]
    assert (absent.eligible, absent.amount, absent.potential, absent.missing) == (None, None, 10, ("spent",))
    zero = evaluate(terms, {"holds": False, "asked": 0, "spent": 0})
    assert [one.answer for one in zero.asked] == [Answer.UNMET, Answer.UNMET]
    assert (zero.eligible, zero.amount) == (False, 0)


def test_one_unmet_condition_settles_what_is_unknown() -> None:
    result = evaluate(read_terms(GOOD), {"holds": False})
    assert (result.eligible, result.answer) == (False, Answer.UNMET)
    assert questions(read_terms(GOOD), result) == ()


def test_cheap_blocking_facts_are_asked_first() -> None:
    terms = read_terms(GOOD)
    assert questions(terms, evaluate(terms, {})) == ("holds", "spent", "asked")


def test_a_decision_is_needed_until_it_is_recorded() -> None:
    terms = read_terms(
        {
            "facts": [{"key": "decided", "kind": "flag"}, FACTS[0]],
            "conditions": [{"key": "decided", "test": {"op": "decision", "fact": "decided"}}],
            "amount": ASKED,
        }
    )
    answers = [
        evaluate(terms, {"asked": 1, **facts}).answer for facts in ({}, {"decided": True}, {"decided": False})
    ]
    assert answers == [Answer.DECISION, Answer.MET, Answer.UNMET]


def test_a_condition_that_is_not_for_everybody_does_not_apply() -> None:
    data = {**GOOD, "conditions": [{**GOOD["conditions"][1], "when": {"op": "is", "fact": "holds"}}]}
    terms = read_terms(data)
    answers = [
        evaluate(terms, {"asked": 1, "spent": 0, **facts}).answer
        for facts in ({"holds": False}, {"holds": True}, {})
    ]
    assert answers == [Answer.NOT_APPLICABLE, Answer.UNMET, Answer.UNKNOWN]


def test_how_answers_are_joined() -> None:
    met, unmet, unknown, decision = Answer.MET, Answer.UNMET, Answer.UNKNOWN, Answer.DECISION
    assert [
        all_of(pair) for pair in ((met, unknown), (unknown, unmet), (decision, met), (decision, unknown), ())
    ] == [
        unknown,
        unmet,
        decision,
        unknown,
        Answer.NOT_APPLICABLE,
    ]
    assert [any_of(pair) for pair in ((unmet, met), (unmet, unknown), (unmet, decision), (unmet, unmet))] == [
        met,
        unknown,
        decision,
        unmet,
    ]


def test_what_would_change_the_answer() -> None:
    terms = read_terms(GOOD)
    given = {"holds": True, "asked": 10, "spent": 999_999}
    result = evaluate(terms, given)
    changes = what_changes(result, read_facts(terms.facts, given))
    assert [(one.condition.key, one.lacks) for one in changes.obstacles] == [("spent", Decimal(1))]
    assert changes.potential == 10
    enough = {**given, "spent": 1_000_000}
    more = what_changes(evaluate(terms, enough), read_facts(terms.facts, enough))
    assert [(step.key, step.adds) for step in more.steps] == [("asked", Decimal(1))]
    capped = {**enough, "asked": 500_000}
    steps = what_changes(evaluate(terms, capped), read_facts(terms.facts, capped)).steps
    assert [(step.key, step.adds) for step in steps] == [("asked", Decimal(0))]


def test_every_wrong_fact_is_named_at_once() -> None:
    with pytest.raises(BadFacts) as caught:
        evaluate(read_terms(GOOD), {"asked": -1, "holds": "yes", "colour": 3, "spent": float("nan")})
    assert [(one.key, one.code) for one in caught.value.problems] == [
        ("asked", "negative"),
        ("holds", "wrong_type"),
        ("colour", "unknown_fact"),
        ("spent", "wrong_type"),
    ]


def test_numbers_of_the_terms_can_be_replaced_by_their_path() -> None:
    assert [(one.path, one.value) for one in parameters_of(GOOD)] == [
        ("conditions[1].test.right", 1_000_000),
        ("amount.at", 500_000),
    ]
    changed = with_overrides(GOOD, {"amount.at": 400_000})
    assert (changed["amount"]["at"], GOOD["amount"]["at"]) == (400_000, 500_000)
    with pytest.raises(NoSuchParameter):
        with_overrides(GOOD, {"amount.of": 1})
