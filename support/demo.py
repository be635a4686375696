"""Demonstration: tickets, mentors and services of fictional teams, told through the services."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from core.demo import Loaded, told_at_once
from core.enums import Provenance
from incubators.models import Incubator, Park
from projects.models import Project
from support import services
from support.models import Mentor, ServiceRecord, Ticket, TicketType

SITES = {
    "jy-zhangjiang": "op-zhangjiang",
    "jy-shenzhen-incubator": "op-shenzhen",
    "jy-uppsala": "op-uppsala",
}
PARK, ADMINISTRATOR = "jiangyin-htz", "park-jiangyin"
#: name, English name, organisation, region, fields
MENTORS = (
    ("导师甲（示例）", "Mentor A (example)", "示例大学", "mainland", ["technology", "clinical"]),
    ("导师乙（示例）", "Mentor B (example)", "示例创投", "hong_kong_macao", ["finance"]),
    ("导师丙（示例）", "Mentor C (example)", "Example Biotech AB", "overseas", ["clinical", "market"]),
)
#: type, title, days ago, what became of it: (days until resolved, outcome, rating) or None while it runs
TICKETS: tuple[tuple[str, str, int, tuple[int, str, int] | None], ...] = (
    ("customs-equipment", "示例：流式细胞仪进口通关", 70, (12, "已协助取得免税证明，设备到港次日放行。", 5)),
    ("company-registration", "示例：江阴公司名称预核准", 48, (4, "名称已核准，营业执照已领取。", 4)),
    (
        "schooling",
        "示例：团队负责人子女入学",
        40,
        (33, "已协调至高新区实验小学，超出时限系等待学期安排。", 3),
    ),
    ("policy-question", "示例：暨阳英才申报条件", 6, None),
    ("samples-permits", "示例：细胞样本入境审批", 3, None),
)
#: kind, subject, days ago, mentor, whether it is verified
SERVICES = (
    ("mentoring", "示例：临床方案辅导", 65, 0, True),
    ("mentoring", "示例：融资材料辅导", 37, 1, True),
    ("equipment", "示例：共享质谱仪使用", 30, None, True),
    ("financing", "示例：与示例基金对接", 9, None, False),
)


@transaction.atomic
def load(*, at: datetime) -> list[Loaded]:
    """Nothing is told twice: a site that has tickets keeps them as they are."""
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    administrator = people.get(ADMINISTRATOR)
    sites = Incubator.objects.select_related("park").filter(code__in=SITES).order_by("pk")
    touched = dict.fromkeys(("mentors", "service tickets", "service records"), 0)
    with told_at_once():
        for site in sites:
            operator = people.get(SITES[site.code])
            if operator is None or administrator is None or Ticket.objects.filter(incubator=site).exists():
                continue
            mentors = _mentors(site.park, administrator, at)
            touched["mentors"] += mentors[1]
            touched["service tickets"] += _tickets(site, operator, administrator, at)
            touched["service records"] += _services(site, operator, administrator, mentors[0], at)
    counts = {"mentors": Mentor, "service tickets": Ticket, "service records": ServiceRecord}
    return [Loaded(name, model.objects.count(), touched[name]) for name, model in counts.items()]  # type: ignore[attr-defined]


def _mentors(park: Park | None, actor: User, at: datetime) -> tuple[list[Mentor], int]:
    """The park's mentors, appointed once."""
    assert park is not None
    known = {mentor.name_zh: mentor for mentor in Mentor.objects.filter(park=park, incubator=None)}
    made = 0
    for name_zh, name_en, organisation, region, fields in MENTORS:
        if name_zh in known:
            continue
        values: Mapping[str, Any] = {
            "name_zh": name_zh,
            "name_en": name_en,
            "organisation": organisation,
            "region": region,
            "fields": fields,
            "appointed_on": date(at.year - 1, 1, 1),
        }
        known[name_zh] = services.save_mentor(
            mentor=None,
            park=park,
            incubator=None,
            values=values,
            actor=actor,
            at=at,
            provenance=Provenance.DEMONSTRATION,
        )
        made += 1
    return [known[name] for name, *_rest in MENTORS], made


def _tickets(site: Incubator, operator: User, administrator: User, at: datetime) -> int:
    types = {kind.code: kind for kind in TicketType.objects.filter(park=None)}
    projects = _projects(site)
    assert site.park is not None
    for place, (code, title, days_ago, end) in enumerate(TICKETS):
        opened = _moment(at, days_ago)
        ticket = services.open_ticket(
            park=site.park,
            incubator=site,
            values={"type": types[code], "title": title, "project": projects[place % len(projects)]},
            actor=operator,
            at=opened,
            provenance=Provenance.DEMONSTRATION,
        )
        if end is None:
            continue
        days, outcome, rating = end
        ticket = services.assign_ticket(
            ticket=ticket, owner=administrator, actor=administrator, at=opened + timedelta(hours=20)
        )
        done = opened + timedelta(days=days)
        services.resolve_ticket(ticket=ticket, outcome=outcome, actor=administrator, at=done)
        services.close_ticket(ticket=ticket, rating=rating, actor=operator, at=done + timedelta(days=1))
    return len(TICKETS)


def _services(
    site: Incubator, operator: User, administrator: User, mentors: list[Mentor], at: datetime
) -> int:
    projects = _projects(site)
    for place, (kind, subject, days_ago, mentor, verified) in enumerate(SERVICES):
        given = _moment(at, days_ago)
        record = services.enter_service(
            incubator=site,
            values={
                "kind": kind,
                "on": given.date(),
                "hours": 2,
                "subject": subject,
                "mentor": None if mentor is None else mentors[mentor],
                "project": projects[place % len(projects)],
            },
            actor=operator,
            at=given,
        )
        if verified:
            services.verify_service(record=record, actor=administrator, at=given + timedelta(days=2))
    return len(SERVICES)


def _projects(site: Incubator) -> list[Project]:
    found = Project.objects.filter(incubator=site, provenance=Provenance.DEMONSTRATION).order_by("pk")[:3]
    return list(found) or [None]


def _moment(at: datetime, days_ago: int) -> datetime:
    """Two in the afternoon in Jiangyin, that many days before."""
    day = (at - timedelta(days=days_ago)).date()
    return datetime(day.year, day.month, day.day, 6, 0, tzinfo=UTC)
