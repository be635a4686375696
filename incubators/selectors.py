"""Reads of the incubators app."""

from collections.abc import Iterable
from datetime import date

from incubators.models import Incubator, OperatorContract


def operators_on(incubators: Iterable[Incubator], *, day: date) -> dict[int, int | None]:
    """Who runs each site on that day: the party of its contract, else the operator as published."""
    sites = list(incubators)
    contracted = dict(
        OperatorContract.objects.filter(
            incubator__in=[site.pk for site in sites], starts_on__lte=day, ends_on__gt=day
        ).values_list("incubator_id", "operator_id")
    )
    return {site.pk: contracted.get(site.pk, site.operator_id) for site in sites}
