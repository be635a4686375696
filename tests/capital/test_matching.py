"""Matchmaking: steps in order, what was granted is the loan itself, sums apart from the press."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from capital import services
from capital.models import Match
from capital.selectors.matching import matches_matching, reported_results, summaries_of
from core.errors import Conflict, Invalid, Refused
from enterprises.models import Enterprise
from enterprises.services import remove_record
from incubators.models import Agreement, Incubator, Park
from outreach.models import Event
from tests import factories
from tests.capital import cases

M = cases.MILLION


@pytest.fixture
def event(alice: User, zhangjiang: Incubator) -> Event:
    return cases.make_event(alice, zhangjiang)


def move(match: Match, stage: str, actor: User, **values: object) -> Match:
    given = {"on": date(2022, 3, 1), **values}
    return services.move_match(match=match, to_stage=stage, actor=actor, at=cases.NOW, **given)  # type: ignore[arg-type]


def test_the_way_to_a_loan(alice: User, bob: User, park: Park, firm: Enterprise, event: Event) -> None:
    row = cases.make_match(alice, event, firm, product=cases.make_product(park, bob))
    assert (row.stage, row.contacted_on) == ("contacted", date(2022, 2, 1))
    row = move(row, "met", alice, on=date(2022, 2, 10))
    with pytest.raises(Conflict):
        move(row, "met", alice)
    with pytest.raises(Invalid):
        move(row, "granted", alice)
    loan = cases.make_loan(alice, firm)
    other = cases.make_loan(alice, factories.make_enterprise(alice, firm.incubator))  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        move(row, "granted", alice, loan=other)
    done = move(row, "granted", alice, loan=loan)
    assert (done.granted_amount, done.granted_currency) == (12 * M, "CNY")
    with pytest.raises(Conflict):
        move(done, "declined", alice, reason="示例")
    with pytest.raises(Conflict):
        services.remove_match(match=done, actor=alice, at=cases.NOW)
    with pytest.raises(Conflict) as linked:
        remove_record(record=loan, actor=alice, at=cases.NOW)
    assert linked.value.code == "in_use"
    again = services.reopen_match(match=done, actor=alice, at=cases.NOW)
    assert (again.stage, again.loan, again.met_on) == ("met", None, date(2022, 2, 10))


def test_a_fund_invests_and_a_bank_lends(
    alice: User, bob: User, park: Park, firm: Enterprise, event: Event
) -> None:
    fund = cases.make_fund(park, bob)
    row = cases.make_match(alice, event, firm, fund=fund)
    with pytest.raises(Invalid):
        move(row, "granted", alice, loan=cases.make_loan(alice, firm))
    stranger = cases.make_investment(alice, firm, cases.make_fund(park, bob, name_zh="另一只"))
    with pytest.raises(Invalid):
        move(row, "granted", alice, investment=stranger)
    own = cases.make_investment(alice, firm, fund, round="a")
    assert move(row, "granted", alice, investment=own).granted_amount == M


def test_declined_says_why_and_days_follow(
    alice: User, bob: User, park: Park, firm: Enterprise, event: Event
) -> None:
    row = cases.make_match(alice, event, firm, product=cases.make_product(park, bob))
    with pytest.raises(Invalid):
        move(row, "declined", alice)
    with pytest.raises(Invalid):
        move(row, "met", alice, on=date(2030, 1, 1))
    with pytest.raises(Invalid):
        move(row, "met", alice, on=date(2022, 1, 1))
    assert move(row, "declined", alice, reason="示例：期限太短").reason == "示例：期限太短"


def test_strangers_do_not_write(
    alice: User, bob: User, charlie: User, park: Park, firm: Enterprise, event: Event
) -> None:
    row = cases.make_match(alice, event, firm, product=cases.make_product(park, bob))
    with pytest.raises(Refused):
        move(row, "met", charlie)
    assert list(matches_matching(charlie)) == []


def test_an_event_is_counted_and_the_press_stays_apart(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, firm: Enterprise, event: Event
) -> None:
    """Two firms, one of them with two banks: its need counts once; only verified money is granted."""
    Agreement.objects.create(
        code="agr-baoji-loans", name_zh="宝鸡高新区重点项目融资对接会", kind="bank loans",
        amount=Decimal(3_560_000_000), qualifier="exact", details={"borrowers_above": 90},
    )  # fmt: skip
    product = cases.make_product(park, bob)
    other = factories.make_enterprise(alice, zhangjiang)
    first = cases.make_match(alice, event, firm, product=product, need_amount=5 * M)
    cases.make_match(
        alice, event, firm, product=cases.make_product(park, bob, name_zh="二"), need_amount=4 * M
    )
    second = cases.make_match(alice, event, other, product=product, need_amount=M, currency="SEK")
    move(first, "granted", alice, loan=cases.make_loan(alice, firm, verifier=bob))
    move(second, "granted", alice, loan=cases.make_loan(alice, other, line_amount=4 * M))
    found = summaries_of(alice, Match.objects.visible_to(alice))
    assert len(found) == 1
    one = found[0]
    assert (len(one.firms), len(one.successful), one.results) == (2, 2, 3)
    assert (one.needs, one.granted, one.waiting) == (
        {"CNY": 5 * M, "SEK": M}, {"CNY": 12 * M}, {"CNY": 4 * M},
    )  # fmt: skip
    assert one.conversion == 1
    assert [row.amount for row in reported_results(alice)] == [Decimal(3_560_000_000)]


def test_a_pair_is_recorded_once_and_stays_in_its_park(
    alice: User, bob: User, park: Park, firm: Enterprise, event: Event
) -> None:
    product = cases.make_product(park, bob)
    cases.make_match(alice, event, firm, product=product)
    with pytest.raises((Conflict, Invalid)):
        cases.make_match(alice, event, firm, product=product)
    with pytest.raises(Invalid):
        cases.make_match(alice, event, firm)
    foreign = cases.make_product(factories.make_park("wuxi"), None, name_zh="外地")
    with pytest.raises(Invalid):
        cases.make_match(alice, event, firm, product=foreign)
