"""Matching: what an applicant may have, what stands in the way, what is asked next, what may be added."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from funding import services
from funding.importers import load_register
from funding.models import Policy, PolicyAnswer, StatedPolicyFact
from funding.report import matches_of, matches_of_enterprises, prefilled, recompute
from incubators.models import Incubator, Park
from tests.api import Api
from tests.factories import NOW, make_project
from tests.funding.applicants import DAY, fixed, make_firm, offer, rd_policy

pytestmark = pytest.mark.django_db


def verdicts(firm: Any) -> dict[str, tuple[str, Any, bool]]:
    return {
        one.policy.code: (str(one.entitlement), one.amount, one.counts)
        for one in matches_of(firm, day=DAY).rows
    }


def state(firm: Any, version: Any, alice: User, **facts: Any) -> None:
    for key, value in facts.items():
        services.state_policy_fact(
            applicant=firm, version=version, key=key, value=value, on=DAY, actor=alice, at=NOW
        )


def test_every_policy_falls_into_its_group(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> None:
    firm = make_firm(alice, zhangjiang, bob, rd=2_000_000)
    rd_policy(park, bob)
    two = offer(park, bob, "JY-TWO", fixed(100_000, "a", "b"))
    offer(park, bob, "JY-ASK", fixed(100_000, "c"))
    never = offer(park, bob, "JY-NOT", fixed(100_000, "d", "e"))
    decided = fixed(100_000, "f")
    decided["conditions"][0]["test"]["op"] = "decision"
    offer(park, bob, "JY-DEC", decided)
    state(firm, two, alice, a=True, b=False)
    state(firm, never, alice, d=False, e=False)
    assert verdicts(firm) == {
        "JY-RD": ("entitled", Decimal("200000.00"), True),
        "JY-TWO": ("nearly", Decimal(0), False),
        "JY-ASK": ("missing", None, False),
        "JY-DEC": ("decision", None, False),
        "JY-NOT": ("not_entitled", Decimal(0), False),
    }


def test_what_can_never_be_met_again_is_not_nearly(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang)
    version = offer(park, bob, "JY-ONCE", fixed(100_000, "not_paid_before"))
    state(firm, version, alice, not_paid_before=False)
    assert verdicts(firm)["JY-ONCE"][0] == "not_entitled"


@pytest.mark.parametrize(
    ("kind", "counted"),
    [("higher", {"JY-A": False, "JY-B": True}), ("exclusive", {"JY-A": False, "JY-B": True}),
     ("same_base", {"JY-A": True, "JY-B": True}), ("stacks", {"JY-A": True, "JY-B": True})],
)  # fmt: skip
def test_relations_say_which_amount_counts(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, kind: str, counted: dict[str, bool]
) -> None:
    firm = make_firm(alice, zhangjiang)
    first, second = (
        offer(park, bob, code, fixed(sum_, "a")) for code, sum_ in (("JY-A", 100), ("JY-B", 300))
    )
    services.relate_policies(policy=first.policy, other=second.policy, kind=kind, actor=bob, at=NOW)
    state(firm, first, alice, a=True)
    matches = matches_of(firm, day=DAY)
    assert {one.policy.code: one.counts for one in matches.rows} == counted
    assert matches.totals() == {"CNY": Decimal(sum(
        {"JY-A": 100, "JY-B": 300}[code] for code, counts in counted.items() if counts))}  # fmt: skip
    asides = {
        one.policy.code: [(aside.kind, aside.other.code) for aside in one.asides] for one in matches.rows
    }
    expected = {
        "stacks": {"JY-A": [], "JY-B": []},
        "same_base": {"JY-A": [(kind, "JY-B")], "JY-B": [(kind, "JY-A")]},
    }.get(kind, {"JY-A": [(kind, "JY-B")], "JY-B": []})
    assert asides == expected


def test_sums_never_add_ceilings_lines_or_currencies(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang)
    first = offer(park, bob, "JY-A", fixed(100, "a"))
    offer(park, bob, "JY-UP", fixed(1_000, "a", up_to=True))
    offer(park, bob, "JY-LINE", fixed(10_000, "a", outcome="line"))
    offer(park, bob, "JY-SEK", fixed(7, "a", currency="SEK"))
    state(firm, first, alice, a=True)
    matches = matches_of(firm, day=DAY)
    assert len(matches.of("entitled")) == 4
    assert matches.totals() == {"CNY": Decimal(100), "SEK": Decimal(7)}


def test_the_question_that_settles_most_comes_first(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang)
    offer(park, bob, "JY-A", fixed(100, "rare"))
    common = offer(park, bob, "JY-B", fixed(100, "often"))
    offer(park, bob, "JY-C", fixed(100, "often"))
    asked = []
    while question := matches_of(firm, day=DAY).question:
        asked.append((question.key, [policy.code for policy in question.settles]))
        state(firm, question.version, alice, **{question.key: False})
    assert asked == [("often", ["JY-B", "JY-C"]), ("rare", ["JY-A"])]
    assert common.pk


def test_the_library_is_shown_as_examples_and_never_counted(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    load_register(at=NOW)
    firm = make_firm(alice, zhangjiang, bob, rd=2_000_000)
    rd_policy(park, bob)
    matches = matches_of(firm, day=DAY)
    assert matches.rows[0].policy.code == "JY-RD"
    assert sum(matches.counts().values()) == 1
    assert matches.totals() == {"CNY": Decimal("200000.00")}
    assert len(matches.rows) > 15
    assert "JY-JIYANG" in {policy.code for policy in matches.described}
    assert "SZ-PROPOSALS" not in {policy.code for policy in matches.described}


def test_queries_do_not_grow(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> None:
    rd_policy(park, bob)
    firms = [make_firm(alice, zhangjiang, bob, rd=2_000_000) for _number in range(3)]
    counts = []
    for some in (firms[:1], firms):
        with CaptureQueriesContext(connection) as queries:
            matches_of_enterprises(some, day=DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_application_is_filled_in_from_the_records(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang, bob, rd=2_000_000)
    policy = rd_policy(park, bob)
    filled = prefilled(policy, firm, day=DAY)
    assert "2020" in filled["rd_yuan"].pop("label")
    assert filled == {
        "rd_yuan": {"value": "2000000.00", "origin": "record", "as_of": "2020", "verified": True}
    }


def keep(firm: Any, alice: User) -> PolicyAnswer:
    found = matches_of(firm, day=DAY).rows[0]
    return services.keep_answer(found=found, applicant=firm, as_of=DAY, actor=alice, at=NOW)


def test_a_kept_answer_computes_identically_and_never_changes(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang, bob, rd="1234567.89")
    rd_policy(park, bob)
    keep(firm, alice)
    answer = PolicyAnswer.objects.get()
    again = recompute(answer)
    assert (again.is_identical, again.checksum_fits) == (True, True)
    assert answer.result["amount"] == "123456.79"
    answer.inputs["rd_yuan"]["value"] = "9999999.00"
    again = recompute(answer)
    assert (again.is_identical, again.checksum_fits) == (False, False)


# --- pages and REST ---------------------------------------------------------------------------------
def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_tells_groups_amounts_and_asks_one_question(
    alice: User, bob: User, charlie: User, dora: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang, bob, rd=2_000_000)
    rd_policy(park, bob)
    version = offer(park, bob, "JY-ASK", fixed(100_000, "c"))
    url = reverse("entitlement-detail", args=["enterprises", firm.pk]) + "?day=2021-06-01"
    page = signed_in(alice).get(url)
    assert page.status_code == 200
    text = page.content.decode()
    for words in ("示例研发支持", "条件c", "第四条", "2020"):
        assert words in text
    answer_url = reverse("entitlement-answer", args=["enterprises", firm.pk])
    sent = {"day": "2021-06-01", "version": version.pk, "key": "c", "q-c": "yes"}
    assert signed_in(alice).post(answer_url, sent).status_code == 302
    assert StatedPolicyFact.objects.get().value is True
    assert signed_in(dora).get(url).status_code == 200
    assert signed_in(dora).post(answer_url, sent).status_code == 403
    assert signed_in(charlie).get(url).status_code == 404
    assert signed_in(charlie).post(answer_url, sent).status_code == 404
    listed = signed_in(bob).get(reverse("entitlement-list"), {"day": "2021-06-01"})
    assert listed.status_code == 200
    assert firm.name in listed.content.decode()
    assert signed_in(bob).get(reverse("entitlement-list"), {"kind": "projects"}).status_code == 200


def test_entitlements_over_rest(
    alice: User, bob: User, charlie: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang, bob, rd=2_000_000)
    project = make_project(alice, zhangjiang, enterprise=firm)
    rd_policy(park, bob)
    offer(park, bob, "JY-ASK", fixed(100_000, "c"))
    api = Api(alice)
    body = api.get(f"enterprises/{firm.pk}/entitlements/?day=2021-06-01").json()
    assert body["totals"] == {"CNY": "200000.00"}
    assert [(row["policy"], row["entitlement"], row["amount"]) for row in body["results"]] == [
        ("JY-RD", "entitled", "200000.00"),
        ("JY-ASK", "missing", None),
    ]
    assert body["question"]["key"] == "c"
    asked = api.get(f"policy-questions/?project={project.pk}&day=2021-06-01").json()
    assert (asked["key"], asked["settles"]) == ("c", ["JY-ASK"])
    sent = {"enterprise": firm.pk, "policy": "JY-ASK", "key": "c", "value": True, "on": "2021-06-01"}
    assert api.post("policy-questions/", sent).status_code == 201
    body = api.get(f"projects/{project.pk}/entitlements/?day=2021-06-01").json()
    assert body["totals"] == {"CNY": "300000.00"}
    assert body["question"] is None
    stranger = Api(charlie)
    assert stranger.get(f"enterprises/{firm.pk}/entitlements/").status_code == 404
    assert stranger.get(f"projects/{project.pk}/entitlements/").status_code == 404
    assert stranger.post("policy-questions/", sent).status_code == 404
    assert api.post("policy-questions/", {**sent, "value": 3}).status_code == 422
    assert Policy.objects.count() == 2
