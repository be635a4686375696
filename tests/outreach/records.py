"""Liaison records for tests, made through the services."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import User
from incubators.models import Incubator
from outreach import services
from outreach.models import (
    AgreementAction,
    Contact,
    Event,
    Interaction,
    Introduction,
    Lead,
    Mandate,
    TrackedAgreement,
)
from tests.factories import NOW

DAY = date(2021, 5, 20)
_numbers = count(1)


def _place(incubator: Incubator) -> dict[str, Any]:
    return {"park": incubator.park, "incubator": incubator}


def make_contact(actor: User, incubator: Incubator, *, at: datetime = NOW, **values: Any) -> Contact:
    defaults = {"name_zh": f"示例联系人{next(_numbers)}", "organisation_name": "示例大学"}
    return services.create_contact(**_place(incubator), values={**defaults, **values}, actor=actor, at=at)


def make_event(actor: User, incubator: Incubator, *, at: datetime = NOW, **values: Any) -> Event:
    defaults = {"name_zh": f"示例推介会{next(_numbers)}", "kind": "promotion", "starts_on": DAY}
    return services.create_event(**_place(incubator), values={**defaults, **values}, actor=actor, at=at)


def make_lead(
    actor: User, incubator: Incubator, *, at: datetime = NOW, stage: str = "contact", **values: Any
) -> Lead:
    number = next(_numbers)
    defaults = {"name_zh": f"线索第{number}号团队", "source": "direct", "first_contact_on": date(2021, 3, 1)}
    return services.create_lead(
        **_place(incubator), values={**defaults, **values}, stage=stage, actor=actor, at=at
    )


def make_interaction(actor: User, incubator: Incubator, *, at: datetime = NOW, **values: Any) -> Interaction:
    defaults = {"kind": "visit", "on": DAY, "summary": "示例：介绍了政策。"}
    return services.log_interaction(**_place(incubator), values={**defaults, **values}, actor=actor, at=at)


def make_mandate(actor: User, incubator: Incubator, *, at: datetime = NOW, **values: Any) -> Mandate:
    defaults = {
        "name_zh": f"示例委托招才{next(_numbers)}",
        "agent_name": f"示例人才公司{next(_numbers)}",
        "starts_on": date(2021, 1, 1),
        "ends_on": date(2022, 1, 1),
        "target_count": 5,
        "fee_amount": 50_000,
        "fee_currency": "CNY",
    }
    return services.create_mandate(**_place(incubator), values={**defaults, **values}, actor=actor, at=at)


def make_claim(actor: User, mandate: Mandate, *, at: datetime = NOW, **values: Any) -> Introduction:
    return services.claim_introduction(mandate=mandate, values={"on": DAY, **values}, actor=actor, at=at)


def make_agreement(
    actor: User,
    incubator: Incubator,
    *,
    at: datetime = NOW,
    parties: Any = ("示例高新区", "示例大学"),
    **values: Any,
) -> TrackedAgreement:
    defaults = {"name_zh": f"示例合作协议{next(_numbers)}", "kind": "framework", "signed_on": DAY}
    return services.create_agreement(
        **_place(incubator), values={**defaults, **values}, parties=list(parties), actor=actor, at=at
    )


def make_action(
    actor: User, agreement: TrackedAgreement, *, at: datetime = NOW, **values: Any
) -> AgreementAction:
    defaults = {"text": "示例：共建联合实验室方案", "agreed_on": DAY, "due_on": DAY + timedelta(days=10)}
    return services.save_action(agreement=agreement, values={**defaults, **values}, actor=actor, at=at)


def addresses(actor: User, incubator: Incubator) -> dict[str, str]:
    """One record behind every kind of address of the API, for tests that walk all of them."""
    contact, lead = make_contact(actor, incubator), make_lead(actor, incubator)
    mandate, agreement = make_mandate(actor, incubator), make_agreement(actor, incubator)
    action = make_action(actor, agreement)
    talk = make_interaction(actor, incubator, contact=contact, next_action="示例")
    return {
        "leads/<id:pk>": f"leads/{lead.pk}",
        "contacts/<id:pk>": f"contacts/{contact.pk}",
        "events/<id:pk>": f"events/{make_event(actor, incubator).pk}",
        "interactions/<id:pk>": f"interactions/{talk.pk}",
        "mandates/<id:pk>": f"mandates/{mandate.pk}",
        "introductions/<id:pk>": f"introductions/{make_claim(actor, mandate, lead=lead).pk}",
        "tracked-agreements/<id:pk>/actions/<id:action>": (
            f"tracked-agreements/{agreement.pk}/actions/{action.pk}"
        ),
        "tracked-agreements/<id:pk>": f"tracked-agreements/{agreement.pk}",
    }
