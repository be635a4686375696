"""Each rule of the database broken by its name, past Python's own checks."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models

from accounts.models import User
from enterprises.models import Enterprise
from incubators.models import Incubator, Organisation, Park
from ledger.models import Account, BankResult, Budget, BudgetChange, Commitment, Entry, Instalment, Posting
from ledger.services import propose_change, read_bank_result, record_step, set_terms
from tests.constraints import broken
from tests.ledger import cases
from tests.ledger.cases import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(
    park: Park,
    zhangjiang: Incubator,
    alice: User,
    bob: User,
    fiona: User,
    firm: Enterprise,
    budget: Budget,
) -> dict[str, Any]:
    """One record of every kind: a commitment paid with its first half, the second half planned."""
    account = cases.make_account(firm, fiona, bob)
    commitment = cases.commit(
        budget, bob, enterprise=firm, base="rd:2021", plan=cases.halves(100_000), amount=100_000
    )
    paid, planned = commitment.instalments.order_by("number")
    set_terms(instalment=planned, values={"is_cross_border": True}, actor=fiona, at=NOW)
    step = record_step(
        instalment=planned,
        kind="documents",
        on=DAY,
        evidence=cases.make_document(park, fiona, b"step"),
        actor=fiona,
        at=NOW,
    )
    batch = cases.sent([cases.ready(paid, alice, bob, account, zhangjiang)], park, fiona, bob)
    text = f"参考号,结果,到账日期\n{paid.payment_reference},成功,2021-06-01\n"
    result = read_bank_result(park=park, content=io.BytesIO(text.encode()), name="r.csv", actor=fiona, at=NOW)
    assert result.paid == 1
    pending = propose_change(
        budget=budget, kind="increase", amount=Decimal(5), reason="示例",
        evidence=cases.make_document(park, fiona), actor=fiona, at=NOW,
    )  # fmt: skip
    return {
        "budget": budget,
        "account": Account.objects.get(budget=budget, kind="available"),
        "change": pending,
        "booked": budget.changes.get(kind="appropriation"),
        "bank": account,
        "batch": batch,
        "result": result,
        "commitment": Commitment.objects.get(),
        "paid": Instalment.objects.get(pk=paid.pk),
        "planned": Instalment.objects.get(pk=planned.pk),
        "step": step,
        "entry": Entry.objects.get(kind="payment"),
        "granted": Entry.objects.get(kind="commitment"),
    }


CHANGED: list[tuple[str, str, dict[str, Any]]] = [
    ("budget", "ledger_budget_year", {"year": 1990, "currency": "CNY"}),
    ("budget", "ledger_budget_is_booked", {"currency": "SEK"}),
    ("budget", "ledger_budget_is_booked", {"year": 2022}),
    ("account", "ledger_balance_is_postings", {"balance": 5}),
    ("account", "ledger_balance_is_postings", {"kind": "else"}),
    ("change", "ledger_change_amount_positive", {"amount": 0}),
    ("change", "ledger_change_has_reason", {"reason": ""}),
    ("change", "ledger_change_decided_pair", {"decided_at": NOW}),
    ("change", "ledger_change_state", {"state": "booked"}),
    ("bank", "ledger_bank_account_of_one", {"enterprise": None}),
    ("bank", "ledger_bank_account_complete", {"number": ""}),
    ("bank", "ledger_bank_account_verified_pair", {"verified_by": None}),
    ("bank", "ledger_bank_account_retired_pair", {"retired_at": NOW}),
    ("batch", "ledger_batch_checked_pair", {"checked_by": None}),
    ("batch", "ledger_batch_sent_pair", {"sent_by": None}),
    ("batch", "ledger_batch_state", {"state": "draft"}),
    ("batch", "ledger_batch_state", {"list_sha256": ""}),
    ("commitment", "ledger_commitment_has_beneficiary", {"enterprise": None}),
    ("commitment", "ledger_amounts_are_entries", {"amount": 1}),
    ("commitment", "ledger_amounts_are_entries", {"paid_amount": 1}),
    ("commitment", "ledger_amounts_are_entries", {"state": "closed"}),
    ("planned", "ledger_instalment_amount_positive", {"amount": 0}),
    ("planned", "ledger_instalments_total_commitment", {"amount": 1}),
    ("planned", "ledger_instalment_claimed_pair", {"claimed_at": NOW}),
    ("paid", "ledger_instalment_verified_pair", {"verified_by": None}),
    ("planned", "ledger_instalment_state", {"state": "ready"}),
    ("planned", "ledger_instalment_rate_whole", {"pay_amount": 1}),
    ("planned", "ledger_instalment_dates", {"sent_on": DAY, "received_on": date(2020, 1, 1)}),
    ("planned", "ledger_instalment_once", {"number": 1}),
    ("paid", "ledger_received_is_booked", {"state": "sent"}),
    ("paid", "ledger_checked_batch_is_frozen", {"pay_amount": 1}),
    ("paid", "ledger_checked_batch_is_frozen", {"pay_rate": 2}),
    ("step", "ledger_step_known", {"kind": "else"}),
    ("entry", "ledger_append_only", {"amount": 1}),
    ("entry", "ledger_append_only", {"description": "Else."}),
]


@pytest.mark.parametrize(("record", "rule", "values"), CHANGED)
def test_a_row_that_breaks_a_rule_is_refused(
    world: dict[str, Any], record: str, rule: str, values: dict[str, Any]
) -> None:
    if rule == "ledger_budget_year":  # one without entries, which keep the year
        world["budget"] = Budget.objects.create(
            park=world["budget"].park, code="empty", name_zh="空", year=2021, created_at=NOW, updated_at=NOW
        )
    with broken(rule):
        type(world[record]).objects.filter(pk=world[record].pk).update(**values)


def test_second_persons(world: dict[str, Any], fiona: User, bob: User, alice: User) -> None:
    def rows(name: str) -> Any:
        return type(world[name]).objects.filter(pk=world[name].pk)

    with broken("ledger_change_second_person"):
        rows("change").update(state="booked", decided_at=NOW, decided_by=fiona)
    with broken("ledger_bank_account_second_person"):
        rows("bank").update(verified_by=fiona)
    with broken("ledger_batch_second_person"):
        rows("batch").update(checked_by=fiona)
    with broken("ledger_instalment_second_person"):
        rows("paid").update(verified_by=alice)


AGAIN: list[tuple[str, str]] = [
    ("budget", "ledger_budget_once"),
    ("account", "ledger_account_once"),
    ("bank", "ledger_bank_account_once"),
    ("batch", "ledger_batch_number_once"),
    ("result", "ledger_bank_result_once"),
    ("step", "ledger_step_once"),
    ("granted", "ledger_entry_key_once"),
]


@pytest.mark.parametrize(("record", "rule"), AGAIN)
def test_a_second_row_that_stands_in_the_way_is_refused(
    world: dict[str, Any], record: str, rule: str
) -> None:
    again = type(world[record]).objects.get(pk=world[record].pk)
    again.pk = None
    if record == "account":
        again.balance = 0
    with broken(rule):
        again.save(force_insert=True)


@pytest.mark.parametrize("model", [Entry, Posting])
def test_what_was_booked_is_not_deleted(world: dict[str, Any], model: type[models.Model]) -> None:
    with broken("ledger_append_only"):
        model._default_manager.all()._raw_delete("default")  # type: ignore[attr-defined]


def entry_like(world: dict[str, Any], name: str = "granted", **values: Any) -> Entry:
    """The stored entry again, under another key."""
    entry: Entry = Entry.objects.get(pk=world[name].pk)
    entry.pk, entry.key = None, f"again-{name}"
    for field, value in values.items():
        setattr(entry, field, value)
    return entry


def post(entry: Entry, **amounts: Any) -> None:
    """Insert the entry with postings on the accounts named."""
    entry.save(force_insert=True)
    for kind, amount in amounts.items():
        account = Account.objects.get(budget=entry.budget_id, kind=kind)
        Posting.objects.create(entry=entry, account=account, amount=amount)


BUDGET_ONLY = {"kind": "increase", "commitment": None, "instalment": None, "amount": Decimal(7)}


@pytest.mark.parametrize(
    ("rule", "values", "amounts"),
    [
        ("ledger_entry_amount_positive", {"amount": 0}, {}),
        ("ledger_entry_says_why", {"description": ""}, {}),
        ("ledger_entry_kind_fits", {"kind": "increase"}, {}),
        ("ledger_entry_kind_fits", {"kind": "else"}, {}),
        ("ledger_entry_balances", BUDGET_ONLY, {}),
        ("ledger_entry_balances", BUDGET_ONLY, {"available": 7}),
        ("ledger_entry_balances", BUDGET_ONLY, {"appropriation": -7, "available": 8}),
        ("ledger_entry_balances", BUDGET_ONLY, {"appropriation": -7, "committed": 7}),
        ("ledger_account_not_overdrawn", {**BUDGET_ONLY, "kind": "decrease"}, {"available": -2_000_000}),
        ("ledger_account_not_overdrawn", {**BUDGET_ONLY, "kind": "decrease"}, {"appropriation": 2_000_000}),
        ("ledger_posting_once", BUDGET_ONLY, {"available": 7, "appropriation": -7}),
        ("ledger_posting_not_zero", BUDGET_ONLY, {"available": 0}),
    ],
)
def test_entries_that_do_not_hold(
    world: dict[str, Any], rule: str, values: dict[str, Any], amounts: dict[str, Any]
) -> None:
    entry = entry_like(world, **values)
    with broken(rule):
        post(entry, **amounts)
        if rule == "ledger_posting_once":
            post_again = entry.postings.first()
            assert post_again is not None
            post_again.pk = None
            post_again.save(force_insert=True)


def test_an_old_entry_takes_no_more_postings(world: dict[str, Any]) -> None:
    budget = world["budget"]
    entry = Entry.objects.get(kind="appropriation")
    for kind, amount in (("committed", 1), ("paid", -1)):
        account = Account.objects.get(budget=budget, kind=kind)
        with broken("ledger_entry_balances"):
            Posting.objects.create(entry=entry, account=account, amount=amount)


def test_an_account_belongs_to_the_budget_of_the_entry(
    world: dict[str, Any], park: Park, fiona: User, bob: User
) -> None:
    other = cases.make_budget(park, fiona, bob, code="other")
    account = Account.objects.get(budget=other, kind="available")
    entry = entry_like(world, **BUDGET_ONLY)
    with broken("ledger_entry_balances"):
        entry.save(force_insert=True)
        Posting.objects.create(entry=entry, account=account, amount=7)


def test_an_account_begins_at_zero(world: dict[str, Any]) -> None:
    park = world["budget"].park
    empty = Budget.objects.create(
        park=park, code="empty", name_zh="空", year=2021, created_at=NOW, updated_at=NOW
    )
    with broken("ledger_balance_is_postings"):
        Account.objects.create(budget=empty, kind="available", balance=5)
    with broken("ledger_account_kind_known"):
        Account.objects.create(budget=empty, kind="else")


def test_an_instalment_is_paid_once(world: dict[str, Any]) -> None:
    """Not even by bare rows under another key."""
    with broken("ledger_one_payment_per_instalment"):
        post(entry_like(world, "entry"), committed=-50_000, paid=50_000)


def test_an_instalment_that_was_not_sent_is_not_paid(world: dict[str, Any]) -> None:
    with broken("ledger_one_payment_per_instalment"):
        post(entry_like(world, "entry", instalment=world["planned"]), committed=-50_000, paid=50_000)


def test_a_reversal_mirrors_what_it_reverses(world: dict[str, Any]) -> None:
    values = {"kind": "reversal", "reverses": world["entry"]}
    with broken("ledger_reversal_mirrors"):
        post(entry_like(world, "entry", **values, amount=Decimal(1)), paid=-1, committed=1)
    with broken("ledger_reversal_mirrors"):
        post(entry_like(world, "granted", kind="reversal", reverses=world["granted"]))
    with broken("ledger_received_is_booked"):
        post(entry_like(world, "entry", **values), paid=-50_000, committed=50_000)


def test_a_commitment_is_never_overpaid(world: dict[str, Any]) -> None:
    values = {"kind": "release", "amount": Decimal(60_000)}
    with broken("ledger_commitment_not_overpaid"):
        post(entry_like(world, **values), committed=-60_000, available=60_000)
    with broken("ledger_commitment_clawback_within_paid"):
        post(entry_like(world, kind="clawback", amount=Decimal(60_000)), paid=-60_000, clawed_back=60_000)


def bare(world: dict[str, Any], **values: Any) -> Commitment:
    defaults = {
        "budget": world["budget"], "enterprise": world["commitment"].enterprise, "purpose": "示例",
        "amount": Decimal(10), "on": DAY, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return Commitment.objects.create(**{**defaults, **values})


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("ledger_commitment_amount_positive", {"amount": Decimal(-1)}),
        ("ledger_amounts_are_entries", {"paid_amount": Decimal(10)}),
        ("ledger_commitment_is_booked", {}),
        ("ledger_no_double_funding", {"base": "rd:2021"}),
    ],
)
def test_commitments_that_do_not_hold(world: dict[str, Any], rule: str, values: dict[str, Any]) -> None:
    with broken(rule):
        bare(world, **values)


def test_the_state_of_a_commitment_fits_its_amounts(world: dict[str, Any]) -> None:
    """The guard of the amounts goes first; without it the rule over the row still holds."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_commitment DISABLE TRIGGER ledger_keep_commitment")
    with broken("ledger_commitment_state"):
        Commitment.objects.filter(pk=world["commitment"].pk).update(state="closed")


def test_the_instalments_total_the_commitment(world: dict[str, Any]) -> None:
    with broken("ledger_instalments_total_commitment"):
        Instalment.objects.filter(pk=world["planned"].pk)._raw_delete("default")  # type: ignore[attr-defined]
    with broken("ledger_booked_stays"):
        Instalment.objects.filter(pk=world["paid"].pk)._raw_delete("default")  # type: ignore[attr-defined]


def test_a_bank_account_of_an_organisation(world: dict[str, Any]) -> None:
    organisation = Organisation.objects.create(code="org", name_zh="示例机构", kind="operator")
    with broken("ledger_bank_account_of_one"):
        type(world["bank"]).objects.filter(pk=world["bank"].pk).update(organisation=organisation)


def test_nothing_of_this_broke_the_books(world: dict[str, Any]) -> None:
    total = sum(Posting.objects.values_list("amount", flat=True))
    assert total == 0
    assert BudgetChange.objects.count() == 2
    assert BankResult.objects.count() == 1
