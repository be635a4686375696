"""泉州: 245 applications, four steps before the meeting, 61 awards.

Both ends are published (245 received, 61 selected, 14.1 million yuan planned); everything between them is
made up: applicants, marks, who falls out where, and the classes. The 61 and the 14.1 million are typed
nowhere: they come out of the marks, the places of the classes and their amounts, by the same services that
a park uses.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.enums import Role
from applications import services
from applications.demo.people import account, expert, paper
from applications.models import Application, Programme, StepBatch
from applications.services import NewApplication
from core.demo import told_at_once
from core.enums import Provenance
from incubators.models import Park
from incubators.scope import Action
from ledger import services as ledger
from ledger.models import Budget
from reviews import services as reviews
from reviews.models import Case
from reviews.services.concluding import Conclusion, set_results
from reviews.services.panels import PaperMarks, assign_panel, enter_marks

PARK, CODE = "quanzhou-city", "example-harbour-2021"
RECEIVED = 245
#: How many go on from the reviews by experts; the visit and the notice stop single ones.
AFTER_REVIEW, AFTER_DEFENCE = 122, 80
#: Places in the order of quality whose visit, or whose public notice, stops them.
VISITED_IN_VAIN, OBJECTED = (17, 44, 63, 71), 58
CLASSES: list[dict[str, Any]] = [
    {"code": "A", "amount": "300000", "places": 19},
    {"code": "B", "amount": "200000", "places": 42},
]
FIELDS = ("integrated-circuits", "new-materials", "life-health", "smart-manufacturing")
TOPICS = ("柔性传感器", "高效光伏组件", "海洋生物制剂", "工业视觉检测", "石墨烯导热膜", "智能纺织装备")
CRITERIA = [{"name": "综合评价", "guide": "示例：技术、产业化、团队", "max_points": "100"}]
STEPS: list[dict[str, Any]] = [
    {
        "kind": kind,
        "label_zh": label,
        "days_allowed": days,
        "marks_needed": 2,
        "second_person": False,
        "criteria": CRITERIA,
    }
    for kind, label, days in (("professional_review", "专业评审", 30), ("defence", "答辩评审", 30))
] + [
    {"kind": "site_visit", "label_zh": "现场考察", "days_allowed": 30},
    {"kind": "public_notice", "label_zh": "入选公示", "days_allowed": 15, "notice_days": 5},
    {"kind": "meeting", "label_zh": "会议研究", "days_allowed": 30},
]


def on(month: int, day: int) -> datetime:
    """A morning of 2021."""
    return datetime(2021, month, day, 2, tzinfo=UTC)


def quality(place: int) -> int:
    """The made-up quality of the ``place``-th application handed in: a fixed shuffle of 1 to 245, 1 the
    best."""
    return (place * 97) % RECEIVED + 1


def tell() -> int:
    """How many applications were told; none where the programme is there already."""
    park = Park.objects.filter(code=PARK).first()
    if park is None or Programme.objects.filter(park=park, code=CODE).exists():
        return 0
    with told_at_once():
        return _Telling(park).tell()


class _Telling:
    def __init__(self, park: Park) -> None:
        self.park = park
        at = on(1, 4)
        self.admin = account("park-quanzhou", "示例管理员·泉州", Role.PARK_ADMIN, park, at)
        self.finance = account("finance-quanzhou", "示例财务员·泉州", Role.FINANCE, park, at)
        self.desk = account("desk-quanzhou", "示例申报平台·泉州", Role.API_CLIENT, park, at)
        self.experts = [
            expert(f"expert-quanzhou-{number}", f"示例评审专家{name}", park, self.admin, at,
                   per_year=500, at_once=500, fields=list(FIELDS))
            for number, name in ((1, "甲"), (2, "乙"))
        ]  # fmt: skip

    def tell(self) -> int:
        self.programme = self._programme(self._budget())
        rows = services.receive_applications(
            programme=self.programme,
            items=[self._item(place) for place in range(1, RECEIVED + 1)],
            actor=self.desk,
            at=on(4, 15),
            provenance=Provenance.DEMONSTRATION,
        )
        self.quality = {row.pk: quality(row.number or 0) for row in rows}
        services.close_programme(programme=self.programme, actor=self.admin, at=on(5, 1))
        self._review("professional_review", rows, AFTER_REVIEW, Decimal("0.12"), on(5, 6), on(5, 28))
        self._review("defence", self._at("defence"), AFTER_DEFENCE, Decimal("0.10"), on(6, 1), on(6, 25))
        self._visit()
        self._notice()
        self._decide()
        return len(rows)

    def _budget(self) -> Budget:
        budget = ledger.save_budget(
            budget=None,
            park=self.park,
            values={
                "code": "example-harbour",
                "year": 2021,
                "name_zh": "示例：港湾计划专项资金",
                "name_en": "Example: Harbour Plan fund",
                "note": "预算总额为示例数据",
            },
            provenance=Provenance.DEMONSTRATION,
            actor=self.finance,
            at=on(1, 11),
        )
        change = ledger.propose_change(
            budget=budget,
            kind="appropriation",
            amount=Decimal(15_000_000),
            reason="示例：年度预算批复",
            evidence=paper(self.park, None, "示例：预算批复", self.finance, on(1, 11), Action.PAY),
            actor=self.finance,
            at=on(1, 11),
        )
        ledger.approve_change(change=change, actor=self.admin, at=on(1, 15))
        return budget

    def _programme(self, budget: Budget) -> Programme:
        programme = services.save_programme(
            programme=None,
            park=self.park,
            values={
                "code": CODE,
                "name_zh": "泉州高层次人才创新创业项目（港湾计划）2021 示例",
                "name_en": "Quanzhou talent projects (Harbour Plan) 2021, example",
                "budget": budget,
                "year": 2021,
                "opens_on": date(2021, 3, 1),
                "closes_on": date(2021, 4, 30),
                "takes_enterprises": False,
                "takes_projects": False,
                "takes_outside": True,
                "award_rule": "classes",
                "classes": CLASSES,
                "quota": sum(one["places"] for one in CLASSES),
                "base": "harbour_plan",
                "needs_agreement": False,
                "notes": "申报数、入选数与计划资助总额取自公开报道，其余均为示例数据。",
            },
            steps=STEPS,
            actor=self.admin,
            at=on(2, 20),
            provenance=Provenance.DEMONSTRATION,
        )
        return services.open_programme(programme=programme, actor=self.admin, at=on(3, 1))

    def _item(self, place: int) -> NewApplication:
        topic = TOPICS[place % len(TOPICS)]
        return NewApplication(
            name=f"示例人才团队{place:03d}",
            organisation=f"示例研究机构{place % 40 + 1:02d}",
            values={
                "title": f"示例·{topic}产业化（{place:03d}）",
                "field": FIELDS[place % len(FIELDS)],
                "requested_amount": Decimal(300_000),
                "external_id": f"GW2021-{place:03d}",
            },
        )

    def _at(self, kind: str) -> list[Application]:
        rows = Application.objects.filter(programme=self.programme, current_step__kind=kind)
        return sorted(rows, key=lambda one: self.quality[one.pk])

    def _review(
        self,
        kind: str,
        rows: Sequence[Application],
        most: int,
        step: Decimal,
        begun: datetime,
        ended: datetime,
    ) -> None:
        """Both experts mark every application on paper; the panel recommends the best ones."""
        batch = services.start_review(step=self.programme.steps.get(kind=kind), actor=self.admin, at=begun)
        cases = self._mark(batch, rows, step, ended)
        assert batch.round is not None
        best = {one.pk for one in sorted(rows, key=lambda one: self.quality[one.pk])[:most]}
        set_results(
            round=batch.round,
            conclusions=[
                Conclusion(case.pk, "recommended", "示例：专家组意见一致，建议进入下一环节。")
                if case.subject_id in best
                else Conclusion(case.pk, "not_recommended", "示例：与其他项目相比优势不足。")
                for case in cases.values()
            ],
            actor=self.admin,
            at=ended,
        )
        reviews.close_round(round=batch.round, actor=self.admin, at=ended)
        self._move([one for one in rows if one.pk not in best], "failed", ended, "示例：评审未予推荐。")
        self._move([one for one in rows if one.pk in best], "passed", ended)

    def _mark(
        self, batch: StepBatch, rows: Sequence[Application], step: Decimal, at: datetime
    ) -> dict[int, Case]:
        assert batch.round is not None
        assign_panel(round=batch.round, experts=self.experts, actor=self.admin, at=at)
        cases = {case.subject_id: case for case in batch.round.cases.all()}
        enter_marks(
            round=batch.round,
            sheets=[
                PaperMarks(cases[row.pk].number, one.pk, {1: self._points(row, expert_place, step)})
                for row in rows
                for expert_place, one in enumerate(self.experts)
            ],
            scan=paper(self.park, None, f"示例：评分表（第{batch.round.pk}轮）", self.admin, at),
            actor=self.admin,
            at=at,
        )
        return cases

    def _points(self, row: Application, expert_place: int, step: Decimal) -> Decimal:
        """The better, the more; the second expert is a little stricter."""
        return Decimal(97) - step * self.quality[row.pk] - expert_place * Decimal("1.50")

    def _move(self, rows: Sequence[Application], result: str, at: datetime, reason: str = "") -> None:
        if rows:
            services.move_applications(
                applications=rows, result=result, reason=reason, actor=self.admin, at=at
            )

    def _visit(self) -> None:
        rows = self._at("site_visit")
        stopped = [one for one in rows if self.quality[one.pk] in VISITED_IN_VAIN]
        self._move(stopped, "failed", on(7, 20), "示例：现场条件与申报材料不符。")
        self._move([one for one in rows if one not in stopped], "passed", on(7, 20))

    def _notice(self) -> None:
        rows = self._at("public_notice")
        batch = services.open_step_notice(
            step=self.programme.steps.get(kind="public_notice"),
            title="示例：港湾计划拟入选项目公示",
            text="以下名单为示例数据。",
            on=date(2021, 8, 2),
            actor=self.admin,
            at=on(8, 2),
        )
        assert batch.notice is not None
        against = [one for one in rows if self.quality[one.pk] == OBJECTED]
        for row in against:
            line = row.log.get(left_at=None).line
            objection = reviews.file_objection(
                notice=batch.notice,
                values={"line": line, "by_name": "示例异议人", "words": "示例：核心专利权属存在争议",
                        "received_on": date(2021, 8, 4)},
                actor=self.admin,
                at=on(8, 4),
            )  # fmt: skip
            reviews.rule_objection(
                objection=objection,
                ruling="upheld",
                reason="示例：经核实属实",
                actor=self.admin,
                at=on(8, 10),
            )
        self._move(against, "failed", on(8, 10), "示例：公示期异议成立。")
        self._move([one for one in rows if one not in against], "passed", on(8, 10))

    def _decide(self) -> None:
        """The list as the ranking has it; the finance officer confirms it with the money."""
        meeting = services.propose_meeting(
            programme=self.programme,
            values={
                "held_on": date(2021, 8, 25),
                "number": "示例会纪〔2021〕8号",
                "evidence": paper(self.park, None, "示例：会议纪要", self.admin, on(8, 26)),
            },
            actor=self.admin,
            at=on(8, 26),
        )
        services.confirm_meeting(meeting=meeting, actor=self.finance, at=on(8, 30))
