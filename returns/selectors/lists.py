"""What is due, what waits for whom, what is closed."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.due import DueItem, Waiting
from core.periods import Period
from incubators.models import Incubator, OperatorContract
from incubators.scope import Action, scope_of
from returns.duties import periods_asked
from returns.enums import ReturnState
from returns.models import PeriodClose, PeriodReturn, ReturnDuty
from returns.stages import OPEN


def local_day(incubator: Incubator, at: datetime) -> date:
    """Today where the incubator is."""
    return at.astimezone(ZoneInfo(incubator.time_zone)).date()


def is_late(record: PeriodReturn, at: datetime) -> bool:
    """Past its day there: not submitted yet, or submitted after it."""
    if record.edition > 1:
        return False
    return local_day(record.incubator, record.submitted_at or at) > record.due_on


def open_reviews(user: Any) -> QuerySet[PeriodReturn]:
    """Returns that wait for this person's decision, oldest first: never one that he submitted or typed in."""
    places = scope_of(user).places(Action.VERIFY)
    return (
        PeriodReturn.objects.filter(
            places.filter(park="incubator__park", incubator="incubator"),
            state=ReturnState.SUBMITTED,
            is_latest=True,
        )
        .exclude(submitted_by=user.pk)
        .exclude(pk__in=PeriodReturn.objects.filter(lines__entered_by=user.pk).values("pk"))
        .select_related("incubator__park", "duty", "submitted_by")
        .order_by("submitted_at", "pk")
    )


def returns_to_file(user: Any) -> QuerySet[PeriodReturn]:
    """Open returns that this person can fill in, the most urgent first."""
    places = scope_of(user).places(Action.ENTER)
    return (
        PeriodReturn.objects.filter(
            places.filter(park="incubator__park", incubator="incubator"),
            state__in=sorted(OPEN),
            is_latest=True,
        )
        .select_related("incubator__park", "duty")
        .order_by("due_on", "pk")
    )


def due_returns(*, user: Any, until: date) -> Iterator[DueItem]:
    """The provider of the due calendar: what has to be filed, and what the park has to decide on."""
    for record in _visible_open(user, until):
        label = return_title(record)
        back = record.state == ReturnState.RETURNED
        yield DueItem(
            kind="return",
            title=_("Put right and submit again: %(title)s") % {"title": label}
            if back
            else _("Submit: %(title)s") % {"title": label},
            on=record.due_on,
            url=reverse("return-detail", args=[record.pk]),
            park_id=record.incubator.park_id,
            incubator_id=record.incubator_id,
            icon="clipboard-check",
            escalates_after=3,
        )


def _visible_open(user: Any, until: date) -> QuerySet[PeriodReturn]:
    return (
        PeriodReturn.objects.visible_to(user)
        .filter(state__in=sorted(OPEN), is_latest=True, due_on__lte=until)
        .select_related("incubator", "duty")
        .order_by("due_on", "pk")
    )


def waiting_reviews(*, user: Any, limit: int) -> Iterator[Waiting]:
    """The provider of the inbox: submitted returns that this person may decide on."""
    for record in open_reviews(user)[:limit]:
        assert record.submitted_at is not None
        yield Waiting(
            kind="return",
            word=_("Period return"),
            label=return_title(record),
            since=record.submitted_at,
            url=reverse("return-review", args=[record.pk]),
            place=record.incubator.name,
            by=str(record.submitted_by),
            icon="clipboard-check",
        )


def return_title(record: PeriodReturn) -> str:
    """ "上海张江孵化器 2026年10月月报" in the language of the page."""
    period = Period.parse(record.period).label(get_language() or "zh-hans")
    return _("%(place)s: %(kind)s return of %(period)s") % {
        "place": record.incubator.name,
        "kind": record.duty.get_frequency_display(),
        "period": period,
    }


def duties_missing(incubators: Iterable[int] | None, *, at: datetime) -> list[tuple[ReturnDuty, Period]]:
    """Duties whose period has ended and that have no return yet: two queries."""
    duties = ReturnDuty.objects.filter(is_active=True).select_related("contract__incubator__park")
    if incubators is not None:
        duties = duties.filter(contract__incubator__in=list(incubators))
    asked = [
        (duty, period)
        for duty in duties.order_by("contract__incubator_id", "pk")
        for period in periods_asked(
            duty.frequency,  # type: ignore[arg-type]
            starts_on=max(duty.starts_on, duty.contract.starts_on),
            ends_on=duty.contract.ends_on,
            today=local_day(duty.contract.incubator, at),
        )
    ]
    known = set(
        PeriodReturn.objects.filter(duty__in={duty.pk for duty, _ in asked}).values_list("duty_id", "period")
    )
    return [(duty, period) for duty, period in asked if (duty.pk, period.code) not in known]


def return_of(incubator: Incubator, period: str) -> PeriodReturn | None:
    """The newest version of the return of this period, whichever duty asks for it."""
    return (
        PeriodReturn.objects.filter(incubator=incubator, period=period, is_latest=True)
        .select_related("incubator__park", "duty")
        .first()
    )


def closed_by(incubator: Incubator, period: Period) -> PeriodClose | None:
    """What closes this period for this incubator, if anything does."""
    return (
        PeriodClose.objects.open()
        .filter(
            Q(incubator__isnull=True) | Q(incubator=incubator),
            park=incubator.park_id,
            starts_on__lte=period.start,
            ends_on__gte=period.end,
        )
        .order_by("pk")
        .first()
    )


def editions_of(record: PeriodReturn) -> list[PeriodReturn]:
    """Every version of the same return, newest first."""
    return list(
        PeriodReturn.objects.filter(duty=record.duty_id, period=record.period)
        .select_related("submitted_by", "verified_by")
        .order_by("-edition")
    )


def contract_of(incubator: Incubator, *, on: date | None = None) -> OperatorContract | None:
    """The contract in force."""
    day = on or timezone.localdate()
    return OperatorContract.objects.filter(incubator=incubator, starts_on__lte=day, ends_on__gt=day).first()
