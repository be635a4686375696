"""Lists of rounds, cases, experts and notices as the pages show them; where a notice stands."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.search import fold
from reviews.enums import AssignmentState, NoticeCode, Ruling
from reviews.models import Assignment, Case, Expert, Objection, PublicNotice, ReviewRound
from reviews.stages import NoticeStanding, standing_on


def experts_matching(
    user: Any, *, q: str = "", region: str = "", field: str = "", available: str = "", on: date | None = None
) -> QuerySet[Expert]:
    """The pool as the person may see it; ``available`` is ``yes`` or ``no`` on the day ``on``."""
    found = Expert.objects.visible_to(user).select_related("park")
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if region:
        found = found.filter(region=region)
    if field:
        found = found.filter(fields__contains=[field])
    if available and on is not None:
        able = Expert.objects.available(on).values("pk")
        found = found.filter(pk__in=able) if available == "yes" else found.exclude(pk__in=able)
    return found


def rounds_matching(user: Any, *, q: str = "", state: str = "", kind: str = "") -> QuerySet[ReviewRound]:
    found = ReviewRound.objects.visible_to(user).select_related("park")
    if q:
        found = found.filter(name__icontains=q)
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    return found.annotate(
        case_count=Count("cases", distinct=True),
        final_count=Count("cases", filter=~Q(cases__result=""), distinct=True),
    )


def cases_with_counts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With how many experts were asked and how many marks are there."""
    asked = Q(assignments__state__in=["invited", "accepted", "submitted"])
    return cases.annotate(
        asked=Count("assignments", filter=asked),
        given=Count("assignments", filter=Q(assignments__state=AssignmentState.SUBMITTED)),
    )


def my_assignments(user: Any) -> QuerySet[Assignment]:
    """What an expert has before him, soonest first; what is submitted last."""
    return (
        Assignment.objects.of_expert(user)
        .select_related("case__round__park", "expert")
        .order_by("case__round__closes_on", "case__number", "pk")
    )


def notices_matching(user: Any, *, on: date, q: str = "", state: str = "") -> QuerySet[PublicNotice]:
    """Notices one may read; ``state`` is a ``NoticeCode``."""
    found = PublicNotice.objects.visible_to(user).select_related("park")
    if q:
        found = found.filter(title__icontains=q)
    open_ones = Objection.objects.filter(ruling="").values("notice")
    conditions = {
        NoticeCode.UPCOMING: Q(withdrawn_at=None, starts_on__gt=on),
        NoticeCode.RUNNING: Q(withdrawn_at=None, starts_on__lte=on, ends_on__gte=on),
        NoticeCode.OBJECTIONS: Q(withdrawn_at=None, ends_on__lt=on, pk__in=open_ones),
        NoticeCode.OVER: Q(withdrawn_at=None, ends_on__lt=on) & ~Q(pk__in=open_ones),
        NoticeCode.WITHDRAWN: Q(withdrawn_at__isnull=False),
    }
    return found.filter(conditions[NoticeCode(state)]) if state in NoticeCode.values else found


def notice_state(notice: PublicNotice, on: date) -> NoticeStanding:
    """Where the notice stands on that day; one query."""
    rulings = list(notice.objections.values_list("ruling", flat=True))
    return standing_on(
        on,
        starts_on=notice.starts_on,
        ends_on=notice.ends_on,
        is_withdrawn=notice.withdrawn_at is not None,
        objections=len(rulings),
        open_objections=sum(not ruling for ruling in rulings),
        upheld=sum(ruling == Ruling.UPHELD for ruling in rulings),
    )
