"""Rules of the database around the project, each broken past every check in Python."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from enterprises.models import (
    FinancingEvent,
    IpFiling,
    IpGrant,
    IpLicence,
    IpOwner,
    IpRight,
    LadderCriterion,
    LadderRule,
    Loan,
    Occupancy,
    Person,
    RiskShare,
    StatedFact,
    TalentResult,
    WhitelistEntry,
    YearlyFigure,
)
from incubators.models import Incubator, Park, Space
from tests import factories
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = date(2021, 1, 1)


@pytest.fixture
def world(alice: User, bob: User, zhangjiang: Incubator) -> dict[str, Any]:
    """One valid record of each kind, entered by Alice."""
    enterprise = factories.make_enterprise(alice, zhangjiang)
    by = {"entered_at": NOW, "entered_by": alice}
    tracked = {"created_at": NOW, "updated_at": NOW, "entered_by": alice, "external_id": "A-1"}
    right = IpRight.objects.create(enterprise=enterprise, kind="invention", name_zh="示例发明", **tracked)
    person = Person.objects.create(enterprise=enterprise, name_zh="示例人", **tracked)
    space = Space.objects.create(
        incubator=zhangjiang, name_zh="示例实验室", kind="laboratory", area_m2=Decimal(200)
    )
    filing = IpFiling.objects.create(
        right=right, park=enterprise.park, office="CN", number="2021-1", filed_on=DAY, **by
    )
    loan = Loan.objects.create(
        enterprise=enterprise, bank="示例银行", line_amount=100, starts_on=DAY, guarantee="credit", **by
    )
    rule = LadderRule.objects.create(
        park=enterprise.park, rung="gazelle", starts_on=DAY, ends_on=date(2022, 1, 1), source="示例", **by
    )
    return {
        "enterprise": enterprise,
        "right": right,
        "person": person,
        "space": space,
        "filing": filing,
        "loan": loan,
        "rule": rule,
        "owner": IpOwner.objects.create(right=right, enterprise=enterprise, percent=100),
        "grant": IpGrant.objects.create(filing=filing, number="ZL1", granted_on=DAY, **by),
        "licence": IpLicence.objects.create(
            right=right, kind="exclusive", licensee="示例被许可人", starts_on=DAY, **by
        ),
        "line": LadderCriterion.objects.create(
            rule=rule, position=1, key="revenue", comparison="at_least", value=1, clause="示例"
        ),
        "stated": StatedFact.objects.create(enterprise=enterprise, key="owns_core_ip", on=DAY, value=1, **by),
        "result": TalentResult.objects.create(person=person, plan="jiyang", year=2021, on=DAY, **by),
        "occupancy": Occupancy.objects.create(
            space=space,
            enterprise=enterprise,
            is_whole=True,
            area_m2=200,
            starts_on=DAY,
            ends_on=date(2022, 1, 1),
            **tracked,
        ),
        "financing": FinancingEvent.objects.create(
            enterprise=enterprise, round="a", on=DAY, amount=100, investors="示例基金", **by
        ),
        "whitelist": WhitelistEntry.objects.create(
            enterprise=enterprise, list_name="示例白名单", starts_on=DAY, **by
        ),
        "risk": RiskShare.objects.create(
            loan=loan, bank_percent=50, government_percent=30, insurer_percent=20, **by
        ),
        "figures": YearlyFigure.objects.create(
            enterprise=enterprise, year=2020, revenue_amount=100, rd_expense_amount=10, **by
        ),
    }


CHANGED = [
    ("figures", "enterprises_assets_not_negative", {"total_assets_amount": -1}),
    ("figures", "enterprises_liabilities_not_negative", {"liabilities_amount": -1}),
    ("figures", "enterprises_main_business_not_negative", {"main_business_amount": -1}),
    ("figures", "enterprises_high_tech_not_negative", {"high_tech_income_amount": -1}),
    ("figures", "enterprises_rd_in_china_not_negative", {"rd_in_china_amount": -1}),
    ("figures", "enterprises_main_business_within_revenue", {"main_business_amount": 101}),
    ("figures", "enterprises_high_tech_within_revenue", {"high_tech_income_amount": 101}),
    ("figures", "enterprises_rd_in_china_within_rd", {"rd_in_china_amount": 11}),
    ("rule", "enterprises_ladder_rule_dates", {"ends_on": date(2020, 1, 1)}),
    (
        "rule",
        "enterprises_ladder_rule_window",
        {"window_from": date(2021, 8, 1), "window_until": date(2021, 6, 1)},
    ),
    ("line", "enterprises_ladder_line_has_value", {"value": None}),
    ("line", "enterprises_ladder_band", {"applies_above": 1}),
    ("line", "enterprises_ladder_band", {"applies_key": "revenue"}),
    (
        "line",
        "enterprises_ladder_band_order",
        {"applies_key": "revenue", "applies_above": 2, "applies_upto": 1},
    ),
    ("stated", "enterprises_stated_fact_not_negative", {"value": -1}),
    ("owner", "enterprises_ip_owner_is_one", {"name": "示例大学"}),
    ("owner", "enterprises_ip_owner_is_one", {"enterprise": None}),
    ("owner", "enterprises_ip_owner_percent", {"percent": 0}),
    ("filing", "enterprises_filing_deadline_has_step", {"next_deadline_on": DAY}),
    ("grant", "enterprises_grant_dates", {"expires_on": date(2020, 1, 1)}),
    ("licence", "enterprises_licence_amount_not_negative", {"amount": -1}),
    ("licence", "enterprises_licence_dates", {"ends_on": date(2020, 1, 1)}),
    ("result", "enterprises_talent_plan_named", {"plan": "other"}),
    ("result", "enterprises_talent_plan_named", {"plan_name": "示例计划"}),
    ("result", "enterprises_talent_year", {"year": 1900}),
    ("result", "enterprises_talent_amount_not_negative", {"amount": -1}),
    ("occupancy", "enterprises_occupancy_has_area", {"area_m2": 0}),
    ("occupancy", "enterprises_occupancy_dates", {"ends_on": DAY}),
    ("occupancy", "enterprises_rent_free_after_start", {"rent_free_until": date(2020, 1, 1)}),
    ("occupancy", "enterprises_rent_free_before_end", {"rent_free_until": date(2023, 1, 1)}),
    ("occupancy", "enterprises_rent_not_negative", {"rent_amount": -1}),
    ("occupancy", "enterprises_deposit_not_negative", {"deposit_amount": -1}),
    ("occupancy", "enterprises_occupancy_within_area", {"area_m2": Decimal("200.01")}),
    ("space", "enterprises_occupancy_within_area", {"area_m2": Decimal("199.99")}),
    ("financing", "enterprises_financing_amount_positive", {"amount": 0}),
    ("loan", "enterprises_loan_line_positive", {"line_amount": 0}),
    ("loan", "enterprises_loan_drawn_within_line", {"drawn_amount": 101}),
    ("loan", "enterprises_loan_rate", {"rate_percent": 101}),
    ("loan", "enterprises_loan_dates", {"ends_on": DAY}),
    ("whitelist", "enterprises_whitelist_dates", {"ends_on": date(2020, 1, 1)}),
    ("risk", "enterprises_risk_shares_total_100", {"bank_percent": 60}),
    (
        "risk",
        "enterprises_risk_shares_not_negative",
        {"bank_percent": 120, "government_percent": -40, "insurer_percent": 20},
    ),
    ("risk", "enterprises_risk_loss_not_negative", {"loss_amount": -1}),
    ("risk", "enterprises_risk_compensated_within_loss", {"loss_amount": 1, "compensated_amount": 2}),
]


@pytest.mark.parametrize(("record", "rule", "values"), CHANGED)
def test_a_row_that_breaks_a_rule_is_refused(
    world: dict[str, Any], record: str, rule: str, values: dict[str, Any]
) -> None:
    with broken(rule):
        type(world[record]).objects.filter(pk=world[record].pk).update(**values)


AGAIN: list[tuple[str, str, dict[str, Any]]] = [
    ("rule", "enterprises_ladder_rule_no_overlap", {"starts_on": date(2021, 12, 31), "ends_on": None}),
    ("line", "enterprises_ladder_line_once", {}),
    ("stated", "enterprises_stated_fact_once", {}),
    ("owner", "enterprises_ip_owner_once", {}),
    ("right", "enterprises_ip_external_id_once", {}),
    ("person", "enterprises_person_external_id_once", {}),
    ("filing", "enterprises_filing_once", {}),
    ("licence", "enterprises_licence_exclusive", {"starts_on": date(2030, 1, 1)}),
    ("result", "enterprises_talent_result_once", {}),
    (
        "occupancy",
        "enterprises_occupancy_whole_no_overlap",
        {"external_id": "", "starts_on": date(2021, 12, 31), "ends_on": date(2022, 2, 1)},
    ),
    (
        "occupancy",
        "enterprises_occupancy_within_area",
        {
            "external_id": "",
            "is_whole": False,
            "area_m2": 1,
            "starts_on": date(2021, 12, 31),
            "ends_on": None,
        },
    ),
    (
        "occupancy",
        "enterprises_occupancy_external_id_once",
        {"starts_on": date(2023, 1, 1), "ends_on": None},
    ),
    ("financing", "enterprises_financing_once", {}),
    ("loan", "enterprises_loan_once", {}),
    ("whitelist", "enterprises_whitelist_no_overlap", {"starts_on": date(2030, 1, 1)}),
    ("owner", "enterprises_ip_shares_total_100", {"enterprise": None, "name": "示例大学", "percent": 1}),
]


@pytest.mark.parametrize(("record", "rule", "values"), AGAIN)
def test_a_second_row_that_stands_in_the_way_is_refused(
    world: dict[str, Any], record: str, rule: str, values: dict[str, Any]
) -> None:
    second = world[record]
    second.pk = None
    for name, value in values.items():
        setattr(second, name, value)
    with broken(rule):
        second.save()


def test_a_patent_is_counted_once(world: dict[str, Any], alice: User) -> None:
    made = {"enterprise": world["enterprise"], "kind": "invention_patent", "certificate_number": "2021-1"}
    recognitions = world["enterprise"].recognitions
    recognitions.create(granted_on=DAY, entered_at=NOW, entered_by=alice, **{**made})
    with broken("enterprises_patent_counted_once"):
        recognitions.create(granted_on=date(2020, 1, 1), entered_at=NOW, entered_by=alice, **made)


def test_shares_may_move_inside_a_transaction(world: dict[str, Any]) -> None:
    """The total counts when the transaction ends, not after each row."""
    IpOwner.objects.filter(pk=world["owner"].pk).update(percent=40)
    IpOwner.objects.create(right=world["right"], name="示例大学", percent=60)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_occupancies_that_only_touch_are_allowed(world: dict[str, Any]) -> None:
    Occupancy.objects.create(
        space=world["space"],
        enterprise=world["enterprise"],
        is_whole=True,
        area_m2=200,
        starts_on=date(2022, 1, 1),
        created_at=NOW,
        updated_at=NOW,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_park_and_the_example_each_have_their_versions(world: dict[str, Any], park: Park) -> None:
    example = LadderRule(rung="gazelle", starts_on=date(2035, 1, 1), source="示例", entered_at=NOW)
    LadderRule.objects.filter(park=None, rung="gazelle").update(ends_on=date(2035, 1, 1))
    example.save()
    example.pk = None
    with broken("enterprises_ladder_rule_no_overlap"):
        example.save()


SECOND_LOOK = [
    ("stated", "enterprises_stated_fact_verified_pair", "enterprises_stated_fact_second_person"),
    ("filing", "enterprises_filing_verified_pair", "enterprises_filing_second_person"),
    ("grant", "enterprises_grant_verified_pair", "enterprises_grant_second_person"),
    ("licence", "enterprises_licence_verified_pair", "enterprises_licence_second_person"),
    ("result", "enterprises_talent_result_verified_pair", "enterprises_talent_result_second_person"),
    ("financing", "enterprises_financing_verified_pair", "enterprises_financing_second_person"),
    ("loan", "enterprises_loan_verified_pair", "enterprises_loan_second_person"),
    ("whitelist", "enterprises_whitelist_verified_pair", "enterprises_whitelist_second_person"),
    ("risk", "enterprises_risk_share_verified_pair", "enterprises_risk_share_second_person"),
]


@pytest.mark.parametrize(("record", "pair", "second"), SECOND_LOOK)
def test_nobody_verifies_what_he_entered(
    world: dict[str, Any], alice: User, bob: User, record: str, pair: str, second: str
) -> None:
    rows: Callable[..., Any] = type(world[record]).objects.filter(pk=world[record].pk).update
    with broken(pair):
        rows(verified_at=NOW)
    with broken(second):
        rows(verified_at=NOW, verified_by=alice)
    rows(verified_at=NOW, verified_by=bob)


SENT_BACK = [
    (
        "stated",
        "enterprises_stated_fact_returned_pair",
        "enterprises_stated_fact_returned_with_words",
        "enterprises_stated_fact_verified_or_returned",
    ),
    (
        "filing",
        "enterprises_filing_returned_pair",
        "enterprises_filing_returned_with_words",
        "enterprises_filing_verified_or_returned",
    ),
    (
        "grant",
        "enterprises_grant_returned_pair",
        "enterprises_grant_returned_with_words",
        "enterprises_grant_verified_or_returned",
    ),
    (
        "licence",
        "enterprises_licence_returned_pair",
        "enterprises_licence_returned_with_words",
        "enterprises_licence_verified_or_returned",
    ),
    (
        "result",
        "enterprises_talent_result_returned_pair",
        "enterprises_talent_result_returned_with_words",
        "enterprises_talent_result_verified_or_returned",
    ),
    (
        "financing",
        "enterprises_financing_returned_pair",
        "enterprises_financing_returned_with_words",
        "enterprises_financing_verified_or_returned",
    ),
    (
        "loan",
        "enterprises_loan_returned_pair",
        "enterprises_loan_returned_with_words",
        "enterprises_loan_verified_or_returned",
    ),
    (
        "whitelist",
        "enterprises_whitelist_returned_pair",
        "enterprises_whitelist_returned_with_words",
        "enterprises_whitelist_verified_or_returned",
    ),
    (
        "risk",
        "enterprises_risk_share_returned_pair",
        "enterprises_risk_share_returned_with_words",
        "enterprises_risk_share_verified_or_returned",
    ),
]


@pytest.mark.parametrize(("record", "pair", "words", "either"), SENT_BACK)
def test_what_comes_back_says_why_and_is_not_verified(
    world: dict[str, Any], bob: User, record: str, pair: str, words: str, either: str
) -> None:
    rows: Callable[..., Any] = type(world[record]).objects.filter(pk=world[record].pk).update
    with broken(pair):
        rows(returned_at=NOW, return_reason="Why?")
    with broken(words):
        rows(returned_at=NOW, returned_by=bob)
    with broken(either):
        rows(returned_at=NOW, returned_by=bob, return_reason="Why?", verified_at=NOW, verified_by=bob)
