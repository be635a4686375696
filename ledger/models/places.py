"""Who may see what of a park's money: its staff and auditors all of it, an operator what his teams get."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from evidence.models import EvidenceFile
from incubators.scope import Action, scope_of


def money(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


def person(label: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )


def document(label: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        EvidenceFile, verbose_name=label, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


def of_park(user: Any, path: str) -> Q:
    """What only those see who work for the park as a whole."""
    places = scope_of(user).places(Action.READ)
    if places.everywhere:
        return ~Q(pk__in=[])
    return Q(**{f"{path}__in": sorted(places.park_ids)})


class ParkMoneyQuerySet(models.QuerySet[Any]):
    """Records of a park that no operator sees; ``path`` leads to the park."""

    path = "park"

    def visible_to(self, user: Any) -> Self:
        return self.filter(of_park(user, self.path))


class OfBudgetQuerySet(ParkMoneyQuerySet):
    path = "budget__park"


class OfCommitmentQuerySet(models.QuerySet[Any]):
    """Records that hang on a commitment; operators see those of their own incubators."""

    path = "commitment__"

    def visible_to(self, user: Any) -> Self:
        places = scope_of(user).places(Action.READ)
        return self.filter(places.filter(park=f"{self.path}budget__park", incubator=f"{self.path}incubator"))
