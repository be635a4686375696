"""What is missing, who can mend it, and where."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from enterprises.enums import RecognitionKind
from evaluation.measures import MEASURES
from evaluation.selectors import (
    completeness,
    evaluable_incubators,
    evaluable_parks,
    measure_choices,
    period_choices,
)
from incubators.models import ContractTarget, Incubator, Park
from projects.services import return_fact
from tests import factories
from tests.evaluation import cases

pytestmark = pytest.mark.django_db
ON = date(2021, 7, 9)
MONTHS = ("2021-04", "2021-05", "2021-06")


def gaps(incubator: Incubator, on: date = ON) -> list[tuple[str, str, str | None]]:
    found = completeness(incubator=incubator, period="2021-Q2", on=on, language="en")["gaps"]
    return [(gap["code"], gap["who"], gap["link"]["period"]) for gap in found]


def test_a_complete_quarter_has_no_gaps(zhangjiang: Incubator, alice: User, bob: User) -> None:
    cases.make_contract(zhangjiang)
    cases.report_months(zhangjiang, *MONTHS, operator=alice, verifier=bob)
    assert completeness(incubator=zhangjiang, period="2021-Q2", on=ON, language="en")["is_complete"]


def test_each_month_says_what_is_missing_and_who_reports_it(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.make_contract(zhangjiang)
    cases.report_months(zhangjiang, "2021-04", operator=alice, verifier=bob)
    cases.report_months(zhangjiang, "2021-05", operator=alice, verifier=None)
    assert gaps(zhangjiang) == [
        ("observation_unverified", "park", "2021-05"),
        ("observation_missing", "operator", "2021-06"),
    ]


def test_months_that_have_not_begun_are_not_missing(zhangjiang: Incubator) -> None:
    cases.make_contract(zhangjiang)
    assert [gap[2] for gap in gaps(zhangjiang, date(2021, 5, 3))] == ["2021-04", "2021-05"]


def test_facts_and_titles_waiting_for_someone_are_named(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.make_contract(zhangjiang)
    cases.report_months(zhangjiang, *MONTHS, operator=alice, verifier=bob)
    project = factories.make_project(alice, zhangjiang)
    waiting = factories.make_fact(alice, project, "signed", on=date(2021, 4, 6))
    returned = factories.make_fact(alice, project, "registered", on=date(2021, 4, 7))
    return_fact(fact=returned, reason="模糊", actor=bob, at=factories.NOW)
    title = cases.recognise(alice, None, zhangjiang, RecognitionKind.HNTE, date(2021, 5, 1))
    found = completeness(incubator=zhangjiang, period="2021-Q2", on=ON, language="en")["gaps"]
    assert [(gap["code"], gap["who"], gap["link"]["kind"], gap["link"]["id"]) for gap in found] == [
        ("fact_unverified", "park", "fact", waiting.pk),
        ("fact_returned", "operator", "fact", returned.pk),
        ("recognition_unverified", "park", "recognition", title.pk),
    ]
    assert found[0]["link"]["project_id"] == project.pk


def test_a_missing_contract_and_missing_targets_are_the_parks_to_mend(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.report_months(zhangjiang, *MONTHS, operator=alice, verifier=bob)
    assert gaps(zhangjiang) == [("contract_missing", "park", None)]
    cases.make_contract(zhangjiang)
    ContractTarget.objects.filter(indicator__in=["landed", "patents"]).delete()
    found = completeness(incubator=zhangjiang, period="2021-Q2", on=ON, language="en")["gaps"]
    assert [(gap["code"], gap["count"]) for gap in found] == [("target_missing", 2)]
    assert "Projects landed, Invention patents" in found[0]["message"]


def test_a_period_without_a_scheme_says_so(zhangjiang: Incubator) -> None:
    found = completeness(incubator=zhangjiang, period="2015", on=ON, language="en")["gaps"]
    assert found[0]["code"] == "scheme_missing"


def count_queries(**values: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        completeness(period="2021-Q2", on=ON, language="en", **values)
    return len(captured)


def test_the_number_of_queries_does_not_grow(park: Park, alice: User, zhangjiang: Incubator) -> None:
    def add(code: str) -> None:
        incubator = factories.make_incubator(park, code)
        operator = factories.make_operator(incubator, f"op-{code}")
        factories.make_fact(operator, factories.make_project(operator, incubator), "signed")

    add("one")
    few = count_queries(park=park)
    add("two")
    add("three")
    assert count_queries(park=park) == few


def test_choices_follow_the_person(
    zhangjiang: Incubator, shenzhen: Incubator, park: Park, alice: User, bob: User, erik: User
) -> None:
    assert list(evaluable_incubators(alice)) == [zhangjiang]
    assert set(evaluable_incubators(bob)) == {zhangjiang, shenzhen}
    assert [list(evaluable_parks(user)) for user in (alice, bob, erik)] == [[], [park], []]


def test_periods_begin_with_the_newest(db: None) -> None:
    found = period_choices(date(2021, 7, 9), "quarter", "zh-hans")
    assert [row["label"] for row in found[:2]] == ["2021年第三季度", "2021年第二季度"]
    assert {row["kind"] for row in period_choices(date(2021, 7, 9))} == {"year", "half", "quarter", "month"}
    assert [row["code"] for row in measure_choices("en")] == list(MEASURES)
