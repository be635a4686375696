"""Who stands on which rung of the growth ladder on a day."""

from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from enterprises.ladder import RUNGS
from enterprises.models import Enterprise, Recognition
from enterprises.selectors.companies import enterprises_matching
from incubators.models import Incubator

HEIGHT = Case(
    *(When(kind=rung, then=Value(height)) for height, rung in enumerate(RUNGS)),
    default=Value(-1),
    output_field=IntegerField(),
)


def titles_held(day: date) -> QuerySet[Recognition]:
    """Verified titles of the ladder that hold on a day."""
    return Recognition.objects.verified().filter(
        Q(expires_on=None) | Q(expires_on__gt=day), kind__in=RUNGS, granted_on__lte=day
    )


def with_standing(rows: QuerySet[Enterprise], *, day: date) -> QuerySet[Any]:
    """With ``height`` (place in RUNGS, None below the ladder), ``standing_id`` and ``standing_until``."""
    best = (
        titles_held(day)
        .filter(enterprise=OuterRef("pk"))
        .annotate(height=HEIGHT)
        .order_by("-height", "-granted_on", "-pk")
    )
    return rows.annotate(
        height=Subquery(best.values("height")[:1]),
        standing_id=Subquery(best.values("pk")[:1]),
        standing_until=Subquery(best.values("expires_on")[:1]),
    )


def ladder_rows(
    user: Any,
    *,
    day: date,
    q: str = "",
    rung: str = "",
    incubator: str = "",
    expires_before: date | None = None,
) -> QuerySet[Any]:
    """Enterprises one may see with where they stand; ``rung`` "none" asks for those below the ladder."""
    rows = with_standing(enterprises_matching(user, q=q, incubator=incubator), day=day)
    if rung == "none":
        rows = rows.filter(height=None)
    elif rung:
        known = rung in {item.value for item in RUNGS}
        rows = rows.filter(height=[item.value for item in RUNGS].index(rung)) if known else rows.none()
    if expires_before is not None:
        rows = rows.filter(standing_until__lte=expires_before)
    return rows


def counts_by_rung(user: Any, *, day: date) -> dict[str, int]:
    """How many of the enterprises one may see stand on each rung; "none" for those below. One query."""
    rows = with_standing(Enterprise.objects.visible_to(user), day=day)
    found = dict(rows.order_by().values_list("height").annotate(count=Count("pk")))
    counts = {rung.value: found.get(height, 0) for height, rung in enumerate(RUNGS)}
    return {**counts, "none": found.get(None, 0)}


def enterprises_on_rung(incubator: Incubator, rung: str, *, day: date) -> int:
    """Enterprises of an incubator that hold this title on a day."""
    held = titles_held(day).filter(kind=rung, enterprise__incubator=incubator)
    return held.values("enterprise").distinct().count()
