"""What a person may choose: incubators, parks, periods, measures."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from core.periods import Kind, recent_periods
from evaluation.measures import MEASURES
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of

_HOW_MANY: dict[Kind, int] = {"year": 6, "half": 8, "quarter": 12, "month": 24}


def language_or_active(language: str | None) -> str:
    return language or get_language() or "zh-hans"


def evaluable_incubators(user: Any) -> QuerySet[Incubator]:
    """Real sites of parks that this person may evaluate, by name."""
    allowed = Incubator.objects.operating().filter(park__isnull=False).allowing(Action.EVALUATE, user)
    return allowed.select_related("park").order_by("park__code", "sort_key", "code")


def evaluable_parks(user: Any) -> QuerySet[Park]:
    """Parks with incubators of their own, whose whole report this person may ask for."""
    places = scope_of(user).places(Action.EVALUATE)
    parks = Park.objects.filter(incubators__in=Incubator.objects.operating()).distinct()
    return (parks if places.everywhere else parks.filter(pk__in=places.park_ids)).order_by("sort_key", "code")


def period_choices(on: date, kind: Kind | None = None, language: str | None = None) -> list[dict[str, Any]]:
    """Periods that have begun by ``on``, newest first, of one kind or of each."""
    spoken = language_or_active(language)
    kinds: list[Kind] = [kind] if kind else list(_HOW_MANY)
    return [
        {"code": period.code, "label": period.label(spoken), "kind": period.kind}
        for each in kinds
        for period in recent_periods(each, until=on, count=_HOW_MANY[each])
    ]


def measure_choices(language: str | None = None) -> list[dict[str, str]]:
    """The measures that are reported month by month."""
    spoken = language_or_active(language)
    return [
        {
            "code": measure.code,
            "label": measure.name(spoken),
            "unit": measure.unit(spoken),
            "kind": measure.kind,
        }
        for measure in MEASURES.values()
    ]
