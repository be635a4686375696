"""How far an agent has come, what is owed for it, and what waits for the park."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core.due import Waiting
from incubators.scope import Action, scope_of
from outreach.models import Introduction, Mandate
from outreach.stages import OF_PROJECT, reached_at_least


@dataclass(frozen=True)
class Progress:
    """``credited`` were agreed by the park; ``succeeded`` of them reached what the fee is owed for."""

    waiting: int = 0
    credited: int = 0
    succeeded: int = 0
    fee_owed: Decimal | None = None


def progress_of(mandates: Iterable[Mandate]) -> dict[int, Progress]:
    """By mandate; one query. Owed is not paid: payments are kept in the books of the park."""
    rows = list(mandates)
    counted: dict[int, Any] = {
        row["mandate"]: row
        for row in Introduction.objects.filter(mandate__in=[row.pk for row in rows])
        .order_by()
        .values("mandate")
        .annotate(
            waiting=Count("pk", filter=Q(verified_at=None, returned_at=None)),
            credited=Count("pk", filter=Q(verified_at__isnull=False)),
            **{
                stage: Count("pk", filter=Q(verified_at__isnull=False) & _got_to(stage))
                for stage in ("signed", "landed")
            },
        )
    }
    return {mandate.pk: _progress(mandate, counted.get(mandate.pk)) for mandate in rows}


def _got_to(stage: str) -> Q:
    """By the lead where there is one, else by where the project stands."""
    standing = [code for code, reached in OF_PROJECT.items() if reached in reached_at_least(stage)]
    return Q(lead__reached__in=reached_at_least(stage)) | Q(lead=None, project__stage__in=standing)


def _progress(mandate: Mandate, row: Any) -> Progress:
    if row is None:
        return Progress(fee_owed=None if mandate.fee_amount is None else Decimal(0))
    succeeded = row[mandate.success_stage]
    return Progress(
        waiting=row["waiting"],
        credited=row["credited"],
        succeeded=succeeded,
        fee_owed=None if mandate.fee_amount is None else mandate.fee_amount * succeeded,
    )


def waiting_introductions(*, user: Any, limit: int) -> Iterator[Waiting]:
    """Claims that this person may agree to, oldest first; one query."""
    places = scope_of(user).places(Action.VERIFY)
    rows = (
        Introduction.objects.filter(
            places.filter(park="mandate__park", incubator="mandate__incubator"),
            verified_at=None,
            returned_at=None,
        )
        .select_related(
            "lead", "project", "entered_by", "mandate__agent", "mandate__incubator", "mandate__park"
        )
        .order_by("entered_at", "pk")[:limit]
    )
    for claim in rows:
        yield Waiting(
            kind="introduction",
            word=_("Introduction to agree to"),
            label=f"{claim.subject.name} · {claim.mandate.agent_words}",
            since=claim.entered_at,
            url=reverse("mandate-detail", args=[claim.mandate_id]) + "#introductions",
            place=claim.mandate.place.name,
            by=str(claim.entered_by),
            is_own=claim.entered_by_id == user.pk,
            icon="briefcase",
        )
