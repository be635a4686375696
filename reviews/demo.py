"""Demonstration: a pool of fictional experts, a round with four cases, and a notice, through the services."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from core import history
from core.demo import Loaded
from core.enums import Provenance
from incubators.models import Park
from incubators.services import grant_membership
from projects.models import Project
from reviews import services
from reviews.models import Assignment, Case, Expert, PublicNotice, ReviewRound

PARK, ADMINISTRATOR, ACCOUNT = "jiangyin-htz", "park-jiangyin", "expert-1"
#: user name, name, English name, employer, title, region, fields
EXPERTS = (
    ("expert-2", "示例专家二", "Expert Two (example)", "示例理工大学", "教授", "mainland",
     ("smart-manufacturing", "new-materials")),
    (ACCOUNT, "示例专家一", "Expert One (example)", "示例医科大学", "教授", "mainland",
     ("smart-manufacturing", "life-health")),
    ("expert-3", "示例专家三（香港）", "Expert Three (Hong Kong, example)", "示例香港大学",
     "讲座教授", "hong_kong", ("smart-manufacturing", "integrated-circuits")),
    ("expert-4", "示例专家四（澳门）", "Expert Four (Macao, example)", "示例澳门研究院", "研究员", "macao",
     ("smart-manufacturing", "new-materials")),
    ("expert-5", "示例专家五", "Expert Five (example)", "Example Biotech AB", "首席科学家", "overseas",
     ("life-health",)),
)  # fmt: skip
CRITERIA: tuple[Mapping[str, Any], ...] = (
    {"name": "创新性", "guide": "技术是否领先，知识产权是否清晰", "max_points": Decimal(40)},
    {"name": "产业化前景", "guide": "市场、落地计划与投资强度", "max_points": Decimal(40)},
    {"name": "团队", "guide": "专业互补、全职投入", "max_points": Decimal(20)},
)
#: incubator, who is asked, marks of each (None: has not given any), what is concluded
CASES: tuple[tuple[str, tuple[tuple[str, tuple[int, int, int] | None], ...], str], ...] = (
    ("jy-zhangjiang", (("expert-1", None), ("expert-2", (34, 30, 15))), ""),
    ("jy-zhangjiang", (("expert-2", (35, 34, 17)), ("expert-3", (33, 31, 16)), ("expert-4", (38, 36, 18))),
     "recommended"),
    ("jy-shenzhen-incubator", (("expert-2", (24, 20, 11)), ("expert-3", (22, 25, 12)),
                               ("expert-5", (30, 21, 13))), "not_recommended"),
    ("jy-shenzhen-incubator", (("expert-1", None), ("expert-5", (31, 30, 14))), ""),
)  # fmt: skip
REASONS = {
    "recommended": "示例：三位专家意见一致，技术路线清晰。",
    "not_recommended": "示例：产业化条件尚不成熟。",
}


@transaction.atomic
def load(*, at: datetime) -> list[Loaded]:
    """Told once: a park that has experts keeps them as they are."""
    park = Park.objects.filter(code=PARK).first()
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    actor = people.get(ADMINISTRATOR)
    touched = dict.fromkeys(("experts", "review cases", "public notices"), 0)
    if park is not None and actor is not None and not Expert.objects.filter(park=park).exists():
        with history.gathered():
            experts = _experts(park, people, actor, at)
            round = _round(park, actor, at)
            touched["experts"] = len(experts)
            touched["review cases"] = _cases(round, experts, actor, at)
            touched["public notices"] = _notice(round, actor, at)
    counts: Mapping[str, Any] = {"experts": Expert, "review cases": Case, "public notices": PublicNotice}
    return [Loaded(name, model.objects.count(), touched[name]) for name, model in counts.items()]


def _experts(park: Park, people: dict[str, User], actor: User, at: datetime) -> dict[str, Expert]:
    found = {}
    for username, name_zh, name_en, employer, title, region, fields in EXPERTS:
        user = people.get(username) or _account(username, name_zh, park, at)
        found[username] = services.save_expert(
            expert=None,
            park=park,
            values={
                "name_zh": name_zh,
                "name_en": name_en,
                "user": user,
                "employer": employer,
                "title": title,
                "region": region,
                "fields": list(fields),
                "languages": "中文、英文",
                "agreement_from": date(at.year, 1, 1),
                "agreement_until": date(at.year + 1, 1, 1),
                "per_year": 10,
                "at_once": 4,
            },
            actor=actor,
            at=at - timedelta(days=30),
            provenance=Provenance.DEMONSTRATION,
        )
    return found


def _account(username: str, name: str, park: Park, at: datetime) -> User:
    """Somebody who gave marks but cannot sign in."""
    user = User(username=username, display_name=name, is_demonstration=True)
    user.set_unusable_password()
    user.save()
    grant_membership(
        user=user, role=Role.EXPERT, park=park, incubator=None, starts_on=date(2017, 1, 1), actor=None, at=at
    )
    return user


def _round(park: Park, actor: User, at: datetime) -> ReviewRound:
    return services.open_round(
        park=park,
        values={
            "name": "示例：创新创业项目专业评审",
            "kind": "professional",
            "method": "mean",
            "marks_needed": 3,
            "second_person": False,
            "opens_on": (at - timedelta(days=20)).date(),
            "closes_on": (at + timedelta(days=10)).date(),
            "note": "请先声明利益关系，再阅读材料；每项说明打分理由。",
        },
        criteria=CRITERIA,
        actor=actor,
        at=at - timedelta(days=20),
        provenance=Provenance.DEMONSTRATION,
    )


def _cases(round: ReviewRound, experts: Mapping[str, Expert], actor: User, at: datetime) -> int:
    taken: set[int] = set()
    told: list[tuple[Case, tuple[tuple[str, tuple[int, int, int] | None], ...], str]] = []
    for site, asked, result in CASES:
        rows = Project.objects.filter(incubator__code=site, provenance=Provenance.DEMONSTRATION)
        project = rows.exclude(pk__in=taken).order_by("pk").first()
        if project is None:
            continue
        taken.add(project.pk)
        case = services.add_case(
            round=round,
            subject_kind="project",
            subject_id=project.pk,
            title=project.name_zh,
            summary=project.summary,
            project=project,
            actor=actor,
            at=at - timedelta(days=19),
        )
        told.append((case, asked, result))
    for case, asked, result in told:
        _review(case, asked, experts, actor, at)
        if result:
            services.set_result(
                case=case, result=result, reason=REASONS[result], actor=actor, at=at - timedelta(days=2)
            )
    return len(told)


def _review(case: Case, asked: Any, experts: Mapping[str, Expert], actor: User, at: datetime) -> None:
    """The experts are asked and answer; expert-1 declares a conflict in the first case and has yet to answer
    in the last."""
    invited = at - timedelta(days=18)
    chosen = [
        services.choose_expert(case=case, expert=experts[username], actor=actor, at=invited)
        for username, _marks in asked
    ]
    services.invite_experts(round=case.round, actor=actor, at=invited)
    for task, (username, marks) in zip(chosen, asked, strict=True):
        expert = experts[username]
        assert expert.user is not None
        assignment = Assignment.objects.get(pk=task.pk)
        is_first = case.number == 1
        if marks is None and is_first:
            services.answer_assignment(
                assignment=assignment,
                accept=False,
                conflict=True,
                words="示例：曾任该团队顾问",
                actor=expert.user,
                at=at - timedelta(days=15),
            )
        elif marks is not None:
            _give(assignment, marks, expert.user, at - timedelta(days=10))


def _give(assignment: Assignment, marks: tuple[int, int, int], user: User, at: datetime) -> None:
    services.answer_assignment(assignment=assignment, accept=True, actor=user, at=at - timedelta(days=1))
    criteria = assignment.case.round.criteria.order_by("position")
    services.submit_score(
        assignment=assignment,
        points={item.pk: Decimal(given) for item, given in zip(criteria, marks, strict=True)},
        comment="示例意见：详见各项说明。",
        actor=user,
        at=at,
    )


def _notice(round: ReviewRound, actor: User, at: datetime) -> int:
    cases = round.cases.filter(result="recommended").order_by("number")
    lines = [{"label": case.title, "detail": case.applicant} for case in cases]
    if not lines:
        return 0
    services.open_notice(
        park=round.park,
        subject_kind="review-round",
        subject_id=round.pk,
        title="示例：拟支持项目公示",
        text="以下为示例数据，仅供演示。",
        lines=lines,
        on=(at - timedelta(days=1)).date(),
        days=5,
        actor=actor,
        at=at - timedelta(days=1),
        provenance=Provenance.DEMONSTRATION,
    )
    return 1
