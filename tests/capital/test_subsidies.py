"""Interest subsidies: the policy's own cases, money never above, paid once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from capital import services
from capital.calculator import Draw, parts_of, years_between
from capital.enums import SubsidyState
from capital.models import InterestSubsidy
from capital.report import compute, draws_from
from core.errors import Conflict, Invalid, Refused
from core.models import HistoryEntry
from enterprises.models import Enterprise
from enterprises.services import remove_record, return_record, verify_record
from incubators.models import Incubator
from ledger.models import Budget, Commitment, Entry
from ledger.services import pay_commitment, release_commitment
from tests import factories
from tests.capital import cases
from tests.concurrency import together
from tests.ledger import cases as money

YEAR = (date(2022, 1, 1), date(2023, 1, 1))


@pytest.mark.parametrize(
    ("principal", "due"),
    [
        (4_000_000, "154000"),
        (5_000_000, "192500"),
        (8_000_000, "250250"),
        (10_000_000, "288750"),
        (12_000_000, "288750"),
    ],
)
def test_the_bands_of_the_policy(principal: int, due: str, alice: User, firm: Enterprise) -> None:
    loan = cases.make_loan(alice, firm, drawn_amount=Decimal(principal))
    claim = cases.make_claim(alice, loan)
    assert (claim.policy_amount, claim.amount) == (Decimal(due), Decimal(due))


def test_never_above_the_interest_paid(alice: User, firm: Enterprise) -> None:
    claim = cases.make_claim(alice, cases.make_loan(alice, firm), interest_paid_amount=Decimal(150_000))
    assert (claim.policy_amount, claim.amount) == (Decimal(154_000), Decimal(150_000))


def test_the_bands_hold_on_each_day(alice: User, firm: Enterprise) -> None:
    """Half a year with four million and half a year with eight: not a year with six."""
    loan = cases.make_loan(alice, firm, drawn_amount=8 * cases.MILLION)
    draws = [
        {"on": "2022-01-01", "principal": "4000000"},
        {"on": "2022-07-02", "principal": "8000000"},
    ]
    claim = cases.make_claim(alice, loan, draws=draws)
    years = [Decimal(part["years"]) for part in claim.answer["parts"]]
    assert [part["days"] for part in claim.answer["parts"]] == [182, 183]
    assert sum(years) == 1
    expected = [(Decimal(due) * share).quantize(Decimal("0.01"))
                for due, share in zip((154_000, 250_250), years, strict=True)]  # fmt: skip
    assert claim.amount == sum(expected) == Decimal("202256.85")


def test_a_running_total_counts_earlier_loans(alice: User, firm: Enterprise) -> None:
    """Nanjing: the first thirty million of all loans, in the order of drawing."""
    version = cases.make_policy("NJ-INTEREST")
    facts = {"innovative_entrepreneur": True}
    first, second = (
        compute(
            version=version, starts_on=YEAR[0], ends_on=YEAR[1], draws=[Draw(YEAR[0], Decimal(principal))],
            base_rate_percent=Decimal(2), facts=facts, prior=prior,
        ).amount
        for principal, prior in ((20_000_000, []), (15_000_000, [Decimal(20_000_000)]))
    )  # fmt: skip
    assert (first, second) == (Decimal(400_000), Decimal(200_000))


def test_an_ordinary_loan_gets_nothing_and_is_told_why(alice: User, firm: Enterprise) -> None:
    loan = cases.make_loan(alice, firm)
    with pytest.raises(Invalid) as refusal:
        cases.make_claim(alice, loan, facts={"linked_product": False})
    assert refusal.value.fields[0].code == "not_eligible"
    with pytest.raises(Invalid) as refusal:
        cases.make_claim(alice, loan, facts={})
    assert refusal.value.fields[0].code == "missing"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_on": date(2021, 12, 1)}, "starts_on"),
        ({"ends_on": date(2022, 1, 1)}, "ends_on"),
        ({"ends_on": date(2023, 12, 1)}, "ends_on"),
        ({"draws": []}, "draws"),
        ({"draws": [{"on": "2022-01-01", "principal": "nan"}]}, "draws"),
        ({"draws": [{"on": "2022-01-01", "principal": "99000000"}]}, "draws"),
        ({"interest_paid_amount": Decimal(0)}, "interest_paid_amount"),
        ({"base_rate_percent": Decimal(0)}, "base_rate_percent"),
        ({"amount": Decimal(1)}, "amount"),
    ],
)
def test_what_a_claim_may_not_say(
    values: dict[str, object], field: str, alice: User, firm: Enterprise
) -> None:
    with pytest.raises(Invalid) as refusal:
        cases.make_claim(alice, cases.make_loan(alice, firm), **values)
    assert refusal.value.fields[0].field == field


def test_a_second_person_verifies_and_returns(alice: User, bob: User, firm: Enterprise) -> None:
    loan = cases.make_loan(bob, firm)
    claim = cases.make_claim(bob, loan)
    with pytest.raises(Refused):
        verify_record(record=claim, actor=bob, at=cases.NOW)
    with pytest.raises(Refused):
        verify_record(record=claim, actor=alice, at=cases.NOW)
    other = cases.make_claim(
        alice, cases.make_loan(alice, firm, product="二"), starts_on=YEAR[0], ends_on=YEAR[1]
    )
    with pytest.raises(Conflict) as unproved:
        verify_record(record=other, actor=bob, at=cases.NOW)
    assert unproved.value.code == "not_verified"
    assert InterestSubsidy.objects.get(pk=other.pk).state is SubsidyState.CLAIMED
    back = return_record(record=other, reason="示例：缺少利息清单", actor=bob, at=cases.NOW)
    assert back.state is SubsidyState.RETURNED


def test_without_proof_nothing_is_verified(alice: User, bob: User, firm: Enterprise) -> None:
    claim = cases.make_claim(alice, cases.make_loan(alice, firm, verifier=bob), evidence=None)
    with pytest.raises(Conflict) as refusal:
        verify_record(record=claim, actor=bob, at=cases.NOW)
    assert refusal.value.code == "no_evidence"


def test_the_same_days_are_never_subsidised_twice(alice: User, bob: User, firm: Enterprise) -> None:
    loan = cases.make_loan(alice, firm)
    claim = cases.make_claim(alice, loan)
    with pytest.raises(Conflict) as refusal:
        cases.make_claim(alice, loan, starts_on=date(2022, 12, 31), ends_on=date(2023, 2, 1))
    assert refusal.value.code == "capital_subsidy_no_overlap"
    following = cases.make_claim(
        alice, loan, starts_on=date(2023, 1, 1), ends_on=date(2023, 4, 1),
        draws=[{"on": "2023-01-01", "principal": "4000000"}],
    )  # fmt: skip
    assert following.amount == Decimal("37972.60")
    services.withdraw_subsidy(subsidy=claim, reason="示例：期间有误", actor=bob, at=cases.NOW)
    assert cases.make_claim(alice, loan).amount == Decimal(154_000)


def test_money_is_committed_once_and_the_state_follows_the_ledger(
    alice: User, bob: User, fiona: User, firm: Enterprise, budget: Budget
) -> None:
    claim = cases.make_claim(alice, cases.make_loan(alice, firm, verifier=bob))
    with pytest.raises(Conflict) as early:
        services.commit_subsidy(subsidy=claim, budget=budget, actor=fiona, at=cases.NOW)
    assert early.value.code == "not_verified"
    verify_record(record=claim, actor=bob, at=cases.NOW)
    assert _state(claim) is SubsidyState.VERIFIED
    with pytest.raises(Refused):
        services.commit_subsidy(subsidy=claim, budget=budget, actor=alice, at=cases.NOW)
    first, again = (
        services.commit_subsidy(subsidy=claim, budget=budget, actor=fiona, at=cases.NOW) for _ in range(2)
    )
    assert (first.pk, first.amount, first.base) == (again.pk, Decimal(154_000), services_base(claim))
    assert Entry.objects.filter(commitment=first).count() == 1
    assert _state(claim) is SubsidyState.COMMITTED
    for refused in (
        lambda: services.correct_claim(
            subsidy=claim, values={"interest_paid_amount": Decimal(1)}, actor=alice, at=cases.NOW
        ),
        lambda: services.withdraw_subsidy(subsidy=claim, reason="示例", actor=bob, at=cases.NOW),
        lambda: remove_record(record=claim, actor=alice, at=cases.NOW),
    ):
        with pytest.raises(Conflict):
            refused()
    account = money.make_account(firm, fiona, bob)
    assert firm.incubator is not None
    ready = money.ready(first.instalments.get(), alice, bob, account, firm.incubator)
    money.sent([ready], firm.park, fiona, bob)
    sent = first.instalments.get()
    pay_commitment(instalment=sent, on=money.DAY, key="paid", actor=fiona, at=cases.NOW)
    assert _state(claim) is SubsidyState.PAID
    verbs = HistoryEntry.objects.filter(subject_type="capital.interestsubsidy").order_by("pk")
    assert [entry.action.rpartition(".")[2] for entry in verbs] == ["entered", "verified", "committed"]


def services_base(claim: InterestSubsidy) -> str:
    return f"loan_interest:{claim.loan_id}:2022-01-01"


def _state(claim: InterestSubsidy) -> SubsidyState:
    return InterestSubsidy.objects.select_related("commitment").get(pk=claim.pk).state


def test_what_was_given_back_can_be_claimed_anew(
    alice: User, bob: User, fiona: User, firm: Enterprise, budget: Budget
) -> None:
    loan = cases.make_loan(alice, firm, verifier=bob)
    claim = cases.make_claim(alice, loan, verifier=bob)
    commitment = services.commit_subsidy(subsidy=claim, budget=budget, actor=fiona, at=cases.NOW)
    release_commitment(commitment=commitment, key="back", reason="示例", actor=fiona, at=cases.NOW)
    assert _state(claim) is SubsidyState.RELEASED
    services.withdraw_subsidy(subsidy=claim, reason="示例：改由其他预算列支", actor=bob, at=cases.NOW)
    again = cases.make_claim(alice, loan, verifier=bob)
    second = services.commit_subsidy(subsidy=again, budget=budget, actor=fiona, at=cases.NOW)
    assert second.pk != commitment.pk


def test_interest_of_the_year_granted_elsewhere_is_double_funding(
    alice: User, bob: User, fiona: User, firm: Enterprise, budget: Budget
) -> None:
    claim = cases.make_claim(alice, cases.make_loan(alice, firm, verifier=bob), verifier=bob)
    money.commit(budget, bob, enterprise=firm, base="loan_interest:2022", amount=1000)
    with pytest.raises(Conflict) as refusal:
        services.commit_subsidy(subsidy=claim, budget=budget, actor=fiona, at=cases.NOW)
    assert refusal.value.code == "double_funding"


def test_the_ledger_refuses_the_same_base(
    alice: User, bob: User, fiona: User, firm: Enterprise, budget: Budget
) -> None:
    claim = cases.make_claim(alice, cases.make_loan(alice, firm, verifier=bob), verifier=bob)
    money.commit(budget, bob, enterprise=firm, base=services_base(claim), amount=1000)
    with pytest.raises(Conflict) as refusal:
        services.commit_subsidy(subsidy=claim, budget=budget, actor=fiona, at=cases.NOW)
    assert refusal.value.code == "double_funding"
    assert _state(claim) is SubsidyState.VERIFIED


@pytest.mark.django_db(transaction=True)
def test_two_at_once_commit_once(
    alice: User, bob: User, fiona: User, firm: Enterprise, budget: Budget
) -> None:
    claim = cases.make_claim(alice, cases.make_loan(alice, firm, verifier=bob), verifier=bob)

    def commit() -> Commitment:
        return services.commit_subsidy(
            subsidy=InterestSubsidy.objects.get(pk=claim.pk), budget=budget, actor=fiona, at=cases.NOW
        )

    assert together(commit, commit) == ["Commitment", "Commitment"]
    assert Commitment.objects.filter(enterprise=firm).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_claim_once(alice: User, bob: User, firm: Enterprise) -> None:
    loan = cases.make_loan(alice, firm)
    cases.make_policy()
    assert sorted(together(lambda: cases.make_claim(alice, loan), lambda: cases.make_claim(bob, loan))) == [
        "Conflict",
        "InterestSubsidy",
    ]


days = st.integers(min_value=0, max_value=800).map(lambda number: date(2022, 1, 1) + timedelta(days=number))
sums = st.integers(min_value=0, max_value=30_000_000).map(Decimal)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bounds=st.tuples(days, days).filter(lambda pair: pair[0] < pair[1]),
    steps=st.dictionaries(days, sums, max_size=4),
    rate=st.decimals(min_value="0.5", max_value="8", places=2),
)
def test_the_bands_by_hand(
    db: None, bounds: tuple[date, date], steps: dict[date, Decimal], rate: Decimal
) -> None:
    """Whatever the drawing: each part gets the bands of its principal for its days, to the fen, and the whole
    never exceeds what five million in full and five million by half would give."""
    start, end = bounds
    draws = [Draw(day, principal) for day, principal in {start: cases.MILLION, **steps}.items()]
    parts = parts_of(start, end, draws)
    if not parts:
        return
    computed = compute(
        version=cases.make_policy(), starts_on=start, ends_on=end, draws=draws, base_rate_percent=rate,
        facts={"linked_product": True},
    )  # fmt: skip
    for one in computed.parts:
        full, half = min(one.part.principal, 5 * cases.MILLION), one.part.principal - 5 * cases.MILLION
        bands = full + max(Decimal(0), min(half, 5 * cases.MILLION)) / 2
        assert abs(one.amount - bands * rate / 100 * one.part.years) <= Decimal("0.011")
    years = years_between(start, start, end)
    most = Decimal(7_500_000) * rate / 100 * years
    assert 0 <= computed.amount <= most + Decimal("0.01") * len(parts)
    assert sum(part.days for part in parts) <= (end - start).days


@given(start=days, length=st.integers(min_value=1, max_value=5))
def test_whole_years_are_exactly_one(start: date, length: int) -> None:
    end = start.replace(year=start.year + length) if (start.month, start.day) != (2, 29) else None
    if end is not None:
        assert years_between(start, start, end) == length


def test_a_correction_takes_the_verification_away(
    alice: User, bob: User, zhangjiang: Incubator, firm: Enterprise
) -> None:
    claim = cases.make_claim(alice, cases.make_loan(alice, firm, verifier=bob), verifier=bob)
    changed = services.correct_claim(
        subsidy=claim, values={"interest_paid_amount": Decimal(100_000)}, actor=alice, at=cases.NOW
    )
    assert (changed.amount, changed.state) == (Decimal(100_000), SubsidyState.CLAIMED)
    assert draws_from(changed.draws) == [Draw(date(2022, 1, 1), Decimal(4_000_000))]
    assert factories.NOW < cases.NOW
