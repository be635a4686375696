"""Facts of policies from records: which record, as of when, verified or not; and what was answered."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.errors import Invalid, Refused
from core.models import HistoryEntry
from enterprises.models import YearlyFigure
from funding import services
from funding.calculator import read_terms
from funding.facts import facts_for, known_of
from funding.models import StatedPolicyFact
from incubators.models import Incubator, Park
from tests.factories import NOW, make_project
from tests.funding.applicants import DAY, fixed, make_firm, make_title, offer

pytestmark = pytest.mark.django_db

TERMS = read_terms(
    {
        "currency": "CNY",
        "outcome": "award",
        "facts": [
            {"key": "current_yuan", "kind": "money"},
            {"key": "prior_yuan", "kind": "money"},
            {"key": "recognised", "kind": "flag"},
            {"key": "first_time", "kind": "flag"},
        ],
        "conditions": [
            {"key": key, "test": {"op": "is", "fact": key}} for key in ("recognised", "first_time")
        ],
        "amount": {"op": "increase", "current": "current_yuan", "prior": "prior_yuan"},
    }
)


def found_for(firm: Any, day: date = DAY) -> dict[str, Any]:
    found = facts_for(known_of([firm], day=day)[firm.pk], TERMS, policy_id=None)
    return {key: (one.value, one.as_of, one.is_verified) for key, one in found.items()}


def test_figures_and_titles_become_facts_with_their_year_and_standing(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang, bob, rd=3_000_000)
    make_firm(alice, zhangjiang, rd=1)
    YearlyFigure.objects.create(
        enterprise=firm, year=2019, rd_expense_amount=Decimal(1_000_000), entered_at=NOW, entered_by=alice
    )
    make_title(firm, alice, bob)
    assert found_for(firm) == {
        "current_yuan": (Decimal("3000000.00"), "2020", True),
        "prior_yuan": (Decimal("1000000.00"), "2019", False),
        "recognised": (True, "2020-12-01", True),
        "first_time": (True, "2020-12-01", True),
    }


def test_what_no_record_holds_is_absent_and_old_figures_say_nothing(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang, bob, rd=3_000_000, year=2018)
    assert found_for(firm) == {}
    assert found_for(firm, date(2020, 1, 1)) == {"current_yuan": (Decimal("3000000.00"), "2018", True)}


def test_a_title_that_ended_answers_no(alice: User, bob: User, zhangjiang: Incubator) -> None:
    firm = make_firm(alice, zhangjiang)
    make_title(firm, alice, bob, granted_on=date(2017, 1, 1), expires_on=date(2020, 1, 1))
    assert found_for(firm)["recognised"] == (False, "2017-01-01", True)


def test_money_in_another_currency_is_no_value(alice: User, zhangjiang: Incubator) -> None:
    firm = make_firm(alice, zhangjiang, rd=3_000_000)
    YearlyFigure.objects.update(currency="SEK")
    assert found_for(firm) == {}


def test_an_answer_fills_a_gap_and_never_beats_a_verified_record(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang, bob, rd=3_000_000)
    terms = fixed(1, "recognised")
    terms["facts"].append({"key": "current_yuan", "kind": "money"})
    version = offer(park, bob, "JY-A", {**terms, "amount": {"op": "fact", "fact": "current_yuan"}})
    for key, value in (("current_yuan", 9_000_000), ("recognised", True)):
        services.state_policy_fact(
            applicant=firm, version=version, key=key, value=value, on=DAY, actor=alice, at=NOW
        )
    assert found_for(firm) == {
        "current_yuan": (Decimal("3000000.00"), "2020", True),
        "recognised": (True, "2021-06-01", False),
    }
    make_title(firm, alice, None, granted_on=date(2018, 1, 1), expires_on=date(2020, 1, 1))
    assert found_for(firm)["recognised"] == (False, "2018-01-01", False)
    said = StatedPolicyFact.objects.get(key="recognised")
    with pytest.raises(Refused):
        services.verify_stated_fact(said=said, actor=alice, at=NOW)
    services.verify_stated_fact(said=said, actor=bob, at=NOW)
    assert found_for(firm)["recognised"] == (True, "2021-06-01", True)


def test_answers_are_kept_row_by_row_and_remembered(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang)
    version = offer(park, bob, "JY-A", fixed(1, "recognised"))
    for value in (True, True, False):
        services.state_policy_fact(
            applicant=firm, version=version, key="recognised", value=value, on=DAY, actor=alice, at=NOW
        )
    assert list(StatedPolicyFact.objects.order_by("pk").values_list("value", flat=True)) == [True, False]
    entries = HistoryEntry.objects.filter(action="statedpolicyfact.answered").order_by("pk")
    assert [entry.changes["recognised"] for entry in entries] == [[None, True], [True, False]]


def test_an_answer_for_one_application_counts_for_its_policy_alone(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang)
    first = offer(park, bob, "JY-A", fixed(1, "qualifies"))
    second = offer(park, bob, "JY-B", fixed(1, "qualifies"))
    services.state_policy_fact(
        applicant=firm, version=first, key="qualifies", value=True, on=DAY, actor=alice, at=NOW
    )
    known = known_of([firm], day=DAY)[firm.pk]
    assert [list(facts_for(known, one.compiled(), policy_id=one.policy_id)) for one in (first, second)] == [
        ["qualifies"],
        [],
    ]


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [("other", True, "key"), ("recognised", 1, "value"), ("recognised", None, "value")],
)
def test_answers_that_are_none_are_refused_by_name(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, key: str, value: Any, field: str
) -> None:
    firm = make_firm(alice, zhangjiang)
    version = offer(park, bob, "JY-A", fixed(1, "recognised"))
    with pytest.raises(Invalid) as refusal:
        services.state_policy_fact(
            applicant=firm, version=version, key=key, value=value, on=DAY, actor=alice, at=NOW
        )
    assert [one.field for one in refusal.value.fields] == [field]


def test_a_project_answers_for_its_enterprise(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = make_firm(alice, zhangjiang)
    project = make_project(alice, zhangjiang, enterprise=firm)
    version = offer(park, bob, "JY-A", fixed(1, "recognised"))
    said = services.state_policy_fact(
        applicant=project, version=version, key="recognised", value=True, on=DAY, actor=alice, at=NOW
    )
    assert (said.enterprise, said.project) == (firm, None)


def test_queries_do_not_grow_with_enterprises(alice: User, bob: User, zhangjiang: Incubator) -> None:
    firms = [make_firm(alice, zhangjiang, bob, rd=3_000_000) for _number in range(3)]
    counts = []
    for some in (firms[:1], firms):
        with CaptureQueriesContext(connection) as queries:
            known_of(some, day=DAY)
        counts.append(len(queries))
    assert counts == [6, 6]
