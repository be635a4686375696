"""What falls due around enterprises: filings, titles, rent-free times, occupancies, lists."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.due import DueItem
from enterprises.enums import FilingStatus
from enterprises.ladder import BESIDE, RUNGS
from enterprises.models import Enterprise, IpFiling, Occupancy, Recognition, WhitelistEntry

#: What has ended cannot be put off; after so many days it is no news any more.
FORGOTTEN_AFTER = timedelta(days=120)
OPEN = (FilingStatus.PENDING, FilingStatus.PUBLISHED, FilingStatus.GRANTED)


def due_of(*, user: Any, until: date) -> Iterator[DueItem]:
    """Four queries for any number of records."""
    yield from _filings(user, until)
    yield from _titles(user, until)
    yield from _occupancies(user, until)
    yield from _lists(user, until)


def _filings(user: Any, until: date) -> Iterator[DueItem]:
    rows = (
        IpFiling.objects.visible_to(user)
        .filter(next_deadline_on__lte=until, status__in=OPEN)
        .select_related("right__enterprise")
    )
    for row in rows:
        enterprise = row.right.enterprise
        yield DueItem(
            kind="filing",
            title=format_lazy(
                "{step}{colon}{title} ({office} {number})",
                step=row.get_next_step_display(),
                colon=_(": "),
                title=row.right.name_zh,
                office=row.office,
                number=row.number,
            ),
            on=row.next_deadline_on,
            url=reverse("ip-detail", args=[row.right_id]),
            park_id=enterprise.park_id,
            incubator_id=enterprise.incubator_id,
            subject=enterprise.name_zh,
            icon="bulb",
        )


def _titles(user: Any, until: date) -> Iterator[DueItem]:
    """Titles of the ladder that end, where no newer one of the kind goes on."""
    newer = Recognition.objects.filter(
        Q(expires_on=None) | Q(expires_on__gt=OuterRef("expires_on")),
        enterprise=OuterRef("enterprise"),
        kind=OuterRef("kind"),
    )
    rows = (
        Recognition.objects.visible_to(user)
        .verified()
        .filter(
            ~Exists(newer),
            kind__in=(*RUNGS, *BESIDE),
            expires_on__lte=until,
            expires_on__gt=until - FORGOTTEN_AFTER,
        )
        .select_related("enterprise")
    )
    for row in rows:
        yield _of(
            row.enterprise,
            kind="title",
            title=format_lazy(_("{title} ends: have it renewed"), title=row.get_kind_display()),
            on=row.expires_on,
            anchor="#ladder",
            icon="award",
        )


def _occupancies(user: Any, until: date) -> Iterator[DueItem]:
    since = until - FORGOTTEN_AFTER
    rows = (
        Occupancy.objects.visible_to(user)
        .filter(
            Q(rent_free_until__lte=until, rent_free_until__gt=since)
            | Q(ends_on__lte=until, ends_on__gt=since)
        )
        .select_related("space__incubator", "enterprise")
    )
    for row in rows:
        for kind, day, words in (
            ("rent_free", row.rent_free_until, _("{enterprise}: rent-free time in {space} ends")),
            ("occupancy", row.ends_on, _("{enterprise}: stay in {space} ends")),
        ):
            if day is not None and since < day <= until and not (kind == "rent_free" and day == row.ends_on):
                yield DueItem(
                    kind=kind,
                    title=format_lazy(words, enterprise=row.enterprise.name_zh, space=row.space.name_zh),
                    on=day,
                    url=reverse("space-detail", args=[row.space_id]),
                    park_id=row.space.incubator.park_id,
                    incubator_id=row.space.incubator_id,
                    subject=row.enterprise.name_zh,
                    icon="building",
                )


def _lists(user: Any, until: date) -> Iterator[DueItem]:
    rows = (
        WhitelistEntry.objects.visible_to(user)
        .verified()
        .filter(ends_on__lte=until, ends_on__gt=until - FORGOTTEN_AFTER)
        .select_related("enterprise")
    )
    for row in rows:
        yield _of(
            row.enterprise,
            kind="whitelist",
            title=format_lazy(_("Place on “{list}” ends"), list=row.list_name),
            on=row.ends_on,
            anchor="#financing",
            icon="list-check",
        )


def _of(enterprise: Enterprise, *, kind: str, title: Any, on: Any, anchor: str, icon: str) -> DueItem:
    return DueItem(
        kind=kind,
        title=format_lazy("{name}{colon}{title}", name=enterprise.name_zh, colon=_(": "), title=title),
        on=on,
        url=reverse("enterprise-detail", args=[enterprise.pk]) + anchor,
        park_id=enterprise.park_id,
        incubator_id=enterprise.incubator_id,
        subject=enterprise.name_zh,
        icon=icon,
    )
