"""The records that facts of policies are made of, read for many applicants with a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from enterprises.enums import TalentOutcome
from enterprises.models import Enterprise, Loan, Recognition, TalentResult, YearlyFigure
from funding.models import StatedPolicyFact
from projects.models import Project, ProjectFact

Applicant: TypeAlias = Enterprise | Project


@dataclass
class Known:
    """The records of one applicant up to a day, verified or not."""

    day: date
    enterprise: Enterprise | None = None
    project: Project | None = None
    projects: list[Project] = field(default_factory=list)
    years: dict[int, YearlyFigure] = field(default_factory=dict)
    titles: list[Recognition] = field(default_factory=list)
    talents: list[TalentResult] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    dated: dict[str, ProjectFact] = field(default_factory=dict)
    stated: dict[tuple[str, int | None], StatedPolicyFact] = field(default_factory=dict)

    @property
    def applicant(self) -> Applicant:
        found = self.project or self.enterprise
        assert found is not None
        return found


def known_of(enterprises: Iterable[Enterprise], *, day: date) -> dict[int, Known]:
    """By id of the enterprise; at most seven queries for any number of them."""
    found = {one.pk: Known(day, enterprise=one) for one in enterprises}
    ids = list(found)
    for year in YearlyFigure.objects.filter(enterprise__in=ids, year__lt=day.year):
        found[year.enterprise_id].years[year.year] = year
    for title in Recognition.objects.filter(enterprise__in=ids, granted_on__lte=day).order_by(
        "granted_on", "pk"
    ):
        found[title.enterprise_id].titles.append(title)
    talents = TalentResult.objects.filter(
        person__enterprise__in=ids, outcome=TalentOutcome.SELECTED, on__lte=day
    )
    for talent in talents.select_related("person").order_by("on", "pk"):
        if talent.person.enterprise_id is not None:
            found[talent.person.enterprise_id].talents.append(talent)
    for loan in Loan.objects.filter(enterprise__in=ids, starts_on__lte=day).order_by("starts_on", "pk"):
        if loan.ends_on is None or loan.ends_on > day:
            found[loan.enterprise_id].loans.append(loan)
    for project in Project.objects.filter(enterprise__in=ids).select_related("incubator").order_by("pk"):
        found[project.enterprise_id].projects.append(project)
    by_project = {project.pk: known for known in found.values() for project in known.projects}
    for fact in ProjectFact.objects.filter(project__in=list(by_project), on__lte=day).order_by("-on", "-pk"):
        by_project[fact.project_id].dated[fact.kind] = fact  # the earliest of its kind stays
    for stated in StatedPolicyFact.objects.filter(enterprise__in=ids, on__lte=day).order_by("on", "pk"):
        assert stated.enterprise_id is not None
        found[stated.enterprise_id].stated[stated.key, stated.policy_id] = stated
    return found


def known_of_projects(projects: Iterable[Project], *, day: date) -> dict[int, Known]:
    """By id of the project: what is known of its enterprise, and what was answered about itself. Give them
    with their enterprise and incubator."""
    given = list(projects)
    firms = known_of({one.enterprise_id: one.enterprise for one in given if one.enterprise}.values(), day=day)
    found: dict[int, Known] = {}
    for one in given:
        base = firms.get(one.enterprise_id) if one.enterprise_id else None
        known = Known(day) if base is None else Known(
            day, base.enterprise, None, [], base.years, base.titles, base.talents, base.loans, {},
            dict(base.stated),
        )  # fmt: skip
        known.project, known.projects = one, [one]
        found[one.pk] = known
    for fact in ProjectFact.objects.filter(project__in=list(found), on__lte=day).order_by("-on", "-pk"):
        found[fact.project_id].dated[fact.kind] = fact
    own = StatedPolicyFact.objects.filter(project__in=list(found), on__lte=day)
    for stated in own.order_by("on", "pk"):
        assert stated.project_id is not None
        found[stated.project_id].stated[stated.key, stated.policy_id] = stated
    return found
