"""Which policies are open to applicants of a park on a day, and what was said and proposed."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from funding.enums import Computability, GrantProposalState, PolicyStatus
from funding.models import Policy, PolicyRelation, PolicyVersion, PortfolioRun, Proposal
from incubators.models import Park
from incubators.scope import Action, scope_of

#: Outcomes about a fund or a giver, not about an applicant.
NOT_FOR_APPLICANTS = frozenset({"none", "exposure", "compliance"})


@dataclass(frozen=True, slots=True)
class Offered:
    """Versions in force that an applicant may be entitled to, relations between their policies, and policies
    that are only described."""

    versions: list[PolicyVersion]
    relations: list[PolicyRelation]
    described: list[Policy]


def offered_to(park_id: int, *, day: date, own_only: bool = False) -> Offered:
    """Policies of the park and, unless ``own_only``, of the library; two queries."""
    park = Q(policy__park=park_id) if own_only else Q(policy__park=park_id) | Q(policy__park=None)
    rows = (
        PolicyVersion.objects.on(day)
        .filter(park)
        .exclude(policy__status=PolicyStatus.PROPOSAL)
        .select_related("policy")
        .order_by("policy__code")
    )
    versions, described = [], []
    for version in rows:
        if version.policy.computability == Computability.NONE:
            described.append(version.policy)
        elif version.compiled().outcome in NOT_FOR_APPLICANTS:
            continue
        else:
            versions.append(version)
    ids = [one.policy_id for one in versions]
    relations = list(PolicyRelation.objects.filter(policy__in=ids, other__in=ids).order_by("pk"))
    return Offered(versions, relations, described)


def proposals_matching(user: Any, *, state: str = "", incubator: str = "") -> QuerySet[Proposal]:
    found = Proposal.objects.visible_to(user).select_related(
        "version__policy", "enterprise__park", "enterprise__incubator", "decided_by"
    )
    if state in GrantProposalState.values:
        found = found.filter(state=state)
    if incubator:
        found = found.filter(enterprise__incubator__code=incubator)
    return found


def proposals_by_state(user: Any) -> dict[str, int]:
    rows = Proposal.objects.visible_to(user).values_list("state", flat=True)
    return Counter(rows)


def runs_seen_by(user: Any) -> QuerySet[PortfolioRun]:
    """Without the frozen facts and results, which may be large."""
    return (
        PortfolioRun.objects.visible_to(user)
        .select_related("park", "version__policy", "created_by")
        .defer("inputs", "result")
    )


def parks_to_run(user: Any) -> list[Park]:
    """Parks whose money the person looks after: administrators and finance officers."""
    places = scope_of(user).places(Action.PAY)
    rows = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return list(rows.order_by("sort_key", "pk"))


def sees_portfolios(user: Any) -> bool:
    places = scope_of(user).places(Action.READ)
    return bool(places.everywhere or places.park_ids)
