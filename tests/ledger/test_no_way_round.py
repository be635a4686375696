"""Whoever comes past Python, in whatever session and by whatever statement, finds the books as they were."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from accounts.models import User
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from ledger.models import Account, Budget, Commitment, Entry, Instalment
from ledger.selectors import budget_standing
from ledger.services import pay_commitment
from tests.constraints import broken
from tests.ledger import cases

pytestmark = pytest.mark.django_db

ROLE = Path("deploy/application_role.sql")


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def posting(budget: Budget, kind: str, *legs: tuple[str, str], commitment: int | None = None) -> list[str]:
    """Bare INSERTs of an entry and its legs."""
    account = dict(Account.objects.filter(budget=budget).values_list("kind", "pk"))
    return [
        'INSERT INTO ledger_entry (park_id, budget_id, kind, "on", amount, description, key, content_sha256,'
        f" commitment_id, at) VALUES ({budget.park_id}, {budget.pk}, '{kind}', now(), {legs[-1][1]}, 'raw',"
        f" 'raw', '', {commitment or 'NULL'}, now())",
        *(
            "INSERT INTO ledger_posting (entry_id, account_id, amount)"
            f" VALUES (currval('ledger_entry_id_seq'), {account[name]}, {amount})"
            for name, amount in legs
        ),
    ]


def again(table: str, number: int, **values: str) -> list[str]:
    """Delete a row and bring it back under its number, with other values."""
    return [
        f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM {table} WHERE id = {number}",
        f"DELETE FROM {table} WHERE id = {number}",
        *(f"UPDATE kept SET {column} = {value}" for column, value in values.items()),
        f"INSERT INTO {table} SELECT * FROM kept",
    ]


@pytest.fixture
def paid(
    budget: Budget, alice: User, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator, park: Park
) -> Instalment:
    """Half of 100,000 has been paid in a batch, the other half is planned."""
    commitment = cases.commit(budget, bob, enterprise=firm, base="rd:2021", plan=cases.halves(100_000))
    first = commitment.instalments.get(number=1)
    cases.sent(
        [cases.ready(first, alice, bob, cases.make_account(firm, fiona, bob), zhangjiang)], park, fiona, bob
    )
    pay_commitment(instalment=first, on=cases.DAY, key="bank-1", actor=fiona, at=cases.NOW)
    return Instalment.objects.select_related("commitment__budget").get(pk=first.pk)


def test_a_row_that_is_booked_on_never_comes_back_anew(paid: Instalment, budget: Budget) -> None:
    committed = Account.objects.get(budget=budget, kind="committed")
    ways: dict[str, list[str]] = {
        "account": again("ledger_account", committed.pk, balance="0"),
        "budget": again("ledger_budget", budget.pk, currency="'HKD'"),
        "commitment": again("ledger_commitment", paid.commitment_id, paid_amount="0"),
        "instalment": again("ledger_instalment", paid.pk, amount="1"),
    }
    for statements in ways.values():
        with broken("ledger_booked_stays"):
            run(*statements)


def test_two_rows_never_swap_their_numbers(paid: Instalment) -> None:
    planned = paid.commitment.instalments.get(number=2)
    for table, number in (
        ("ledger_budget", paid.commitment.budget_id),
        ("ledger_account", Account.objects.values_list("pk", flat=True)[0]),
        ("ledger_commitment", paid.commitment_id),
        ("ledger_instalment", planned.pk),
    ):
        with broken("ledger_booked_stays"):
            run(f"UPDATE {table} SET id = -1 WHERE id = {number}")
    with broken("ledger_booked_stays"):
        run(f"UPDATE ledger_instalment SET commitment_id = commitment_id + 1 WHERE id = {planned.pk}")


#: What a trigger of somebody else's may try: in it the depth is the same as in our own.
LEND_A_HAND = """
CREATE TEMPORARY TABLE door (x int) ON COMMIT DROP;
CREATE FUNCTION pg_temp.push() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {statement}; RETURN NULL; END $$;
CREATE TRIGGER push AFTER INSERT ON door FOR EACH ROW EXECUTE FUNCTION pg_temp.push();
INSERT INTO door VALUES (1);
"""


def test_a_trigger_of_somebody_elses_does_not_type_amounts(paid: Instalment) -> None:
    for rule, statement in (
        ("ledger_balance_is_postings", "UPDATE ledger_account SET balance = balance + 5 WHERE kind = 'paid'"),
        ("ledger_amounts_are_entries", "UPDATE ledger_commitment SET paid_amount = 0"),
    ):
        with broken(rule):
            run(LEND_A_HAND.format(statement=statement))


def test_a_table_laid_over_ours_takes_no_postings(budget: Budget) -> None:
    run(
        "CREATE TEMPORARY TABLE ledger_account ON COMMIT DROP AS SELECT * FROM public.ledger_account",
        *posting(budget, "increase", ("appropriation", "-5"), ("available", "5")),
        "SET CONSTRAINTS ALL IMMEDIATE",
    )
    run("DROP TABLE pg_temp.ledger_account")
    assert budget_standing(budget).available == 1_000_005


def test_no_number_is_no_amount(paid: Instalment, budget: Budget) -> None:
    with broken("ledger_entry_amount_positive"):
        run(*posting(budget, "decrease", ("available", "'NaN'"), ("appropriation", "'NaN'")))


def test_a_replica_keeps_the_rules(paid: Instalment, budget: Budget) -> None:
    for rule, statements in (
        ("ledger_append_only", ["UPDATE ledger_entry SET amount = 1"]),
        ("ledger_append_only", ["DELETE FROM ledger_posting"]),
        ("ledger_balance_is_postings", ["UPDATE ledger_account SET balance = balance + 1"]),
        ("ledger_entry_balances", posting(budget, "increase", ("available", "5"))),
    ):
        with broken(rule):
            run("SET LOCAL session_replication_role = replica", *statements)


@pytest.mark.parametrize(
    ("rule", "table"),
    [
        ("ledger_append_only", "ledger_entry"),
        ("ledger_append_only", "ledger_posting"),
        ("ledger_append_only", "ledger_account"),
        ("ledger_append_only", "ledger_budget"),
        ("ledger_append_only", "ledger_commitment"),
        ("ledger_append_only", "ledger_instalment"),
        ("sharing_append_only", "sharing_sharingagreement"),
        ("sharing_append_only", "sharing_sharingentry"),
        ("sharing_append_only", "sharing_sharingposting"),
        ("sharing_append_only", "sharing_sharingaccount"),
        ("sharing_append_only", "sharing_sharingline"),
        ("core_history_append_only", "core_historyentry"),
    ],
)
def test_the_books_are_never_emptied(db: None, rule: str, table: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        run(f"TRUNCATE {table} CASCADE")
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.diag.constraint_name == rule


def test_a_checked_list_takes_no_payment_and_goes_only_forward(paid: Instalment) -> None:
    batch = paid.batch_id
    with broken("ledger_checked_batch_is_frozen"):
        run(
            "CREATE TEMPORARY TABLE kept ON COMMIT DROP AS"
            f" SELECT * FROM ledger_instalment WHERE id = {paid.pk}",
            "UPDATE kept SET id = -1, number = 9, state = 'batched'",
            "INSERT INTO ledger_instalment SELECT * FROM kept",
        )
    for change in (
        "state = 'draft', checked_at = NULL, checked_by_id = NULL, sent_at = NULL, sent_by_id = NULL,"
        " list_sha256 = ''",
        "list_sha256 = 'else'",
        "currency = 'HKD'",
        "sent_at = now()",
    ):
        with broken("ledger_checked_batch_is_frozen"):
            run(f"UPDATE ledger_paymentbatch SET {change} WHERE id = {batch}")
    with broken("ledger_checked_batch_is_frozen"):
        run(f"DELETE FROM ledger_paymentbatch WHERE id = {batch}")


def test_every_guard_is_on_in_every_session(db: None) -> None:
    """A guard added later is set like the others (``core.migrations._guards.always``)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled <> 'A'"
            " AND c.relname ~ '^(ledger|sharing|applications)_'"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE proname ~ '^(ledger|sharing|applications)_'"
            " AND NOT 'search_path=public, pg_temp' = ANY (COALESCE(proconfig, '{}'))"
        )
        assert cursor.fetchall() == []


def test_the_role_of_the_application_owns_nothing(
    paid: Instalment, budget: Budget, bob: User, firm: Enterprise
) -> None:
    """With the role of docs/deploy.md the day's work goes on, and no guard can be switched off."""
    run(
        "SET CONSTRAINTS ALL IMMEDIATE",
        ROLE.read_text(),
        "SET LOCAL ROLE enclave_app",
        "SET CONSTRAINTS ALL DEFERRED",
    )
    assert cases.commit(budget, bob, key="k2", enterprise=firm).amount == 100_000
    for statement in (
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TRIGGER ledger_post ON ledger_posting",
        "TRUNCATE ledger_posting",
        "UPDATE ledger_entry SET amount = 1",
        "DELETE FROM core_historyentry",
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            run(statement)
        assert type(refused.value.__cause__) is psycopg.errors.InsufficientPrivilege, statement
    run("RESET ROLE")
    assert Entry.objects.filter(kind="commitment").count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_promise_that_could_not_see_the_other_is_refused(
    park: Park, fiona: User, bob: User, firm: Enterprise, level: str, second_connection: Callable[[], Any]
) -> None:
    """An older picture of the tables does not show the grant made a moment ago."""
    budgets = [cases.make_budget(park, fiona, bob, code=f"fund-{n}") for n in range(2)]
    with second_connection() as other:
        other.execute(f"BEGIN ISOLATION LEVEL {level}")
        other.execute("SELECT count(*) FROM ledger_commitment")
        cases.commit(budgets[0], bob, enterprise=firm, base="rd:2021")
        with pytest.raises(psycopg.IntegrityError) as refused:
            other.execute(
                "INSERT INTO ledger_commitment (budget_id, enterprise_id, subject_kind, reference, purpose,"
                " base, base_is_exclusive, amount, paid_amount, released_amount, clawed_amount, state,"
                ' "on", provenance, version, created_at, updated_at) VALUES'
                " (%s, %s, '', '', 'raw', 'rd:2021', false, 5, 0, 0, 0, 'open', now(), 'recorded', 1,"
                " now(), now())",
                [budgets[1].pk, firm.pk],
            )
    assert refused.value.diag.constraint_name == "ledger_no_double_funding"
    assert Commitment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_older_picture_of_the_balance_does_not_spend_it_twice(
    park: Park, fiona: User, bob: User, firm: Enterprise, level: str, second_connection: Callable[[], Any]
) -> None:
    budget = cases.make_budget(park, fiona, bob, amount=100_000)
    statements = posting(budget, "decrease", ("available", "-100000"), ("appropriation", "100000"))
    with second_connection() as other:
        other.execute(f"BEGIN ISOLATION LEVEL {level}")
        other.execute("SELECT count(*) FROM ledger_posting")
        cases.commit(budget, bob, enterprise=firm)
        with pytest.raises(psycopg.errors.SerializationFailure):
            other.execute(";".join(statements))
    assert budget_standing(budget).available == 0


@pytest.fixture
def second_connection() -> Callable[[], Any]:
    def connect() -> Any:
        return psycopg.connect(**connection.get_connection_params(), autocommit=True)

    return connect


def test_the_command_finds_what_the_owner_of_the_tables_did(paid: Instalment) -> None:
    """Nothing in a database holds against its owner; what he did is found and named."""
    out = io.StringIO()
    call_command("verify_books", stdout=out)
    assert "books balance" in out.getvalue()
    run("SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE ledger_account DISABLE TRIGGER USER")
    run("UPDATE ledger_account SET balance = balance - 5 WHERE kind = 'paid'")
    run("ALTER TABLE ledger_commitment DISABLE TRIGGER USER")
    run("UPDATE ledger_commitment SET paid_amount = 0")
    with translation.override("en"), pytest.raises(CommandError) as told:
        call_command("verify_books")
    words = str(told.value)
    account = Account.objects.get(kind="paid")
    for sentence in (
        f"account {account.pk} is not the sum of its postings",
        f"the accounts of budget {account.budget_id} do not total zero",
        f"commitment {paid.commitment_id} is not the sum of its entries",
        "the guard ledger_account.ledger_keep_balance is switched off",
    ):
        assert sentence in words
