"""Experts, rounds and cases for tests. Grace, Henry, Iris and Jack are experts of Bob's park."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.enums import Role
from accounts.models import User
from incubators.models import Incubator, Park
from projects.models import Project
from reviews import services
from reviews.models import Assignment, Case, Expert, PublicNotice, ReviewRound, Score
from tests import factories
from tests.factories import NOW

_subjects = count(1)
CRITERIA = (
    {"name": "创新性", "guide": "技术是否领先", "max_points": Decimal(60)},
    {"name": "产业化", "guide": "", "max_points": Decimal(40)},
)


def make_expert(
    bob: User, park: Park, name: str = "grace", *, account: bool = True, at: datetime = NOW, **values: Any
) -> Expert:
    """An active expert of life sciences with an agreement for 2021; with an account of that name."""
    user = factories.make_user(name, Role.EXPERT, park=park) if account else None
    defaults = {
        "name_zh": f"专家{name}",
        "employer": f"{name}大学",
        "fields": ["life-health"],
        "user": user,
        "agreement_from": date(2021, 1, 1),
        "agreement_until": date(2022, 1, 1),
        "per_year": 10,
        "at_once": 3,
        "phone": "13800001234",
        "email": f"{name}@example.com",
    }
    return services.save_expert(expert=None, park=park, values={**defaults, **values}, actor=bob, at=at)


def make_round(
    bob: User, park: Park, *, is_open: bool = True, criteria: Sequence[Any] = CRITERIA, **values: Any
) -> ReviewRound:
    defaults = {
        "name": "专业评审",
        "kind": "professional",
        "method": "mean",
        "marks_needed": 2,
        "opens_on": date(2021, 5, 1),
        "closes_on": date(2021, 6, 30),
    }
    write = services.open_round if is_open else lambda **options: services.save_round(round=None, **options)
    return write(park=park, values={**defaults, **values}, criteria=criteria, actor=bob, at=NOW)


def make_case(bob: User, round: ReviewRound, project: Project | None = None, **values: Any) -> Case:
    subject = project.pk if project else next(_subjects) + 1_000_000
    defaults = {"title": project.name_zh if project else f"示例申请{subject}", "field": "life-health"}
    return services.add_case(
        round=round,
        subject_kind="project",
        subject_id=subject,
        project=project,
        actor=bob,
        at=NOW,
        **{**defaults, **values},
    )


def invite(bob: User, case: Case, *experts: Expert) -> list[Assignment]:
    """The experts, chosen by hand and invited."""
    chosen = [services.choose_expert(case=case, expert=expert, actor=bob, at=NOW).pk for expert in experts]
    services.invite_experts(round=case.round, actor=bob, at=NOW)
    rows = Assignment.objects.filter(pk__in=chosen).select_related("expert__user", "case__round__park")
    return list(rows.order_by("pk"))


def accept(assignment: Assignment) -> Assignment:
    assert assignment.expert.user is not None
    return services.answer_assignment(
        assignment=assignment, accept=True, actor=assignment.expert.user, at=NOW
    )


def give_marks(assignment: Assignment, *points: str) -> Score:
    """Accept, where it is still to be done, and submit these points in the order of the criteria."""
    if assignment.state == "invited":
        assignment = accept(assignment)
    assert assignment.expert.user is not None
    criteria = assignment.case.round.criteria.order_by("position")
    return services.submit_score(
        assignment=assignment,
        points={item.pk: Decimal(value) for item, value in zip(criteria, points, strict=True)},
        words={},
        comment="示例意见",
        actor=assignment.expert.user,
        at=NOW,
    )


def make_notice(bob: User, park: Park, **values: Any) -> PublicNotice:
    defaults: dict[str, Any] = {
        "subject_kind": "round",
        "subject_id": next(_subjects),
        "title": "拟入选项目公示",
        "lines": [{"label": "示例项目甲", "detail": "一等"}, {"label": "示例项目乙", "detail": ""}],
        "on": date(2021, 6, 1),
        "days": 5,
        "day_count": "working",
    }
    return services.open_notice(park=park, actor=bob, at=NOW, **{**defaults, **values})


def addresses(bob: User, incubator: Incubator) -> dict[str, str]:
    """One record behind every address of the API."""
    park = incubator.park
    assert park is not None
    expert, round = make_expert(bob, park), make_round(bob, park)
    case = make_case(bob, round, factories.make_project(bob, incubator))
    case.files.set([factories.make_evidence(bob, incubator)])
    (assignment,) = invite(bob, case, expert)
    score = give_marks(assignment, "50", "30")
    notice = make_notice(bob, park)
    objection = services.file_objection(
        notice=notice,
        values={"by_name": "示例人", "words": "异议", "received_on": date(2021, 6, 1)},
        actor=bob,
        at=NOW,
    )
    file = case.files.get()
    return {
        "experts/<id:pk>": f"experts/{expert.pk}",
        "review-rounds/<id:pk>": f"review-rounds/{round.pk}",
        "review-cases/<id:pk>/files/<id:file>": f"review-cases/{case.pk}/files/{file.pk}",
        "review-cases/<id:pk>": f"review-cases/{case.pk}",
        "review-assignments/<id:pk>": f"review-assignments/{assignment.pk}",
        "review-scores/<id:pk>": f"review-scores/{score.pk}",
        "public-notices/<id:pk>": f"public-notices/{notice.pk}",
        "objections/<id:pk>": f"objections/{objection.pk}",
    }
