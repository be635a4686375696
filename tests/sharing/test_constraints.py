"""Each rule of the database broken by its name, past Python's own checks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from incubators.models import Incubator
from sharing import services
from sharing.models import (
    SharingAccount,
    SharingAccrual,
    SharingAgreement,
    SharingEntry,
    SharingLine,
    SharingParty,
    SharingPosting,
    SharingPromise,
    SharingSettlement,
    SharingShare,
    SharingTerm,
    SharingVersion,
)
from sharing.services import PromiseInput
from tests.constraints import broken
from tests.sharing import cases
from tests.sharing.cases import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(
    agreement: SharingAgreement, zhangjiang: Incubator, alice: User, bob: User, beate: User, fiona: User
) -> dict[str, Any]:
    """One record of every kind: agreed terms, a draft, a year booked, one settlement of each state."""
    host, home, operator = cases.parties_of(agreement)
    cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob)
    accrual = services.book_accrual(agreement=agreement, year=2021, actor=bob, at=NOW)
    draft = cases.write_terms(
        agreement,
        bob,
        valid_from=date(2024, 1, 1),
        valid_until=date(2025, 1, 1),
        promises=[PromiseInput(2024, home, host, Decimal(5))],
    )
    confirmed = cases.settle(agreement, fiona, amount=100)
    services.confirm_settlement(settlement=confirmed, actor=bob, at=NOW)
    reported = cases.settle(agreement, fiona, amount=100, key="s2")
    dispute = services.report_dispute(
        agreement=agreement, party=home, year=2021, reason="示例", actor=fiona, at=NOW
    )
    with connection.cursor() as cursor:  # as at a commit: nothing of the above waits to be checked
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return {
        "agreement": agreement,
        "party": host,
        "home": home,
        "operator": operator,
        "agreed": agreement.versions.get(number=1),
        "draft": draft,
        "term": draft.terms.get(),
        "frozen_term": SharingTerm.objects.get(version__number=1),
        "share": draft.terms.get().shares.get(party=host),
        "frozen_share": SharingShare.objects.get(term__version__number=1, party=host),
        "promise": draft.promises.get(),
        "accrual": accrual,
        "line": accrual.lines.get(),
        "account": SharingAccount.objects.get(party=host),
        "entry": accrual.entry,
        "posting": accrual.entry.postings.get(account__party=host),
        "confirmed": SharingSettlement.objects.get(pk=confirmed.pk),
        "reported": SharingSettlement.objects.get(pk=reported.pk),
        "dispute": dispute,
    }


CHANGED: list[tuple[str, str, dict[str, Any]]] = [
    ("agreement", "sharing_agreement_settle_days", {"settle_days": 0}),
    ("agreement", "sharing_parties_are_frozen", {"currency": "SEK"}),
    ("party", "sharing_parties_are_frozen", {"role": "other"}),
    ("draft", "sharing_version_dates", {"valid_until": date(2024, 1, 1)}),
    ("draft", "sharing_version_tail_fits", {"tail": "runs_on"}),
    ("draft", "sharing_version_tail_fits", {"tail": "steps_down", "tail_years": 2, "tail_rates": [50]}),
    ("draft", "sharing_version_number_once", {"number": 1}),
    ("draft", "sharing_version_proposed_pair", {"proposed_at": NOW}),
    ("draft", "sharing_version_agreed_pair", {"agreed_at": NOW}),
    ("draft", "sharing_version_state", {"state": "agreed"}),
    ("agreed", "sharing_agreed_terms_are_frozen", {"valid_until": date(2030, 1, 1)}),
    ("agreed", "sharing_agreed_terms_are_frozen", {"tail": "runs_on", "tail_years": 1}),
    ("frozen_term", "sharing_agreed_terms_are_frozen", {"rate": 50}),
    ("frozen_share", "sharing_agreed_terms_are_frozen", {"percent": 50}),
    ("term", "sharing_term_rate", {"rate": 0}),
    ("term", "sharing_term_rate", {"rate": 101}),
    ("term", "sharing_term_threshold_not_negative", {"threshold": -1}),
    ("term", "sharing_term_cap_positive", {"cap": 0}),
    ("term", "sharing_term_years", {"years_counted": 0}),
    ("share", "sharing_share_between_0_and_100", {"percent": 0}),
    ("share", "sharing_shares_total_100", {"percent": 31}),
    ("promise", "sharing_promise_positive", {"amount": 0}),
    ("promise", "sharing_promise_year", {"year": 1999}),
    ("accrual", "sharing_append_only", {"total": 1}),
    ("line", "sharing_append_only", {"amount": 1}),
    ("entry", "sharing_append_only", {"description": "else"}),
    ("posting", "sharing_append_only", {"amount": 1}),
    ("account", "sharing_balance_is_postings", {"accrued": 1}),
    ("account", "sharing_balance_is_postings", {"settled": 1}),
    ("account", "sharing_balance_is_postings", {"year": 2030}),
    ("reported", "sharing_settlement_positive", {"amount": 0}),
    ("reported", "sharing_settlement_kind_fits", {"counter_year": 2022}),
    ("reported", "sharing_settlement_kind_fits", {"kind": "netting"}),
    ("reported", "sharing_settlement_confirmed_pair", {"confirmed_at": NOW}),
    ("reported", "sharing_settlement_state", {"state": "confirmed"}),
    ("reported", "sharing_settlement_state", {"state": "returned"}),
    ("reported", "sharing_settlement_key_once", {"key": "s1"}),
    ("confirmed", "sharing_decided_settlement_is_frozen", {"amount": 1}),
    ("confirmed", "sharing_decided_settlement_is_frozen", {"state": "reported", "confirmed_at": None}),
    ("confirmed", "sharing_settlement_is_booked", {"state": "reversed", "remark": "x"}),
    ("dispute", "sharing_dispute_has_reason", {"reason": ""}),
    ("dispute", "sharing_dispute_resolved_pair", {"resolved_at": NOW, "resolution": "x"}),
    ("dispute", "sharing_dispute_resolved_with_words", {"resolution": "x"}),
]


@pytest.mark.parametrize(("record", "rule", "values"), CHANGED)
def test_a_row_that_breaks_a_rule_is_refused(
    world: dict[str, Any], record: str, rule: str, values: dict[str, Any]
) -> None:
    with broken(rule):
        type(world[record]).objects.filter(pk=world[record].pk).update(**values)


def test_second_persons(world: dict[str, Any], bob: User, fiona: User) -> None:
    def rows(name: str) -> Any:
        return type(world[name]).objects.filter(pk=world[name].pk)

    signed = {"state": "agreed", "proposed_at": NOW, "proposed_by": bob, "agreed_at": NOW, "agreed_by": bob}
    with broken("sharing_version_second_person"):
        rows("draft").update(**signed)
    with broken("sharing_settlement_second_person"):
        rows("reported").update(state="confirmed", confirmed_at=NOW, confirmed_by=fiona)
    with broken("sharing_settlement_is_booked"):
        rows("reported").update(state="confirmed", confirmed_at=NOW, confirmed_by=bob)
    with broken("sharing_dispute_second_person"):
        rows("dispute").update(resolved_at=NOW, resolved_by=fiona, resolution="x")


AGAIN: list[tuple[str, str]] = [
    ("agreement", "sharing_agreement_number_once"),
    ("term", "sharing_term_base_once"),
    ("share", "sharing_share_once"),
    ("promise", "sharing_promise_once"),
    ("account", "sharing_account_once"),
    ("accrual", "sharing_accrual_number_once"),
    ("line", "sharing_line_once"),
    ("dispute", "sharing_dispute_open_once"),
]


@pytest.mark.parametrize(("record", "rule"), AGAIN)
def test_nothing_is_there_twice(world: dict[str, Any], record: str, rule: str) -> None:
    row = world[record]
    row.pk = None
    if record == "account":
        row.accrued = row.settled = 0
    with broken(rule):
        row.save(force_insert=True)


def test_agreed_terms_do_not_overlap(world: dict[str, Any], bob: User, beate: User) -> None:
    with broken("sharing_versions_do_not_overlap"):
        SharingVersion.objects.filter(pk=world["draft"].pk).update(
            valid_from=date(2023, 12, 31), state="agreed", proposed_at=NOW, proposed_by=bob, agreed_at=NOW,
            agreed_by=beate,
        )  # fmt: skip


def test_nothing_of_agreed_terms_is_added_or_taken_away(world: dict[str, Any], zhangjiang: Incubator) -> None:
    term = world["frozen_term"]
    rule = "sharing_agreed_terms_are_frozen"
    with broken(rule):
        SharingShare.objects.filter(term=term)._raw_delete("default")  # type: ignore[attr-defined]
    with broken(rule):
        term.incubators.add(zhangjiang)
    with broken(rule):
        SharingPromise.objects.create(
            version=term.version, year=2021, payer=world["home"], payee=world["party"], amount=1
        )
    with broken(rule):
        SharingVersion.objects.filter(pk=term.version_id)._raw_delete("default")  # type: ignore[attr-defined]
    with broken("sharing_parties_are_frozen"):
        SharingParty.objects.create(
            agreement=world["agreement"], position=9, role="other", park=world["agreement"].park
        )


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("sharing_party_is_one", {"park": None}),
        ("sharing_party_position_once", {"position": 1}),
        ("sharing_party_once", {}),
    ],
)
def test_parties_of_a_fresh_agreement(
    zhangjiang: Incubator, bob: User, rule: str, values: dict[str, Any]
) -> None:
    agreement = cases.make_agreement(zhangjiang, bob)
    home = cases.parties_of(agreement)[1]
    row = SharingParty(agreement=agreement, position=9, role="other", park=home.park)
    for name, value in values.items():
        setattr(row, name, value)
    if rule == "sharing_party_position_once":
        row.park = cases.factories.make_park("third")
    with broken(rule):
        row.save()


def test_terms_name_parties_of_their_agreement(world: dict[str, Any], shenzhen: Incubator, bob: User) -> None:
    other = cases.make_agreement(shenzhen, bob, number="other")
    with broken("sharing_term_of_its_parties"):
        SharingTerm.objects.filter(pk=world["term"].pk).update(holder=cases.parties_of(other)[0])
    with broken("sharing_shares_total_100"):
        SharingTerm.objects.create(
            version=world["draft"], base="output", holder=world["home"], rate=1, remainder_to=world["home"]
        )
    with broken("sharing_promise_two_parties"):
        SharingPromise.objects.filter(pk=world["promise"].pk).update(payee=world["home"])
    with broken("sharing_settlement_two_parties"):
        SharingSettlement.objects.filter(pk=world["reported"].pk).update(payee=world["home"])


def entry_like(world: dict[str, Any], **values: Any) -> SharingEntry:
    defaults = {
        "agreement": world["agreement"], "kind": "settlement", "on": cases.DAY, "description": "raw",
        "key": "raw", "at": NOW, "settlement": world["reported"],
    }  # fmt: skip
    return SharingEntry(**{**defaults, **values})


def post(world: dict[str, Any], entry: SharingEntry, side: str = "settled", **amounts: Any) -> None:
    entry.save(force_insert=True)
    for name, amount in amounts.items():
        account = SharingAccount.objects.get(party=world[name], year=2021)
        SharingPosting.objects.create(entry=entry, account=account, side=side, amount=Decimal(amount))


@pytest.mark.parametrize(
    ("rule", "values", "side", "amounts"),
    [
        ("sharing_entry_balances", {}, "settled", {}),
        ("sharing_entry_balances", {}, "settled", {"home": -100, "party": 99}),
        ("sharing_entry_balances", {}, "settled", {"home": -50, "party": 50}),
        ("sharing_entry_balances", {}, "settled", {"home": -100, "operator": 100}),
        ("sharing_entry_balances", {}, "accrued", {"home": -100, "party": 100}),
        ("sharing_settled_within_open", {}, "settled", {"home": -20_000}),
        ("sharing_settled_within_open", {}, "settled", {"party": 11_901}),
        ("sharing_posting_not_zero", {}, "settled", {"home": 0}),
        ("sharing_posting_side_known", {}, "else", {"home": 1}),
        ("sharing_entry_says_why", {"description": ""}, "settled", {}),
        ("sharing_entry_kind_fits", {"settlement": None}, "settled", {}),
        ("sharing_entry_key_once", {"key": "accrual:2021:1"}, "settled", {}),
    ],
)
def test_entries_that_do_not_hold(
    world: dict[str, Any], rule: str, values: dict[str, Any], side: str, amounts: dict[str, Any]
) -> None:
    if rule == "sharing_posting_side_known":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE sharing_sharingposting DISABLE TRIGGER sharing_post")
    with broken(rule):
        post(world, entry_like(world, **values), side, **amounts)


def test_a_settlement_is_booked_once_and_mirrored_once(world: dict[str, Any]) -> None:
    with broken("sharing_settlement_booked_once"):
        post(world, entry_like(world, settlement=world["confirmed"]))
    with broken("sharing_entry_balances"):
        reversal = entry_like(world, kind="reversal", settlement=world["confirmed"])
        post(world, reversal, home=50, party=-50)
    with broken("sharing_settlement_is_booked"):
        post(world, entry_like(world), home=-100, party=100)
    with broken("sharing_posting_once"):
        post(world, entry_like(world), home=-100)
        again = SharingPosting.objects.get(entry__key="raw")
        again.pk = None
        again.save(force_insert=True)


def test_nothing_booked_is_deleted(world: dict[str, Any]) -> None:
    for name in ("entry", "posting", "accrual", "line"):
        with broken("sharing_append_only"):
            type(world[name]).objects.filter(pk=world[name].pk)._raw_delete("default")
    with broken("sharing_decided_settlement_is_frozen"):
        SharingSettlement.objects.filter(pk=world["confirmed"].pk)._raw_delete("default")  # type: ignore[attr-defined]


def test_an_account_begins_at_zero(world: dict[str, Any]) -> None:
    with broken("sharing_balance_is_postings"):
        SharingAccount.objects.create(
            agreement=world["agreement"], party=world["party"], year=2030, accrued=5
        )


@pytest.mark.parametrize(
    ("rule", "values"),
    [("sharing_accrual_year", {"year": 1999}), ("sharing_accrual_not_negative", {"total": -1})],
)
def test_computations_that_cannot_be(world: dict[str, Any], rule: str, values: dict[str, Any]) -> None:
    row: SharingAccrual = world["accrual"]
    row.pk, row.number = None, 9  # type: ignore[assignment]
    for name, value in values.items():
        setattr(row, name, value)
    with broken(rule):
        row.save(force_insert=True)


def test_no_more_is_shared_than_the_figure(world: dict[str, Any], alice: User, zhangjiang: Incubator) -> None:
    row: SharingLine = world["line"]
    row.pk, row.amount = None, row.figure + 1  # type: ignore[assignment]
    row.enterprise = cases.factories.make_enterprise(alice, zhangjiang)
    with broken("sharing_line_within_figure"):
        row.save(force_insert=True)


def test_the_book_keeps_its_accounts(world: dict[str, Any]) -> None:
    """Neither deleted and brought back empty, nor renumbered, nor typed over from within another trigger."""
    account = SharingAccount.objects.exclude(settled=0).first()
    assert account is not None
    agreement = account.agreement_id
    for rule, *statements in (
        ("sharing_balance_is_postings", f"DELETE FROM sharing_sharingaccount WHERE id = {account.pk}"),
        ("sharing_balance_is_postings", f"UPDATE sharing_sharingaccount SET id = -1 WHERE id = {account.pk}"),
        ("sharing_parties_are_frozen", f"UPDATE sharing_sharingagreement SET id = -1 WHERE id = {agreement}"),
        ("sharing_parties_are_frozen", f"DELETE FROM sharing_sharingagreement WHERE id = {agreement}"),
        (
            "sharing_balance_is_postings",
            "SET LOCAL session_replication_role = replica",
            f"UPDATE sharing_sharingaccount SET settled = 0 WHERE id = {account.pk}",
        ),
        (
            "sharing_balance_is_postings",
            "CREATE TEMPORARY TABLE door (x int) ON COMMIT DROP",
            "CREATE FUNCTION pg_temp.push() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " UPDATE sharing_sharingaccount SET settled = 0; RETURN NULL; END $$",
            "CREATE TRIGGER push AFTER INSERT ON door FOR EACH ROW EXECUTE FUNCTION pg_temp.push()",
            "INSERT INTO door VALUES (1)",
        ),
    ):
        with broken(rule), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
