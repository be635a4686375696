"""The road home and the years after: legs, returns from abroad, follow-ups, supports, due dates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from core.due import DueItem
from enterprises.enums import RecognitionKind
from enterprises.models import Recognition, YearlyFigure
from incubators.scope import Action, scope_of
from projects.duties import SETTLING_DAYS, SUPPORT_DAYS, follow_ups_due
from projects.enums import FactKind, Product, Stage, StepState
from projects.models import (
    CreditProposal,
    FollowUp,
    LegStep,
    Project,
    RelocationLeg,
    StageLog,
)

UNSETTLED = (StepState.OPEN, StepState.IN_PROGRESS)
FOLLOWED = (Stage.INDUSTRIALISED, Stage.ALUMNI, Stage.MOVED_ELSEWHERE)
PATENTS = (RecognitionKind.INVENTION_PATENT, RecognitionKind.PCT_PATENT)
HOME = "CN"
#: A cause that nobody stated is asked for during so many days after the end.
ASKING_DAYS = 365


# --- legs ---
@dataclass(frozen=True)
class Progress:
    """How many steps of a leg are settled, and how many are late."""

    settled: int
    total: int
    late: int


def progress_of(steps: Iterable[LegStep], today: date) -> Progress:
    rows = list(steps)
    waiting = [row for row in rows if row.state in UNSETTLED]
    late = sum(row.due_on is not None and row.due_on < today for row in waiting)
    return Progress(settled=len(rows) - len(waiting), total=len(rows), late=late)


def legs_with_steps(project: Project) -> list[RelocationLeg]:
    """Legs in their order, each with its steps, the people in charge and the files."""
    steps = LegStep.objects.select_related("owner", "settled_by").prefetch_related("evidence")
    rows = project.legs.select_related("legal_entity", "entered_by").prefetch_related(
        "evidence", Prefetch("steps", steps.order_by("position", "pk"))
    )
    return list(rows.order_by("sequence"))


def overseas_legs() -> QuerySet[RelocationLeg]:
    """Legs that came from abroad into the home country and have arrived."""
    rows: QuerySet[RelocationLeg] = RelocationLeg.objects.filter(to_country=HOME, arrived_on__isnull=False)
    return rows.exclude(from_country__in=["", HOME])


# --- return flow ---
@dataclass(frozen=True)
class Returned:
    """A project that came back from abroad, and what came of it as far as the records say."""

    project: Project
    legs: Sequence[RelocationLeg]
    came_from: str
    arrived_on: date
    company: Any
    outcome: Any
    patents: int


def returned_projects(user: Any) -> QuerySet[Project]:
    """Projects with an overseas leg that arrived; ``arrived_on`` is the first arrival."""
    arrivals = overseas_legs().filter(project=OuterRef("pk")).order_by("arrived_on")
    return (
        Project.objects.visible_to(user)
        .annotate(arrived_on=Subquery(arrivals.values("arrived_on")[:1]))
        .filter(arrived_on__isnull=False)
    )


def return_flow(projects: QuerySet[Project]) -> list[Returned]:
    """The rows of a page of ``returned_projects``; a fixed number of queries."""
    rows = list(
        projects.select_related(
            "park", "incubator", "enterprise", "sector", "return_outcome"
        ).prefetch_related(Prefetch("legs", RelocationLeg.objects.order_by("sequence")))
    )
    patents = patents_of([row.enterprise_id for row in rows if row.enterprise_id])
    return [
        Returned(
            project=row,
            legs=list(row.legs.all()),
            came_from=next(
                (leg.from_place for leg in row.legs.all() if leg.from_country not in ("", HOME)), ""
            ),
            arrived_on=row.arrived_on,  # type: ignore[attr-defined]
            company=row.enterprise,
            outcome=getattr(row, "return_outcome", None),
            patents=patents.get(row.enterprise_id or 0, 0),
        )
        for row in rows
    ]


def patents_of(enterprise_ids: Sequence[int]) -> Mapping[int, int]:
    """Verified patent applications by enterprise; filings of the register of rights are among them."""
    found = dict(
        Recognition.objects.verified()
        .filter(enterprise__in=enterprise_ids, kind__in=PATENTS)
        .values_list("enterprise")
        .annotate(many=Count("pk"))
    )
    return {pk: found.get(pk, 0) for pk in enterprise_ids}


def return_totals(projects: QuerySet[Project]) -> dict[str, int]:
    """How many returned, how many of them brought drugs, companies and patent applications."""
    rows = list(projects.values_list("enterprise_id", "return_outcome__product"))
    companies = {enterprise for enterprise, _product in rows if enterprise}
    return {
        "returned": len(rows),
        "drugs": sum(product == Product.DRUG for _enterprise, product in rows),
        "companies": len(companies),
        "patents": sum(patents_of(sorted(companies)).values()),
    }


# --- the years after ---
def industrialised_on(project: Project) -> date | None:
    """The day on which the project industrialised for the first time."""
    found = project.stage_log.filter(to_stage=Stage.INDUSTRIALISED).aggregate(first=Min("on"))
    day: date | None = found["first"]
    return day


@dataclass(frozen=True)
class DueYear:
    """One follow-up that is due and not recorded."""

    project: Project
    year: int
    on: date


def follow_ups_missing(user: Any, *, until: date) -> list[DueYear]:
    """Follow-ups due up to this day in everything that the person sees, oldest first; two queries."""
    rows = (
        Project.objects.visible_to(user)
        .filter(stage__in=FOLLOWED)
        .annotate(industrial_on=Min("stage_log__on", filter=Q(stage_log__to_stage=Stage.INDUSTRIALISED)))
        .filter(industrial_on__lt=until)
        .select_related("park", "incubator")
    )
    projects = list(rows.order_by("pk"))
    recorded: dict[int, set[int]] = {}
    for project_id, year in FollowUp.objects.filter(project__in=projects).values_list("project_id", "year"):
        recorded.setdefault(project_id, set()).add(year)
    found = [
        DueYear(project, due.year, due.on)
        for project in projects
        for due in follow_ups_due(
            project.industrial_on,
            recorded=recorded.get(project.pk, set()),
            until=until,
        )
    ]
    return sorted(found, key=lambda due: (due.on, due.project.pk))


def baseline_of(project: Project) -> YearlyFigure | None:
    """The first yearly figures of the company: what it was when it came."""
    if project.enterprise_id is None:
        return None
    return YearlyFigure.objects.filter(enterprise=project.enterprise_id).order_by("year").first()


# --- support before an end ---
def support_hints(project: Project, on: date) -> dict[str, list[str]]:
    """What the records hold of money and policy in the twelve months before this day, as stable texts."""
    since = on - timedelta(days=SUPPORT_DAYS)
    payments = project.facts.filter(
        kind=FactKind.PAID_IN, on__gt=since, on__lte=on, returned_at=None
    ).order_by("on", "pk")
    titles = Recognition.objects.none()
    if project.enterprise_id is not None:
        titles = Recognition.objects.filter(
            enterprise=project.enterprise_id, granted_on__gt=since, granted_on__lte=on
        ).exclude(kind__in=PATENTS)
    return {
        "funding": [f"{fact.on} {fact.amount:f} {fact.currency}" for fact in payments],
        "policy": [f"{row.granted_on} {row.kind}" for row in titles.order_by("granted_on", "pk")],
    }


def unexplained_ends(user: Any, *, since: date) -> QuerySet[StageLog]:
    """Terminations and suspensions that still stand, for which nobody stated what support there was."""
    rows: QuerySet[StageLog] = (
        StageLog.objects.visible_to(user)
        .filter(
            to_stage__in=[Stage.TERMINATED, Stage.SUSPENDED],
            on__gte=since,
            support_check__isnull=True,
            project__stage=F("to_stage"),
        )
        .exclude(
            Exists(StageLog.objects.filter(project=OuterRef("project"), sequence__gt=OuterRef("sequence")))
        )
    )
    return rows.select_related("project__park", "project__incubator")


# --- what falls due ---
def due_on_the_road(*, user: Any, until: date) -> Iterator[DueItem]:
    """Open steps of legs, follow-ups, unanswered proposals of credit, ends without a stated cause."""
    yield from _due_steps(user, until)
    yield from _due_follow_ups(user, until)
    yield from _due_answers(user, until)
    yield from _due_causes(user, until)


def _due_steps(user: Any, until: date) -> Iterator[DueItem]:
    still = Q(leg__arrived_on__isnull=True) | Q(leg__arrived_on__gt=until - timedelta(days=SETTLING_DAYS))
    rows = (
        LegStep.objects.visible_to(user)
        .filter(still, state__in=UNSETTLED, due_on__lte=until)
        .exclude(leg__project__stage__in=[Stage.TERMINATED, Stage.MOVED_ELSEWHERE])
        .select_related("leg__project")
    )
    for step in rows:
        if step.due_on is None:
            continue
        project = step.leg.project
        yield DueItem(
            kind="leg-step",
            title=_("Leg %(number)d: %(step)s") % {"number": step.leg.sequence, "step": step.name},
            on=step.due_on,
            url=reverse("project-leg-step", args=[project.pk, step.pk]),
            park_id=project.park_id,
            incubator_id=project.incubator_id,
            owner_id=step.owner_id,
            subject=project.name,
            icon="route",
        )


def _due_follow_ups(user: Any, until: date) -> Iterator[DueItem]:
    """The newest of each project: who missed several years finds the older ones on its page."""
    newest = {due.project.pk: due for due in follow_ups_missing(user, until=until)}
    for due in newest.values():
        yield DueItem(
            kind="follow-up",
            title=_("Follow-up of %(year)d") % {"year": due.year},
            on=due.on,
            url=reverse("project-follow-up", args=[due.project.pk, due.year]),
            park_id=due.project.park_id,
            incubator_id=due.project.incubator_id,
            subject=due.project.name,
            icon="rotate-clockwise",
            escalates_after=30,
        )


def _due_answers(user: Any, until: date) -> Iterator[DueItem]:
    """A proposal waits fourteen days for each side that has not answered."""
    scope = scope_of(user)
    rows = (
        CreditProposal.objects.visible_to(user)
        .filter(state__in=["open", "objected"], proposed_at__date__lte=until - timedelta(days=14))
        .select_related("project__park")
        .prefetch_related("shares", "answers")
    )
    for proposal in rows:
        answered = {row.incubator_id for row in proposal.answers.all()}
        on = proposal.proposed_at.date() + timedelta(days=14)
        mine = [
            row.incubator_id
            for row in proposal.shares.all()
            if row.incubator_id not in answered
            and Action.ENTER in scope.incubators.get(row.incubator_id, frozenset())
        ]
        park_id = proposal.project.park_id
        manages = scope.allows(Action.MANAGE, park_id=park_id)
        park_waits = manages and (None not in answered or proposal.state == "objected")
        waiting: list[int | None] = [*mine] or ([None] if park_waits else [])
        for incubator_id in waiting:
            yield DueItem(
                kind="credit",
                title=_("Decide on the objection to a division of the credit")
                if proposal.state == "objected" and incubator_id is None
                else _("Answer the proposal to divide the credit"),
                on=on,
                url=reverse("project-credit-proposal", args=[proposal.pk]),
                park_id=park_id,
                incubator_id=incubator_id,
                subject=proposal.project.name,
                icon="scale",
            )


def _due_causes(user: Any, until: date) -> Iterator[DueItem]:
    for log in unexplained_ends(user, since=until - timedelta(days=ASKING_DAYS)):
        on = log.on + timedelta(days=14)
        if on <= until:
            yield DueItem(
                kind="cause",
                title=_("State which support was there before the project stopped"),
                on=on,
                url=reverse("project-ending", args=[log.project_id, log.pk]),
                park_id=log.project.park_id,
                incubator_id=log.project.incubator_id,
                subject=log.project.name,
                icon="help-circle",
            )
