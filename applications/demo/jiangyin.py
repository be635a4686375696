"""江阴: one programme with an application at each state, so that every page and address has an example."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from applications import services
from applications.demo.people import paper
from applications.models import Application, Programme
from core.demo import told_at_once
from core.enums import Provenance
from funding.models import Policy
from incubators.models import Park
from incubators.scope import Action
from ledger import services as ledger
from ledger.models import BankAccount, Budget, Instalment, PaymentBatch
from ledger.services import Part
from projects.models import Project
from reviews import services as reviews
from reviews.models import Assignment, Case, Expert
from reviews.services.concluding import Conclusion, set_results
from reviews.services.panels import PaperMarks, assign_panel, enter_marks

PARK, SITE, CODE, POLICY = "jiangyin-htz", "jy-zhangjiang", "example-start", "JY-DEMO-RD"
CRITERIA = [
    {"name": "创新性", "guide": "技术是否领先，知识产权是否清晰", "max_points": "50"},
    {"name": "产业化前景", "guide": "市场、落地计划与投资强度", "max_points": "50"},
]
STEPS: list[dict[str, Any]] = [
    {"kind": "formal_check", "days_allowed": 5},
    {
        "kind": "professional_review",
        "days_allowed": 30,
        "marks_needed": 2,
        "second_person": False,
        "criteria": CRITERIA,
    },
    {"kind": "public_notice", "days_allowed": 15, "notice_days": 5},
    {"kind": "meeting", "days_allowed": 20},
]
#: What becomes of each, in this order; one project each, as far as there are projects.
WAYS = (
    "closed",
    "agreed",
    "meeting",
    "notice",
    "review",
    "check",
    "returned",
    "rejected",
    "draft",
)
#: Points of the two experts for those that are reviewed.
POINTS = {
    "closed": ((46, 45), (44, 43)),
    "agreed": ((44, 42), (43, 42)),
    "meeting": ((42, 41), (40, 42)),
    "notice": ((40, 39), (39, 41)),
}


def tell(at: datetime) -> int:
    """How many applications were told; none where the programme, the park or its people are there already
    or missing."""
    park = Park.objects.filter(code=PARK).first()
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    needed = {"park-jiangyin", "finance-jiangyin", "op-zhangjiang", "expert-1"}
    if park is None or not needed <= set(people):
        return 0
    experts = {one.user.username: one for one in Expert.objects.filter(park=park) if one.user is not None}
    if not {"expert-1", "expert-3", "expert-4"} <= set(experts):
        return 0
    if Programme.objects.filter(park=park, code=CODE).exists():
        return 0
    with told_at_once():
        return _Telling(park, people, experts, at).tell()


class _Telling:
    def __init__(self, park: Park, people: dict[str, User], experts: dict[str, Expert], at: datetime) -> None:
        self.park, self.at, self.experts = park, at, experts
        self.bob, self.fiona = people["park-jiangyin"], people["finance-jiangyin"]
        self.alice = people["op-zhangjiang"]

    def ago(self, days: int) -> datetime:
        return self.at - timedelta(days=days)

    def tell(self) -> int:
        self.programme = self._programme(self._budget())
        self.told = self._apply()
        self._check()
        self._first_review()
        self._notices()
        self._meetings()
        self._pay()
        self._second_review()
        return len(self.told)

    def _of(self, *ways: str) -> list[Application]:
        rows = [self.told[way] for way in ways if way in self.told]
        return list(Application.objects.filter(pk__in=[one.pk for one in rows]).order_by("number"))

    def _budget(self) -> Budget:
        budget = ledger.save_budget(
            budget=None,
            park=self.park,
            values={
                "code": "example-start-ups",
                "year": self.at.year,
                "name_zh": "示例：初创项目扶持资金",
                "name_en": "Example: support for start-ups",
                "note": "示例数据，与真实预算无关",
            },
            provenance=Provenance.DEMONSTRATION,
            actor=self.fiona,
            at=self.ago(90),
        )
        change = ledger.propose_change(
            budget=budget,
            kind="appropriation",
            amount=Decimal(2_000_000),
            reason="示例：年度预算批复",
            evidence=paper(self.park, None, "示例：扶持资金批复", self.fiona, self.ago(90), Action.PAY),
            actor=self.fiona,
            at=self.ago(90),
        )
        ledger.approve_change(change=change, actor=self.bob, at=self.ago(88))
        return budget

    def _programme(self, budget: Budget) -> Programme:
        programme = services.save_programme(
            programme=None,
            park=self.park,
            values={
                "code": CODE,
                "name_zh": "示例：科创飞地初创项目扶持",
                "name_en": "Example: support for start-ups from the enclaves",
                "policy": Policy.objects.filter(code=POLICY).first(),
                "budget": budget,
                "year": self.at.year,
                "opens_on": self.ago(70).date(),
                "closes_on": (self.at + timedelta(days=20)).date(),
                "cap": Decimal(500_000),
                "quota": 6,
                "base": "start_up",
                "notes": "示例：请附商业计划书与知识产权清单。",
            },
            steps=STEPS,
            actor=self.bob,
            at=self.ago(75),
            provenance=Provenance.DEMONSTRATION,
        )
        return services.open_programme(programme=programme, actor=self.bob, at=self.ago(70))

    def _projects(self) -> Sequence[Project]:
        """Those with an enterprise first: the money needs somebody to go to."""
        rows = Project.objects.filter(incubator__code=SITE, provenance=Provenance.DEMONSTRATION)
        rows = rows.filter(merged_into=None).select_related("enterprise", "sector", "park", "incubator")
        return sorted(rows, key=lambda one: (one.enterprise_id is None, one.pk))[: len(WAYS)]

    def _apply(self) -> dict[str, Application]:
        told: dict[str, Application] = {}
        for place, (way, project) in enumerate(zip(WAYS, self._projects(), strict=False)):
            at = self.ago(60 if way in POINTS else 6)
            draft = services.create_draft(
                programme=self.programme,
                project=project,
                values={
                    "title": f"示例：{project.name_zh}扶持申请",
                    "summary": project.summary or "示例：中试线建设与首批客户验证。",
                    "requested_amount": Decimal(300_000 + 20_000 * place),
                },
                files=[paper(self.park, project.incubator, f"示例：商业计划书 {place + 1}", self.alice, at)],
                actor=self.alice,
                at=at,
                provenance=Provenance.DEMONSTRATION,
            )
            told[way] = (
                draft
                if way == "draft"
                else services.submit_application(application=draft, actor=self.alice, at=at)
            )
        return told

    def _check(self) -> None:
        passed = self._of(*POINTS)
        services.move_applications(applications=passed, result="passed", actor=self.bob, at=self.ago(57))
        if recent := self._of("review"):
            services.move_applications(applications=recent, result="passed", actor=self.bob, at=self.ago(5))
        for one in self._of("returned"):
            services.check_application(
                application=one,
                result="returned",
                remarks={"files": "示例：请补充知识产权清单", "summary": "示例：请说明落地计划"},
                actor=self.bob,
                at=self.ago(4),
            )
        for one in self._of("rejected"):
            services.check_application(
                application=one,
                result="failed",
                reason="示例：申报内容不属于扶持范围",
                actor=self.bob,
                at=self.ago(4),
            )

    def _first_review(self) -> None:
        """Two experts mark on paper, the panel concludes."""
        step = self.programme.steps.get(kind="professional_review")
        batch = services.start_review(
            step=step, applications=self._of(*POINTS), actor=self.bob, at=self.ago(55)
        )
        assert batch.round is not None
        panel = [self.experts["expert-3"], self.experts["expert-4"]]
        assign_panel(round=batch.round, experts=panel, actor=self.bob, at=self.ago(55))
        cases = {case.subject_id: case for case in batch.round.cases.all()}
        sheets = [
            PaperMarks(
                cases[self.told[way].pk].number, one.pk, dict(enumerate(map(Decimal, points), start=1))
            )
            for way, both in POINTS.items()
            if way in self.told
            for one, points in zip(panel, both, strict=True)
        ]
        at = self.ago(40)
        scan = paper(self.park, None, "示例：初创项目评分表", self.bob, at)
        enter_marks(round=batch.round, sheets=sheets, scan=scan, actor=self.bob, at=at)
        said = "示例：专家意见一致，建议支持。"
        set_results(
            round=batch.round,
            conclusions=[Conclusion(case.pk, "recommended", said) for case in cases.values()],
            actor=self.bob,
            at=at,
        )
        services.move_applications(
            applications=self._of(*POINTS), result="passed", actor=self.bob, at=self.ago(38)
        )

    def _notices(self) -> None:
        step = self.programme.steps.get(kind="public_notice")
        for ways, days in ((("closed", "agreed", "meeting"), 37), (("notice",), 1)):
            rows = self._of(*ways)
            if not rows:
                continue
            at = self.ago(days)
            services.open_step_notice(
                step=step,
                applications=rows,
                title="示例：初创项目扶持拟支持名单公示",
                text="以下为示例数据，仅供演示。",
                on=at.date(),
                actor=self.bob,
                at=at,
            )
            if days > 1:
                services.move_applications(
                    applications=rows, result="passed", actor=self.bob, at=self.ago(27)
                )

    def _meetings(self) -> None:
        """One confirmed with two awards, one that waits for the second person."""
        for ways, days in ((("closed", "agreed"), 25), (("meeting",), 3)):
            rows, at = self._of(*ways), self.ago(days)
            if not rows:
                continue
            meeting = services.propose_meeting(
                programme=self.programme,
                values={
                    "held_on": at.date(),
                    "number": f"示例会纪〔{self.at.year}〕{30 - days}号",
                    "evidence": paper(
                        self.park, None, f"示例：会议纪要 {30 - days}", self.bob, self.ago(days)
                    ),
                },
                lines=[
                    services.Line(
                        one.pk, "approved", amount=one.requested_amount, reason="示例：会议一致同意支持"
                    )
                    for one in rows
                ],
                actor=self.bob,
                at=at,
            )
            if days > 3:
                services.confirm_meeting(meeting=meeting, actor=self.fiona, at=self.ago(days - 1))

    def _pay(self) -> None:
        """Agreements with one and with two instalments; the first of each is received."""
        rows = [one for one in self._of("closed", "agreed") if one.commitment_id]
        for one in rows:
            amount = one.approved_amount or Decimal(0)
            first = amount if one.pk == self.told["closed"].pk else Decimal(200_000)
            parts = [Part(first, self.ago(15).date(), "示例：协议生效")]
            if amount > first:
                later = (self.at + timedelta(days=90)).date()
                parts.append(Part(amount - first, later, "示例：中期检查合格"))
            services.sign_agreement(
                application=one,
                values={
                    "number": f"示例协议〔{self.at.year}〕{one.number}号",
                    "signed_on": self.ago(22).date(),
                    "evidence": paper(
                        self.park, one.incubator, f"示例：扶持协议 {one.number}", self.alice, self.ago(22)
                    ),
                },
                plan=parts,
                actor=self.fiona,
                at=self.ago(21),
            )
        self._receive(rows)
        for one in self._of("agreed"):
            services.propose_release(
                application=one,
                amount=Decimal(20_000),
                reason="示例：设备采购价低于预算，余款不再需要",
                actor=self.fiona,
                at=self.ago(4),
            )
        for one in self._of("closed"):
            services.close_application(
                application=one, reason="示例：资金已全部到账", actor=self.bob, at=self.ago(5)
            )

    def _receive(self, rows: Sequence[Application]) -> None:
        at, ready = self.ago(14), []
        for one in rows:
            firm: Any = one.commitment.enterprise if one.commitment else None
            if firm is None:
                continue
            row = Instalment.objects.get(commitment=one.commitment, number=1)
            proof = paper(self.park, one.incubator, f"示例：协议生效证明 {one.number}", self.alice, at)
            ledger.claim_condition(instalment=row, evidence=proof, actor=self.alice, at=at)
            ledger.verify_condition(instalment=row, actor=self.fiona, at=at)
            account = self._account(firm, at)
            ledger.set_terms(instalment=row, values={"account": account}, actor=self.fiona, at=at)
            ready.append(Instalment.objects.get(pk=row.pk))
        if not ready:
            return
        batch = ledger.make_batch(
            park=self.park, instalments=ready, title="示例：扶持资金首批", actor=self.fiona, at=at
        )
        ledger.check_batch(batch=batch, actor=self.bob, at=self.ago(12))
        sent = PaymentBatch.objects.get(pk=batch.pk)
        ledger.send_batch(batch=sent, on=self.ago(11).date(), actor=self.fiona, at=self.ago(11))
        for row in Instalment.objects.filter(batch=batch).order_by("pk"):
            ledger.pay_commitment(
                instalment=row,
                on=self.ago(8).date(),
                key=f"demonstration:{CODE}:{row.pk}",
                actor=self.fiona,
                at=self.ago(8),
            )

    def _account(self, firm: Any, at: datetime) -> BankAccount:
        known = BankAccount.objects.filter(
            enterprise=firm, verified_at__isnull=False, retired_at=None, currency="CNY"
        ).first()
        if known is not None:
            return known
        account = ledger.enter_account(
            park=self.park,
            enterprise=firm,
            values={"holder": firm.name_zh, "bank": "示例银行江阴支行", "number": f"0000 0001 {firm.pk:08d}"},
            actor=self.alice,
            at=at,
        )
        return ledger.verify_account(account=account, actor=self.fiona, at=at)

    def _second_review(self) -> None:
        """A round that runs: the example expert has accepted, his colleague has not answered."""
        rows = self._of("review")
        if not rows:
            return
        batch = services.start_review(
            step=self.programme.steps.get(kind="professional_review"),
            applications=rows,
            values={"closes_on": (self.at + timedelta(days=14)).date(), "note": "示例：请说明打分理由。"},
            actor=self.bob,
            at=self.ago(3),
        )
        assert batch.round is not None
        case = Case.objects.get(round=batch.round)
        for username in ("expert-1", "expert-3"):
            reviews.choose_expert(case=case, expert=self.experts[username], actor=self.bob, at=self.ago(3))
        reviews.invite_experts(round=batch.round, actor=self.bob, at=self.ago(3))
        own = Assignment.objects.get(case=case, expert=self.experts["expert-1"])
        assert own.expert.user is not None
        reviews.answer_assignment(assignment=own, accept=True, actor=own.expert.user, at=self.ago(2))
