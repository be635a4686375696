"""Instalments, currencies, borders, answers of banks, double funding: what the services do and refuse."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from accounts.models import User
from core.due import due_items, waiting_items
from core.errors import Conflict, Invalid, Refused
from core.history import verify
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from ledger import services
from ledger.models import BankResult, Budget, Commitment, Entry, Instalment
from ledger.render import payment_list_file
from ledger.selectors import (
    budget_standing,
    days_to_money,
    days_to_money_of,
    money_of_enterprise,
    money_of_project,
    other_grants,
    paid_by_project,
)
from ledger.services import Part
from tests import factories
from tests.ledger import cases
from tests.ledger.cases import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent_one(
    budget: Budget, park: Park, alice: User, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator
) -> Instalment:
    """A payment of 100,000 that the bank has."""
    account = cases.make_account(firm, fiona, bob)
    commitment = cases.commit(budget, bob, enterprise=firm, submitted_on=date(2021, 5, 1))
    row = cases.ready(commitment.instalments.get(), alice, bob, account, zhangjiang)
    cases.sent([row], park, fiona, bob)
    return Instalment.objects.get(pk=row.pk)


def answer(park: Park, fiona: User, text: str, name: str = "r.csv") -> BankResult:
    return services.read_bank_result(
        park=park, content=io.BytesIO(text.encode()), name=name, actor=fiona, at=NOW
    )


def test_the_bank_answers_row_by_row(sent_one: Instalment, park: Park, fiona: User, budget: Budget) -> None:
    reference = sent_one.payment_reference
    wrong = answer(park, fiona, f"参考号,金额,结果\n{reference},99999,成功\nC000009-9,1,成功\n,1,成功\n")
    assert (wrong.paid, [row["row"] for row in wrong.problems]) == (0, [2, 3, 4])
    failed = answer(park, fiona, f"业务参考号,处理结果,失败原因\n{reference},失败,示例：账号户名不符\n")
    assert (failed.failed, failed.problems) == (1, [])
    row = Instalment.objects.get()
    assert (row.state, row.bounce_reason, row.batch) == ("bounced", "示例：账号户名不符", None)
    assert budget_standing(budget).committed == Decimal(100_000)


def test_what_came_back_is_paid_again(
    sent_one: Instalment, park: Park, fiona: User, bob: User, budget: Budget
) -> None:
    text = f"参考号,结果,到账日期\n{sent_one.payment_reference},成功,2021-06-01\n"
    assert answer(park, fiona, text).paid == 1
    assert answer(park, fiona, text + "\n").unchanged == 1
    services.bounce_payment(
        instalment=sent_one, on=DAY, reason="示例：次日退汇", actor=fiona, at=NOW + timedelta(days=1)
    )
    assert budget_standing(budget).paid == 0
    cases.sent([Instalment.objects.get()], park, fiona, bob)
    assert answer(park, fiona, text + "\n\n").paid == 1
    assert sorted(Entry.objects.exclude(commitment=None).values_list("kind", flat=True)) == [
        "commitment",
        "payment",
        "payment",
        "reversal",
    ]
    assert budget_standing(budget).paid == Decimal(100_000)
    assert list(verify()) == []


def test_a_file_without_the_columns_is_refused(park: Park, fiona: User) -> None:
    with pytest.raises(Invalid, match="业务参考号"):
        answer(park, fiona, "姓名,结果\n甲,成功\n")
    assert not BankResult.objects.exists()


def test_payment_in_another_currency_keeps_rate_day_and_both_amounts(
    budget: Budget, park: Park, alice: User, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator
) -> None:
    account = cases.make_account(firm, fiona, bob)
    plan = [Part(Decimal(77_000), date(2021, 7, 1), "", True, "SEK")]
    commitment = cases.commit(budget, bob, enterprise=firm, amount=77_000, plan=plan)
    row = cases.ready(commitment.instalments.get(), alice, bob, account, zhangjiang)

    def batch() -> Any:
        return services.make_batch(park=park, instalments=[row], actor=fiona, at=NOW)

    with pytest.raises(Conflict) as refused:
        batch()
    assert refused.value.code == "steps_missing"
    paper = cases.make_document(park, fiona, b"abroad")
    step = {"instalment": row, "on": DAY, "evidence": paper, "actor": fiona, "at": NOW}
    with pytest.raises(Conflict):
        services.record_step(kind="bank", **step)
    for kind in ("documents", "bank", "safe"):
        services.record_step(kind=kind, **step)
    with pytest.raises(Conflict) as refused:
        services.record_step(kind="sent", **step)
    assert refused.value.code == "not_sent"
    with pytest.raises(Conflict) as refused:
        batch()
    assert refused.value.code == "no_rate"
    cases.rate("SEK", "0.77")
    made = batch()
    row = Instalment.objects.get(pk=row.pk)
    assert (row.pay_amount, row.pay_rate, row.pay_rate_on, made.currency) == (
        Decimal("100000.00"),
        Decimal("0.77"),
        DAY,
        "SEK",
    )
    cases.rate("SEK", "0.50", on=date(2021, 5, 31))
    assert Instalment.objects.get().amount == Decimal(77_000)


def test_second_persons(
    budget: Budget, park: Park, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator
) -> None:
    row = cases.commit(budget, bob, enterprise=firm).instalments.get()
    services.claim_condition(instalment=row, evidence=None, actor=fiona, at=NOW)
    with pytest.raises(Refused):
        services.verify_condition(instalment=row, actor=fiona, at=NOW)
    services.return_condition(instalment=row, reason="示例：缺少证明", actor=bob, at=NOW)
    assert Instalment.objects.get().remark == "示例：缺少证明"
    account = services.enter_account(
        park=park, enterprise=firm, values={"holder": "示例", "bank": "示例", "number": "1"},
        actor=fiona, at=NOW,
    )  # fmt: skip
    with pytest.raises(Refused):
        services.verify_account(account=account, actor=fiona, at=NOW)
    services.claim_condition(instalment=row, evidence=None, actor=fiona, at=NOW)
    services.verify_condition(instalment=row, actor=bob, at=NOW)
    services.set_terms(instalment=row, values={"account": account}, actor=fiona, at=NOW)
    with pytest.raises(Conflict) as refused:
        services.make_batch(park=park, instalments=[row], actor=fiona, at=NOW)
    assert refused.value.code == "account_unverified"


def test_giving_back_takes_the_last_instalments(budget: Budget, bob: User, firm: Enterprise) -> None:
    commitment = cases.commit(budget, bob, enterprise=firm, plan=cases.halves(100_000))
    first = services.release_commitment(
        commitment=commitment, amount=Decimal(60_000), key="r1", reason="示例", actor=bob, at=NOW
    )
    again = services.release_commitment(
        commitment=commitment, amount=Decimal(60_000), key="r1", reason="示例", actor=bob, at=NOW
    )
    assert first == again
    assert list(commitment.instalments.values_list("number", "amount")) == [(1, Decimal(40_000))]
    services.release_commitment(commitment=commitment, key="r2", reason="示例", actor=bob, at=NOW)
    assert Commitment.objects.get().state == "released"
    with pytest.raises(Conflict):
        services.release_commitment(commitment=commitment, key="r3", reason="示例", actor=bob, at=NOW)
    assert budget_standing(budget).available == Decimal(1_000_000)


def test_a_schedule_totals_the_commitment(budget: Budget, bob: User, firm: Enterprise) -> None:
    commitment = cases.commit(budget, bob, enterprise=firm)
    with pytest.raises(Invalid):
        services.plan_instalments(commitment=commitment, plan=[Part(Decimal(1), DAY)], actor=bob, at=NOW)
    services.plan_instalments(commitment=commitment, plan=cases.halves(100_000), actor=bob, at=NOW)
    assert list(commitment.instalments.values_list("number", flat=True)) == [1, 2]


def test_no_double_funding_unless_the_budgets_allow_it(
    park: Park, budget: Budget, alice: User, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang, enterprise=firm)
    first = cases.commit(budget, bob, project=project, base="rd:2021", purpose="示例甲")
    assert first.enterprise == firm
    lenient = cases.make_budget(park, fiona, bob, code="lenient", forbid_same_base=False)
    with pytest.raises(Conflict, match="示例甲") as refused:
        cases.commit(lenient, bob, enterprise=firm, base="rd:2021", key="k2")
    assert refused.value.code == "double_funding"
    services.release_commitment(commitment=first, key="r", reason="示例", actor=bob, at=NOW)
    for key in ("k3", "k4"):
        cases.commit(lenient, bob, enterprise=firm, base="rd:2021", key=key)
    assert other_grants(firm, base="rd:2021").count() == 2
    assert other_grants(firm, base="rd:2021", period=(date(2022, 1, 1), date(2023, 1, 1))).count() == 0
    with pytest.raises(Conflict):
        cases.commit(budget, bob, enterprise=firm, base="rd:2021", key="k5")


def test_numbers_for_others(
    sent_one: Instalment, park: Park, fiona: User, firm: Enterprise, alice: User, zhangjiang: Incubator
) -> None:
    assert days_to_money(sent_one.commitment) is None
    answer(park, fiona, f"参考号,结果,到账日期\n{sent_one.payment_reference},成功,2021-06-01\n")
    commitment = Commitment.objects.get()
    assert days_to_money(commitment) == 31
    days = days_to_money_of(Commitment.objects.all())
    assert (days.count, days.median, days.longest) == (1, Decimal(31), 31)
    (granted,) = money_of_enterprise(firm)
    assert (granted.currency, granted.open, granted.paid) == ("CNY", 0, Decimal(100_000))
    project = factories.make_project(alice, zhangjiang, enterprise=firm)
    Commitment.objects.update(project=project)
    assert paid_by_project([project.pk]) == {project.pk: {"CNY": Decimal(100_000)}}
    assert money_of_project(project)[0].kept == Decimal(100_000)


def test_what_is_due_and_what_waits(
    budget: Budget, alice: User, bob: User, fiona: User, charlie: User, firm: Enterprise
) -> None:
    row = cases.commit(budget, bob, enterprise=firm).instalments.get()

    def due(user: User) -> list[str]:
        return [item.kind for item in due_items(user=user, until=date(2021, 8, 1))]

    assert (due(alice), due(fiona), due(charlie)) == (["payment"], ["payment"], [])
    services.claim_condition(instalment=row, evidence=None, actor=alice, at=NOW)

    def waiting(user: User) -> list[str]:
        return [item.kind for item in waiting_items(user=user, limit=9) if item.kind == "payment"]

    assert (waiting(fiona), waiting(bob), waiting(alice)) == (["payment"], ["payment"], [])


def test_a_budget_never_falls_below_what_is_promised(budget: Budget, bob: User, firm: Enterprise) -> None:
    cases.commit(budget, bob, enterprise=firm, amount=900_000)
    with pytest.raises((Conflict, Invalid)):
        services.propose_change(
            budget=budget, kind="decrease", amount=Decimal(100_001), reason="示例", evidence=None,
            actor=bob, at=NOW,
        )  # fmt: skip
    services.propose_change(
        budget=budget,
        kind="decrease",
        amount=Decimal(100_000),
        reason="示例",
        evidence=None,
        actor=bob,
        at=NOW,
    )
    assert budget_standing(budget).appropriated == Decimal(900_000)


@pytest.mark.parametrize("amount", [Decimal(0), Decimal("-1"), Decimal("0.001"), 1.5, True, Decimal("NaN")])
def test_amounts_are_exact(budget: Budget, bob: User, firm: Enterprise, amount: Any) -> None:
    with pytest.raises(Invalid):
        services.commit_money(
            budget=budget, amount=amount, purpose="示例", key="k", enterprise=firm, actor=bob, at=NOW
        )


def test_the_payment_list_runs_no_name_as_a_formula(
    budget: Budget, alice: User, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator, park: Park
) -> None:
    account = cases.make_account(firm, fiona, bob, holder="=1+1", bank="@bank")
    row = cases.commit(budget, bob, enterprise=firm, purpose="+1").instalments.get()
    batch = cases.sent([cases.ready(row, alice, bob, account, zhangjiang)], park, fiona, bob)
    cells = list(load_workbook(io.BytesIO(payment_list_file(batch))).active.values)[1]
    assert [cells[place] for place in (1, 2, 6)] == ["'=1+1", "'@bank", "'+1"]


def test_clawed_back_money_is_made_available_by_a_booking_of_its_own(
    budget: Budget, alice: User, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator, park: Park
) -> None:
    """With a document and a second person; never more than came back, and never twice."""
    commitment = cases.commit(budget, bob, enterprise=firm)
    account = cases.make_account(firm, fiona, bob)
    row = cases.ready(commitment.instalments.get(), alice, bob, account, zhangjiang)
    cases.sent([row], park, fiona, bob)
    services.pay_commitment(instalment=row, on=DAY, key="bank-1", actor=fiona, at=NOW)
    services.claw_back(
        commitment=commitment, amount=Decimal(60_000), reason="示例", key="c1", actor=fiona, at=NOW
    )
    proposal: dict[str, Any] = {
        "budget": budget, "kind": "reuse", "reason": "示例批复", "actor": fiona, "at": NOW,
        "evidence": cases.make_document(park, fiona, b"reuse"),
    }  # fmt: skip
    with pytest.raises(Conflict) as refused:
        services.propose_change(amount=Decimal("60000.01"), **proposal)
    assert refused.value.code == "more_than_clawed_back"
    with pytest.raises(Invalid):
        services.propose_change(amount=Decimal(40_000), **{**proposal, "evidence": None})
    first = services.propose_change(amount=Decimal(40_000), **proposal)
    second = services.propose_change(amount=Decimal(40_000), **proposal)
    assert budget_standing(budget).clawed_back == 60_000
    with pytest.raises(Refused):
        services.approve_change(change=first, actor=fiona, at=NOW)
    services.approve_change(change=first, actor=bob, at=NOW)
    standing = budget_standing(budget)
    assert (
        standing.appropriated,
        standing.available,
        standing.committed,
        standing.paid,
        standing.clawed_back,
    ) == (
        1_000_000, 940_000, 0, 40_000, 20_000,
    )  # fmt: skip
    with pytest.raises(Conflict) as late:
        services.approve_change(change=second, actor=bob, at=NOW)
    assert late.value.code == "more_than_clawed_back"
    assert Entry.objects.get(kind="reuse").description == "示例批复"
