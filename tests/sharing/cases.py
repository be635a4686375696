"""Sharing for tests, made through the services. Bob and Beate administer the park, Fiona is its finance
officer; Shanghai incubated, Jiangyin received, TechCode operates."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.enums import Role
from accounts.models import User
from enterprises.models import Enterprise, YearlyFigure
from enterprises.services import enter_yearly_figures, verify_yearly_figures
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Organisation, Park
from incubators.scope import Action
from projects.models import Project, StageLog
from sharing import services
from sharing.models import SharingAgreement, SharingParty, SharingSettlement, SharingVersion
from sharing.services import PartyInput, PromiseInput, TermInput
from tests import factories

NOW = datetime(2024, 5, 1, 4, 0, tzinfo=UTC)
DAY = date(2024, 5, 1)


def make_finance(park: Park, username: str = "fiona") -> User:
    return factories.make_user(username, Role.FINANCE, park=park)


def make_paper(park: Park, actor: User, content: bytes = b"a paper") -> EvidenceFile:
    return store_evidence(
        park=park,
        incubator=None,
        content=io.BytesIO(factories.PDF + content),
        name="paper.pdf",
        actor=actor,
        at=NOW,
        right=Action.PAY,
    )


def make_agreement(site: Incubator, bob: User, **values: Any) -> SharingAgreement:
    """Between Shanghai (host), the park of the incubator (home) and its operator, in this order."""
    assert site.park is not None
    host = Park.objects.filter(code="shanghai").first() or factories.make_park("shanghai")
    operator, _made = Organisation.objects.get_or_create(
        code="techcode", defaults={"kind": "operator", "name_zh": "示例运营", "name_en": "Example operator"}
    )
    defaults = {"number": "示例-2021-1", "name_zh": "示例共享协议", "signed_on": date(2021, 1, 5)}
    return services.save_sharing(
        agreement=None,
        park=site.park,
        values={**defaults, **values},
        parties=[
            PartyInput("host", park=host),
            PartyInput("home", park=site.park),
            PartyInput("operator", organisation=operator),
        ],
        incubators=[site],
        actor=bob,
        at=NOW,
    )


def parties_of(agreement: SharingAgreement) -> tuple[SharingParty, SharingParty, SharingParty]:
    host, home, operator = agreement.parties.select_related("park", "organisation").order_by("position")
    return host, home, operator


def term_of(agreement: SharingAgreement, **values: Any) -> TermInput:
    """Of the tax 40% are shared: 30 to the host, 60 to the home, 10 to the operator, who takes the rest."""
    host, home, operator = parties_of(agreement)
    defaults: dict[str, Any] = {
        "base": "tax",
        "holder": home,
        "rate": Decimal(40),
        "shares": {host: Decimal(30), home: Decimal(60), operator: Decimal(10)},
        "remainder_to": operator,
    }
    return TermInput(**{**defaults, **values})


def write_terms(
    agreement: SharingAgreement,
    bob: User,
    *,
    terms: Sequence[TermInput] | None = None,
    promises: Sequence[PromiseInput] = (),
    version: SharingVersion | None = None,
    **values: Any,
) -> SharingVersion:
    defaults = {"valid_from": date(2021, 1, 1), "valid_until": date(2024, 1, 1)}
    return services.save_terms(
        agreement=agreement,
        version=version,
        values={**defaults, **values},
        terms=terms if terms is not None else [term_of(agreement)],
        promises=promises,
        actor=bob,
        at=NOW,
    )


def agree(version: SharingVersion, bob: User, beate: User) -> SharingVersion:
    services.propose_terms(version=version, actor=bob, at=NOW)
    return services.agree_terms(version=version, actor=beate, at=NOW)


def landed(
    alice: User, site: Incubator, on: date = date(2021, 3, 1), *, firm: Enterprise | None = None
) -> Enterprise:
    """An enterprise that landed through the enclave. How a landing comes about is tested in projects."""
    firm = firm or factories.make_enterprise(alice, site)
    project = factories.make_project(alice, site)
    Project.objects.filter(pk=project.pk).update(enterprise=firm, stage="landed")
    StageLog.objects.create(
        project=project, sequence=99, from_stage="incubating", to_stage="landed", on=on, moved_at=NOW
    )
    return firm


def figures(
    firm: Enterprise, year: int, alice: User, bob: User | None, *, tax: Any = 100_000, **values: Any
) -> YearlyFigure:
    """Entered by Alice, and verified by Bob where he is named."""
    row = enter_yearly_figures(
        enterprise=firm,
        year=year,
        values={"tax_paid_amount": Decimal(tax) if tax is not None else None, **values},
        actor=alice,
        at=NOW,
    )
    return verify_yearly_figures(figures=row, actor=bob, at=NOW) if bob else row


def settle(
    agreement: SharingAgreement,
    fiona: User,
    *,
    amount: Any,
    year: int = 2021,
    key: str = "s1",
    payer: SharingParty | None = None,
    payee: SharingParty | None = None,
    **values: Any,
) -> SharingSettlement:
    """From the home park to the host district, unless other parties are named."""
    host, home, _operator = parties_of(agreement)
    proof = None if values.get("kind") == "netting" else make_paper(agreement.park, fiona)
    return services.record_settlement(
        agreement=agreement,
        values={
            "kind": "payment",
            "year": year,
            "payer": payer or home,
            "payee": payee or host,
            "amount": Decimal(amount),
            "on": DAY,
            "evidence": proof,
            **values,
        },
        key=key,
        actor=fiona,
        at=NOW,
    )
