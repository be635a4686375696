"""What the lists show, in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min, Prefetch, Q, QuerySet

from core.search import fold
from enterprises.models import Enterprise
from incubators.scope import scope_of
from sharing.calculator import ZERO
from sharing.enums import MissingFigure, SharingBase
from sharing.models import (
    SharingAccrual,
    SharingAgreement,
    SharingEntry,
    SharingLine,
    SharingParty,
    SharingPosting,
    SharingPromise,
    SharingShare,
    SharingTerm,
    SharingVersion,
)

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
    rows = SharingVersion.objects.select_related(
        "agreement__park", "agreement__evidence", "proposed_by", "agreed_by"
    )
    parties = Prefetch("agreement__parties", PARTIES.order_by("position"))
    return rows.prefetch_related(parties, *version_parts()).get(pk=pk)


def version_parts() -> tuple[Any, ...]:
    """Terms with their shares and what they count, and promises: five queries, however many there are."""
    terms = SharingTerm.objects.select_related(
        "holder__park", "holder__organisation", "remainder_to__park", "remainder_to__organisation"
    )
    promises = SharingPromise.objects.select_related(
        "payer__park", "payer__organisation", "payee__park", "payee__organisation"
    )
    return (
        Prefetch("terms", terms),
        "terms__incubators",
        "terms__enterprises",
        Prefetch("terms__shares", SHARES.order_by("party__position")),
        Prefetch("promises", promises),
    )


def entry_parts() -> Any:
    """The postings of entries with their parties, in one query."""
    rows = SharingPosting.objects.select_related("account__party__park", "account__party__organisation")
    return Prefetch("postings", rows.order_by("account__party__position", "account__year", "pk"))


def entries_seen(user: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = SharingEntry.objects.visible_to(user)
    return rows.select_related("by", "agreement", "accrual", "settlement").prefetch_related(entry_parts())


@dataclass
class Seen:
    """What one person sees of a computation; of enterprises of other places only how many and how much."""

    accrual: SharingAccrual
    lines: list[SharingLine]
    missing: list[dict[str, Any]]
    hidden: int = 0
    hidden_amount: Decimal = ZERO
    hidden_missing: int = 0


def computations_seen(user: Any, accruals: Iterable[SharingAccrual]) -> list[Seen]:
    """Each computation with the lines the person may read, in three queries for all of them."""
    rows = list(accruals)
    whole = {row.agreement_id: scope_of(user).sees_whole_park(row.agreement.park_id) for row in rows}
    lines = SharingLine.objects.filter(accrual__in=rows).select_related("enterprise", "term")
    mine = set(SharingLine.objects.visible_to(user).filter(accrual__in=rows).values_list("pk", flat=True))
    named = {item["enterprise"] for row in rows for item in row.missing if item["enterprise"]}
    known = set(Enterprise.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
    found = {row.pk: Seen(row, [], []) for row in rows}
    for line in lines.order_by("term__base", "enterprise"):
        seen = found[line.accrual_id]
        if line.pk in mine:
            seen.lines.append(line)
        else:
            seen.hidden += 1
            seen.hidden_amount += line.amount
    for row in rows:
        seen = found[row.pk]
        for item in row.missing:
            if whole[row.agreement_id] or item["enterprise"] in known:
                labels = {
                    "reason_label": MissingFigure(item["reason"]).label,
                    "base_label": SharingBase(item["base"]).label,
                }
                seen.missing.append({**item, **labels})
            else:
                seen.hidden_missing += 1
    return [found[row.pk] for row in rows]
