"""The book under any sequence of deeds, and with many at the same moment."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from core.errors import Conflict
from incubators.models import Incubator
from sharing import services
from sharing.models import SharingAccount, SharingAgreement, SharingEntry, SharingPosting, SharingSettlement
from sharing.selectors import compute_year
from tests.concurrency import together
from tests.sharing import cases
from tests.sharing.cases import NOW

DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("figure"), st.sampled_from([2021, 2022]), st.integers(0, 10**9)),
        st.tuples(st.just("accrue"), st.sampled_from([2021, 2022]), st.just(0)),
        st.tuples(st.just("settle"), st.sampled_from([2021, 2022]), st.integers(1, 6 * 10**6)),
        st.tuples(st.just("net"), st.sampled_from([2021, 2022]), st.integers(1, 6 * 10**6)),
        st.tuples(st.just("reverse"), st.just(0), st.just(0)),
    ),
    max_size=10,
)


@pytest.mark.django_db
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS)
def test_all_accounts_sum_to_zero_whatever_is_done(
    agreement: SharingAgreement,
    zhangjiang: Incubator,
    alice: User,
    bob: User,
    fiona: User,
    deeds: list[tuple[str, int, int]],
) -> None:
    before = transaction.savepoint()
    firm = cases.landed(alice, zhangjiang)
    for number, (deed, year, value) in enumerate(deeds):
        _do(deed, year, Decimal(value) / 100, number, agreement, firm, alice, bob, fiona)
        _holds(agreement)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    transaction.savepoint_rollback(before)


def _do(deed: str, year: int, value: Decimal, number: int, agreement: Any, firm: Any, *people: User) -> None:
    alice, bob, fiona = people
    try:
        if deed == "figure":
            cases.figures(firm, year, alice, bob, tax=value)
        elif deed == "accrue":
            first = services.book_accrual(agreement=agreement, year=year, actor=bob, at=NOW)
            assert services.book_accrual(agreement=agreement, year=year, actor=bob, at=NOW) == first
        elif deed == "reverse":
            row = SharingSettlement.objects.filter(agreement=agreement, state="confirmed").first()
            if row is not None:
                services.reverse_settlement(settlement=row, reason="示例", actor=bob, at=NOW)
        else:
            _settle(deed, year, value, number, agreement, bob, fiona)
    except Conflict as refused:
        if refused.code not in ("more_than_open", "already_verified"):
            raise


def _settle(
    deed: str, year: int, value: Decimal, number: int, agreement: Any, bob: User, fiona: User
) -> None:
    other: dict[str, Any] = {"kind": "netting", "counter_year": 4043 - year} if deed == "net" else {}
    row = cases.settle(agreement, fiona, amount=value, year=year, key=f"deed-{number}", **other)
    before = {account.pk: abs(account.open) for account in SharingAccount.objects.all()}
    services.confirm_settlement(settlement=row, actor=bob, at=NOW)
    for account in SharingAccount.objects.filter(pk__in=before):
        assert abs(account.open) <= before[account.pk]


def _holds(agreement: SharingAgreement) -> None:
    accounts = list(SharingAccount.objects.filter(agreement=agreement))
    for year in {account.year for account in accounts}:
        rows = [account for account in accounts if account.year == year]
        assert sum(row.accrued for row in rows) == 0
        assert sum(row.settled for row in rows) == 0
    for account in accounts:
        for side in ("accrued", "settled"):
            posted = account.postings.filter(side=side).values_list("amount", flat=True)
            assert getattr(account, side) == sum(posted, Decimal(0))


@pytest.mark.django_db
def test_the_same_inputs_give_the_same_digest(
    agreement: SharingAgreement, zhangjiang: Incubator, alice: User, bob: User
) -> None:
    firm = cases.landed(alice, zhangjiang)
    row = cases.figures(firm, 2021, alice, bob)
    digests = {compute_year(agreement, 2021).digest for _ in range(3)}  # type: ignore[union-attr]
    assert len(digests) == 1
    type(row).objects.filter(pk=row.pk).update(tax_paid_amount=Decimal("100000.01"))
    assert compute_year(agreement, 2021).digest not in digests  # type: ignore[union-attr]
    type(row).objects.filter(pk=row.pk).update(tax_paid_amount=Decimal(100_000))
    assert {compute_year(agreement, 2021).digest} == digests  # type: ignore[union-attr]


@pytest.fixture
def accrued(zhangjiang: Incubator, alice: User, bob: User, beate: User, fiona: User) -> SharingAgreement:
    """12,000 are open to the host, 4,000 to the operator."""
    agreement = cases.make_agreement(zhangjiang, bob)
    cases.agree(cases.write_terms(agreement, bob), bob, beate)
    cases.figures(cases.landed(alice, zhangjiang, date(2021, 3, 1)), 2021, alice, bob)
    services.book_accrual(agreement=agreement, year=2021, actor=bob, at=NOW)
    return agreement


@pytest.mark.django_db(transaction=True)
def test_settlements_at_the_same_moment_never_exceed_what_is_open(
    accrued: SharingAgreement, bob: User, fiona: User
) -> None:
    rows = [cases.settle(accrued, fiona, amount=5_000, key=f"s{n}") for n in range(6)]
    outcomes = together(
        *(
            lambda row=row: services.confirm_settlement(settlement=row, actor=bob, at=NOW)  # type: ignore[misc]
            for row in rows
        )
    )
    assert (outcomes.count("SharingSettlement"), outcomes.count("Conflict")) == (2, 4)
    host = cases.parties_of(accrued)[0]
    account = SharingAccount.objects.get(party=host)
    assert (account.accrued, account.settled) == (12_000, 10_000)


@pytest.mark.django_db(transaction=True)
def test_the_database_alone_refuses_the_third(accrued: SharingAgreement, bob: User, fiona: User) -> None:
    """Nothing of ours runs between these threads and the tables: bare rows."""
    rows = [cases.settle(accrued, fiona, amount=5_000, key=f"s{n}") for n in range(6)]
    host, home, _operator = cases.parties_of(accrued)
    accounts = {row.party_id: row.pk for row in SharingAccount.objects.filter(agreement=accrued)}
    refusals: list[str] = []

    def insert(row: SharingSettlement) -> object:
        try:
            with transaction.atomic():
                SharingSettlement.objects.filter(pk=row.pk).update(
                    state="confirmed", confirmed_at=NOW, confirmed_by=bob
                )
                entry = SharingEntry.objects.create(
                    agreement=accrued, kind="settlement", on=cases.DAY, description="raw", at=NOW,
                    key=f"raw-{row.pk}", settlement=row,
                )  # fmt: skip
                for party, amount in sorted(((home.pk, -5_000), (host.pk, 5_000))):
                    SharingPosting.objects.create(
                        entry=entry, account_id=accounts[party], side="settled", amount=amount
                    )
        except IntegrityError as error:
            refusals.append(error.__cause__.diag.constraint_name)  # type: ignore[union-attr, arg-type]
            return None
        return row

    outcomes = together(*(lambda row=row: insert(row) for row in rows))  # type: ignore[misc]
    assert (outcomes.count("SharingSettlement"), refusals) == (2, ["sharing_settled_within_open"] * 4)


@pytest.mark.django_db(transaction=True)
def test_a_year_computed_by_two_people_is_booked_once(
    accrued: SharingAgreement, alice: User, bob: User, fiona: User, zhangjiang: Incubator
) -> None:
    cases.figures(cases.landed(alice, zhangjiang), 2022, alice, bob)
    outcomes = together(
        *(lambda: services.book_accrual(agreement=accrued, year=2022, actor=bob, at=NOW) for _ in range(4)),
        *(lambda: cases.settle(accrued, fiona, amount=100, key="same") for _ in range(4)),
    )
    assert set(outcomes) == {"SharingAccrual", "SharingSettlement"}
    assert SharingEntry.objects.filter(accrual__year=2022).count() == 1
    assert SharingSettlement.objects.count() == 1
