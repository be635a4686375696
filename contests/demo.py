"""Demonstration: the fourth edition of a real contest with forty fictional entries, five of which move on by
the workflow; and a challenge with two bids under seal. The published figures beside them are real."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from contests import services
from contests.models import Challenge, Contest, ContestRound, Division, Entry
from contests.services import NewEntry, Upload
from core.demo import Loaded, told_at_once
from core.enums import Provenance
from enterprises.models import Enterprise
from evidence.services import store_evidence
from incubators.models import Incubator, Organisation, Park
from ledger.models import Budget
from projects.models import Sector
from reviews import services as reviews
from reviews.models import Expert
from reviews.services import PaperMarks

PARK, ADMINISTRATOR, SECOND, OPERATOR = "jiangyin-htz", "park-jiangyin", "finance-jiangyin", "op-zhangjiang"
CODE = "jiangyin-cup-4"
SITE, DIVISION_SITE = "jy-zhangjiang", "jy-shenzhen-incubator"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n% "
FIELDS = ("life-health", "smart-manufacturing", "digital-economy")
TOPICS = (
    "可穿戴心电贴", "手术导航", "肿瘤早筛", "康复外骨骼", "细胞培养", "影像分析", "糖尿病管理", "微流控芯片",
    "齿科材料", "基因检测", "冷链传感", "仓储机器人", "振动监测", "智慧路灯", "水质监测", "物流定位",
    "设备预测维护", "楼宇节能", "无人巡检", "智能表计", "供应链数据", "隐私计算", "工业视觉", "语音质检",
    "知识图谱", "城市数据", "能耗大数据", "风控模型", "舆情分析", "精准农业", "焊缝检测", "人形机器人",
    "边缘计算", "自动标注", "药物设计", "智能客服", "数字孪生", "质量追溯", "护理机器人", "芯片测试",
)  # fmt: skip
#: Marks of the first round out of 100, by three experts; the rule takes the best twelve of them.
STEPS = (7, 4, 9)
SHEET = (("技术创新", 50), ("市场与团队", 50))
BY_FORM, SCREENED, PROMOTED = 4, 12, 5


def moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 2, tzinfo=UTC)


def load(*, at: datetime) -> list[Loaded]:
    """Told once: a park that has the contest keeps it as it is."""
    park = Park.objects.filter(code=PARK).first()
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    made = {"contest entries": 0, "challenges": 0}
    needed = {ADMINISTRATOR, OPERATOR} <= set(people)
    if park is not None and needed and not Contest.objects.filter(code=CODE).exists():
        with told_at_once():
            story = _Story(park, people)
            made["contest entries"] = story.contest()
            made["challenges"] = story.challenge(at)
    counts: Mapping[str, Any] = {"contest entries": Entry, "challenges": Challenge}
    return [Loaded(name, model.objects.count(), made[name]) for name, model in counts.items()]


class _Story:
    def __init__(self, park: Park, people: dict[str, User]) -> None:
        self.park = park
        self.bob, self.alice = people[ADMINISTRATOR], people[OPERATOR]
        self.carol = _second_administrator(park)
        self.sites = {site.code: site for site in Incubator.objects.filter(park=park)}
        self.sectors = {row.code: row for row in Sector.objects.filter(code__in=FIELDS)}

    # --- the contest ------------------------------------------------------------------------------

    def contest(self) -> int:
        contest = services.save_contest(
            contest=None,
            park=self.park,
            values={
                "code": CODE,
                "name_zh": "第四届中国江阴（高新区）创新创业大赛",
                "name_en": "Fourth Jiangyin (High-tech Zone) start-up contest",
                "number": 4,
                "year": 2021,
                "rules_zh": "一、面向生命健康、物联网、大数据、人工智能等领域的创业团队和初创企业。\n"
                "二、赛程为报名、专家评定、路演、半决赛；每一轮由规则提出、由人决定、第二人确认并公示。\n"
                "三、参赛内容应真实，不侵犯他人权利。本页参赛项目均为示例。",
                "rules_en": "1. For start-up teams in life and health, IoT, big data and AI.\n"
                "2. Entry, expert rating, roadshow, semi-final; in each round a rule proposes, a person "
                "decides, a second one confirms, and the list is on public show.\n"
                "3. What is entered is true and infringes nobody's rights. All entries shown are examples.",
                "is_public": True,
                "reported_entries": 40,
                "reported_qualifier": "at_least",
                "reported_source": "2021 年公开报道",
            },
            hosts=list(Organisation.objects.filter(code__in=["boshi-tech"])),
            fields=list(self.sectors.values()),
            actor=self.bob,
            at=moment(2021, 2, 1),
            provenance=Provenance.DEMONSTRATION,
        )
        division = self._division(contest)
        entries = self._entries(division)
        rating = self._round(contest, division, 1, "专家评定", "Expert rating", None, SCREENED)
        roadshow = self._round(
            contest, division, 2, "路演大赛", "Roadshow", date(2021, 4, 8), PROMOTED,
            reported_in=40, reported_in_qualifier="at_least", reported_out=PROMOTED,
        )  # fmt: skip
        services.save_contest_round(
            round=None,
            contest=contest,
            values={
                "name_zh": "半决赛",
                "name_en": "Semi-final",
                "sequence": 3,
                "reported_in": PROMOTED,
            },
            actor=self.bob,
            at=moment(2021, 2, 2),
        )
        self._judge(rating, date(2021, 3, 22), date(2021, 3, 25), 3)
        self._judge(roadshow, date(2021, 4, 8), date(2021, 4, 12), 5)
        self._go_on(division)
        return len(entries)

    def _division(self, contest: Contest) -> Division:
        return services.save_division(
            division=None,
            contest=contest,
            values={
                "code": "hn",
                "name_zh": "华南赛区",
                "name_en": "South China round",
                "region": "广东、香港、澳门",
                "incubator": self.sites.get(DIVISION_SITE),
                "opens_on": date(2021, 2, 8),
                "closes_on": date(2021, 3, 19),
                "takes_form": True,
            },
            actor=self.bob,
            at=moment(2021, 2, 1),
        )

    def _entries(self, division: Division) -> list[Entry]:
        """Four by the public form, the rest as rows of the table that the organisers kept."""
        for place, topic in enumerate(TOPICS[:BY_FORM]):
            services.enter_by_form(
                division=division,
                values=self._values(place, topic),
                files=[Upload("示例计划书.pdf", io.BytesIO(PDF + topic.encode()))] if place == 0 else [],
                secret=f"demonstration-entry-{place}",
                at=moment(2021, 3, 1 + place),
            )
        sites = {TOPICS[10]: self.sites.get(SITE)}
        services.enter_entries(
            division=division,
            items=[
                NewEntry(self._values(place, topic), sites.get(topic))
                for place, topic in enumerate(TOPICS)
                if place >= BY_FORM
            ],
            source="sheet",
            actor=self.bob,
            at=moment(2021, 3, 15),
            provenance=Provenance.DEMONSTRATION,
        )
        entries = list(Entry.objects.filter(division=division).order_by("number"))
        services.admit_entries(entries=entries, actor=self.bob, at=moment(2021, 3, 20))
        return entries

    def _values(self, place: int, topic: str) -> dict[str, Any]:
        return {
            "name_zh": f"示例·{topic}",
            "team": f"示例{topic}团队",
            "field": self.sectors.get(FIELDS[place % len(FIELDS)]),
            "summary": f"示例项目：{topic}。内容为虚构，仅供演示。",
            "region": ("深圳", "广州", "香港", "澳门", "东莞")[place % 5],
            "contact_name": "示例联系人",
            "phone": f"1380000{place:04d}",
        }

    def _round(
        self,
        contest: Contest,
        division: Division,
        sequence: int,
        name_zh: str,
        name_en: str,
        held_on: date | None,
        best: int,
        **reported: Any,
    ) -> ContestRound:
        return services.save_contest_round(
            round=None,
            contest=contest,
            values={
                "name_zh": name_zh,
                "name_en": name_en,
                "division": division,
                "sequence": sequence,
                "held_on": held_on,
                "best": best,
                "ties": "decide",
                **reported,
            },
            review={
                "kind": "roadshow" if held_on else "professional",
                "method": "mean",
                "marks_needed": 3,
            },
            criteria=[{"name": name, "max_points": Decimal(points)} for name, points in SHEET],
            actor=self.bob,
            at=moment(2021, 2, 2),
        )

    def _judge(self, round: ContestRound, judged: date, shown: date, days: int) -> None:
        """Marked by three experts on paper, proposed by the rule, decided, confirmed, announced."""
        at = datetime(judged.year, judged.month, judged.day, 9, tzinfo=UTC)
        cases = services.fill_round(round=round, actor=self.bob, at=at)
        review = round.review_round
        assert review is not None
        panel = _panel(self.park, self.bob)
        reviews.assign_panel(round=review, experts=panel, actor=self.bob, at=at)
        scan = store_evidence(
            park=self.park,
            incubator=None,
            content=io.BytesIO(PDF + round.name_zh.encode()),
            name=f"示例：{round.name_zh}评分表.pdf",
            actor=self.bob,
            at=at,
            provenance=Provenance.DEMONSTRATION,
        )
        reviews.enter_marks(round=review, sheets=_sheets(cases, panel), scan=scan, actor=self.bob, at=at)
        reviews.close_round(round=review, actor=self.bob, at=at)
        promotion = services.propose_promotion(round=round, actor=self.bob, at=at)
        chosen = promotion.lines.filter(by_rule="in").values_list("entry", flat=True)
        services.decide_promotion(promotion=promotion, chosen=set(chosen), actor=self.bob, at=at)
        services.confirm_promotion(promotion=promotion, actor=self.carol, at=at)
        services.announce_promotion(
            promotion=promotion, on=shown, days=days, day_count="calendar", actor=self.bob, at=at
        )

    def _go_on(self, division: Division) -> None:
        """Two of those promoted from the roadshow become leads."""
        later = moment(2021, 4, 20)
        rows = Entry.objects.filter(
            division=division, promotions__promotion__round__sequence=2, promotions__is_promoted=True
        ).order_by("number")
        for entry in rows[:2]:
            services.make_lead(entry=entry, incubator=self.sites.get(DIVISION_SITE), actor=self.bob, at=later)

    # --- the challenge ----------------------------------------------------------------------------

    def challenge(self, at: datetime) -> int:
        budget = Budget.objects.filter(park=self.park, provenance=Provenance.DEMONSTRATION).first()
        firms = Enterprise.objects.filter(park=self.park, incubator__code=SITE).order_by("pk")
        bidder = firms.first()
        if bidder is None:
            return 0
        solved = self._published(
            "示例：高可靠连接器良率提升", "Example: connector yield", date(2021, 6, 30), budget
        )
        bids = [
            self._bid(solved, "示例连接器团队", 900_000, 10),
            self._bid(solved, "", 760_000, 9, bidder)
            if bidder
            else self._bid(solved, "示例乙队", 760_000, 9),
        ]
        award = services.decide_award(
            challenge=solved,
            bid=bids[1],
            amount=Decimal(760_000),
            reason="示例：指标明确、周期最短。",
            milestones=[
                {"title": "样件达到指标", "due_on": date(2021, 10, 31), "amount": Decimal(260_000)},
                {"title": "量产验收", "due_on": date(2022, 4, 30), "amount": Decimal(500_000)},
            ],
            actor=self.bob,
            at=moment(2021, 7, 5),
        )
        award = services.confirm_award(award=award, actor=self.carol, at=moment(2021, 7, 8))
        self._first_milestone(award)
        running = self._published("示例：低温焊接工艺", "Example: cold welding", _next_year(at), None, at)
        services.submit_bid(
            challenge=running,
            incubator=self.sites.get(SITE),
            values={"outside_name": "示例焊接团队", "price": Decimal(500_000), "months": 8,
                    "proposal": "示例方案"},
            files=[Upload("示例投标书.pdf", io.BytesIO(PDF + b"bid"))],
            actor=self.alice,
            at=at,
            provenance=Provenance.DEMONSTRATION,
        )  # fmt: skip
        return 2

    def _published(
        self, name_zh: str, name_en: str, until: date, budget: Budget | None, at: datetime | None = None
    ) -> Challenge:
        day = at or moment(2021, 5, 20)
        challenge = services.save_challenge(
            challenge=None,
            park=self.park,
            values={
                "name_zh": name_zh,
                "name_en": name_en,
                "field": self.sectors.get("smart-manufacturing"),
                "problem": "示例需求：现有工艺良率不足，需要在不增加成本的前提下稳定达到下列指标。",
                "amount": Decimal(1_000_000),
                "currency": "CNY",
                "bids_until": until,
                "budget": budget,
            },
            targets=[
                {"name": "良率", "relation": "at_least", "value": Decimal("99.5"), "unit": "%"},
                {"name": "单件成本", "relation": "at_most", "value": Decimal("1.2"), "unit": "元"},
            ],
            actor=self.bob,
            at=day,
            provenance=Provenance.DEMONSTRATION,
        )
        return services.publish_challenge(challenge=challenge, actor=self.bob, at=day)

    def _bid(
        self, challenge: Challenge, name: str, price: int, months: int, firm: Enterprise | None = None
    ) -> Any:
        offer = {"price": Decimal(price), "months": months, "proposal": "示例方案：改进端子镀层与检测工位。"}
        return services.submit_bid(
            challenge=challenge,
            incubator=self.sites.get(SITE),
            values={**offer, **({"enterprise": firm} if firm else {"outside_name": name})},
            actor=self.alice,
            at=moment(2021, 6, 1),
            provenance=Provenance.DEMONSTRATION,
        )

    def _first_milestone(self, award: Any) -> None:
        """Reported by the operator with proof, accepted by the park."""
        milestone = award.milestones.select_related("award__challenge", "award__bid").get(position=1)
        at = moment(2021, 10, 25)
        proof = store_evidence(
            park=self.park,
            incubator=self.sites.get(SITE),
            content=io.BytesIO(PDF + b"milestone"),
            name="示例：样件检测报告.pdf",
            actor=self.alice,
            at=at,
            provenance=Provenance.DEMONSTRATION,
        )
        services.report_milestone(
            milestone=milestone, words="示例：样件良率 99.6%。", evidence=[proof], actor=self.alice, at=at
        )
        services.accept_milestone(milestone=milestone, actor=self.bob, at=moment(2021, 10, 29))


def _next_year(at: datetime) -> date:
    return date(at.year + 1, 1, 31)


def _second_administrator(park: Park) -> User:
    """The second person of the story; cannot sign in."""
    from accounts.enums import Role
    from incubators.services import grant_membership

    user = User.objects.filter(username="park-jiangyin-2").first()
    if user is None:
        user = User(username="park-jiangyin-2", display_name="示例管理员二", is_demonstration=True)
        user.set_unusable_password()
        user.save()
        grant_membership(
            user=user,
            role=Role.PARK_ADMIN,
            park=park,
            incubator=None,
            starts_on=date(2017, 1, 1),
            actor=None,
            at=moment(2021, 2, 1),
        )
    return user


def _panel(park: Park, actor: User) -> list[Expert]:
    """Three judges of the contest, with an agreement for that year."""
    names = ("示例评委一", "示例评委二", "示例评委三")
    known = {row.name_zh: row for row in Expert.objects.filter(park=park, name_zh__in=names)}
    return [
        known.get(name)
        or reviews.save_expert(
            expert=None,
            park=park,
            values={
                "name_zh": name,
                "employer": f"{name}所在单位（示例）",
                "fields": list(FIELDS),
                "agreement_from": date(2021, 1, 1),
                "agreement_until": date(2022, 1, 1),
                "per_year": 80,
                "at_once": 60,
            },
            actor=actor,
            at=moment(2021, 2, 1),
            provenance=Provenance.DEMONSTRATION,
        )
        for name in names
    ]


def _sheets(cases: Sequence[Any], panel: Sequence[Expert]) -> list[PaperMarks]:
    """Marks that differ from case to case: no two of them tie for the last place."""
    return [
        PaperMarks(
            case.number,
            expert.pk,
            {1: Decimal(25 + case.number * step % 25), 2: Decimal(20 + case.number * 11 % 30)},
        )
        for case in cases
        for expert, step in zip(panel, STEPS, strict=True)
    ]
