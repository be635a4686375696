"""Agreements that end, shares that are not settled, and what waits for a second person."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.due import DueItem, Waiting
from incubators.scope import Action, Places, scope_of
from sharing.calculator import next_reminder
from sharing.models import SharingAccount, SharingAgreement, SharingSettlement, SharingVersion
from sharing.selectors.standing import standings_of

TITLES = {
    180: gettext_lazy("A sharing agreement ends in half a year"),
    90: gettext_lazy("A sharing agreement ends in three months"),
    30: gettext_lazy("A sharing agreement ends in a month"),
    0: gettext_lazy("A sharing agreement ends today"),
}


def _of_parks(places: Places, path: str) -> Q:
    return ~Q(pk__in=[]) if places.everywhere else Q(**{f"{path}__in": sorted(places.park_ids)})


def due_shares(*, user: Any, until: date) -> Iterator[DueItem]:
    """For whoever pays there: agreements that end (180, 90, 30 days before) and shares to be settled."""
    places = scope_of(user).places(Action.PAY)
    if not places:
        return
    today = timezone.localdate()
    rows = (
        SharingAgreement.objects.filter(_of_parks(places, "park"))
        .annotate(ends=Max("versions__valid_until", filter=Q(versions__state="agreed")))
        .select_related("park")
    )
    for row in rows.filter(ends__gte=today):
        on = next_reminder(row.ends, today)
        if on is not None and on <= until:
            yield DueItem(
                kind="sharing",
                title=TITLES.get((row.ends - on).days, TITLES[0]),
                on=on,
                url=reverse("sharing-detail", args=[row.pk]),
                park_id=row.park_id,
                subject=row.name,
                icon="calendar-due",
                escalates_after=None,
            )
    yield from _unsettled(places, until)


def _unsettled(places: Places, until: date) -> Iterator[DueItem]:
    owing = SharingAccount.objects.filter(_of_parks(places, "agreement__park"), accrued__lt=0)
    open_ids = {row.agreement_id for row in owing.only("agreement", "accrued", "settled") if row.open < 0}
    agreements = SharingAgreement.objects.filter(pk__in=open_ids).select_related("park")
    for standing in standings_of(agreements).values():
        for year in standing.years:
            if year.due_on is not None and year.due_on <= until and year.is_open:
                yield DueItem(
                    kind="sharing",
                    title=_("Settle the shares of %(year)d") % {"year": year.year},
                    on=year.due_on,
                    url=reverse("sharing-detail", args=[standing.agreement.pk]),
                    park_id=standing.agreement.park_id,
                    subject=standing.agreement.name,
                    icon="scale",
                )


def waiting_shares(*, user: Any, limit: int) -> Iterator[Waiting]:
    """Terms that wait for a second signature, settlements that wait for confirmation; two queries."""
    scope = scope_of(user)
    verify = scope.places(Action.VERIFY_MONEY)
    if verify:
        rows = SharingVersion.objects.filter(_of_parks(verify, "agreement__park"), state="proposed")
        for row in rows.select_related("agreement__park", "proposed_by").order_by("proposed_at")[:limit]:
            yield Waiting(
                kind="sharing",
                word=_("Terms of a sharing agreement"),
                label=row.agreement.name,
                since=row.proposed_at,  # type: ignore[arg-type]
                url=reverse("sharing-version", args=[row.pk]),
                place=row.agreement.park.name,
                by=str(row.proposed_by or ""),
                is_own=row.proposed_by_id == user.pk,
                icon="certificate",
            )
        yield from _settlements(user, verify, limit)


def _settlements(user: Any, places: Places, limit: int) -> Iterator[Waiting]:
    rows = SharingSettlement.objects.filter(_of_parks(places, "agreement__park"), state="reported")
    for row in rows.select_related("agreement__park", "recorded_by").order_by("recorded_at")[:limit]:
        yield Waiting(
            kind="sharing",
            word=_("Settlement between regions"),
            label=row.agreement.name,
            since=row.recorded_at,
            url=reverse("sharing-settlement", args=[row.pk]),
            place=row.agreement.park.name,
            by=str(row.recorded_by or ""),
            is_own=row.recorded_by_id == user.pk,
            icon="cash",
        )
