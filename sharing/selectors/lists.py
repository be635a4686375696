"""What the lists show, in a fixed number of queries."""

from typing import Any

from django.db.models import Max, Min, Prefetch, Q, QuerySet

from core.search import fold
from sharing.models import SharingAgreement, SharingEntry, SharingParty, SharingShare, SharingVersion

AGREED = Q(versions__state="agreed")
PARTIES = SharingParty.objects.select_related("park", "organisation")
SHARES = SharingShare.objects.select_related("party__park", "party__organisation")


def agreements_matching(user: Any, *, q: str = "", state: str = "", today: Any = None) -> QuerySet[Any]:
    """Agreements one may see, with their first and last agreed day; ``state`` in_force, expired, draft."""
    rows = (
        SharingAgreement.objects.visible_to(user)
        .select_related("park")
        .prefetch_related(Prefetch("parties", PARTIES.order_by("position")))
        .annotate(
            begins=Min("versions__valid_from", filter=AGREED),
            ends=Max("versions__valid_until", filter=AGREED),
        )
    )
    for word in fold(q).split():
        rows = rows.filter(search_text__contains=word)
    if state == "in_force":
        rows = rows.filter(begins__lte=today, ends__gt=today)
    elif state == "expired":
        rows = rows.filter(ends__lte=today)
    elif state == "draft":
        rows = rows.filter(ends=None)
    return rows


def whole_version(pk: int) -> Any:
    """A version with everything that belongs to it, in a fixed number of queries."""
    return (
        SharingVersion.objects.select_related(
            "agreement__park", "agreement__evidence", "proposed_by", "agreed_by"
        )
        .prefetch_related(
            Prefetch(
                "agreement__parties",
                SharingParty.objects.select_related("park", "organisation").order_by("position"),
            ),
            "terms__incubators",
            "terms__enterprises",
            Prefetch(
                "terms__shares",
                SharingShare.objects.select_related("party__park", "party__organisation").order_by(
                    "party__position"
                ),
            ),
            "terms__holder__park",
            "terms__holder__organisation",
            "terms__remainder_to__park",
            "terms__remainder_to__organisation",
            "promises__payer__park",
            "promises__payer__organisation",
            "promises__payee__park",
            "promises__payee__organisation",
        )
        .get(pk=pk)
    )


def entries_seen(user: Any) -> QuerySet[Any]:
    return (
        SharingEntry.objects.visible_to(user)
        .select_related("by", "agreement", "accrual", "settlement")
        .prefetch_related("postings__account__party__park", "postings__account__party__organisation")
    )
