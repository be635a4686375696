"""The pages of funds and credit: who sees them, what a form does, what an empty post answers."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from capital.models import BankProduct, Fund, FundExit, FundInvestment, InterestSubsidy, Match, ProductLoan
from core.templatetags.press import press_day, press_source
from enterprises.models import Enterprise, FinancingEvent
from incubators.models import Incubator, Park
from ledger.models import Budget, Commitment
from tests import factories
from tests.capital import cases

M = cases.MILLION


@pytest.fixture
def of(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        client.cookies["language"] = "en"
        return client

    return sign_in


@pytest.fixture
def world(alice: User, bob: User, park: Park, zhangjiang: Incubator, firm: Enterprise) -> dict[str, Any]:
    fund = cases.make_fund(park, bob)
    pool = cases.make_pool(park, bob)
    product = cases.make_product(park, bob, largest_amount=50 * M, pool=pool)
    investment = cases.make_investment(alice, firm, fund)
    loan = cases.make_loan(alice, firm, verifier=bob)
    event = cases.make_event(alice, zhangjiang)
    return {
        "fund": fund,
        "product": product,
        "pool": pool,
        "list": cases.make_list(park, bob),
        "investment": investment,
        "exit": cases.make_exit(alice, investment),
        "loan": loan,
        "risk": cases.make_risk(alice, loan, verifier=bob),
        "claim": cases.make_claim(alice, loan),
        "event": event,
        "match": cases.make_match(alice, event, firm, product=product),
    }


LISTS = (
    "fund-list", "fund-investment-list", "credit-product-list", "credit-list-list", "credit-pool-list",
    "credit-subsidy-list", "credit-match-list",
)  # fmt: skip
DETAILS = (
    ("fund-detail", "fund"), ("fund-investment-detail", "investment"), ("credit-product-detail", "product"),
    ("credit-list-detail", "list"), ("credit-pool-detail", "pool"), ("credit-subsidy-detail", "claim"),
    ("credit-match-detail", "match"), ("credit-event", "event"),
)  # fmt: skip
PRIVATE = ("investment", "claim", "match")


def test_every_page_shows_what_is_there(
    of: Callable[[User], Client], world: dict[str, Any], alice: User, bob: User, dora: User
) -> None:
    for person in (alice, bob, dora):
        site = of(person)
        for name in LISTS:
            assert site.get(reverse(name)).status_code == 200, name
        for name, key in DETAILS:
            assert site.get(reverse(name, args=[world[key].pk])).status_code == 200, name
        assert site.get(reverse("enterprise-detail", args=[world["loan"].enterprise_id])).status_code == 200


def test_lists_narrow_and_nonsense_narrows_nothing(
    of: Callable[[User], Client], world: dict[str, Any], bob: User
) -> None:
    site = of(bob)
    for name in LISTS:
        page = reverse(name)
        for query in ("?q=zzzz", "?cursor=nonsense&ordering=nothing", "?stage=nothing&state=nothing&kept=x"):
            assert site.get(page + query).status_code == 200, (name, query)
    assert "Example park fund" in site.get(reverse("fund-list") + "?q=示例").content.decode()
    assert "Example park fund" not in site.get(reverse("fund-list") + "?kept=reported").content.decode()


def test_strangers_and_readers(
    of: Callable[[User], Client], world: dict[str, Any], charlie: User, erik: User, dora: User
) -> None:
    for name, key in DETAILS:
        address = reverse(name, args=[world[key].pk])
        assert of(erik).get(address).status_code == 404, name
        if key in PRIVATE:
            assert of(charlie).get(address).status_code == 404, name
    writes = (
        ("fund-create", None), ("fund-edit", "fund"), ("credit-product-edit", "product"),
        ("fund-investment-create", None), ("fund-investment-edit", "investment"),
        ("fund-exit-create", "investment"), ("credit-loan-link", "product"),
        ("credit-recovery-create", "risk"), ("credit-subsidy-create", None),
        ("credit-subsidy-edit", "claim"), ("credit-match-create", None), ("credit-match-edit", "match"),
    )  # fmt: skip
    for name, key in writes:
        address = reverse(name, args=[world[key].pk] if key else [])
        assert of(dora).get(address).status_code == 403, name
        assert of(dora).post(address).status_code == 403, name


def test_an_empty_post_answers_with_a_sentence(
    of: Callable[[User], Client], world: dict[str, Any], bob: User
) -> None:
    site = of(bob)
    forms = (
        ("fund-create", None), ("fund-edit", "fund"), ("credit-product-create", None),
        ("credit-list-create", None), ("credit-pool-create", None), ("fund-investment-create", None),
        ("fund-investment-edit", "investment"), ("fund-exit-create", "investment"),
        ("fund-exit-edit", "exit"), ("credit-loan-link", "product"), ("credit-recovery-create", "risk"),
        ("credit-subsidy-create", None), ("credit-subsidy-commit", "claim"),
        ("credit-subsidy-withdraw", "claim"), ("credit-match-create", None), ("credit-match-edit", "match"),
        ("credit-match-move", "match"), ("fund-investment-return", "investment"),
        ("credit-subsidy-return", "claim"),
    )  # fmt: skip
    for name, key in forms:
        answer = site.post(reverse(name, args=[world[key].pk] if key else []))
        assert answer.status_code == 422, (name, answer.status_code)
    assert site.get(reverse("credit-suggest") + "?enterprise=").status_code == 422


def test_a_fund_and_its_investment_by_forms(
    of: Callable[[User], Client], alice: User, bob: User, park: Park, firm: Enterprise
) -> None:
    answer = of(bob).post(
        reverse("fund-create"),
        {
            "name_zh": "示例成长基金", "size_amount": "5000万", "size_qualifier": "exact", "currency": "CNY",
            "stages": ["early"], "investors": "示例甲 | 3000万\n示例乙", "once": "one",
        },
    )  # fmt: skip
    fund = Fund.objects.get()
    assert answer.url == reverse("fund-detail", args=[fund.pk])
    assert [(row.name, row.committed_amount) for row in fund.investors.order_by("pk")] == [
        ("示例甲", 30 * M), ("示例乙", None),
    ]  # fmt: skip
    form = {
        "enterprise": firm.credit_code, "fund": fund.pk, "round": "angel", "on": "2022-05-01",
        "amount": "300万", "equity_percent": "6.5", "once": "two",
    }  # fmt: skip
    for _ in range(2):
        of(alice).post(reverse("fund-investment-create"), form)
    row = FundInvestment.objects.get()
    assert (row.amount, row.event.amount, row.event.investors) == (3 * M, 3 * M, "示例成长基金")
    assert FinancingEvent.objects.count() == 1
    shown = of(alice).get(reverse("enterprise-detail", args=[firm.pk])).content.decode()
    assert "示例成长基金" in shown
    of(bob).post(reverse("fund-investment-verify", args=[row.pk]))
    assert FundInvestment.objects.get().verified_by == bob
    of(alice).post(
        reverse("fund-exit-create", args=[row.pk]),
        {"kind": "transfer", "on": "2023-01-01", "proceeds_amount": "10万"},
    )
    assert FundExit.objects.get().proceeds_amount == Decimal(100_000)
    edited = of(bob).post(
        reverse("fund-edit", args=[fund.pk]),
        {"name_zh": "改名", "size_amount": "100", "size_qualifier": "exact", "currency": "CNY",
         "version": fund.version},
    )  # fmt: skip
    assert edited.status_code == 409
    assert "has not that much left" in edited.content.decode()


def test_a_loan_joins_a_product(
    of: Callable[[User], Client], alice: User, bob: User, park: Park, firm: Enterprise
) -> None:
    product = cases.make_product(park, bob, largest_amount=M)
    reported = cases.make_product(None, None, name_zh="宁创贷", largest_amount=M, source="示例")
    loan = cases.make_loan(alice, firm)
    refused = of(alice).post(reverse("credit-loan-link", args=[product.pk]), {"loan": loan.pk})
    assert refused.status_code == 409
    of(alice).post(reverse("credit-loan-link", args=[reported.pk]), {"loan": loan.pk})
    link = ProductLoan.objects.get()
    page = of(alice).get(reverse("credit-product-detail", args=[reported.pk])).content.decode()
    assert "above the largest" in page
    of(alice).post(reverse("credit-loan-unlink", args=[link.pk]))
    assert not ProductLoan.objects.exists()
    assert BankProduct.objects.count() == 2


def test_a_claim_from_the_form_to_the_ledger(
    of: Callable[[User], Client], alice: User, bob: User, fiona: User, firm: Enterprise, budget: Budget
) -> None:
    loan, version = cases.make_loan(alice, firm, verifier=bob), cases.make_policy()
    start = of(alice).get(reverse("credit-subsidy-create"))
    assert version.policy.name_zh in start.content.decode()
    address = f"{reverse('credit-subsidy-create')}?loan={loan.pk}&policy={version.pk}"
    assert of(alice).get(address).status_code == 200
    values = {
        "starts_on": "2022-01-01", "ends_on": "2023-01-01", "base_rate_percent": "3.85",
        "interest_paid_amount": "60万", "draws": "2022-01-01 400万", "fact_linked_product": "no", "once": "o",
    }  # fmt: skip
    refused = of(alice).post(address, values)
    assert refused.status_code == 422
    assert "nothing is due" in refused.content.decode()
    proof = factories.PDF + b"interest"
    sent = {**values, "fact_linked_product": "yes", "file": SimpleUploadedFile("list.pdf", proof)}
    of(alice).post(address, sent)
    claim = InterestSubsidy.objects.get()
    page = reverse("credit-subsidy-detail", args=[claim.pk])
    assert "4,000,000 × 3.85%" in of(alice).get(page).content.decode()
    assert of(alice).post(reverse("credit-subsidy-verify", args=[claim.pk])).status_code == 403
    of(bob).post(reverse("credit-subsidy-verify", args=[claim.pk]))
    assert of(alice).post(reverse("credit-subsidy-commit", args=[claim.pk])).status_code == 403
    for _ in range(2):
        of(fiona).post(reverse("credit-subsidy-commit", args=[claim.pk]), {"budget": budget.pk})
    assert Commitment.objects.get().amount == Decimal(154_000)
    assert "committed, to be paid" in of(alice).get(page).content.decode()
    edit = of(alice).get(reverse("credit-subsidy-edit", args=[claim.pk]))
    assert edit.url == page


def test_a_result_from_the_event_to_the_loan(
    of: Callable[[User], Client], world: dict[str, Any], alice: User, firm: Enterprise
) -> None:
    of(alice).post(
        reverse("credit-match-create"),
        {
            "event": world["event"].pk,
            "enterprise": firm.credit_code,
            "counterpart": f"fund-{world['fund'].pk}",
            "need_amount": "200万",
            "currency": "CNY",
            "once": "m",
        },
    )
    row = Match.objects.get(fund=world["fund"])
    move = reverse("credit-match-move", args=[row.pk])
    of(alice).post(move, {"to_stage": "met", "on": "2022-03-01"})
    unlinked = of(alice).post(move, {"to_stage": "granted", "on": "2022-03-02"})
    assert unlinked.status_code == 422
    of(alice).post(move, {"to_stage": "granted", "on": "2022-03-02", "investment": world["investment"].pk})
    row.refresh_from_db()
    assert (row.stage, row.investment_id, row.decided_on) == (
        "granted", world["investment"].pk, date(2022, 3, 2),
    )  # fmt: skip
    of(alice).post(reverse("credit-match-reopen", args=[row.pk]))
    of(alice).post(reverse("credit-match-remove", args=[row.pk]))
    assert not Match.objects.filter(fund=world["fund"]).exists()


def test_what_fits_an_enterprise_says_why(
    of: Callable[[User], Client], world: dict[str, Any], alice: User, firm: Enterprise
) -> None:
    query = f"?firm={firm.pk}&amount=6000万&currency=CNY"
    shown = of(alice).get(reverse("credit-suggest") + query).content.decode()
    assert "60,000,000 CNY are above the largest line of 50,000,000 CNY" in shown


def test_only_whoever_sees_the_park_sees_the_sums(
    of: Callable[[User], Client], world: dict[str, Any], alice: User, bob: User
) -> None:
    page = reverse("fund-detail", args=[world["fund"].pk])
    assert "Left to invest" in of(bob).get(page).content.decode()
    assert "Left to invest" not in of(alice).get(page).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_queries_do_not_grow_with_rows(
    name: str, of: Callable[[User], Client], world: dict[str, Any], alice: User, bob: User, park: Park,
    zhangjiang: Incubator,
) -> None:  # fmt: skip
    site = of(bob)
    site.get(reverse(name))
    with CaptureQueriesContext(connection) as before:
        site.get(reverse(name))
    for number in range(2):
        firm = factories.make_enterprise(alice, zhangjiang)
        fund = cases.make_fund(park, bob, name_zh=f"基金{number}")
        product = cases.make_product(park, bob, name_zh=f"产品{number}", fields=["new-materials"])
        cases.make_list(park, bob, name_zh=f"名单{number}")
        cases.make_pool(park, bob, name_zh=f"池{number}")
        cases.make_investment(alice, firm, fund)
        cases.make_claim(alice, cases.make_loan(alice, firm))
        cases.make_match(alice, world["event"], firm, product=product)
    with CaptureQueriesContext(connection) as after:
        site.get(reverse(name))
    assert len(after) <= len(before)


def test_what_the_press_printed_is_told_in_the_language_of_the_page(bob: User) -> None:
    with translation.override("zh-hans"):
        assert press_source("003_x.txt", "588-590").startswith("《高新技术产业导报》，2021年5月")
        assert "before" not in press_day("2021-05 or before")
    with translation.override("en"):
        assert (press_day("2021-05 or before"), press_day("2021-05-03"), press_day("")) == (
            "2021-05 or before", "2021-05-03", "",
        )  # fmt: skip
