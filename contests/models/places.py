"""Who sees what of contests: everyone who works in the park sees the edition and the challenges, the park's
own people all entries and bids, an operator those of his teams."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import Provenance
from incubators.scope import Action, scope_of


def read_in_park(user: Any, path: str) -> Q:
    """Records of the parks in which the person works, be it in one incubator only."""
    scope = scope_of(user)
    places = scope.places(Action.READ)
    if places.everywhere:
        return ~Q(pk__in=[])
    homes = {scope.incubator_parks[key] for key in places.incubator_ids if key in scope.incubator_parks}
    return Q(**{f"{path}__in": sorted({*places.park_ids, *homes})})


def read_by_park_staff(user: Any, path: str) -> Q:
    """Records of the parks that the person reads as a whole."""
    places = scope_of(user).places(Action.READ)
    if places.everywhere:
        return ~Q(pk__in=[])
    return Q(**{f"{path}__in": sorted(places.park_ids)})


def read_in_place(user: Any, park: str, incubator: str) -> Q:
    return scope_of(user).places(Action.READ).filter(park=park, incubator=incubator)


def runs_contests(user: Any, park_id: int) -> bool:
    """Whether the person administers the contests and challenges of this park."""
    return scope_of(user).allows(Action.MANAGE, park_id=park_id)


def person(label: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )


def provenance() -> "models.CharField[Any, Any]":
    return models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
