"""Lines counted from what the neighbouring apps record: tickets, ratings, mentoring, events, financing.

A period without any such record yields nothing rather than zero: the site may keep them elsewhere.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from core.enums import Currency
from core.models import ExchangeRate
from core.money import round_to_cent
from core.periods import Period
from core.templatetags import fmt
from enterprises.models import FinancingEvent
from incubators.models import Incubator
from outreach.models import Event
from returns.selectors.registry import Computed, Found, register_source
from support.enums import ServiceKind, TicketState
from support.models import ServiceRecord, Ticket
from support.stages import satisfaction_percent

TICKETS = ("service_tickets_total", "service_tickets_on_time", "satisfaction_percent")


def _span(periods: Sequence[Period]) -> tuple[date, date]:
    return min(period.start for period in periods), max(period.end for period in periods)


def _midnight(day: date, incubator: Incubator) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(incubator.time_zone))


def _counted(code: str, days: Iterable[date], periods: Sequence[Period], url: str) -> Found:
    found: dict[tuple[str, str], Computed] = {}
    known = list(days)
    for period in periods:
        count = sum(day in period for day in known)
        if count:
            found[code, period.code] = Computed(Decimal(count), records=({"label": str(count), "url": url},))
    return found


def of_tickets(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Found:
    """Tickets that fell due, those resolved by their limit, the mean rating: as support counts them."""
    start, end = _span(periods)
    opens, closes = _midnight(start, incubator), _midnight(end, incubator)
    rows = list(
        Ticket.objects.filter(
            Q(due_at__gt=opens, due_at__lte=closes) | Q(rated_at__gte=opens, rated_at__lt=closes),
            incubator=incubator,
        ).values_list("state", "due_at", "resolved_at", "rated_at", "rating")
    )
    url = f"{reverse('ticket-list')}?incubator={incubator.code}"
    found: dict[tuple[str, str], Computed] = {}
    for period in periods:
        first, last = _midnight(period.start, incubator), _midnight(period.end, incubator)
        due = [row for row in rows if row[0] != TicketState.WITHDRAWN and first < row[1] <= last]
        in_time = [row for row in due if row[2] is not None and row[2] <= row[1]]
        ratings = [row[4] for row in rows if row[3] and first <= row[3] < last and row[4] is not None]
        values = (
            (TICKETS[0], Decimal(len(due)) if due else None),
            (TICKETS[1], Decimal(len(in_time)) if due else None),
            (TICKETS[2], satisfaction_percent(ratings)),
        )
        for code, value in values:
            if code in codes and value is not None:
                found[code, period.code] = Computed(value, records=({"label": f"{value}", "url": url},))
    return found


def of_mentoring(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Found:
    """Verified mentoring."""
    start, end = _span(periods)
    days = ServiceRecord.objects.verified().filter(
        incubator=incubator, kind=ServiceKind.MENTORING, on__gte=start, on__lt=end
    )
    url = f"{reverse('service-list')}?incubator={incubator.code}"
    return _counted(codes[0], days.values_list("on", flat=True), periods, url)


def of_events(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Found:
    """Events of the site, counted on the day on which they ended, as outreach counts them."""
    start, end = _span(periods)
    rows = (
        Event.objects.filter(incubator=incubator, cancelled=False)
        .annotate(ended_on=Coalesce("last_on", "starts_on"))
        .filter(ended_on__gte=start, ended_on__lt=end)
    )
    url = f"{reverse('event-list')}?incubator={incubator.code}"
    return _counted(codes[0], rows.values_list("ended_on", flat=True), periods, url)


def of_financing(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Found:
    """Verified equity that reached the enterprises, in yuan at the newest rate of its day.

    An amount without a rate is named and not counted.
    """
    start, end = _span(periods)
    rows = list(
        FinancingEvent.objects.verified()
        .filter(enterprise__incubator=incubator, on__gte=start, on__lt=end, amount__isnull=False)
        .values_list("on", "amount", "currency")
    )
    rates = list(
        ExchangeRate.objects.filter(to_currency=Currency.CNY, on__lt=end).order_by("-on")
        if any(row[2] != Currency.CNY for row in rows)
        else []
    )
    url = f"{reverse('financing-list')}?incubator={incubator.code}"
    found: dict[tuple[str, str], Computed] = {}
    for period in periods:
        held = [row for row in rows if row[0] in period]
        amounts = [_in_yuan(row, rates) for row in held]
        counted = [amount for amount in amounts if amount is not None]
        if held:
            total = round_to_cent(sum(counted, Decimal(0)))
            note = ""
            if len(counted) < len(held):
                note = _("not counted, without an exchange rate: %(count)d") % {
                    "count": len(held) - len(counted)
                }
            link = {"label": fmt.grouped(total), "url": url}
            found[codes[0], period.code] = Computed(total, records=(link,), note=note)
    return found


def _in_yuan(row: tuple[date, Decimal, str], rates: Sequence[ExchangeRate]) -> Decimal | None:
    on, amount, currency = row
    if currency == Currency.CNY:
        return amount
    known = next((rate for rate in rates if rate.currency == currency and rate.on <= on), None)
    return None if known is None else amount * known.rate


def register() -> None:
    """The sources of the neighbouring apps, at start."""
    register_source("tickets", TICKETS, of_tickets)
    register_source("mentoring", ["mentoring_sessions"], of_mentoring)
    register_source("events", ["events_held"], of_events)
    register_source("financing", ["financing_received_yuan"], of_financing)
