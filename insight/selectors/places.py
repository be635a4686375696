"""What belongs to the page of an incubator or park: published statements here, tracked projects there."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from evaluation.models import Indicator
from incubators.models import (
    Agreement,
    Incubator,
    Membership,
    OperatorContract,
    Organisation,
    Park,
    ReportedFigure,
)
from incubators.scope import Action, scope_of
from projects.models import Project, ReportedProject


def incubators_for(user: Any, *, text: str = "", kind: str = "") -> list[Incubator]:
    """The incubators one may see, by park and name; those without a park come last."""
    found = Incubator.objects.visible_to(user).select_related("park", "operator")
    for word in text.split():
        found = found.filter(search_text__contains=word)
    if kind:
        found = found.filter(kind=kind)
    return list(found.order_by("park__sort_key", "park", "-is_enclave", "sort_key", "pk"))


def figures_of(user: Any, *, codes: Sequence[str]) -> list[ReportedFigure]:
    """Published figures and notes about these places, as the person may see them."""
    return list(
        ReportedFigure.objects.visible_to(user)
        .filter(entity_code__in=codes)
        .select_related("park", "incubator", "organisation")
        .order_by("kind", "pk")
    )


def headline_figures(user: Any, incubator_ids: Sequence[int]) -> dict[int, ReportedFigure]:
    """The first published figure of each incubator, for the list; one query."""
    found: dict[int, ReportedFigure] = {}
    figures = (
        ReportedFigure.objects.visible_to(user)
        .filter(incubator__in=incubator_ids, kind="figure", value__isnull=False)
        .exclude(unit__in=["m2", "km2"])
        .order_by("pk")
    )
    for figure in figures:
        found.setdefault(figure.incubator_id or 0, figure)
    return found


def agreements_naming(incubator: Incubator) -> list[Agreement]:
    """Published agreements that name the site or its operator."""
    codes = [incubator.code, *([incubator.operator.code] if incubator.operator else [])]
    return list(Agreement.objects.filter(party_codes__overlap=codes).order_by("date_text", "pk"))


def reported_projects(user: Any, incubator: Incubator) -> list[ReportedProject]:
    """Projects of the press that are credited to the site, alone or jointly."""
    return list(
        ReportedProject.objects.visible_to(user)
        .filter(Q(incubator=incubator) | Q(candidates=incubator))
        .distinct()
        .prefetch_related("candidates")
        .order_by("sort_key", "pk")
    )


def contracts_of(incubator: Incubator) -> list[OperatorContract]:
    return list(
        incubator.contracts.select_related("operator").prefetch_related("targets").order_by("-starts_on")
    )


def indicator_words(contracts: Sequence[OperatorContract]) -> dict[str, tuple[str, str]]:
    """Name and unit of the indicators that these contracts set targets for."""
    codes = {target.indicator for contract in contracts for target in contract.targets.all()}
    chinese = (get_language() or "zh").startswith("zh")
    rows = Indicator.objects.filter(code__in=codes)
    return {row.code: (row.name, row.unit_zh if chinese else row.unit_en) for row in rows}


def members_of(incubator: Incubator) -> list[Membership]:
    """Who works for the site today; its own staff only, not the park's."""
    return list(
        Membership.objects.current(timezone.localdate())
        .filter(incubator=incubator)
        .select_related("user")
        .order_by("role", "user__username")
    )


def latest_projects(user: Any, incubator: Incubator, *, limit: int) -> list[Project]:
    return list(
        Project.objects.visible_to(user)
        .filter(incubator=incubator)
        .select_related("sector")
        .order_by("-updated_at", "-pk")[:limit]
    )


def incubators_of_park(user: Any, park: Park) -> list[Incubator]:
    return list(
        Incubator.objects.visible_to(user)
        .filter(park=park)
        .select_related("operator")
        .order_by("-is_enclave", "sort_key", "pk")
    )


def may_manage(user: Any, park_id: int | None) -> bool:
    return park_id is not None and scope_of(user).allows(Action.MANAGE, park_id=park_id)


def figures_matching(user: Any, *, text: str, kind: str, about: str) -> QuerySet[ReportedFigure]:
    """All published figures one may see, filtered; the list pages through them by key."""
    found = ReportedFigure.objects.visible_to(user).select_related("park", "incubator", "organisation")
    for word in text.split():
        found = found.filter(search_text__contains=word)
    if kind:
        found = found.filter(kind=kind)
    if about:
        found = found.filter(entity_code=about)
    return found


def organisations_matching(*, text: str, kind: str) -> QuerySet[Organisation]:
    found = Organisation.objects.all()
    for word in text.split():
        found = found.filter(search_text__contains=word)
    return found.filter(kind=kind) if kind else found
