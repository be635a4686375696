"""What ties experts to cases, read in a fixed number of queries however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from core.search import name_keys
from enterprises.models import Enterprise, Person
from incubators.models import Membership
from reviews.enums import AssignmentState, ConflictKind
from reviews.models import Assignment, Case, Expert
from reviews.problems import CaseTies, Conflict, ExpertTies, conflicts_between
from support.enums import ServiceKind
from support.models import ServiceRecord


def conflicts_of(
    experts: Iterable[Expert], cases: Iterable[Case], *, on: date
) -> Mapping[tuple[int, int], list[Conflict]]:
    """``{(case, expert): conflicts}`` for those pairs in which there is one."""
    of_experts = ties_of_experts(list(experts), on=on)
    of_cases = ties_of_cases(list(cases))
    return {
        (case_id, ties.expert_id): found
        for case_id, case in of_cases.items()
        for ties in of_experts
        if (found := conflicts_between(ties, case))
    }


def ties_of_experts(experts: Sequence[Expert], *, on: date) -> list[ExpertTies]:
    """Employers as the pool and the account name them, places of work, interests declared before."""
    people = {expert.pk: expert.user_id for expert in experts if expert.user_id is not None}
    sites: dict[int, set[int]] = defaultdict(set)
    memberships = Membership.objects.current(on).filter(user__in=people.values(), incubator__isnull=False)
    for user_id, incubator_id in memberships.values_list("user_id", "incubator_id"):
        sites[user_id].add(incubator_id)
    accounts = _accounts(experts)
    firms = _names_of(expert.employer_enterprise_id for expert in experts)
    declared = _declared_before(experts)
    return [
        ExpertTies(
            expert_id=expert.pk,
            names=frozenset(name_keys(expert.name_zh, expert.name_en)),
            employers=frozenset(
                name_keys(
                    expert.employer,
                    *accounts.get(expert.pk, ()),
                    *firms.get(expert.employer_enterprise_id, ()),
                )
            ),
            organisation_id=expert.employer_organisation_id,
            enterprise_id=expert.employer_enterprise_id,
            incubator_ids=frozenset(sites.get(expert.user_id or 0, ())),
            declared_subjects=frozenset(subject for subject, _firm in declared.get(expert.pk, ())),
            declared_enterprises=frozenset(
                firm for _subject, firm in declared.get(expert.pk, ()) if firm is not None
            ),
        )
        for expert in experts
    ]


def _accounts(experts: Sequence[Expert]) -> dict[int, tuple[str, ...]]:
    """The employer on the account, and the organisation's names from the directory."""
    rows = Expert.objects.filter(pk__in=[expert.pk for expert in experts]).values_list(
        "pk", "user__employer", "employer_organisation__name_zh", "employer_organisation__name_en"
    )
    return {pk: tuple(name for name in names if name) for pk, *names in rows}


def _names_of(ids: Iterable[int | None]) -> dict[int | None, tuple[str, ...]]:
    rows = Enterprise.objects.filter(pk__in={key for key in ids if key is not None})
    return {pk: (zh, en) for pk, zh, en in rows.values_list("pk", "name_zh", "name_en")}


def _declared_before(experts: Sequence[Expert]) -> dict[int, list[tuple[tuple[str, int], int | None]]]:
    """What he declared, or the park found, in earlier rounds holds for the same subject and enterprise."""
    rows = Assignment.objects.filter(
        expert__in=[expert.pk for expert in experts],
        state=AssignmentState.RECUSED,
        conflict__in=[ConflictKind.DECLARED, ConflictKind.PARK],
    ).values_list("expert_id", "case__subject_kind", "case__subject_id", "case__enterprise_id")
    found: dict[int, list[tuple[tuple[str, int], int | None]]] = defaultdict(list)
    for expert_id, kind, subject_id, enterprise_id in rows:
        found[expert_id].append(((kind, subject_id), enterprise_id))
    return found


def ties_of_cases(cases: Sequence[Case]) -> dict[int, CaseTies]:
    """The enterprise, the incubator with its operator, the people of both and the mentors of the project."""
    rows = list(
        Case.objects.filter(pk__in=[case.pk for case in cases]).select_related(
            "enterprise", "project__enterprise", "project__incubator__operator", "incubator__operator"
        )
    )
    people = _people_of({firm.pk for case in rows for firm in _firms(case)})
    mentors = _mentors_of(rows)
    return {case.pk: _ties(case, people, mentors.get(case.pk, [])) for case in rows}


def _firms(case: Case) -> list[Enterprise]:
    """The enterprise of the case and that of its project."""
    of_project = case.project.enterprise if case.project is not None else None
    return [firm for firm in (case.enterprise, of_project) if firm is not None]


def _ties(case: Case, people: Mapping[int, list[str]], mentors: list[str]) -> CaseTies:
    firms = _firms(case)
    site = case.incubator or (case.project.incubator if case.project is not None else None)
    operator = site.operator if site is not None else None
    names = [case.applicant, *(name for firm in firms for name in (firm.name_zh, firm.name_en))]
    if site is not None:
        names += [site.name_zh, site.name_en, site.operator_name]
    if operator is not None:
        names += [operator.name_zh, operator.name_en]
    team = [name for firm in firms for name in people.get(firm.pk, ())]
    if case.project is not None:
        team.append(case.project.team_lead)
    return CaseTies(
        subject=(case.subject_kind, case.subject_id),
        enterprise_ids=frozenset(firm.pk for firm in firms),
        organisation_ids=frozenset({operator.pk}) if operator is not None else frozenset(),
        organisations=_keyed(names),
        incubator_id=site.pk if site is not None else None,
        incubator=site.name_zh if site is not None else "",
        people=_keyed(team),
        mentors=_keyed(mentors),
    )


def _keyed(names: Iterable[str]) -> dict[str, str]:
    return {key: name for name in names if name for key in name_keys(name)}


def _people_of(enterprise_ids: set[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Person.objects.filter(enterprise__in=enterprise_ids)
    for enterprise_id, zh, en in rows.values_list("enterprise_id", "name_zh", "name_en"):
        found[enterprise_id] += [zh, en]
    return found


def _mentors_of(cases: Sequence[Case]) -> dict[int, list[str]]:
    """Whoever gave a mentoring session to the project or the enterprise of a case."""
    projects = {case.project_id for case in cases if case.project_id is not None}
    firms = {case.enterprise_id for case in cases if case.enterprise_id is not None}
    rows: Any = ServiceRecord.objects.filter(
        Q(project__in=projects) | Q(enterprise__in=firms), kind=ServiceKind.MENTORING
    ).values_list("project_id", "enterprise_id", "mentor__name_zh", "mentor__name_en")
    found: dict[int, list[str]] = defaultdict(list)
    for project_id, enterprise_id, zh, en in rows:
        for case in cases:
            same = project_id is not None and case.project_id == project_id
            if same or (enterprise_id is not None and case.enterprise_id == enterprise_id):
                found[case.pk] += [zh, en]
    return found
