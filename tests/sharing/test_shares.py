"""Terms, computations, settlements and disputes: what the services do and refuse."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from core.errors import Conflict, DomainError, Invalid, Refused
from core.history import verify
from incubators.models import Incubator, Park
from sharing import services
from sharing.models import SharingAccrual, SharingAgreement, SharingEntry, SharingLine, SharingVersion
from sharing.selectors import computations_seen, compute_year, standing_of
from sharing.services import PromiseInput
from tests.sharing import cases
from tests.sharing.cases import NOW

pytestmark = pytest.mark.django_db


def book(agreement: SharingAgreement, bob: User, year: int = 2021) -> SharingAccrual:
    return services.book_accrual(agreement=agreement, year=year, actor=bob, at=NOW)


def standing(agreement: SharingAgreement, year: int = 2021) -> list[tuple[str, str, str, str]]:
    rows = next(row for row in standing_of(agreement).years if row.year == year).rows
    return [(str(row.promised), str(row.accrued), str(row.settled), str(row.open)) for row in rows]


def test_from_a_promise_to_the_money(
    agreement: SharingAgreement, alice: User, bob: User, fiona: User, zhangjiang: Incubator
) -> None:
    first, second = cases.landed(alice, zhangjiang), cases.landed(alice, zhangjiang, date(2021, 9, 1))
    cases.figures(first, 2021, alice, bob, tax="100000.01")
    cases.figures(second, 2021, alice, None)
    found = compute_year(agreement, 2021)
    assert found is not None
    assert [(row.label, row.reason) for row in found.missing] == [(second.name_zh, "not_verified")]
    accrual = book(agreement, bob)
    assert str(accrual.total) == "40000.00"
    assert (accrual.digest, accrual.missing[0]["reason"]) == (found.digest, "not_verified")
    line = SharingLine.objects.get()
    assert (line.enterprise, str(line.figure), line.verifier, str(line.rate)) == (
        first,
        "100000.01",
        str(bob),
        "40.0000",
    )
    assert standing(agreement) == [
        ("0.00", "12000.00", "0.00", "12000.00"),
        ("0.00", "-16000.00", "0.00", "-16000.00"),
        ("0.00", "4000.00", "0.00", "4000.00"),
    ]
    row = cases.settle(agreement, fiona, amount="5000.50")
    assert standing(agreement)[0][2] == "0.00"
    with pytest.raises(Refused) as refused:
        services.confirm_settlement(settlement=row, actor=fiona, at=NOW)
    assert refused.value.code == "second_person"
    for _ in range(2):
        services.confirm_settlement(settlement=row, actor=bob, at=NOW)
    assert standing(agreement) == [
        ("0.00", "12000.00", "5000.50", "6999.50"),
        ("0.00", "-16000.00", "-5000.50", "-10999.50"),
        ("0.00", "4000.00", "0.00", "4000.00"),
    ]
    sums = standing_of(agreement).sums
    assert sums is not None
    assert (sums.promised, sums.accrued, sums.settled, sums.open) == (0, 0, 0, 0)
    assert SharingEntry.objects.count() == 2
    assert list(verify()) == []


def test_a_corrected_figure_books_the_difference_and_edits_nothing(
    agreement: SharingAgreement, alice: User, bob: User, fiona: User, zhangjiang: Incubator
) -> None:
    firm = cases.landed(alice, zhangjiang)
    cases.figures(firm, 2021, alice, bob)
    first = book(agreement, bob)
    assert book(agreement, bob) == first
    services.confirm_settlement(settlement=cases.settle(agreement, fiona, amount="12000"), actor=bob, at=NOW)
    cases.figures(firm, 2021, alice, None, tax=50_000)
    found = compute_year(agreement, 2021)
    assert found is not None
    assert [(row.reason, row.before) for row in found.missing] == [("not_verified", Decimal(40_000))]
    cases.figures(firm, 2021, alice, bob, tax=50_001)
    second = book(agreement, bob)
    assert (second.number, str(second.total), str(first.total)) == (2, "20000.40", "40000.00")
    host, home, operator = cases.parties_of(agreement)
    moved = {
        posting.account.party: str(posting.amount)
        for posting in second.entry.postings.select_related("account__party")
    }
    assert moved == {host: "-5999.88", home: "7999.84", operator: "-1999.96"}
    # The host was paid more than it is owed now: a counter-claim, which goes back or against another year.
    assert standing(agreement)[0] == ("0.00", "6000.12", "12000.00", "-5999.88")
    cases.figures(firm, 2022, alice, bob)
    book(agreement, bob, 2022)
    netted = cases.settle(
        agreement, fiona, amount="3999.84", kind="netting", year=2022, counter_year=2021, key="net"
    )
    back = cases.settle(agreement, fiona, amount="2000.04", payer=host, payee=operator, key="back")
    for row in (netted, back):
        services.confirm_settlement(settlement=row, actor=bob, at=NOW)
    assert [row[3] for row in standing(agreement)] == ["0.00", "0.00", "0.00"]
    assert standing(agreement, 2022)[0] == ("0.00", "12000.00", "3999.84", "8000.16")


def test_no_more_is_settled_than_is_open(
    agreement: SharingAgreement, alice: User, bob: User, fiona: User, zhangjiang: Incubator
) -> None:
    cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob)
    book(agreement, bob)
    host, home, operator = cases.parties_of(agreement)
    first = cases.settle(agreement, fiona, amount="10000")
    second = cases.settle(agreement, fiona, amount="10000", key="s2")
    services.confirm_settlement(settlement=first, actor=bob, at=NOW)
    with pytest.raises(Conflict, match="2,000.00") as refused:
        services.confirm_settlement(settlement=second, actor=bob, at=NOW)
    assert refused.value.code == "more_than_open"
    for values in (
        {"amount": "2000.01"},
        {"amount": "1", "payer": host, "payee": home},
        {"amount": "1", "payer": operator, "payee": host},
        {"amount": "1", "year": 2022},
    ):
        with pytest.raises(Conflict):
            cases.settle(agreement, fiona, key="s3", **values)
    back = services.return_settlement(settlement=second, reason="示例：重复", actor=fiona, at=NOW)
    assert back.state == "returned"
    with pytest.raises(Refused):
        services.reverse_settlement(settlement=first, reason="示例", actor=fiona, at=NOW)
    services.reverse_settlement(settlement=first, reason="示例：退汇", actor=bob, at=NOW)
    assert standing(agreement)[0] == ("0.00", "12000.00", "0.00", "12000.00")
    services.confirm_settlement(
        settlement=cases.settle(agreement, fiona, amount="12000", key="s4"), actor=bob, at=NOW
    )


def test_a_retry_records_once(
    agreement: SharingAgreement, alice: User, bob: User, fiona: User, zhangjiang: Incubator
) -> None:
    cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob)
    book(agreement, bob)
    first = cases.settle(agreement, fiona, amount="100")
    assert cases.settle(agreement, fiona, amount="100") == first
    with pytest.raises(Conflict) as refused:
        cases.settle(agreement, fiona, amount="101")
    assert refused.value.code == "key_reused"


def test_what_was_seen_is_what_is_booked(
    agreement: SharingAgreement, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    firm = cases.landed(alice, zhangjiang)
    seen = compute_year(agreement, 2021)
    assert seen is not None
    cases.figures(firm, 2021, alice, bob)
    with pytest.raises(Conflict) as refused:
        services.book_accrual(agreement=agreement, year=2021, expected_digest=seen.digest, actor=bob, at=NOW)
    assert refused.value.code == "stale"
    for year, error in ((2020, Conflict), (2024, Invalid), (1999, Invalid)):
        with pytest.raises(error):
            book(agreement, bob, year)


@pytest.mark.parametrize(
    ("values", "year", "total"),
    [
        ({"threshold": Decimal(40_000)}, 2021, "24000.00"),
        ({"threshold": Decimal(100_000)}, 2021, "0.00"),
        ({"cap": Decimal(30_000)}, 2021, "30000.00"),
        ({"years_counted": 2}, 2022, "40000.00"),
        ({"years_counted": 2}, 2023, "0.00"),
        ({"landed_from": date(2021, 3, 1)}, 2021, "40000.00"),
        ({"landed_from": date(2021, 3, 2)}, 2021, "0.00"),
    ],
)
def test_terms_narrow_what_counts(
    zhangjiang: Incubator,
    alice: User,
    bob: User,
    beate: User,
    values: dict[str, Any],
    year: int,
    total: str,
) -> None:
    agreement = cases.make_agreement(zhangjiang, bob)
    version = cases.write_terms(agreement, bob, terms=[cases.term_of(agreement, **values)])
    cases.agree(version, bob, beate)
    cases.figures(cases.landed(alice, zhangjiang), year, alice, bob)
    assert str(book(agreement, bob, year).total) == total


@pytest.mark.parametrize(
    ("tail", "year", "total"),
    [
        ({}, 2023, "40000.00"),
        ({}, 2024, "0.00"),
        ({"tail": "runs_on", "tail_years": 2}, 2025, "40000.00"),
        ({"tail": "runs_on", "tail_years": 2}, 2026, "0.00"),
        ({"tail": "steps_down", "tail_rates": [Decimal(50), Decimal(25)]}, 2024, "20000.00"),
        ({"tail": "steps_down", "tail_rates": [Decimal(50), Decimal(25)]}, 2025, "10000.00"),
        ({"tail": "steps_down", "tail_rates": [Decimal(50), Decimal(25)]}, 2026, "0.00"),
        ({"tail": "runs_on", "tail_years": 1, "valid_until": date(2023, 7, 1)}, 2023, "40000.00"),
        ({"tail": "runs_on", "tail_years": 1, "valid_until": date(2023, 7, 1)}, 2024, "0.00"),
    ],
)
def test_what_happens_after_expiry(
    zhangjiang: Incubator,
    alice: User,
    bob: User,
    beate: User,
    tail: dict[str, Any],
    year: int,
    total: str,
) -> None:
    agreement = cases.make_agreement(zhangjiang, bob)
    cases.agree(cases.write_terms(agreement, bob, **tail), bob, beate)
    in_time = cases.landed(alice, zhangjiang, date(2021, 3, 1))
    late = cases.landed(alice, zhangjiang, date(2024, 1, 1))
    later = NOW.replace(year=2027)
    for firm in (in_time, late):
        row = cases.enter_yearly_figures(
            enterprise=firm, year=year, values={"tax_paid_amount": Decimal(100_000)}, actor=alice, at=later
        )
        cases.verify_yearly_figures(figures=row, actor=bob, at=later)
    accrual = services.book_accrual(agreement=agreement, year=year, actor=bob, at=later)
    assert str(accrual.total) == total
    assert set(accrual.lines.values_list("enterprise", flat=True)) <= {in_time.pk}


def test_a_list_counts_its_enterprises_only(
    zhangjiang: Incubator, alice: User, bob: User, beate: User
) -> None:
    agreement = cases.make_agreement(zhangjiang, bob)
    chosen, other = (cases.factories.make_enterprise(alice, zhangjiang) for _ in range(2))
    term = cases.term_of(agreement, counted_by="listed", enterprises=[chosen])
    cases.agree(cases.write_terms(agreement, bob, terms=[term]), bob, beate)
    for firm in (chosen, other):
        cases.figures(firm, 2021, alice, bob)
    assert [line.enterprise for line in book(agreement, bob).lines.all()] == [chosen]


def test_claims_of_two_bases_meet(zhangjiang: Incubator, alice: User, bob: User, beate: User) -> None:
    """Jiangyin collects the tax, Shanghai counts the research: each owes the other; the rest is booked."""
    agreement = cases.make_agreement(zhangjiang, bob)
    host, home, operator = cases.parties_of(agreement)
    half = {host: Decimal(50), home: Decimal(50)}
    terms = [
        cases.term_of(agreement, shares=half, remainder_to=home),
        cases.term_of(agreement, base="rd_expense", holder=host, shares=half, remainder_to=home),
    ]
    cases.agree(cases.write_terms(agreement, bob, terms=terms), bob, beate)
    firm = cases.landed(alice, zhangjiang)
    cases.figures(firm, 2021, alice, bob, rd_expense_amount=Decimal(70_000))
    assert book(agreement, bob).positions == {str(host.pk): "6000.00", str(home.pk): "-6000.00"}


def test_terms_are_frozen_once_two_people_agreed(
    zhangjiang: Incubator, bob: User, beate: User, alice: User, fiona: User
) -> None:
    agreement = cases.make_agreement(zhangjiang, bob)
    version = cases.write_terms(agreement, bob)
    services.propose_terms(version=version, actor=bob, at=NOW)
    with pytest.raises(Refused):
        services.agree_terms(version=version, actor=bob, at=NOW)
    with pytest.raises(Refused):
        services.agree_terms(version=version, actor=alice, at=NOW)
    with pytest.raises(Refused):
        services.propose_terms(version=version, actor=fiona, at=NOW)
    services.return_terms(version=version, reason="示例：比例有误", actor=fiona, at=NOW)
    version = cases.write_terms(agreement, bob, version=version)
    cases.agree(version, bob, beate)
    for act in (
        lambda: cases.write_terms(agreement, bob, version=version),
        lambda: services.drop_terms(version=version, actor=bob, at=NOW),
        lambda: services.save_sharing(
            agreement=agreement,
            park=agreement.park,
            values={"currency": "SEK"},
            actor=bob,
            at=NOW,
        ),
    ):
        with pytest.raises(Conflict):
            act()
    draft = cases.write_terms(agreement, bob, valid_from=date(2023, 1, 1), valid_until=date(2026, 1, 1))
    cases.agree(draft, bob, beate)
    spans = SharingVersion.objects.order_by("number").values_list("valid_until", "agreed_until")
    assert list(spans) == [
        (date(2023, 1, 1), date(2024, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 1)),
    ]
    third = cases.write_terms(agreement, bob, valid_from=date(2022, 1, 1), valid_until=date(2025, 1, 1))
    with pytest.raises(Conflict) as refused:
        cases.agree(third, bob, beate)
    assert refused.value.code == "sharing_versions_do_not_overlap"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"shares": "99"}, "shares"),
        ({"remainder": "home"}, "remainder_to"),
        ({"rate": Decimal(0)}, "rate"),
        ({"rate": Decimal(101)}, "rate"),
        ({"cap": Decimal(0)}, "cap"),
        ({"counted_by": "listed"}, "enterprises"),
    ],
)
def test_terms_that_cannot_be(zhangjiang: Incubator, bob: User, values: dict[str, Any], field: str) -> None:
    agreement = cases.make_agreement(zhangjiang, bob)
    host, home, operator = cases.parties_of(agreement)
    if values.pop("shares", None):
        values["shares"] = {host: Decimal(30), home: Decimal(60), operator: Decimal(9)}
    if values.pop("remainder", None):
        values |= {"shares": {host: Decimal(100)}, "remainder_to": home}
    with pytest.raises(Invalid) as refused:
        cases.write_terms(agreement, bob, terms=[cases.term_of(agreement, **values)])
    assert [item.field for item in refused.value.fields] == [field]


def test_a_party_that_cannot_honour_its_share(
    agreement: SharingAgreement, alice: User, bob: User, beate: User, park: Park, zhangjiang: Incubator
) -> None:
    host, home, operator = cases.parties_of(agreement)
    assert host.park is not None
    shan = cases.factories.make_park_admin(host.park, "shan")
    dispute = services.report_dispute(
        agreement=agreement, party=host, year=2021, reason="示例：产值按属地统计", actor=shan, at=NOW
    )
    with pytest.raises(Refused):
        services.report_dispute(agreement=agreement, party=home, year=2021, reason="x", actor=shan, at=NOW)
    with pytest.raises(Conflict):
        services.report_dispute(agreement=agreement, party=host, year=2021, reason="x", actor=bob, at=NOW)
    assert standing_of(agreement).disputes == [dispute]
    with pytest.raises(Invalid):
        services.resolve_dispute(dispute=dispute, resolution=" ", actor=bob, at=NOW)
    services.resolve_dispute(dispute=dispute, resolution="示例：改按税收分成", actor=bob, at=NOW)
    assert standing_of(agreement).disputes == []


def test_promises_are_a_memo(zhangjiang: Incubator, bob: User, beate: User) -> None:
    agreement = cases.make_agreement(zhangjiang, bob)
    host, home, operator = cases.parties_of(agreement)
    promises = [
        PromiseInput(2021, home, host, Decimal(50_000)),
        PromiseInput(2021, home, operator, Decimal("9999.99")),
    ]
    version = cases.write_terms(agreement, bob, promises=promises)
    assert standing_of(agreement).years == []
    cases.agree(version, bob, beate)
    assert [row[0] for row in standing(agreement)] == ["50000.00", "-59999.99", "9999.99"]


def test_who_sees_an_agreement(
    agreement: SharingAgreement, alice: User, bob: User, charlie: User, dora: User, erik: User, fiona: User
) -> None:
    host, _home, _operator = cases.parties_of(agreement)
    assert host.park is not None
    shan = cases.factories.make_park_admin(host.park, "shan")
    seen = {
        user.username
        for user in (alice, bob, charlie, dora, erik, fiona, shan)
        if SharingAgreement.objects.visible_to(user).exists()
    }
    assert seen == {"alice", "bob", "dora", "fiona", "shan"}
    for user in (alice, dora, fiona, shan):
        with pytest.raises(DomainError):
            services.book_accrual(agreement=agreement, year=2021, actor=user, at=NOW)


def test_an_operator_reads_sums_and_only_the_lines_of_its_own_enterprises(
    zhangjiang: Incubator, shenzhen: Incubator, alice: User, bob: User, fiona: User, charlie: User, dora: User
) -> None:
    agreement = cases.make_agreement(zhangjiang, bob)
    agreement.incubators.add(shenzhen)
    cases.agree(cases.write_terms(agreement, bob), bob, fiona)
    for operator, site in ((alice, zhangjiang), (charlie, shenzhen)):
        cases.figures(cases.landed(operator, site), 2021, operator, bob)
        cases.landed(operator, site)
    accrual = book(agreement, bob)
    assert str(accrual.total) == "80000.00"
    seen = {user.username: computations_seen(user, [accrual])[0] for user in (alice, bob, charlie, dora)}
    assert {name: (len(one.lines), one.hidden, len(one.missing)) for name, one in seen.items()} == {
        "alice": (1, 1, 1),
        "bob": (2, 0, 2),
        "charlie": (1, 1, 1),
        "dora": (2, 0, 2),
    }
    assert seen["alice"].lines[0].enterprise.incubator == zhangjiang
    assert (seen["alice"].hidden_amount, seen["alice"].hidden_missing) == (40_000, 1)
