"""Demonstration of sharing: two made-up agreements between a host district, the park and an operator, told
through the services. One is settled in part, one has expired and runs on at falling rates."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from core import history
from core.demo import Loaded
from core.enums import Provenance
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from incubators.scope import Action
from sharing import services
from sharing.enums import SharingBase, TailRule
from sharing.models import SharingAgreement, SharingParty
from sharing.services import PartyInput, PromiseInput, TermInput

PARK, HOST, SITE = "jiangyin-htz", "shanghai-zhangjiang", "jy-zhangjiang"
ADMINISTRATOR, FINANCE = "park-jiangyin", "finance-jiangyin"
MARK = "示例-共享"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n% "
#: Host and operator for each year, as the agreement promises them.
PROMISED = {2021: (90_000, 30_000), 2022: (120_000, 40_000), 2023: (150_000, 50_000)}


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One agreement: its number, names, days and the paper behind it."""

    number: str
    name_zh: str
    name_en: str
    valid_from: date
    valid_until: date


LASTING = Told(
    f"{MARK}-2021-1",
    "示例：张江—江阴税收分享协议",
    "Example: Zhangjiang–Jiangyin tax sharing",
    date(2021, 1, 1),
    date(2024, 1, 1),
)
EXPIRED = Told(
    f"{MARK}-2021-2",
    "示例：张江—江阴产值分享协议",
    "Example: Zhangjiang–Jiangyin output sharing",
    date(2021, 1, 1),
    date(2023, 1, 1),
)


@transaction.atomic
def load(*, at: datetime) -> list[Loaded]:
    """Told once: a park that has the agreements keeps them as they are."""
    people = {
        user.username: user
        for user in User.objects.filter(is_demonstration=True, username__in=[ADMINISTRATOR, FINANCE])
    }
    site = Incubator.objects.select_related("park", "operator").filter(code=SITE, park__code=PARK).first()
    host = Park.objects.filter(code=HOST).first()
    made = 0
    known = SharingAgreement.objects.filter(number__startswith=MARK)
    if site is not None and host is not None and len(people) == 2 and not known.exists():
        with history.gathered():
            made = _Telling(site, host, people[ADMINISTRATOR], people[FINANCE]).tell()
    return [Loaded("sharing agreements", known.count(), made)]


class _Telling:
    def __init__(self, site: Incubator, host: Park, bob: User, fiona: User) -> None:
        assert site.park is not None
        self.site, self.park, self.host = site, site.park, host
        self.bob, self.fiona = bob, fiona

    def tell(self) -> int:
        self._lasting()
        self._expired()
        return 2

    def _paper(self, title: str, on: date) -> EvidenceFile:
        return store_evidence(
            park=self.park,
            incubator=None,
            content=io.BytesIO(PDF + title.encode()),
            name=f"{title}.pdf",
            title=title,
            actor=self.fiona,
            at=moment(on),
            provenance=Provenance.DEMONSTRATION,
            right=Action.PAY,
        )

    def _agreement(self, told: Told) -> tuple[SharingAgreement, list[SharingParty]]:
        parties = [PartyInput("host", park=self.host), PartyInput("home", park=self.park)]
        if self.site.operator is not None:
            parties.append(PartyInput("operator", organisation=self.site.operator))
        agreement = services.save_sharing(
            agreement=None,
            park=self.park,
            values={
                "number": told.number,
                "name_zh": told.name_zh,
                "name_en": told.name_en,
                "signed_on": date(2020, 12, 18),
                "note": "示例数据，与真实协议无关",
                "evidence": self._paper(f"{told.name_zh}（签署件）", date(2020, 12, 18)),
            },
            parties=parties,
            incubators=[self.site],
            provenance=Provenance.DEMONSTRATION,
            actor=self.bob,
            at=moment(date(2020, 12, 18)),
        )
        rows = agreement.parties.select_related("park", "organisation").order_by("position")
        return agreement, list(rows)

    def _agreed(
        self,
        agreement: SharingAgreement,
        told: Told,
        term: TermInput,
        promises: list[PromiseInput],
        **tail: Any,
    ) -> None:
        version = services.save_terms(
            agreement=agreement,
            version=None,
            values={"valid_from": told.valid_from, "valid_until": told.valid_until, **tail},
            terms=[term],
            promises=promises,
            actor=self.bob,
            at=moment(date(2020, 12, 20)),
        )
        services.propose_terms(version=version, actor=self.bob, at=moment(date(2020, 12, 21)))
        services.agree_terms(version=version, actor=self.fiona, at=moment(date(2020, 12, 24)))

    def _lasting(self) -> None:
        """40% of the tax for five years from landing; 2021 and 2022 accrued, 2021 settled in part."""
        agreement, parties = self._agreement(LASTING)
        host, home, *rest = parties
        shares = {host: Decimal(30), home: Decimal(60 if rest else 70)}
        shares |= {operator: Decimal(10) for operator in rest}
        term = TermInput(
            base=SharingBase.TAX,
            holder=home,
            rate=Decimal(40),
            shares=shares,
            remainder_to=home,
            cap=Decimal(100_000),
            years_counted=5,
        )
        promises = [
            PromiseInput(year, home, party, Decimal(value))
            for year, values in PROMISED.items()
            for party, value in zip([host, *rest], values, strict=False)
        ]
        tail = {"tail": TailRule.RUNS_ON, "tail_years": 2}
        self._agreed(agreement, LASTING, term, promises, **tail)
        for year in (2021, 2022):
            services.book_accrual(
                agreement=agreement, year=year, actor=self.bob, at=moment(date(year + 1, 5, 10))
            )
        self._settle(agreement, home, host, "20000", date(2022, 6, 15), confirmed=True)
        self._settle(agreement, home, host, "5000", date(2022, 9, 20), confirmed=False)
        services.report_dispute(
            agreement=agreement,
            party=home,
            year=2022,
            reason="示例：部分企业税收按属地计入，待统计部门认定",
            actor=self.fiona,
            at=moment(date(2023, 7, 3)),
        )

    def _settle(
        self,
        agreement: SharingAgreement,
        payer: SharingParty,
        payee: SharingParty,
        amount: str,
        on: date,
        *,
        confirmed: bool,
    ) -> None:
        owed = agreement.accounts.filter(party=payee, year=2021).first()
        if owed is None or owed.open < Decimal(amount):
            return
        row = services.record_settlement(
            agreement=agreement,
            values={
                "kind": "payment",
                "year": 2021,
                "payer": payer,
                "payee": payee,
                "amount": Decimal(amount),
                "on": on,
                "reference": f"示例回单{on:%Y%m%d}",
                "evidence": self._paper(f"示例：分享款回单{on:%Y%m%d}", on),
            },
            key=f"demonstration:{on}",
            actor=self.fiona,
            at=moment(on),
        )
        if confirmed:
            services.confirm_settlement(settlement=row, actor=self.bob, at=moment(on))

    def _expired(self) -> None:
        """A part of the output; expired after 2022 and falling to half, then to a quarter."""
        agreement, parties = self._agreement(EXPIRED)
        host, home, *_rest = parties
        term = TermInput(
            base=SharingBase.OUTPUT,
            holder=home,
            rate=Decimal("0.5"),
            shares={host: Decimal(50), home: Decimal(50)},
            remainder_to=home,
            threshold=Decimal(500_000),
        )
        tail = {"tail": TailRule.STEPS_DOWN, "tail_rates": [Decimal(50), Decimal(25)]}
        self._agreed(agreement, EXPIRED, term, [], **tail)
        for year in (2022, 2023):
            services.book_accrual(
                agreement=agreement, year=year, actor=self.bob, at=moment(date(year + 1, 5, 20))
            )
