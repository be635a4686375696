"""Who already has money for what."""

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from enterprises.models import Enterprise
from ledger.enums import CommitmentState
from ledger.models import Commitment


def standing_grants() -> QuerySet[Commitment]:
    """Commitments that hold: not given back unpaid, and not clawed back as a whole."""
    gone = Q(state=CommitmentState.RELEASED) | Q(
        state=CommitmentState.CLOSED, clawed_amount__gte=F("paid_amount")
    )
    rows: QuerySet[Commitment] = Commitment.objects.exclude(gone)
    return rows


def other_grants(
    enterprise: Enterprise,
    *,
    base: str = "",
    period: tuple[date, date] | None = None,
    excluding: Commitment | None = None,
) -> QuerySet[Commitment]:
    """Grants of an enterprise, itself or through its projects (also merged ones, whose grants moved with
    them), for the same ``base`` where one is named, committed in ``period`` ([start, end)) where one is."""
    rows = standing_grants().filter(Q(enterprise=enterprise) | Q(project__enterprise=enterprise))
    return _narrowed(rows, base, period, excluding)


def grants_beside(commitment: Commitment) -> QuerySet[Commitment]:
    """Other grants of the same beneficiary for the same purpose; of any purpose, where none is named."""
    same = Q(pk__in=[])
    if commitment.enterprise_id:
        same |= Q(enterprise=commitment.enterprise_id) | Q(project__enterprise=commitment.enterprise_id)
    if commitment.project_id:
        same |= Q(project=commitment.project_id)
    if commitment.organisation_id:
        same |= Q(organisation=commitment.organisation_id)
    return _narrowed(
        standing_grants().filter(same), commitment.base, None, commitment if commitment.pk else None
    )


def _narrowed(
    rows: QuerySet[Commitment], base: str, period: tuple[date, date] | None, excluding: Any
) -> QuerySet[Commitment]:
    if base:
        rows = rows.filter(base=base)
    if period is not None:
        rows = rows.filter(on__gte=period[0], on__lt=period[1])
    if excluding is not None:
        rows = rows.exclude(pk=excluding.pk)
    return rows.select_related("budget", "enterprise", "project", "organisation").order_by("-on", "-pk")
