"""Funds, products, pools: what is left, what never goes above, who may."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from accounts.models import User
from capital import services
from capital.calculator import About, Reason, Terms, Wish, judge, verdict
from capital.models import Fund, FundInvestment
from capital.render import suggestions
from capital.selectors.credit import entry_counts, excess_of, standings_of, usage_of
from capital.selectors.due import due_of_capital, waiting_capital
from capital.selectors.funds import balance_of
from capital.selectors.matching import offers_for, wish_of
from core.errors import Conflict, Invalid, Refused
from enterprises.models import Enterprise, FinancingEvent, WhitelistEntry
from enterprises.services import remove_record, return_record, save_record, verify_record
from incubators.models import Incubator, Park
from tests import factories
from tests.capital import cases
from tests.concurrency import together

M = cases.MILLION


def test_a_balance_in_all_its_parts(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    payers = [services.Payer(name="示例出资人", amount=6 * M), services.Payer(name="示例引导基金")]
    fund = services.save_offer(
        record=Fund(park=park),
        values={"name_zh": "示例基金", "size_amount": 10 * M, "size_qualifier": "exact"},
        investors=payers,
        actor=bob,
        at=cases.NOW,
    )
    first = cases.make_investment(alice, firm, fund, amount=4 * M, verifier=bob)
    cases.make_investment(alice, firm, fund, amount=M, round="a", on=date(2022, 9, 1))
    cases.make_exit(alice, first, proceeds_amount=2 * M, verifier=bob)
    found = balance_of(fund)
    assert (found.committed, found.invested, found.verified, found.returned, found.left) == (
        6 * M, 5 * M, 4 * M, 2 * M, 5 * M,
    )  # fmt: skip
    services.save_offer(record=fund, values={"reinvests": True}, actor=bob, at=cases.NOW)
    assert balance_of(Fund.objects.get(pk=fund.pk)).left == 7 * M


def test_the_same_money_stands_in_one_round(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    """Two funds in one round: the round is entered once, by whoever comes first, and is not exceeded."""
    one, two = cases.make_fund(park, bob), cases.make_fund(park, bob, name_zh="示例二号基金")
    first = cases.make_investment(alice, firm, one, amount=M)
    with pytest.raises(Conflict) as refusal:
        cases.make_investment(alice, firm, two, amount=M)
    assert refusal.value.code == "round_exceeded"
    save_record(record=first.event, values={"amount": 3 * M}, actor=alice, at=cases.NOW)
    second = cases.make_investment(alice, firm, two, amount=2 * M)
    assert second.event_id == first.event_id
    assert FinancingEvent.objects.filter(enterprise=firm).count() == 1
    verified = verify_record(record=second, actor=bob, at=cases.NOW)
    assert verified.verified_by == bob
    assert FinancingEvent.objects.get().verified_by == bob
    with pytest.raises(Conflict) as linked:
        remove_record(record=_unverified(first.event), actor=alice, at=cases.NOW)
    assert linked.value.code == "in_use"


def _unverified(event: FinancingEvent) -> FinancingEvent:
    FinancingEvent.objects.filter(pk=event.pk).update(verified_at=None, verified_by=None)
    return FinancingEvent.objects.get(pk=event.pk)


def test_an_exact_size_bounds_and_a_reported_one_does_not(
    alice: User, bob: User, park: Park, firm: Enterprise
) -> None:
    exact = cases.make_fund(park, bob, size_amount=M)
    cases.make_investment(alice, firm, exact, amount=M)
    with pytest.raises(Conflict) as refusal:
        cases.make_investment(alice, firm, exact, amount=1, round="a")
    assert refusal.value.code == "fund_exhausted"
    above = cases.make_fund(park, bob, name_zh="超过", size_amount=M, size_qualifier="above")
    assert cases.make_investment(alice, firm, above, amount=5 * M, round="b").pk
    assert balance_of(above).left is None


def test_what_was_sent_back_frees_its_room(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    fund = cases.make_fund(park, bob, size_amount=M)
    row = cases.make_investment(alice, firm, fund)
    return_record(record=row, reason="示例：金额有误", actor=bob, at=cases.NOW)
    assert balance_of(fund).left == M
    cases.make_investment(alice, firm, fund, round="a", amount=M)
    with pytest.raises(Conflict):
        save_record(record=row, values={"note": "示例"}, actor=alice, at=cases.NOW)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_exceed_the_fund(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, firm: Enterprise
) -> None:
    fund = cases.make_fund(park, bob, size_amount=M)
    other = factories.make_enterprise(alice, zhangjiang)
    assert sorted(
        together(
            lambda: cases.make_investment(alice, firm, fund, amount=700_000),
            lambda: cases.make_investment(alice, other, fund, amount=700_000),
        )
    ) == ["Conflict", "FundInvestment"]
    assert FundInvestment.objects.count() == 1


def test_who_may_keep_and_enter(
    alice: User, bob: User, charlie: User, erik: User, park: Park, firm: Enterprise
) -> None:
    with pytest.raises(Refused):
        cases.make_fund(park, alice)
    fund = cases.make_fund(park, bob)
    reported = cases.make_fund(None, None, name_zh="报道的基金", source="示例")
    with pytest.raises(Refused):
        services.save_offer(record=reported, values={"note": "x"}, actor=bob, at=cases.NOW)
    with pytest.raises(Refused):
        cases.make_investment(charlie, firm, fund)
    assert {row.pk for row in Fund.objects.visible_to(erik)} == {reported.pk}
    assert {row.pk for row in Fund.objects.visible_to(charlie)} == {fund.pk, reported.pk}
    cases.make_investment(alice, firm, fund)
    assert FundInvestment.objects.visible_to(charlie).count() == 0
    with pytest.raises(Conflict) as stale:
        services.save_offer(record=fund, values={"note": "x"}, expected_version=9, actor=bob, at=cases.NOW)
    assert stale.value.code == "stale"
    with pytest.raises(Invalid):
        services.save_offer(record=fund, values={"fields": ["nothing"]}, actor=bob, at=cases.NOW)


def test_a_line_above_the_largest(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    """The park's own product refuses; a reported one warns. All lines of the borrower count."""
    own = cases.make_product(park, bob, largest_amount=15 * M)
    reported = cases.make_product(
        None, None, name_zh="宁创贷", largest_amount=20 * M, largest_qualifier="at_most", source="示例"
    )
    loans = [cases.make_loan(alice, firm, product=name) for name in ("一", "二", "三")]
    services.link_loan(loan=loans[0], product=own, actor=alice, at=cases.NOW)
    with pytest.raises(Conflict) as refusal:
        services.link_loan(loan=loans[1], product=own, actor=alice, at=cases.NOW)
    assert refusal.value.code == "line_exceeded"
    for loan in loans[1:]:
        services.link_loan(loan=loan, product=reported, actor=alice, at=cases.NOW)
    found = excess_of(reported, loans[2])
    assert found is not None
    assert (found.most, found.total, found.is_refused) == (20 * M, 24 * M, False)
    assert usage_of(alice, [reported])[reported.pk].count == 2


def test_a_pool_and_its_recoveries(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    pool = cases.make_pool(park, bob)
    product = cases.make_product(park, bob, largest_amount=50 * M, pool=pool)
    loan = cases.make_loan(alice, firm, verifier=bob)
    link = services.link_loan(loan=loan, product=product, actor=alice, at=cases.NOW)
    assert link.pool == pool
    risk = cases.make_risk(alice, loan, verifier=bob)
    cases.make_recovery(alice, risk, verifier=bob)
    found = standings_of([pool])[pool.pk]
    assert (found.compensated, found.recovered, found.left) == (
        Decimal(700_000), Decimal(200_000), Decimal(500_000),
    )  # fmt: skip
    with pytest.raises(Conflict) as refusal:
        cases.make_recovery(alice, risk, amount=Decimal(500_001))
    assert refusal.value.code == "more_than_compensated"
    with pytest.raises(Conflict) as kept:
        services.unlink_loan(link=link, actor=alice, at=cases.NOW)
    assert kept.value.code == "compensated"


def test_entries_count_for_the_list_they_name(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    register = cases.make_list(park, bob)
    values = {"list_name": register.name_zh, "starts_on": date(2022, 1, 1), "ends_on": date(2023, 1, 1)}
    entry = save_record(record=WhitelistEntry(enterprise=firm), values=values, actor=alice, at=cases.NOW)
    verify_record(record=entry, actor=bob, at=cases.NOW)
    for day, running in ((date(2022, 6, 1), 1), (date(2023, 1, 1), 0)):
        found = entry_counts(alice, [register], day=day)[register.pk]
        assert (found.count, found.running) == (1, running)
    # A list that is renamed would lose its entries: they carry the name of the document.
    with pytest.raises(Invalid) as refusal:
        services.save_offer(record=register, values={"name_zh": "示例新名单"}, actor=bob, at=cases.NOW)
    assert refusal.value.fields[0].code == "frozen"
    assert (
        services.save_offer(record=register, values={"name_en": "New"}, actor=bob, at=cases.NOW).version == 2
    )


WISH = Wish(day=date(2022, 6, 1), amount=3 * M, fields=frozenset({"new-materials"}), stage="early")


@pytest.mark.parametrize(
    ("terms", "about", "holds"),
    [
        (Terms("CNY", largest=3 * M), About.AMOUNT, True),
        (Terms("CNY", largest=3 * M - 1), About.AMOUNT, False),
        (Terms("CNY", largest=M, largest_is_firm=False), About.AMOUNT, None),
        (Terms("CNY", left=3 * M), About.LEFT, True),
        (Terms("CNY", left=M), About.LEFT, False),
        (Terms("SEK"), About.CURRENCY, False),
        (Terms("CNY", fields=frozenset({"life-health"})), About.FIELD, False),
        (Terms("CNY", fields=frozenset({"new-materials"})), About.FIELD, True),
        (Terms("CNY", stages=frozenset({"growth"})), About.STAGE, False),
        (Terms("CNY", securities=frozenset({"credit"})), About.SECURITY, None),
        (Terms("CNY", list_name="名单"), About.LIST, False),
        (Terms("CNY", ends_on=date(2022, 6, 1)), About.VALID, False),
        (Terms("CNY", starts_on=date(2022, 6, 1)), About.VALID, True),
    ],
)
def test_one_point_for_or_against(terms: Terms, about: About, holds: bool | None) -> None:
    found = {reason.about: reason.holds for reason in judge(terms, WISH)}
    assert found[about] is holds


def test_one_point_against_decides() -> None:
    points = [Reason(About.AMOUNT, True), Reason(About.STAGE, None), Reason(About.LIST, False)]
    assert [verdict(points), verdict(points[:2]), verdict(points[:1])] == [False, None, True]


def test_suggestions_say_why_in_words(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    cases.make_product(park, bob, largest_amount=M, needs_list=cases.make_list(park, bob))
    cases.make_fund(park, bob, stages=["early"])
    wish = wish_of(firm, day=date(2022, 6, 1), amount=3 * M, stage="early")
    with override("en"):
        found = suggestions(offers_for(alice, firm), wish)
    assert [(one.is_fund, one.fit.value) for one in found] == [(True, "fits"), (False, "against")]
    assert found[1].contra == [
        "3,000,000 CNY are above the largest line of 1,000,000 CNY",
        "does not stand on “示例科技企业白名单” (verified, today)",
    ]


def test_what_is_due_and_what_waits(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    loan = cases.make_loan(alice, firm, ends_on=date(2023, 7, 1))
    cases.make_claim(alice, loan)
    cases.make_investment(alice, firm, cases.make_fund(park, bob, ends_on=date(2023, 6, 20)))
    due = list(due_of_capital(user=bob, until=date(2023, 7, 31)))
    assert [(item.kind, item.on) for item in due] == [
        ("loan", date(2023, 7, 1)), ("fund", date(2023, 6, 20)),
    ]  # fmt: skip
    waiting = list(waiting_capital(user=bob, limit=10))
    assert [item.url.split("/")[2] for item in waiting] == ["investments", "subsidies"]
    assert list(waiting_capital(user=alice, limit=10)) == []
