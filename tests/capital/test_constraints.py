"""Every rule of the database over funds and credit, broken by name past Python's own checks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from capital import services
from capital.models import (
    BankProduct,
    CreditList,
    Fund,
    FundExit,
    FundInvestment,
    FundInvestor,
    InterestSubsidy,
    Match,
    PoolRecovery,
    ProductLoan,
    RiskPool,
)
from enterprises.models import Enterprise, FinancingEvent, RiskShare
from incubators.models import Incubator, Organisation, Park
from ledger.models import Budget
from tests.capital import cases
from tests.constraints import broken


def change(record: Any, **values: Any) -> None:
    """Past the services; what the record was is restored by the savepoint."""
    type(record)._base_manager.filter(pk=record.pk).update(**values)


OFFERS = (
    ("capital_fund_size_positive", Fund, {"size_amount": 0}),
    ("capital_fund_size_qualified", Fund, {"size_amount": None}),
    ("capital_fund_term", Fund, {"founded_on": date(2022, 1, 2), "ends_on": date(2022, 1, 1)}),
    ("capital_fund_reported_with_source", Fund, {"park": None}),
    ("capital_product_has_bank", BankProduct, {"bank_name": ""}),
    ("capital_product_line_positive", BankProduct, {"largest_amount": 0}),
    ("capital_product_line_qualified", BankProduct, {"largest_qualifier": "unknown"}),
    ("capital_product_rates", BankProduct, {"rate_lowest_percent": 5, "rate_highest_percent": 4}),
    ("capital_product_government", BankProduct, {"government_percent": 101}),
    ("capital_product_dates", BankProduct,
     {"valid_from": date(2022, 1, 2), "valid_until": date(2022, 1, 1)}),
    ("capital_product_reported_with_source", BankProduct, {"park": None}),
    ("capital_list_dates", CreditList, {"valid_from": date(2022, 1, 2), "valid_until": date(2022, 1, 1)}),
    ("capital_list_renewal", CreditList, {"renewal_months": 0}),
    ("capital_list_reported_with_source", CreditList, {"park": None}),
    ("capital_pool_size_positive", RiskPool, {"size_amount": 0}),
    ("capital_pool_dates", RiskPool, {"starts_on": date(2022, 1, 2), "ends_on": date(2022, 1, 1)}),
    ("capital_pool_reported_with_source", RiskPool, {"park": None}),
)  # fmt: skip
MAKERS = {
    Fund: cases.make_fund,
    BankProduct: cases.make_product,
    CreditList: cases.make_list,
    RiskPool: cases.make_pool,
}


@pytest.mark.parametrize(("rule", "kind", "values"), OFFERS, ids=[rule for rule, _kind, _values in OFFERS])
def test_offers(rule: str, kind: Any, values: dict[str, Any], park: Park, bob: User) -> None:
    record = MAKERS[kind](park, bob)
    with broken(rule):
        change(record, **values)


ONCE = (
    ("capital_fund_once", Fund),
    ("capital_product_once", BankProduct),
    ("capital_list_once", CreditList),
    ("capital_pool_once", RiskPool),
)


@pytest.mark.parametrize(("rule", "kind"), ONCE, ids=[rule for rule, _kind in ONCE])
def test_a_park_has_one_of_each_name(rule: str, kind: Any, park: Park, bob: User) -> None:
    first = MAKERS[kind](park, bob)
    other = MAKERS[kind](park, bob, name_zh="另一个")
    with broken(rule):
        change(other, name_zh=first.name_zh)


def test_investors(park: Park, bob: User) -> None:
    house = Organisation.objects.create(code="house", name_zh="示例机构", kind="company")
    fund = cases.make_fund(park, bob)
    row = FundInvestor.objects.create(fund=fund, organisation=house, committed_amount=1)
    with broken("capital_investor_named"):
        change(row, organisation=None)
    with broken("capital_investor_not_negative"):
        change(row, committed_amount=-1)
    with broken("capital_investor_once"):
        FundInvestor.objects.create(fund=fund, organisation=house)


#: A second person; who and when together, twice; words with a return; one of the two.
VERIFIED = {
    "investment": (
        "capital_investment_second_person",
        "capital_investment_verified_pair",
        "capital_investment_returned_pair",
        "capital_investment_returned_with_words",
        "capital_investment_verified_or_returned",
    ),
    "exit": (
        "capital_exit_second_person",
        "capital_exit_verified_pair",
        "capital_exit_returned_pair",
        "capital_exit_returned_with_words",
        "capital_exit_verified_or_returned",
    ),
    "recovery": (
        "capital_recovery_second_person",
        "capital_recovery_verified_pair",
        "capital_recovery_returned_pair",
        "capital_recovery_returned_with_words",
        "capital_recovery_verified_or_returned",
    ),
    "subsidy": (
        "capital_subsidy_second_person",
        "capital_subsidy_verified_pair",
        "capital_subsidy_returned_pair",
        "capital_subsidy_returned_with_words",
        "capital_subsidy_verified_or_returned",
    ),
}


@pytest.fixture
def record(request: pytest.FixtureRequest, alice: User, bob: User, park: Park, firm: Enterprise) -> Any:
    """One waiting record of the kind asked for."""
    if request.param in ("investment", "exit"):
        made: Any = cases.make_investment(alice, firm, cases.make_fund(park, bob), verifier=None)
        return made if request.param == "investment" else cases.make_exit(alice, made)
    loan = cases.make_loan(alice, firm)
    if request.param == "recovery":
        product = cases.make_product(park, bob, largest_amount=50 * cases.MILLION)
        pool = cases.make_pool(park, bob)
        services.link_loan(loan=loan, product=product, pool=pool, actor=alice, at=cases.NOW)
        return cases.make_recovery(alice, cases.make_risk(alice, loan))
    return cases.make_claim(alice, loan)


@pytest.mark.parametrize(("record", "rules"), list(VERIFIED.items()), indirect=["record"], ids=list(VERIFIED))
def test_a_second_person_verifies_or_returns(
    record: Any, rules: tuple[str, ...], alice: User, bob: User
) -> None:
    now = cases.NOW
    returned = {"returned_at": now, "returned_by": bob, "return_reason": "示例"}
    wrong: tuple[dict[str, Any], ...] = (
        {"verified_at": now, "verified_by": alice},
        {"verified_at": now},
        {"returned_at": now, "return_reason": "示例"},
        {"returned_at": now, "returned_by": bob},
        {"verified_at": now, "verified_by": bob, **returned},
    )
    for rule, values in zip(rules, wrong, strict=True):
        with broken(rule):
            change(record, **values)


def test_investments_and_exits(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    fund = cases.make_fund(park, bob)
    row = cases.make_investment(alice, firm, fund)
    with broken("capital_investment_amount_positive"):
        change(row, amount=0)
    with broken("capital_investment_equity"):
        change(row, equity_percent=101)
    other = cases.make_investment(alice, firm, cases.make_fund(park, bob, name_zh="另一只"), round="a")
    with broken("capital_investment_once"):
        change(other, fund=fund, event=row.event)
    back = cases.make_exit(alice, row, is_full=True)
    with broken("capital_exit_not_negative"):
        change(back, proceeds_amount=-1)
    with broken("capital_exit_full_once"):
        FundExit.objects.create(
            investment=row, kind="buyback", on=back.on, proceeds_amount=1, is_full=True,
            entered_at=cases.NOW, entered_by=alice,
        )  # fmt: skip
    with broken("capital_exit_once"):
        FundExit.objects.create(
            investment=row, kind=back.kind, on=back.on, proceeds_amount=back.proceeds_amount,
            entered_at=cases.NOW, entered_by=alice,
        )  # fmt: skip


def test_what_the_database_keeps_of_funds(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    fund = cases.make_fund(park, bob, size_amount=2 * cases.MILLION)
    row = cases.make_investment(alice, firm, fund)
    FinancingEvent.objects.filter(pk=row.event_id).update(amount=10 * cases.MILLION)
    with broken("capital_fund_within_size"):
        change(row, amount=2 * cases.MILLION + 1)
    with broken("capital_fund_within_size"):
        change(fund, size_amount=cases.MILLION - 1)
    with broken("capital_fund_keeps_currency"):
        change(fund, currency="SEK")
    with broken("capital_round_not_exceeded"):
        FinancingEvent.objects.filter(pk=row.event_id).update(amount=1)
    change(fund, reinvests=True)
    back = cases.make_exit(alice, row, verifier=None)
    change(back, verified_at=cases.NOW, verified_by=bob)
    change(row, amount=3 * cases.MILLION)
    with broken("capital_fund_within_size"):
        change(back, verified_at=None, verified_by=None)
    with broken("capital_fund_within_size"):
        FundExit.objects.filter(pk=back.pk).delete()


def test_what_the_database_keeps_of_pools(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    pool = cases.make_pool(park, bob)
    product = cases.make_product(park, bob, largest_amount=50 * cases.MILLION)
    loan = cases.make_loan(alice, firm)
    link = services.link_loan(loan=loan, product=product, pool=pool, actor=alice, at=cases.NOW)
    risk = cases.make_risk(alice, loan, loss_amount=9 * cases.MILLION)
    back = cases.make_recovery(alice, risk)
    with broken("capital_pool_within_size"):
        RiskShare.objects.filter(pk=risk.pk).update(compensated_amount=cases.MILLION + 1)
    with broken("capital_pool_within_size"):
        change(pool, size_amount=Decimal(699_999))
    with broken("capital_recovery_within_compensated"):
        change(back, amount=Decimal(700_001))
    with broken("capital_recovery_within_compensated"):
        RiskShare.objects.filter(pk=risk.pk).update(compensated_amount=1)
    with broken("capital_recovery_positive"):
        change(back, amount=0)
    with broken("capital_recovery_once"):
        PoolRecovery.objects.create(
            risk=risk, on=back.on, amount=back.amount, entered_at=cases.NOW, entered_by=alice
        )
    small = cases.make_pool(park, bob, name_zh="小", size_amount=1)
    with broken("capital_pool_within_size"):
        change(link, pool=small)
    with broken("capital_productloan_loan_id_key"):
        ProductLoan.objects.create(loan=loan, product=product, linked_at=cases.NOW, linked_by=alice)


def test_subsidies(alice: User, bob: User, fiona: User, park: Park, firm: Enterprise, budget: Budget) -> None:
    loan = cases.make_loan(alice, firm, verifier=bob)
    row = cases.make_claim(alice, loan)
    for values in (
        {"amount": 0},
        {"interest_paid_amount": 1},
        {"policy_amount": 1},
    ):
        with broken("capital_subsidy_never_above"):
            change(row, **values)
    with broken("capital_subsidy_period"):
        change(row, ends_on=row.starts_on)
    with broken("capital_subsidy_rate"):
        change(row, base_rate_percent=0)
    with broken("capital_subsidy_no_overlap"):
        row.pk = None
        row.save(force_insert=True)
    row = InterestSubsidy.objects.get()
    with broken("capital_subsidy_withdrawn_pair"):
        change(row, withdrawn_at=cases.NOW, withdrawn_reason="示例")
    with broken("capital_subsidy_withdrawn_with_reason"):
        change(row, withdrawn_at=cases.NOW, withdrawn_by=bob)
    change(row, verified_at=cases.NOW, verified_by=bob)
    services.commit_subsidy(subsidy=row, budget=budget, actor=fiona, at=cases.NOW)
    with broken("capital_subsidy_committed_once_verified"):
        change(row, verified_at=None, verified_by=None)
    with broken("capital_committed_subsidy_is_frozen"):
        change(row, amount=1)
    with broken("capital_committed_subsidy_is_frozen"):
        change(row, commitment=None)


def test_matches(alice: User, bob: User, park: Park, zhangjiang: Incubator, firm: Enterprise) -> None:
    event = cases.make_event(alice, zhangjiang)
    product, fund = cases.make_product(park, bob), cases.make_fund(park, bob)
    row = cases.make_match(alice, event, firm, product=product)
    with broken("capital_match_need_positive"):
        change(row, need_amount=0)
    with broken("capital_match_one_counterpart"):
        change(row, fund=fund)
    with broken("capital_match_days"):
        change(row, stage="met", met_on=date(2021, 1, 1))
    with broken("capital_match_stage"):
        change(row, stage="met")
    with broken("capital_match_stage"):
        change(row, stage="declined", decided_on=date(2022, 3, 1))
    with broken("capital_match_granted_is_linked"):
        change(row, stage="granted", decided_on=date(2022, 3, 1))
    other = cases.make_match(alice, event, firm, fund=fund)
    with broken("capital_match_once"):
        change(other, fund=None, product=product)
    loan = cases.make_loan(alice, firm)
    granted = {"stage": "granted", "decided_on": date(2022, 3, 1), "loan": loan}
    change(row, **granted)
    with broken("capital_match_loan_id_key"):
        change(other, **granted)
    assert Match.objects.count() == 2
    assert FundInvestment.objects.count() == 0


def test_the_rules_of_the_database_are_all_there(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'capital_keep%'")
        assert cursor.fetchone() == (9,)
