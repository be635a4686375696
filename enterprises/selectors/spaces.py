"""Spaces, who is in them and how full they are on a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from enterprises.models import Occupancy
from incubators.models import Incubator, Space


@dataclass(frozen=True)
class Taken:
    """Square metres of a space or of several on one day."""

    area: Decimal
    taken: Decimal

    @property
    def free(self) -> Decimal:
        return max(self.area - self.taken, Decimal(0))

    @property
    def rate(self) -> Decimal | None:
        """Share taken, as a share of 1; None where there is no area."""
        return self.taken / self.area if self.area else None


def spaces_of(user: Any, *, day: date, q: str = "", incubator: str = "", kind: str = "") -> QuerySet[Space]:
    """Spaces one may see, each with ``now``: who is in it on the day. Two queries for any number."""
    rows = Space.objects.visible_to(user).select_related("incubator__park")
    for word in q.lower().split():
        rows = rows.filter(search_text__contains=word)
    if incubator:
        rows = rows.filter(incubator__code=incubator)
    if kind:
        rows = rows.filter(kind=kind)
    there = Occupancy.objects.on(day).select_related("enterprise").order_by("starts_on", "pk")
    return rows.prefetch_related(Prefetch("occupancies", there, to_attr="now"))


def occupancy_on(space: Any) -> Taken:
    """How full a space is, from the occupancies fetched by ``spaces_of``."""
    return Taken(space.area_m2, sum((item.area_m2 for item in space.now), Decimal(0)))


def occupancy_rate(incubator: Incubator, day: date) -> Taken:
    """All spaces of an incubator that are available on a day, and what is taken of them."""
    spaces = list(
        Space.objects.filter(incubator=incubator)
        .filter(Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gt=day))
        .values_list("pk", "area_m2")
    )
    taken = Occupancy.objects.on(day).filter(space__in=[pk for pk, _ in spaces])
    return Taken(
        sum((area for _, area in spaces), Decimal(0)),
        sum(taken.values_list("area_m2", flat=True), Decimal(0)),
    )
