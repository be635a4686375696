"""Who sees what in reviews: the park's own people run them; experts come in through their assignments."""

from typing import Any

from django.db.models import Q

from incubators.scope import Action, Places, scope_of


def of_parks(places: Places, path: str) -> Q:
    """A condition on the park alone: who works in one incubator of it is not meant."""
    if places.everywhere:
        return ~Q(pk__in=[])
    return Q(**{f"{path}__in": sorted(places.park_ids)}) if places.park_ids else Q(pk__in=[])


def read_by_park(user: Any, path: str) -> Q:
    """Records of the parks that the person reads as a whole."""
    return of_parks(scope_of(user).places(Action.READ), path)


def runs_reviews(user: Any, park_id: int) -> bool:
    """Whether the person administers reviews of this park."""
    return scope_of(user).allows(Action.MANAGE, park_id=park_id)


def reads_reviews(user: Any, park_id: int) -> bool:
    """Whether the person reads everything about reviews of this park."""
    return scope_of(user).allows(Action.READ, park_id=park_id)
