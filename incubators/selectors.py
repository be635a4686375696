"""Reads of the incubators app."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import User
from incubators.models import Incubator, Membership, OperatorContract
from incubators.scope import ALLOWED, Action


def operators_on(incubators: Iterable[Incubator], *, day: date) -> dict[int, int | None]:
    """Who runs each site on that day: the party of its contract, else the operator as published."""
    sites = list(incubators)
    contracted = dict(
        OperatorContract.objects.filter(
            incubator__in=[site.pk for site in sites], starts_on__lte=day, ends_on__gt=day
        ).values_list("incubator_id", "operator_id")
    )
    return {site.pk: contracted.get(site.pk, site.operator_id) for site in sites}


def people_allowed(
    action: Action, *, park_id: int, incubator_id: int | None = None, day: date
) -> QuerySet[User]:
    """Who may do this there on that day: the people to tell when something waits for them.

    Only those with a role in that park or incubator; whoever is allowed everywhere is not told of everything.
    """
    roles = [role for role, actions in ALLOWED.items() if action in actions]
    there = Q(park=park_id) | (Q(incubator=incubator_id) if incubator_id is not None else Q(pk__in=[]))
    members = Membership.objects.current(day).filter(there, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=members.values("user")).order_by("pk")
