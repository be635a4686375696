"""Policies for programs: asked with facts, answered with amount, clauses, trace and what would change it."""

from typing import Any

import pytest

from accounts.enums import TokenScope
from accounts.models import User
from funding.importers import load_register
from funding.importers.register import REGISTER, RegisterError, read_register
from funding.models import Policy, PolicyVersion
from incubators.models import Incubator, Park
from tests.api import Api
from tests.factories import NOW
from tests.funding.cast import CASES, TERMS, make_draft, make_policy, make_version

pytestmark = pytest.mark.django_db

QUESTION = {"facts": {"landed": True, "rd_yuan": 6_000_000}, "as_of": "2021-06-01"}


@pytest.fixture
def policy(park: Park, bob: User) -> Policy:
    found = make_policy(park, bob)
    make_version(found, bob)
    return found


def test_every_example_of_the_register_comes_out_over_rest(alice: User) -> None:
    load_register(at=NOW)
    api = Api(alice)
    wrong = []
    for code, entry in read_register(REGISTER):
        assert not isinstance(entry, RegisterError)
        for case in entry.cases:
            body = api.post(f"policies/{code}/evaluate/", {"facts": case["inputs"]}).json()
            found = {key: body.get(key) for key in case["expected"]}
            if found != case["expected"]:
                wrong.append((case["id"], found))
    assert wrong == []


def test_an_answer_explains_itself(alice: User, policy: Policy) -> None:
    answer = Api(alice).post("policies/JY-RD/evaluate/", QUESTION).json()
    assert {
        key: answer[key] for key in ("policy", "version", "as_of", "in_force", "eligible", "award_yuan")
    } == {
        "policy": "JY-RD",
        "version": 1,
        "as_of": "2021-06-01",
        "in_force": True,
        "eligible": True,
        "award_yuan": 500_000,
    }
    assert (answer["cap_binds"], answer["missing"]) == (True, [])
    assert answer["conditions"] == [
        {
            "key": "landed",
            "answer": "met",
            "answer_label": "condition is met",
            "clause": "第三条",
            "text": "landed",
            "value": True,
        },
        {
            "key": "rd",
            "answer": "met",
            "answer_label": "condition is met",
            "clause": "第四条",
            "text": "R&D expense of at least one million yuan",
            "value": 6_000_000,
        },
    ]
    assert [(line["step"], line["clause"], line["text"]) for line in answer["trace"]] == [
        ("fact", "", "R&D expense: 6,000,000"),
        ("times", "", "6,000,000 × 10% = 600,000"),
        ("cap", "第五条", "600,000 is above the ceiling of 500,000: 500,000"),
    ]
    assert answer["changes"] == ["With CNY 1 more of “R&D expense” the amount would stay as it is."]


def test_one_yuan_more_is_told_with_its_unit(alice: User, policy: Policy) -> None:
    asked = {**QUESTION, "facts": {"landed": True, "rd_yuan": 3_000_000}}
    answer = Api(alice).post("policies/JY-RD/evaluate/", asked).json()
    assert answer["changes"] == ["With CNY 1 more of “R&D expense” the amount would be CNY 0.10 higher."]


def test_the_trace_is_told_in_chinese_too(alice: User, policy: Policy) -> None:
    answer = Api(alice).post("policies/JY-RD/evaluate/", QUESTION, Accept_Language="zh-hans").json()
    assert answer["conditions"][1]["text"] == "研发费用一百万元以上"
    assert answer["trace"][0]["text"] == "研发费用: 6,000,000"


def test_fen_are_text_with_two_places(alice: User, policy: Policy) -> None:
    question = {"facts": {"landed": True, "rd_yuan": "1000000.04"}, "as_of": "2021-06-01"}
    assert Api(alice).post("policies/JY-RD/evaluate/", question).json()["award_yuan"] == 100_000
    question["facts"]["rd_yuan"] = "1000000.05"  # type: ignore[index]
    assert Api(alice).post("policies/JY-RD/evaluate/", question).json()["award_yuan"] == "100000.01"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"facts": {"rd": 1}}, "facts.rd", "unknown_fact"),
        ({"facts": {"landed": 1}}, "facts.landed", "wrong_type"),
        ({"facts": {"rd_yuan": -1}}, "facts.rd_yuan", "negative"),
        ({"as_of": "2020-12-31"}, "as_of", "outside_validity"),
        ({"overrides": {"amount.of": 1}}, "overrides.amount.of", "unknown_field"),
        ({"overrides": {"amount.at": -1}}, "overrides.amount.at", "negative"),
        ({"overrides": {"amount.at": None}}, "overrides.amount.at", "wrong_type"),
        ({"overrides": {"amount.at": {"op": "fixed", "amount": 1}}}, "overrides.amount.at", "wrong_type"),
        ({"overrides": {"amount.at": [1]}}, "overrides.amount.at", "wrong_type"),
        ({"facts": {"k" * 100_000: 1}}, f"facts.{'k' * 80}", "unknown_fact"),
        ({"asof": "2021-06-01"}, "asof", "unknown_field"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    alice: User, policy: Policy, change: dict[str, Any], field: str, code: str
) -> None:
    answer = Api(alice).post("policies/JY-RD/evaluate/", {**QUESTION, **change})
    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


def test_a_refusal_is_shorter_than_what_was_refused(alice: User, policy: Policy) -> None:
    for facts in ({"k" * 100_000: 1}, {"rd_yuan": "9" * 100_000}):
        answer = Api(alice).post("policies/JY-RD/evaluate/", {"facts": facts})
        assert (answer.status_code, len(answer.content) < 2_000) == (422, True)


def test_a_product_of_too_many_digits_is_refused_by_name(alice: User, bob: User, park: Park) -> None:
    """Ten factors of a thousand million million each: no sum of money, and no failure either."""
    found = make_policy(park, bob, code="JY-HUGE")
    facts = [{"key": "rd_yuan", "kind": "money"}, {"key": "years", "kind": "number"}]
    amount = {"op": "times", "of": {"op": "fact", "fact": "rd_yuan"}, "by": [{"fact": "years"}] * 10}
    make_version(found, bob, terms={"facts": facts, "amount": amount}, cases=[])
    answer = Api(alice).post(
        "policies/JY-HUGE/evaluate/", {"facts": {"rd_yuan": "999999999999999.99", "years": "99999999999.99"}}
    )
    assert answer.status_code == 422
    assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == {
        ("facts.rd_yuan", "too_large")
    }


@pytest.mark.parametrize("code", ["SZ-PROPOSALS", "JS-PROPOSALS"])
def test_a_proposal_holds_on_no_day(alice: User, code: str) -> None:
    load_register(at=NOW)
    answer = Api(alice).post(f"policies/{code}/evaluate/", {"facts": {}}).json()
    assert (answer["in_force"], answer["eligible"], answer["answer"]) == (False, None, "not_applicable")
    refused = Api(alice).post(f"policies/{code}/evaluate/", {"facts": {}, "as_of": "2022-01-01"})
    assert refused.status_code == 422
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [
        ("as_of", "outside_validity")
    ]


def test_nobody_is_entitled_by_a_description(alice: User) -> None:
    load_register(at=NOW)
    answer = Api(alice).post("policies/JY-JIYANG/evaluate/", {"facts": {}}).json()
    assert (answer["eligible"], answer["answer"], "award_yuan" in answer) == (None, "not_applicable", False)


def test_a_condition_without_a_clause_is_told_in_words(alice: User) -> None:
    """The register has the words of its conditions and, for what a formula asks, its numbers."""
    load_register(at=NOW)
    facts = {"above_designated_size": True, "prior_yuan": 0, "current_yuan": 5, "rank": 201}
    api = Api(alice)
    found = api.post("policies/QD-RDI/evaluate/", {"facts": facts}).json()["conditions"]
    assert [(one["key"], one["answer"], one["clause"]) for one in found] == [
        ("above_designated_size", "met", "industrial or service firm above designated size"),
        ("expense_verified", "unknown", "R&D expense is verified"),
        (
            "increase",
            "unmet",
            "growth of “amount of this year” over “amount of the year before” of at least CNY 1 million",
        ),
        ("rank", "unmet", "among the first 200"),
    ]


def test_overrides_are_for_one_question_only(alice: User, policy: Policy) -> None:
    api = Api(alice)
    question = {**QUESTION, "overrides": {"amount.at": 400_000}}
    assert api.post("policies/JY-RD/evaluate/", question).json()["award_yuan"] == 400_000
    assert api.post("policies/JY-RD/evaluate/", QUESTION).json()["award_yuan"] == 500_000
    assert PolicyVersion.objects.get().terms == TERMS


def test_a_question_without_a_day_is_answered_by_the_newest_version(
    alice: User, bob: User, policy: Policy
) -> None:
    version = policy.versions.get()
    made = Api(bob).post(f"policy-versions/{version.pk}/end/", {"on": "2022-01-01"})
    assert made.status_code == 200
    answer = Api(alice).post("policies/JY-RD/evaluate/", {"facts": QUESTION["facts"]}).json()
    assert (answer["version"], answer["in_force"], answer["award_yuan"]) == (1, False, 500_000)


def test_a_token_that_reads_may_ask(alice: User, policy: Policy) -> None:
    reader = Api(alice, scopes=[TokenScope.READ])
    assert reader.post("policies/JY-RD/evaluate/", QUESTION).status_code == 200
    assert reader.post("policies/", {}).status_code == 403


def test_strangers_know_no_policies_of_other_parks(erik: User, alice: User, policy: Policy) -> None:
    assert Api(erik).post("policies/JY-RD/evaluate/", QUESTION).status_code == 404
    assert Api(erik).get("policies/JY-RD/").status_code == 404
    assert [row["code"] for row in Api(alice).get("policies/").json()["results"]] == ["JY-RD"]
    assert Api(None).post("policies/JY-RD/evaluate/", QUESTION).status_code == 401


def test_a_policy_from_description_to_publication(
    bob: User, alice: User, park: Park, zhangjiang: Incubator
) -> None:
    api = Api(bob)
    made = api.post("policies/", {"park": park.code, "code": "JY-NEW", "name_zh": "示例新政"})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/policies/JY-NEW/")
    draft = api.post("policies/JY-NEW/versions/")
    assert draft.status_code == 201
    where = draft.headers["Location"].removeprefix("/api/v1/")
    tag = api.get(where).headers["ETag"]
    assert api.patch(where, {"terms": {"amount": 3}}, If_Match=tag).status_code == 422
    changed = api.patch(where, {"terms": TERMS, "cases": CASES}, If_Match=tag)
    assert changed.status_code == 200
    assert [one["path"] for one in changed.json()["parameters"]] == [
        "conditions[1].test.right",
        "amount.of.by[0].rate",
        "amount.at",
    ]
    assert Api(alice).get(where).status_code == 404
    published = api.post(f"{where}publication/", {"valid_from": "2021-01-01"})
    assert (published.status_code, published.json()["state"]) == (200, "published")
    assert Api(alice).get(where).status_code == 200
    assert Api(alice).post("policies/JY-NEW/evaluate/", QUESTION).json()["award_yuan"] == 500_000
    assert Api(alice).patch("policies/JY-NEW/", {"notes_zh": "x"}, If_Match='"1"').status_code == 403


def test_a_copy_of_an_example_and_a_relation(bob: User, park: Park) -> None:
    load_register(at=NOW)
    api = Api(bob)
    copied = api.post("policies/QD-RE/copies/", {"park": park.code, "code": "JY-RE"})
    assert (copied.status_code, copied.json()["policy"], copied.json()["state"]) == (201, "JY-RE", "draft")
    related = api.put("policies/JY-RE/relations/", {"other": "QD-FIRST", "kind": "exclusive"})
    assert related.status_code == 204
    assert api.put("policies/JY-RE/relations/", {"other": "NOBODY", "kind": "exclusive"}).status_code == 404
    where = copied.headers["Location"].removeprefix("/api/v1/")
    assert api.delete(where, If_Match=api.get(where).headers["ETag"]).status_code == 204


def test_a_draft_is_found_by_its_administrator_only(alice: User, bob: User, policy: Policy) -> None:
    make_draft(policy, bob)
    states = {
        person.username: [
            row["state"] for row in Api(person).get("policy-versions/?ordering=number").json()["results"]
        ]
        for person in (alice, bob)
    }
    assert states == {"alice": ["published"], "bob": ["published", "draft"]}
