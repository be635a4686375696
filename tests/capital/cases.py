"""Funds and credit for tests, made through the services. Alice operates, Bob administers the park."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from capital import services
from capital.models import (
    BankProduct,
    CreditList,
    Fund,
    FundExit,
    FundInvestment,
    InterestSubsidy,
    Match,
    PoolRecovery,
    RiskPool,
)
from enterprises.models import Enterprise, Loan, RiskShare
from enterprises.services import save_record, verify_record
from funding.models import Policy, PolicyVersion
from incubators.models import Incubator, Park
from outreach.models import Event
from outreach.services import create_event
from tests import factories

NOW = datetime(2023, 6, 1, 4, 0, tzinfo=UTC)
MILLION = Decimal(1_000_000)


def make_policy(code: str = "QD-LOAN") -> PolicyVersion:
    """The policy of the register with this code, as the library holds it."""
    from funding.importers import load_register

    if not Policy.objects.filter(code=code).exists():
        load_register(at=NOW)
    version = PolicyVersion.objects.get(policy__code=code)
    return version


def make_fund(park: Park | None, actor: User | None, **values: Any) -> Fund:
    defaults: dict[str, Any] = {
        "name_zh": "示例园区基金",
        "name_en": "Example park fund",
        "manager_name": "示例基金管理公司",
        "size_amount": 10 * MILLION,
        "size_qualifier": "exact",
    }
    return services.save_offer(record=Fund(park=park), values={**defaults, **values}, actor=actor, at=NOW)


def make_product(park: Park | None, actor: User | None, **values: Any) -> BankProduct:
    defaults: dict[str, Any] = {
        "name_zh": "示例科技贷",
        "name_en": "Example technology loan",
        "bank_name": "示例银行",
        "largest_amount": 5 * MILLION,
        "largest_qualifier": "exact",
    }
    return services.save_offer(
        record=BankProduct(park=park), values={**defaults, **values}, actor=actor, at=NOW
    )


def make_list(park: Park | None, actor: User | None, **values: Any) -> CreditList:
    defaults = {"name_zh": "示例科技企业白名单", "authority": "示例科技局", "renewal_months": 12}
    return services.save_offer(
        record=CreditList(park=park), values={**defaults, **values}, actor=actor, at=NOW
    )


def make_pool(park: Park | None, actor: User | None, **values: Any) -> RiskPool:
    defaults = {"name_zh": "示例风险补偿资金池", "size_amount": MILLION}
    return services.save_offer(record=RiskPool(park=park), values={**defaults, **values}, actor=actor, at=NOW)


def make_loan(actor: User, firm: Enterprise, *, verifier: User | None = None, **values: Any) -> Loan:
    defaults: dict[str, Any] = {
        "bank": "示例银行",
        "product": "示例科技贷",
        "line_amount": 12 * MILLION,
        "drawn_amount": 4 * MILLION,
        "starts_on": date(2022, 1, 1),
        "ends_on": date(2024, 1, 1),
        "guarantee": "credit",
    }
    loan = save_record(record=Loan(enterprise=firm), values={**defaults, **values}, actor=actor, at=NOW)
    return verify_record(record=loan, actor=verifier, at=NOW) if verifier else loan


def make_investment(
    actor: User, firm: Enterprise, fund: Fund, *, verifier: User | None = None, **values: Any
) -> FundInvestment:
    defaults: dict[str, Any] = {
        "fund": fund,
        "round": "angel",
        "on": date(2022, 3, 1),
        "amount": MILLION,
        "equity_percent": Decimal(5),
    }
    found = services.enter_investment(enterprise=firm, values={**defaults, **values}, actor=actor, at=NOW)
    return verify_record(record=found, actor=verifier, at=NOW) if verifier else found


def make_exit(
    actor: User, investment: FundInvestment, *, verifier: User | None = None, **values: Any
) -> FundExit:
    defaults = {"kind": "transfer", "on": date(2023, 3, 1), "proceeds_amount": MILLION}
    found = save_record(
        record=FundExit(investment=investment), values={**defaults, **values}, actor=actor, at=NOW
    )
    return verify_record(record=found, actor=verifier, at=NOW) if verifier else found


def make_risk(actor: User, loan: Loan, *, verifier: User | None = None, **values: Any) -> RiskShare:
    defaults: dict[str, Any] = {
        "bank_percent": Decimal(30),
        "government_percent": Decimal(70),
        "insurer_percent": Decimal(0),
        "loss_amount": MILLION,
        "lost_on": date(2022, 9, 1),
        "compensated_amount": Decimal(700_000),
        "compensated_on": date(2022, 10, 1),
    }
    found = save_record(record=RiskShare(loan=loan), values={**defaults, **values}, actor=actor, at=NOW)
    return verify_record(record=found, actor=verifier, at=NOW) if verifier else found


def make_recovery(
    actor: User, risk: RiskShare, *, verifier: User | None = None, **values: Any
) -> PoolRecovery:
    defaults = {"on": date(2023, 1, 1), "amount": Decimal(200_000)}
    found = save_record(record=PoolRecovery(risk=risk), values={**defaults, **values}, actor=actor, at=NOW)
    return verify_record(record=found, actor=verifier, at=NOW) if verifier else found


def make_claim(
    actor: User, loan: Loan, *, verifier: User | None = None, principal: Any = None, **values: Any
) -> InterestSubsidy:
    """The interest of 2022 under the Qingdao policy, with its proof."""
    site = loan.enterprise.incubator
    assert site is not None
    drawn = f"{principal if principal is not None else loan.drawn_amount}"
    defaults: dict[str, Any] = {
        "policy_version": make_policy(),
        "starts_on": date(2022, 1, 1),
        "ends_on": date(2023, 1, 1),
        "draws": [{"on": "2022-01-01", "principal": drawn}],
        "base_rate_percent": Decimal("3.85"),
        "interest_paid_amount": Decimal(600_000),
        "facts": {"linked_product": True},
        "evidence": factories.make_evidence(actor, site),
    }
    found = services.claim_subsidy(loan=loan, values={**defaults, **values}, actor=actor, at=NOW)
    return verify_record(record=found, actor=verifier, at=NOW) if verifier else found


def make_event(actor: User, site: Incubator, **values: Any) -> Event:
    assert site.park is not None
    defaults = {"name_zh": "示例融资对接会", "kind": "roadshow", "starts_on": date(2022, 2, 1)}
    return create_event(park=site.park, incubator=site, values={**defaults, **values}, actor=actor, at=NOW)


def make_match(actor: User, event: Event, firm: Enterprise, **values: Any) -> Match:
    defaults = {"need_amount": 3 * MILLION}
    return services.create_match(
        event=event, enterprise=firm, values={**defaults, **values}, actor=actor, at=NOW
    )
