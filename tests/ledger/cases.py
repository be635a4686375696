"""Money for tests, made through the services. Bob administers the park, Fiona is its finance officer."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.enums import Role
from accounts.models import User
from core.models import ExchangeRate
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from incubators.scope import Action
from ledger import services
from ledger.models import BankAccount, Budget, Commitment, Instalment, PaymentBatch
from ledger.services import Part
from tests import factories

NOW = datetime(2021, 6, 1, 4, 0, tzinfo=UTC)
DAY = date(2021, 6, 1)


def make_finance(park: Park, username: str = "fiona") -> User:
    return factories.make_user(username, Role.FINANCE, park=park)


def make_document(park: Park, actor: User, content: bytes = b"a paper") -> EvidenceFile:
    return store_evidence(
        park=park,
        incubator=None,
        content=io.BytesIO(factories.PDF + content),
        name="paper.pdf",
        actor=actor,
        at=NOW,
        right=Action.PAY,
    )


def make_budget(
    park: Park, fiona: User, bob: User, *, amount: Decimal | int = 1_000_000, **values: Any
) -> Budget:
    """A budget of 2021 with its first appropriation, proposed by Fiona and approved by Bob."""
    defaults = {"code": "example", "name_zh": "示例专项资金", "name_en": "Example fund", "year": 2021}
    budget = services.save_budget(budget=None, park=park, values={**defaults, **values}, actor=fiona, at=NOW)
    if amount:
        change = services.propose_change(
            budget=budget,
            kind="appropriation",
            amount=Decimal(amount),
            reason="示例批复",
            evidence=make_document(park, fiona),
            actor=fiona,
            at=NOW,
        )
        services.approve_change(change=change, actor=bob, at=NOW)
    return budget


def commit(
    budget: Budget, actor: User, *, amount: Decimal | int = 100_000, key: str = "k1", **values: Any
) -> Commitment:
    return services.commit_money(
        budget=budget,
        amount=Decimal(amount),
        purpose=values.pop("purpose", "示例补助"),
        key=key,
        actor=actor,
        at=NOW,
        **values,
    )


def make_account(
    enterprise: Enterprise, fiona: User, bob: User, *, number: str = "6222000011112222", **values: Any
) -> BankAccount:
    account = services.enter_account(
        park=enterprise.park,
        enterprise=enterprise,
        values={"holder": enterprise.name_zh, "bank": "示例银行江阴支行", "number": number, **values},
        actor=fiona,
        at=NOW,
    )
    return services.verify_account(account=account, actor=bob, at=NOW)


def ready(
    instalment: Instalment, alice: User, bob: User, account: BankAccount | None, site: Incubator
) -> Instalment:
    """The condition is met and confirmed, the account is named."""
    services.claim_condition(
        instalment=instalment, evidence=factories.make_evidence(alice, site), actor=alice, at=NOW
    )
    services.verify_condition(instalment=instalment, actor=bob, at=NOW)
    if account is not None:
        services.set_terms(instalment=instalment, values={"account": account}, actor=bob, at=NOW)
    return Instalment.objects.get(pk=instalment.pk)


def sent(
    instalments: Sequence[Instalment], park: Park, fiona: User, bob: User, *, on: date = DAY
) -> PaymentBatch:
    """A batch that Fiona made, Bob checked and Fiona sent."""
    batch = services.make_batch(park=park, instalments=instalments, actor=fiona, at=NOW)
    services.check_batch(batch=batch, actor=bob, at=NOW)
    return services.send_batch(batch=batch, on=on, actor=fiona, at=NOW)


def rate(currency: str, value: str, *, on: date = DAY) -> ExchangeRate:
    return ExchangeRate.objects.create(
        currency=currency, to_currency="CNY", on=on, rate=Decimal(value), source="示例"
    )


def halves(total: int, *, condition: str = "示例：验收通过") -> list[Part]:
    half = Decimal(total) / 2
    return [
        Part(half, date(2021, 7, 1), condition),
        Part(half, date(2021, 12, 1), condition),
    ]
