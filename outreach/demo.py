"""Made-up liaison records over the three sites: plainly 示例, with days around the day of loading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from core.demo import Loaded, told_at_once
from core.enums import Provenance
from incubators.models import Incubator
from outreach import services
from outreach.models import Contact, Event, Interaction, Lead, Mandate, Placed, TrackedAgreement
from projects.models import Project, Sector
from projects.services.records import local_day

OPERATORS = {
    "jy-zhangjiang": "op-zhangjiang",
    "jy-shenzhen-incubator": "op-shenzhen",
    "jy-uppsala": "op-uppsala",
}
PARK_ADMINISTRATOR = "park-jiangyin"

# site, number, name, English name, organisation, position, telephone, e-mail, tags
CONTACTS = (
    ("jy-zhangjiang", "c1", "示例·陈老师", "Ms Chen (sample)", "示例理工大学技术转移中心", "主任",
     "13800001234",
     "chen@example.com", ["高校"]),
    ("jy-zhangjiang", "c2", "示例·刘经理", "Mr Liu (sample)", "示例创投", "投资经理", "13900005678",
     "liu@example.com", ["投资机构"]),
    ("jy-shenzhen-incubator", "c3", "示例·黄博士", "Dr Huang (sample)", "示例科技园", "运营负责人",
     "13700002468",
     "huang@example.com", ["载体"]),
    ("jy-uppsala", "c4", "示例·安德松", "Andersson (sample)", "示例大学创新办公室", "项目经理",
     "+46 18 000 00 00",
     "andersson@example.com", ["高校", "生物医药"]),
)  # fmt: skip
# site, number, kind, name, English name, day, days, venue, people, firms, cost, currency
EVENTS = (
    ("jy-zhangjiang", "e1", "promotion", "示例·张江科创推介会", "Zhangjiang promotion meeting (sample)",
     -120, 1,
     "上海张江", 96, 42, "58000", "CNY"),
    ("jy-shenzhen-incubator", "e2", "roadshow", "示例·深圳项目路演", "Shenzhen roadshow (sample)", -75, 2,
     "深圳福田", 130, 38, "72000", "CNY"),
    ("jy-uppsala", "e3", "delegation", "示例·乌普萨拉生命科学考察",
     "Uppsala life-science delegation (sample)",
     -30, 3, "Uppsala", 24, 11, "180000", "SEK"),
    ("jy-zhangjiang", "e4", "briefing", "示例·人才政策说明会", "Talent policy briefing (sample)", 20, 1,
     "上海张江", None, None, None, ""),
)  # fmt: skip
# site, number, name, English name, agent, target, fee, success stage
MANDATES = (
    ("jy-zhangjiang", "m1", "示例·长三角委托招才", "Yangtze Delta mandate (sample)", "示例人才服务公司", 6,
     "50000",
     "landed"),
    ("jy-shenzhen-incubator", "m2", "示例·大湾区委托招才", "Greater Bay Area mandate (sample)",
     "示例湾区顾问", 4,
     "30000", "signed"),
)  # fmt: skip


@dataclass(frozen=True)
class LeadLine:
    site: str
    number: str
    name: str
    english: str
    team_lead: str
    sector: str
    organisation: str
    source: tuple[str, str]
    day: int
    stage: str = "contact"
    drop: str = ""
    next_action: str = ""
    next_day: int | None = None


LEADS = (
    LeadLine("jy-zhangjiang", "l1", "示例·微纳气体传感团队", "Gas sensing team (sample)", "示例·赵博士",
             "integrated-circuits", "示例理工大学", ("event", "e1"), -118, "talk", "", "送落户政策清单", -3),
    LeadLine("jy-zhangjiang", "l2", "示例·抗体偶联药物团队", "ADC team (sample)", "示例·钱教授",
             "life-health",
             "示例医学院", ("contact", "c1"), -90, "talk", "", "陪同考察江阴厂房", 6),
    LeadLine("jy-zhangjiang", "l3", "示例·工业视觉检测公司", "Vision inspection firm (sample)", "示例·孙工",
             "smart-manufacturing", "示例视觉公司", ("event", "e1"), -117, "contact", "no_answer"),
    LeadLine("jy-zhangjiang", "l4", "示例·固态电解质材料团队", "Solid electrolyte team (sample)",
             "示例·李博士",
             "new-materials", "示例研究院", ("mandate", "m1"), -40, "contact", "", "约第一次面谈", 2),
    LeadLine("jy-shenzhen-incubator", "l5", "示例·服务机器人关节团队", "Robot joint team (sample)",
             "示例·周博士",
             "smart-manufacturing", "示例港校", ("contest", "示例创新创业大赛华南赛区"), -60, "talk", "",
             "邀请参加复赛路演", 9),
    LeadLine("jy-shenzhen-incubator", "l6", "示例·车规芯片测试公司", "Automotive chip test firm (sample)",
             "示例·吴总", "integrated-circuits", "示例芯测", ("event", "e2"), -74, "talk", "went_elsewhere"),
    LeadLine("jy-shenzhen-incubator", "l7", "示例·跨境数据合规团队", "Data compliance team (sample)",
             "示例·郑女士",
             "digital-economy", "示例科技园", ("contact", "c3"), -20, "contact", "", "寄送入驻协议样本", 0),
    LeadLine("jy-uppsala", "l8", "示例·细胞治疗质控团队", "Cell therapy quality team (sample)",
             "Sample Lindqvist",
             "life-health", "Sample University", ("event", "e3"), -28, "talk", "", "视频会议：样本出境手续",
             4),
    LeadLine("jy-uppsala", "l9", "示例·蛋白质芯片团队", "Protein chip team (sample)", "Sample Berg",
             "life-health",
             "Sample University", ("contact", "c4"), -15, "contact", "", "发送实验室价目", -1),
)  # fmt: skip
# Three more leads became projects: the first demonstration project of each site that stands in such a stage.
LINKED = (
    ("jy-zhangjiang", "l10", ("landed", "industrialising", "industrialised"), ("mandate", "m1")),
    ("jy-shenzhen-incubator", "l11", ("incubating", "accelerating"), ("event", "e2")),
    ("jy-uppsala", "l12", ("landed", "industrialising", "industrialised", "relocating"), ("contact", "c4")),
)
# site, number, title, English title, kind, other party, signed, years, amount, actions (text, due, done)
AGREEMENTS = (
    ("jy-zhangjiang", "a1", "示例·产学研合作框架协议", "Framework agreement (sample)", "framework",
     "示例理工大学",
     -200, 3, None, (("示例·共建联合实验室方案", -10, False), ("示例·推荐首批 5 个项目", -60, True))),
    ("jy-shenzhen-incubator", "a2", "示例·人才合作备忘录", "Talent memorandum (sample)", "mou",
     "示例人才集团",
     -100, 2, None, (("示例·每季度互访一次", 25, False),)),
    ("jy-uppsala", "a3", "示例·技术转移服务协议", "Technology transfer agreement (sample)", "service",
     "Sample University Innovation", -300, 1, "1200000", (("示例·提交年度项目清单", 40, False),)),
)  # fmt: skip


@dataclass
class _Stage:
    """What has been made or found, by number, and how much of it is new."""

    at: datetime
    sites: Mapping[str, Incubator]
    people: Mapping[str, User]
    sectors: Mapping[str, Sector]
    made: dict[str, Any] = field(default_factory=dict)
    touched: dict[type[Placed], int] = field(default_factory=dict)

    def known(self, model: type[Placed], number: str) -> bool:
        rows: Any = model.objects
        record = rows.filter(external_id=_number(number), provenance=Provenance.DEMONSTRATION).first()
        if record is not None:
            self.made[number] = record
        return record is not None

    def keep(self, number: str, record: Placed) -> None:
        self.made[number] = record
        self.touched[type(record)] = self.touched.get(type(record), 0) + 1

    def by(self, site: str) -> dict[str, Any]:
        incubator = self.sites[site]
        return {"actor": self.people[OPERATORS[site]], "at": self.at, "park": incubator.park,
                "incubator": incubator, "provenance": Provenance.DEMONSTRATION}  # fmt: skip

    def day(self, site: str, offset: int) -> date:
        incubator = self.sites[site]
        assert incubator.park is not None
        return local_day(incubator=incubator, park=incubator.park, at=self.at) + timedelta(days=offset)


def _number(number: str) -> str:
    return f"DEMO-{number.upper()}"


@transaction.atomic
def load(*, at: datetime) -> list[Loaded]:
    """Only what is not there yet; sites or accounts that this installation lacks are left out."""
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    sites = {
        site.code: site
        for site in Incubator.objects.select_related("park").filter(code__in=OPERATORS, park__isnull=False)
        if OPERATORS[site.code] in people
    }
    stage = _Stage(at, sites, people, {sector.code: sector for sector in Sector.objects.all()})
    with told_at_once():
        _contacts(stage)
        _events(stage)
        _mandates(stage)
        _leads(stage)
        _linked(stage)
        _talks(stage)
        _agreements(stage)
        _credit(stage)
    words: tuple[tuple[str, type[Placed]], ...] = (
        ("contacts", Contact),
        ("events", Event),
        ("leads", Lead),
        ("talks", Interaction),
        ("mandates", Mandate),
        ("tracked agreements", TrackedAgreement),
    )
    return [Loaded(f"example {name}", _count(model), stage.touched.get(model, 0)) for name, model in words]


def _count(model: Any) -> int:
    return int(model.objects.filter(provenance=Provenance.DEMONSTRATION).count())


def _contacts(stage: _Stage) -> None:
    for site, number, name, english, organisation, position, phone, email, tags in CONTACTS:
        if site in stage.sites and not stage.known(Contact, number):
            values = {"name_zh": name, "name_en": english, "organisation_name": organisation,
                      "position": position, "phone": phone, "email": email, "tags": tags,
                      "external_id": _number(number)}  # fmt: skip
            stage.keep(number, services.create_contact(values=values, **stage.by(site)))


def _events(stage: _Stage) -> None:
    for site, number, kind, name, english, day, days, venue, people, firms, cost, currency in EVENTS:
        if site in stage.sites and not stage.known(Event, number):
            values = {"kind": kind, "name_zh": name, "name_en": english, "starts_on": stage.day(site, day),
                      "last_on": stage.day(site, day + days - 1) if days > 1 else None, "venue": venue,
                      "attendee_count": people, "firm_count": firms, "cost_amount": cost,
                      "cost_currency": currency, "external_id": _number(number)}  # fmt: skip
            stage.keep(number, services.create_event(values=values, **stage.by(site)))


def _mandates(stage: _Stage) -> None:
    for site, number, name, english, agent, target, fee, success in MANDATES:
        if site in stage.sites and not stage.known(Mandate, number):
            values = {"name_zh": name, "name_en": english, "agent_name": agent, "target_count": target,
                      "fee_amount": fee, "fee_currency": "CNY", "success_stage": success,
                      "starts_on": stage.day(site, -180), "ends_on": stage.day(site, 185),
                      "external_id": _number(number)}  # fmt: skip
            stage.keep(number, services.create_mandate(values=values, **stage.by(site)))


def _source(stage: _Stage, source: tuple[str, str]) -> dict[str, Any]:
    kind, number = source
    return {"source": kind, f"source_{kind}": stage.made.get(number, number)}


def _leads(stage: _Stage) -> None:
    for line in LEADS:
        if line.site not in stage.sites or stage.known(Lead, line.number):
            continue
        by = stage.by(line.site)
        next_on = None if line.next_day is None else stage.day(line.site, line.next_day)
        values = {"name_zh": line.name, "name_en": line.english, "team_lead": line.team_lead,
                  "sector": stage.sectors.get(line.sector), "organisation_name": line.organisation,
                  "first_contact_on": stage.day(line.site, line.day), "owner": by["actor"],
                  "next_action": line.next_action, "next_on": next_on,
                  "summary": "示例线索，用于说明功能。", "external_id": _number(line.number),
                  **_source(stage, line.source)}  # fmt: skip
        lead = services.create_lead(values=values, stage=line.stage, **by)
        if line.drop:
            services.move_lead(
                lead=lead,
                to_stage="dropped",
                on=stage.day(line.site, line.day + 14),
                drop_reason=line.drop,
                actor=by["actor"],
                at=stage.at,
            )
        stage.keep(line.number, lead)


def _linked(stage: _Stage) -> None:
    for site, number, stages, source in LINKED:
        if site not in stage.sites or stage.known(Lead, number):
            continue
        by = stage.by(site)
        project = (
            Project.objects.filter(
                incubator=by["incubator"], stage__in=stages, provenance=Provenance.DEMONSTRATION, lead=None
            )
            .order_by("code")
            .first()
        )
        if project is None:
            continue
        values = {"name_zh": project.name_zh, "name_en": project.name_en, "team_lead": project.team_lead,
                  "sector": project.sector, "summary": project.summary, "owner": by["actor"],
                  "first_contact_on": project.first_contact_on, "external_id": _number(number),
                  **_source(stage, source)}  # fmt: skip
        lead = services.create_lead(values=values, stage="talk", **by)
        services.link_lead(lead=lead, project=project, actor=by["actor"], at=stage.at)
        stage.keep(number, lead)


def _talks(stage: _Stage) -> None:
    lines: tuple[tuple[str, str, str, int, str, dict[str, str], str, int], ...] = (
        ("jy-zhangjiang", "t1", "visit", -12, "示例：拜访技术转移中心，对方愿推荐在研成果。",
         {"contact": "c1"},
         "整理首批成果清单", 5),
        ("jy-zhangjiang", "t2", "meeting", -20, "示例：与团队谈场地和设备需求。", {"lead": "l1"}, "", 0),
        ("jy-shenzhen-incubator", "t3", "call", -5, "示例：电话介绍大赛规则。", {"contact": "c3",
         "lead": "l5"}, "", 0),
        ("jy-uppsala", "t4", "meeting", -8, "示例：讨论联合研究与样本出境。", {"contact": "c4"},
         "发送合作备忘录草案", -2),
    )  # fmt: skip
    for site, number, kind, day, summary, links, next_action, next_day in lines:
        if site not in stage.sites or stage.known(Interaction, number):
            continue
        linked = {name: stage.made[other] for name, other in links.items() if other in stage.made}
        values = {"kind": kind, "on": stage.day(site, day), "summary": summary, **linked,
                  "next_action": next_action, "next_on": stage.day(site, next_day) if next_action else None,
                  "external_id": _number(number)}  # fmt: skip
        stage.keep(number, services.log_interaction(values=values, **stage.by(site)))


def _agreements(stage: _Stage) -> None:
    for site, number, title, english, kind, party, signed, years, amount, actions in AGREEMENTS:
        if site not in stage.sites or stage.known(TrackedAgreement, number):
            continue
        by = stage.by(site)
        values = {"name_zh": title, "name_en": english, "kind": kind, "signed_on": stage.day(site, signed),
                  "valid_until": stage.day(site, signed + 365 * years), "amount": amount,
                  "currency": "SEK" if amount else "", "external_id": _number(number)}  # fmt: skip
        agreement = services.create_agreement(values=values, parties=[by["incubator"].name_zh, party], **by)
        for text, due, done in actions:
            action = services.save_action(
                agreement=agreement,
                values={"text": text, "agreed_on": stage.day(site, signed), "owner": by["actor"],
                        "due_on": stage.day(site, due)},
                actor=by["actor"],
                at=stage.at,
            )  # fmt: skip
            if done:
                services.finish_action(action=action, result="示例：已完成", actor=by["actor"], at=stage.at)
        stage.keep(number, agreement)


def _credit(stage: _Stage) -> None:
    """One introduction agreed by the park, one that waits for it."""
    park = stage.people.get(PARK_ADMINISTRATOR)
    for mandate, lead, agreed in (("m1", "l10", True), ("m1", "l4", False), ("m2", "l5", False)):
        if mandate not in stage.made or lead not in stage.made or stage.made[lead].introductions.exists():
            continue
        record: Lead = stage.made[lead]
        assert record.incubator is not None
        contract: Mandate = stage.made[mandate]
        on = max(record.first_contact_on, contract.starts_on)
        claim = services.claim_introduction(
            mandate=contract,
            values={"lead": record, "on": on},
            actor=stage.people[OPERATORS[record.incubator.code]],
            at=stage.at,
        )
        if agreed and park is not None:
            services.verify_introduction(introduction=claim, actor=park, at=stage.at)
