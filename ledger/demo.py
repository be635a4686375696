"""Demonstration money: one budget of 2021, told through the services by the finance officer and the
administrator. Paid in one batch, with further instalments that wait. Every name and amount is made up."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from core import history
from core.demo import Loaded
from core.enums import Provenance
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from incubators.scope import Action
from ledger import services
from ledger.models import BankAccount, Budget, Commitment, Instalment, PaymentBatch
from ledger.services import Part

PARK, ADMINISTRATOR, FINANCE = "jiangyin-htz", "park-jiangyin", "finance-jiangyin"
CODE, YEAR = "example-returning-projects", 2021
AMOUNT = Decimal(8_000_000)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n% "
CONDITION = "示例：公司注册且首期实缴到位"
SECOND = "示例：中期考核合格"


@dataclass(frozen=True)
class Grant:
    """One commitment: whose, for what, first and second instalment, in which currency it is paid."""

    site: str
    operator: str
    purpose: str
    base: str
    first: int
    second: int
    currency: str = "CNY"


GRANTS = (
    Grant("jy-zhangjiang", "op-zhangjiang", "示例：回归项目启动资金", "start:2021", 600_000, 400_000),
    Grant("jy-zhangjiang", "op-zhangjiang", "示例：研发费用补助", "rd_expense:2020", 180_000, 120_000),
    Grant("jy-shenzhen-incubator", "op-shenzhen", "示例：设备购置补助", "equipment:2021", 300_000, 200_000),
    Grant("jy-uppsala", "op-uppsala", "示例：海外研发补助", "rd_abroad:2021", 250_000, 150_000, "SEK"),
)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


@transaction.atomic
def load(*, at: datetime) -> list[Loaded]:
    """Told once: a park that has the budget keeps it as it is."""
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    park = Park.objects.filter(code=PARK).first()
    made = 0
    if (
        park is not None
        and {ADMINISTRATOR, FINANCE} <= set(people)
        and not Budget.objects.filter(park=park, code=CODE, year=YEAR).exists()
    ):
        with history.gathered():
            made = _Telling(park, people, at).tell()
    return [
        Loaded("budgets", Budget.objects.count(), int(bool(made))),
        Loaded("commitments", Commitment.objects.count(), made),
    ]


class _Telling:
    def __init__(self, park: Park, people: dict[str, User], at: datetime) -> None:
        self.park, self.people, self.at = park, people, at
        self.bob, self.fiona = people[ADMINISTRATOR], people[FINANCE]

    def tell(self) -> int:
        budget = self._budget()
        made = []
        taken: set[int] = set()
        for grant in GRANTS:
            firm = self._firm(grant, taken)
            if firm is not None and grant.operator in self.people:
                taken.add(firm.pk)
                made.append(self._commit(budget, grant, firm))
        abroad = set(
            Instalment.objects.filter(commitment__in=made, is_cross_border=True).values_list(
                "commitment", flat=True
            )
        )
        self._pay([row for row in made if row.pk not in abroad])
        for row in made:
            if row.pk in abroad:
                self._abroad(row)
        return len(made)

    def _budget(self) -> Budget:
        day = moment(date(YEAR, 1, 20))
        budget = services.save_budget(
            budget=None,
            park=self.park,
            values={
                "code": CODE,
                "year": YEAR,
                "name_zh": "示例：回归项目专项资金",
                "name_en": "Example: fund for returning projects",
                "note": "示例数据，与真实预算无关",
            },
            provenance=Provenance.DEMONSTRATION,
            actor=self.fiona,
            at=day,
        )
        change = services.propose_change(
            budget=budget,
            kind="appropriation",
            amount=AMOUNT,
            reason="示例：年度预算批复",
            evidence=self._paper(None, "示例：预算批复", self.fiona, day),
            actor=self.fiona,
            at=day,
        )
        services.approve_change(change=change, actor=self.bob, at=moment(date(YEAR, 1, 25)))
        return budget

    def _firm(self, grant: Grant, taken: set[int]) -> Enterprise | None:
        rows = Enterprise.objects.filter(
            incubator__code=grant.site, park=self.park, provenance=Provenance.DEMONSTRATION
        ).exclude(pk__in=taken)
        return (
            rows.order_by("pk").first()
            or Enterprise.objects.filter(incubator__code=grant.site, park=self.park).order_by("pk").first()
        )

    def _paper(
        self, site: Incubator | None, title: str, actor: User, at: datetime, right: Action = Action.PAY
    ) -> EvidenceFile:
        return store_evidence(
            park=self.park,
            incubator=site,
            content=io.BytesIO(PDF + f"{title} {site}".encode()),
            name=f"{title}.pdf",
            title=title,
            actor=actor,
            at=at,
            provenance=Provenance.DEMONSTRATION,
            right=right,
        )

    def _commit(self, budget: Budget, grant: Grant, firm: Enterprise) -> Commitment:
        later = self.at.date() + timedelta(days=20)
        abroad = grant.currency != "CNY"
        return services.commit_money(
            budget=budget,
            amount=Decimal(grant.first + grant.second),
            purpose=grant.purpose,
            key=f"demonstration:{grant.site}:{grant.base}",
            enterprise=firm,
            project=firm.projects.order_by("pk").first(),
            base=grant.base,
            reference="示例〔2021〕1号",
            submitted_on=date(YEAR, 3, 1),
            on=date(YEAR, 4, 15),
            plan=[
                Part(Decimal(grant.first), date(YEAR, 6, 30) if not abroad else later, CONDITION, abroad,
                     grant.currency),
                Part(Decimal(grant.second), later + timedelta(days=40), SECOND, abroad, grant.currency),
            ],
            provenance=Provenance.DEMONSTRATION,
            actor=self.bob,
            at=moment(date(YEAR, 4, 15)),
        )  # fmt: skip

    def _account(self, firm: Enterprise, operator: User, at: datetime) -> BankAccount:
        known = BankAccount.objects.filter(enterprise=firm).first()
        if known is not None:
            return known
        account = services.enter_account(
            park=self.park,
            enterprise=firm,
            values={
                "holder": firm.name_zh,
                "bank": "示例银行江阴支行",
                "number": f"0000 0000 {firm.pk:08d}",
            },
            actor=operator,
            at=at,
        )
        return services.verify_account(account=account, actor=self.fiona, at=at)

    def _pay(self, made: list[Commitment]) -> None:
        """First instalments: conditions confirmed, one batch, checked, sent, received."""
        at = moment(date(YEAR, 6, 20))
        ready = []
        for commitment in made:
            row = commitment.instalments.get(number=1)
            self._confirm(row, at)
            ready.append(Instalment.objects.get(pk=row.pk))
        if not ready:
            return
        batch = services.make_batch(
            park=self.park, instalments=ready, title="示例：2021年第一批", actor=self.fiona, at=at
        )
        services.check_batch(batch=batch, actor=self.bob, at=moment(date(YEAR, 6, 22)))
        services.send_batch(
            batch=PaymentBatch.objects.get(pk=batch.pk),
            on=date(YEAR, 6, 23),
            actor=self.fiona,
            at=moment(date(YEAR, 6, 23)),
        )
        rows = [
            f"{row.payment_reference},{row.pay_amount},成功,{date(YEAR, 6, 25)}"
            for row in Instalment.objects.filter(batch=batch)
        ]
        answer = "\n".join(["业务参考号,金额,处理结果,到账日期", *rows])
        services.read_bank_result(
            park=self.park,
            content=io.BytesIO(answer.encode()),
            name="示例：银行回单.csv",
            actor=self.fiona,
            at=moment(date(YEAR, 6, 26)),
        )

    def _confirm(self, row: Instalment, at: datetime) -> None:
        commitment = row.commitment
        operator = self._operator(commitment)
        firm: Any = commitment.enterprise
        proof = self._paper(commitment.incubator, "示例：到位证明", operator, at, Action.ENTER)
        services.claim_condition(instalment=row, evidence=proof, actor=operator, at=at)
        services.verify_condition(instalment=row, actor=self.fiona, at=at)
        account = self._account(firm, operator, at)
        services.set_terms(instalment=row, values={"account": account}, actor=self.fiona, at=at)

    def _operator(self, commitment: Commitment) -> User:
        site = commitment.incubator.code if commitment.incubator else ""
        return next(self.people[grant.operator] for grant in GRANTS if grant.site == site)

    def _abroad(self, commitment: Commitment) -> None:
        """A payment across a border whose papers are complete and wait for the bank."""
        row = commitment.instalments.get(number=1)
        services.record_step(
            instalment=row,
            kind="documents",
            on=date(YEAR, 5, 10),
            evidence=self._paper(commitment.incubator, "示例：合同与发票", self.fiona, self.at),
            actor=self.fiona,
            at=self.at,
        )
