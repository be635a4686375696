"""Many at the same moment, each with a connection of his own: the budget is spent to the last yuan and no
further, and nothing is booked twice."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from ledger.models import Account, Budget, Commitment, Entry, Posting
from ledger.selectors import budget_standing
from ledger.services import pay_commitment
from tests.concurrency import together
from tests.ledger import cases

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_approvals_of_a_budget_that_fits_twenty(
    park: Park, fiona: User, bob: User, firm: Enterprise
) -> None:
    budget = cases.make_budget(park, fiona, bob, amount=2_000_000)
    outcomes = together(
        *(lambda n=n: cases.commit(budget, bob, key=f"approval-{n}", enterprise=firm) for n in range(50))
    )
    assert (outcomes.count("Commitment"), outcomes.count("Conflict")) == (20, 30)
    standing = budget_standing(budget)
    assert (standing.available, standing.committed) == (0, Decimal(2_000_000))
    assert Commitment.objects.count() == 20
    assert sum(Posting.objects.values_list("amount", flat=True)) == 0
    for account in budget.accounts.all():
        assert account.balance == sum(account.postings.values_list("amount", flat=True))


def test_the_database_alone_refuses_the_twenty_first(
    park: Park, fiona: User, bob: User, firm: Enterprise
) -> None:
    """Nothing of ours runs between these threads and the tables: bare INSERTs."""
    budget = cases.make_budget(park, fiona, bob, amount=2_000_000)
    accounts = dict(Account.objects.filter(budget=budget).values_list("kind", "pk"))

    def insert(number: int) -> object:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO ledger_commitment (budget_id, enterprise_id, subject_kind, reference,"
                    " purpose, base, base_is_exclusive, amount, paid_amount, released_amount, clawed_amount,"
                    ' state, "on", provenance, version, created_at, updated_at)'
                    " VALUES (%s, %s, '', '', 'raw', '', false, 100000, 0, 0, 0, 'open', now(), 'recorded',"
                    " 1, now(), now()) RETURNING id",
                    [budget.pk, firm.pk],
                )
                (commitment,) = cursor.fetchone()
                cursor.execute(
                    "INSERT INTO ledger_instalment (commitment_id, number, amount, condition, due_on, state,"
                    " remark, is_cross_border, pay_currency, bounce_reason, bounces, version, updated_at)"
                    " VALUES (%s, 1, 100000, '', now(), 'planned', '', false, 'CNY', '', 0, 1, now())",
                    [commitment],
                )
                cursor.execute(
                    'INSERT INTO ledger_entry (park_id, budget_id, kind, "on", amount, description, key,'
                    " content_sha256, commitment_id, at) VALUES (%s, %s, 'commitment', now(), 100000, 'raw',"
                    " %s, '', %s, now()) RETURNING id",
                    [park.pk, budget.pk, f"raw-{number}", commitment],
                )
                (entry,) = cursor.fetchone()
                for kind, amount in (("available", -100000), ("committed", 100000)):
                    cursor.execute(
                        "INSERT INTO ledger_posting (entry_id, account_id, amount) VALUES (%s, %s, %s)",
                        [entry, accounts[kind], amount],
                    )
        except IntegrityError as error:
            return _Refusal(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
        return "booked"

    results: list[object] = []
    together(*(lambda n=n: results.append(insert(n)) for n in range(50)))
    refusals = [row.name for row in results if isinstance(row, _Refusal)]
    assert (results.count("booked"), len(refusals)) == (20, 30)
    assert set(refusals) == {"ledger_account_not_overdrawn"}
    assert budget_standing(budget).available == 0


class _Refusal:
    def __init__(self, name: str | None) -> None:
        self.name = name


def test_a_retry_commits_once(budget: Budget, bob: User, firm: Enterprise) -> None:
    outcomes = together(*(lambda: cases.commit(budget, bob, enterprise=firm) for _ in range(8)))
    assert outcomes == ["Commitment"] * 8
    assert Entry.objects.filter(kind="commitment").count() == 1
    assert budget_standing(budget).committed == Decimal(100_000)


def test_a_retry_pays_once(
    budget: Budget, alice: User, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator, park: Park
) -> None:
    commitment = cases.commit(budget, bob, enterprise=firm)
    account = cases.make_account(firm, fiona, bob)
    row = cases.ready(commitment.instalments.get(), alice, bob, account, zhangjiang)
    cases.sent([row], park, fiona, bob)
    outcomes = together(
        *(
            lambda: pay_commitment(instalment=row, on=cases.DAY, key="bank-1", actor=fiona, at=cases.NOW)
            for _ in range(6)
        ),
        *(
            lambda n=n: pay_commitment(
                instalment=row, on=cases.DAY, key=f"other-{n}", actor=fiona, at=cases.NOW
            )
            for n in range(3)
        ),
    )
    assert Entry.objects.filter(kind="payment").count() == 1
    assert budget_standing(budget).paid == Decimal(100_000)
    assert set(outcomes) <= {"Entry", "Conflict"}


def test_two_grants_for_one_purpose_at_the_same_moment(
    park: Park, fiona: User, bob: User, firm: Enterprise
) -> None:
    """From two budgets, so that no lock of a budget helps."""
    budgets = [cases.make_budget(park, fiona, bob, code=f"fund-{n}") for n in range(2)]
    outcomes = together(
        *(
            lambda n=n: cases.commit(
                budgets[n % 2], bob, key=f"grant-{n}", enterprise=firm, base="rd_expense:2021"
            )
            for n in range(6)
        )
    )
    assert (outcomes.count("Commitment"), outcomes.count("Conflict")) == (1, 5)
