"""What waits for a second person around enterprises. Figures and titles are in the inbox by themselves;
filings and talent results that are counted stand there as their titles."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from core.due import Waiting
from enterprises.models import (
    FinancingEvent,
    IpFiling,
    IpGrant,
    IpLicence,
    Loan,
    RiskShare,
    StatedFact,
    TalentResult,
    WhitelistEntry,
)
from incubators.scope import Action, scope_of

#: Model, the way to its enterprise, its icon.
KINDS: tuple[tuple[Any, str, str], ...] = (
    (IpFiling, "right__enterprise", "bulb"),
    (IpGrant, "filing__right__enterprise", "award"),
    (IpLicence, "right__enterprise", "certificate"),
    (TalentResult, "person__enterprise", "user-check"),
    (FinancingEvent, "enterprise", "coins"),
    (Loan, "enterprise", "cash"),
    (RiskShare, "loan__enterprise", "scale"),
    (WhitelistEntry, "enterprise", "list-check"),
    (StatedFact, "enterprise", "stack-2"),
)


def waiting_of(*, user: Any, limit: int) -> Iterator[Waiting]:
    """Oldest first within each kind; one query per kind."""
    places = scope_of(user).places(Action.VERIFY)
    for model, path, icon in KINDS:
        rows = (
            model.objects.visible_to(user)
            .filter(
                places.filter(park=f"{path}__park", incubator=f"{path}__incubator"),
                verified_at=None,
                returned_at=None,
            )
            .select_related(f"{path}__incubator", f"{path}__park", "entered_by")
            .order_by("entered_at", "pk")
        )
        if model in (IpFiling, TalentResult):
            rows = rows.filter(recognition=None)
        for row in rows[:limit]:
            place = row.owner.incubator or row.owner.park
            yield Waiting(
                kind=str(model._meta.model_name),
                word=model._meta.verbose_name,
                label=_label(row),
                since=row.entered_at,
                url=_page(row),
                place=place.name,
                by=str(row.entered_by),
                is_own=row.entered_by_id == user.pk,
                icon=icon,
            )


@dataclass(frozen=True)
class Returned:
    """A record that its verifier sent back, where it is mended."""

    record: Any
    word: Any
    label: str
    url: str


def returned_records(user: Any, *, limit: int) -> list[Returned]:
    """What came back to the places where this person enters, newest first; one query per kind."""
    places = scope_of(user).places(Action.ENTER)
    found = []
    for model, path, _icon in KINDS:
        rows = (
            model.objects.visible_to(user)
            .filter(
                places.filter(park=f"{path}__park", incubator=f"{path}__incubator"), returned_at__isnull=False
            )
            .select_related(path, "returned_by")
            .order_by("-returned_at", "-pk")
        )
        found += [Returned(row, model._meta.verbose_name, _label(row), _page(row)) for row in rows[:limit]]
    return sorted(found, key=lambda item: item.record.returned_at, reverse=True)[:limit]


def _label(row: Any) -> str:
    name = row.owner.name
    return str(row) if name in str(row) else f"{name} · {row}"


def _page(row: Any) -> str:
    """Where the record is looked at and verified."""
    if isinstance(row, IpFiling | IpLicence):
        return reverse("ip-detail", args=[row.right_id])
    if isinstance(row, IpGrant):
        return reverse("ip-detail", args=[row.filing.right_id])
    if isinstance(row, TalentResult):
        return reverse("talent-detail", args=[row.person_id])
    if isinstance(row, StatedFact):
        return reverse("ladder-check", args=[row.enterprise_id])
    return reverse("enterprise-detail", args=[row.owner.pk]) + "#financing"
