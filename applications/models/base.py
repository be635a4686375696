"""Who sees what of programmes: the park's people all of it, operators the programmes they may apply to."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from evidence.models import EvidenceFile
from incubators.scope import Action, scope_of


def person(label: Any, **options: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        **options,
    )


def money(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


def paper(label: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        EvidenceFile, verbose_name=label, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


def read_by_park(user: Any, path: str) -> Q:
    """What only those read who work for the park as a whole."""
    places = scope_of(user).places(Action.READ)
    if places.everywhere:
        return ~Q(pk__in=[])
    return Q(**{f"{path}__in": sorted(places.park_ids)}) if places.park_ids else Q(pk__in=[])


def runs_programmes(user: Any, park_id: int) -> bool:
    """Whether the person runs the programmes of this park."""
    return scope_of(user).allows(Action.MANAGE, park_id=park_id)


def reads_programmes(user: Any, park_id: int) -> bool:
    """Whether the person reads everything about the programmes of this park."""
    return scope_of(user).allows(Action.READ, park_id=park_id)


class OfParkQuerySet(models.QuerySet[Any]):
    """Records about several applications; ``path`` leads to the park, whose own people read them."""

    path = "programme__park"

    def visible_to(self, user: Any) -> Self:
        return self.filter(read_by_park(user, self.path))
