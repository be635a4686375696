"""Who has a say in a proposal to divide the credit, and what each side said."""

from typing import Any

from django.utils import timezone

from accounts.enums import Role
from incubators.models import Incubator, Membership
from incubators.scope import Action, scope_of
from projects.models import CreditProposal


def sides_of(proposal: CreditProposal) -> list[Incubator | None]:
    """The involved incubators that somebody operates in this system, then the park (None).

    An incubator without any operator's account is spoken for by the park.
    """
    sites = [row.incubator for row in proposal.shares.select_related("incubator").order_by("-percent", "pk")]
    staffed = set(
        Membership.objects.current(timezone.localdate())
        .filter(incubator__in=sites, role__in=[Role.OPERATOR, Role.API_CLIENT], user__is_active=True)
        .values_list("incubator_id", flat=True)
    )
    return [*(site for site in sites if site.pk in staffed), None]


def may_answer_for(user: Any, proposal: CreditProposal, side: Incubator | None) -> bool:
    """An operator answers for his own incubator only; the park administrator for the park only."""
    scope = scope_of(user)
    if side is None:
        return scope.allows(Action.MANAGE, park_id=proposal.project.park_id)
    return Action.ENTER in scope.incubators.get(side.pk, frozenset())


def answered_sides(proposal: CreditProposal) -> dict[int | None, str]:
    """The answer of each side, by incubator id; None is the park."""
    return dict(proposal.answers.values_list("incubator_id", "answer"))
