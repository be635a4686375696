"""Funds and credit for programs."""

from datetime import date
from decimal import Decimal

from accounts.models import User
from capital.models import FundInvestment
from enterprises.models import Enterprise, FinancingEvent
from incubators.models import Incubator, Park
from ledger.models import Budget, Commitment
from tests import factories
from tests.api import Api, is_problem
from tests.capital import cases

M = cases.MILLION


def test_a_fund_from_its_entry_to_its_balance(
    alice: User, bob: User, erik: User, park: Park, firm: Enterprise
) -> None:
    body = {
        "park": "jiangyin", "name_zh": "示例基金", "size_amount": "10000000.00", "size_qualifier": "exact",
        "fields": ["new-materials"], "investors": [{"name": "示例甲", "committed_amount": "5000000.00"}],
    }  # fmt: skip
    is_problem(Api(alice).post("funds/", body), 403, "refused")
    made = Api(bob).post("funds/", body)
    assert made.status_code == 201, made.content
    fund = made.json()["id"]
    entered = Api(alice).post(
        "fund-investments/",
        {"enterprise": firm.pk, "fund": fund, "round": "angel", "on": "2022-05-01", "amount": "3000000.00"},
    )
    assert entered.status_code == 201, entered.content
    assert (entered.json()["on"], entered.json()["currency"]) == ("2022-05-01", "CNY")
    too_much = Api(alice).post(
        "fund-investments/",
        {"enterprise": firm.pk, "fund": fund, "round": "a", "on": "2022-06-01", "amount": "7000000.01"},
    )
    is_problem(too_much, 409, "fund_exhausted")
    assert FinancingEvent.objects.count() == 1
    is_problem(Api(alice).post(f"fund-investments/{entered.json()['id']}/verify/"), 403, "refused")
    assert Api(bob).post(f"fund-investments/{entered.json()['id']}/verify/").status_code == 200
    whole = Api(bob).get(f"funds/{fund}/").json()
    assert {key: whole["balance"][key] for key in ("committed", "invested", "left")} == {
        "committed": "5000000.00", "invested": "3000000.00", "left": "7000000.00",
    }  # fmt: skip
    assert Api(alice).get(f"funds/{fund}/").json()["balance"] is None
    assert Api(erik).get(f"funds/{fund}/").status_code == 404
    assert FundInvestment.objects.get().verified_by == bob


def test_changes_ask_for_the_version(bob: User, park: Park) -> None:
    fund = cases.make_fund(park, bob)
    api = Api(bob)
    is_problem(api.patch(f"funds/{fund.pk}/", {"note": "x"}), 428, "if_match_required")
    etag = api.get(f"funds/{fund.pk}/")["ETag"]
    assert api.patch(f"funds/{fund.pk}/", {"note": "x"}, If_Match=etag).json()["note"] == "x"
    is_problem(api.patch(f"funds/{fund.pk}/", {"note": "y"}, If_Match=etag), 412, "stale")


def test_a_claim_is_computed_never_sent(
    alice: User, bob: User, fiona: User, firm: Enterprise, budget: Budget, zhangjiang: Incubator
) -> None:
    loan, version = cases.make_loan(alice, firm, verifier=bob), cases.make_policy()
    body = {
        "loan": loan.pk, "policy_version": version.pk, "starts_on": "2022-01-01", "ends_on": "2023-01-01",
        "draws": [{"on": "2022-01-01", "principal": "8000000.00"}], "base_rate_percent": "3.8500",
        "interest_paid_amount": "360000.00", "facts": {"linked_product": True},
        "evidence": factories.make_evidence(alice, zhangjiang).pk,
    }  # fmt: skip
    assert Api(alice).post("interest-subsidies/", {**body, "amount": "1"}).status_code == 422
    made = Api(alice).post("interest-subsidies/", body)
    assert made.status_code == 201, made.content
    assert (made.json()["amount"], made.json()["state"]) == ("250250.00", "claimed")
    address = f"interest-subsidies/{made.json()['id']}/"
    is_problem(Api(alice).post("interest-subsidies/", body), 409, "capital_subsidy_no_overlap")
    is_problem(Api(fiona).post(f"{address}commit/", {"budget": budget.pk}), 409, "not_verified")
    assert Api(bob).post(f"{address}verify/").status_code == 200
    for _ in range(2):
        done = Api(fiona).post(f"{address}commit/", {"budget": budget.pk})
        assert (done.status_code, done.json()["state"]) == (200, "committed")
    assert Commitment.objects.get().amount == Decimal(250_250)
    is_problem(Api(bob).post(f"{address}withdraw/", {"reason": "示例"}), 409, "committed")


def test_a_result_moves_and_is_counted(
    alice: User, bob: User, charlie: User, park: Park, zhangjiang: Incubator, firm: Enterprise
) -> None:
    event, product = cases.make_event(alice, zhangjiang), cases.make_product(park, bob)
    made = Api(alice).post(
        "matchmaking/",
        {"event": event.pk, "enterprise": firm.pk, "product": product.pk, "need_amount": "5000000.00"},
    )
    assert made.status_code == 201, made.content
    address = f"matchmaking/{made.json()['id']}/"
    assert Api(charlie).post(f"{address}move/", {"to_stage": "met", "on": "2022-03-01"}).status_code == 404
    loan = cases.make_loan(alice, firm, verifier=bob)
    done = Api(alice).post(f"{address}move/", {"to_stage": "granted", "on": "2022-03-01", "loan": loan.pk})
    assert (done.json()["stage"], done.json()["granted_amount"]) == ("granted", "12000000.00")
    events = Api(alice).get("matchmaking/events/").json()
    assert [(row["firms"], row["firms_financed"], row["granted"]) for row in events] == [
        (1, 1, {"CNY": "12000000.00"})
    ]
    assert Api(charlie).get("matchmaking/events/").json() == []


def test_a_loan_joins_a_product_and_leaves(alice: User, bob: User, park: Park, firm: Enterprise) -> None:
    product, loan = cases.make_product(park, bob, largest_amount=M), cases.make_loan(alice, firm)
    body = {"loan": loan.pk, "product": product.pk}
    is_problem(Api(alice).post("product-loans/", body), 409, "line_exceeded")
    etag = Api(bob).get(f"bank-products/{product.pk}/")["ETag"]
    Api(bob).patch(f"bank-products/{product.pk}/", {"largest_amount": "20000000.00"}, If_Match=etag)
    made = Api(alice).post("product-loans/", body)
    assert made.status_code == 201, made.content
    address = f"product-loans/{made.json()['id']}/"
    tag = Api(alice).get(address)["ETag"]
    assert Api(alice).delete(address, If_Match=tag).status_code == 204
    assert date(2022, 1, 1) == loan.starts_on
