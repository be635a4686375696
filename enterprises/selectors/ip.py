"""Lists and counts of intellectual property."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from core.search import fold
from enterprises.models import IpFiling, IpLicence, IpOwner, IpRight
from incubators.models import Incubator


def rights_matching(
    user: Any, *, q: str = "", kind: str = "", office: str = "", incubator: str = "", waiting: bool = False
) -> QuerySet[IpRight]:
    """Rights one may see: by words of the title, name of the enterprise or number of a filing."""
    rows = IpRight.objects.visible_to(user).select_related("enterprise__incubator", "enterprise__park")
    filings = IpFiling.objects.filter(right=OuterRef("pk"))
    if q:
        words = Q()
        for word in fold(q).split():
            words &= Q(search_text__contains=word) | Q(enterprise__search_text__contains=word)
        rows = rows.filter(words | Exists(filings.filter(number__icontains=q.strip())))
    if kind:
        rows = rows.filter(kind=kind)
    if office:
        rows = rows.filter(Exists(filings.filter(office=office)))
    if waiting:
        rows = rows.filter(Exists(filings.filter(verified_at=None, returned_at=None)))
    if incubator:
        rows = rows.filter(enterprise__incubator__code=incubator)
    return rows


def with_parts(rows: QuerySet[IpRight]) -> QuerySet[IpRight]:
    """With owners, filings (and their grants) and licences: three queries for any number of rights."""
    filings = IpFiling.objects.select_related(
        "grant__returned_by", "evidence", "entered_by", "verified_by", "returned_by"
    )
    owners = IpOwner.objects.select_related("enterprise", "person").order_by("-percent", "pk")
    licences = IpLicence.objects.select_related("evidence", "entered_by", "verified_by", "returned_by")
    return rows.prefetch_related(
        Prefetch("owners", owners),
        Prefetch("filings", filings.order_by("filed_on", "pk")),
        Prefetch("licences", licences.order_by("starts_on", "pk")),
    )


def filings_made(incubator: Incubator, start: date, end: date) -> dict[str, int]:
    """Verified filings of an incubator's enterprises in ``[start, end)``, by office."""
    found: dict[str, int] = {}
    rows = IpFiling.objects.verified().filter(
        right__enterprise__incubator=incubator, filed_on__gte=start, filed_on__lt=end
    )
    for office in rows.values_list("office", flat=True):
        found[office] = found.get(office, 0) + 1
    return found
