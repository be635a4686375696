"""Terms in words: sums with their units, the amount in one phrase, step by step, and what differs."""

import copy
import re
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from funding.calculator import read_terms
from funding.importers import Entry, read_register
from funding.importers.register import REGISTER
from funding.render.differences import differences
from funding.render.examples import example_words
from funding.render.parameters import kind_of_parameter
from funding.render.wording import explained, in_short, sum_words
from tests.funding.cast import TERMS

ENTRIES = {code: entry for code, entry in read_register(REGISTER) if isinstance(entry, Entry)}


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("10000000", "1,000 万元", "CNY 10 million"),
        ("200000000", "2 亿元", "CNY 200 million"),
        ("1234567", "1,234,567 元", "CNY 1,234,567"),
        ("449999.90", "449,999.90 元", "CNY 449,999.90"),
        ("195000", "19.50 万元", "CNY 195,000"),
        ("0", "0 元", "CNY 0"),
    ],
)
def test_sums_are_exact_in_the_largest_unit_that_fits(value: str, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert sum_words(Decimal(value)) == chinese
    with translation.override("en"):
        assert sum_words(Decimal(value)) == english


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        ("WX-TAIHU-TEAM", "at most CNY 10 million"),
        ("WX-TAIHU-HKMO-A", "at most CNY 3 million / at most CNY 1 million"),
        ("QD-FIRST", "at most CNY 450,000"),
        ("SZ-ASTRI", "within a total of CNY 100 million"),
        ("NJ-GRANT", "CNY 500,000 to CNY 3.50 million"),
        ("WX-XISHAN-V2XFUND", "size of the fund of more than CNY 10,000 million"),
        ("JY-JIYANG", ""),
    ],
)
def test_an_amount_is_said_in_one_phrase(code: str, phrase: str) -> None:
    with translation.override("en"):
        assert in_short(ENTRIES[code].terms) == phrase


def test_the_examples_of_the_register_are_told_in_chinese() -> None:
    remarks = {
        case[key]
        for entry in ENTRIES.values()
        for case in entry.cases
        for key in ("boundary", "assumption")
        if case.get(key)
    }
    with translation.override("zh-hans"):
        assert [text for text in sorted(remarks) if not re.search("[一-鿿]", example_words(text))] == []
        assert example_words("what somebody typed") == "what somebody typed"
    with translation.override("en"):
        assert example_words("cap binds") == "cap binds"


def test_steps_follow_the_arithmetic() -> None:
    with translation.override("en"):
        steps = [(step.depth, step.text) for step in explained(ENTRIES["QD-FIRST"].terms)]
    assert steps == [
        (0, "the parts are added:"),
        (1, "a fixed sum of CNY 150,000"),
        (1, "deductible R&D expense"),
        (1, "× 10%"),
        (1, "at most CNY 300,000"),
        (0, "Rounded half up to the fen, once, at the end."),
    ]


def test_every_policy_of_the_register_can_be_told_in_both_languages() -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for entry in ENTRIES.values():
                assert all(step.text for step in explained(entry.terms))
                assert in_short(entry.terms) or entry.terms.outcome == "none"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("amount.at", "money"), ("amount.of.by[0].rate", "rate"), ("conditions[1].test.right", "money")],
)
def test_a_number_is_shown_as_what_it_is(path: str, kind: str) -> None:
    assert kind_of_parameter(TERMS, path) == kind


def changed(**places: Any) -> dict[str, Any]:
    terms = copy.deepcopy(TERMS)
    terms.update(places)
    read_terms(terms)
    return terms


def test_only_what_differs_is_named() -> None:
    with translation.override("en"):
        assert differences(TERMS, copy.deepcopy(TERMS)) == []
        cap = {**TERMS["amount"], "at": 600_000}
        found = differences(TERMS, changed(amount=cap))
        assert [(one.part, one.before, one.after) for one in found] == [
            ("number", "CNY 500,000", "CNY 600,000")
        ]
        gone = differences(TERMS, changed(conditions=TERMS["conditions"][1:], facts=TERMS["facts"][1:]))
        assert [(one.part, one.what) for one in gone] == [("condition", "removed"), ("fact", "removed")]
        fixed = differences(TERMS, changed(amount={"op": "fixed", "amount": 5}))
        assert [(one.part, one.after) for one in fixed] == [
            ("amount", "a fixed sum of CNY 5 → Rounded half up to the fen, once, at the end.")
        ]
