"""Who may do what on the pages of sharing."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.errors import Refused
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Park
from incubators.scope import Action, require, require_somewhere, scope_of
from sharing.models import (
    SharingAccrual,
    SharingAgreement,
    SharingDispute,
    SharingSettlement,
    SharingVersion,
)


def refuse(user: Any, action: Action, park_id: int | None = None) -> None:
    """403 with the reason for whoever may only read: there, or anywhere."""
    try:
        if park_id is None:
            require_somewhere(action, user=user)
        else:
            require(action, user=user, park_id=park_id)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def allows(user: Any, action: Action, park_id: int | None) -> bool:
    return scope_of(user).allows(action, park_id=park_id)


def parks_to_manage(user: Any) -> Any:
    """The parks that the person administers."""
    places = scope_of(user).places(Action.MANAGE)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return parks.order_by("sort_key", "pk")


def seen_agreement(request: HttpRequest, pk: int) -> SharingAgreement:
    rows = SharingAgreement.objects.visible_to(request.user).select_related("park", "evidence", "entered_by")
    found: SharingAgreement = get_object_or_404(rows, pk=pk)
    return found


def seen_version(request: HttpRequest, pk: int) -> SharingVersion:
    rows = SharingVersion.objects.visible_to(request.user).select_related("agreement__park")
    found: SharingVersion = get_object_or_404(rows, pk=pk)
    return found


def seen_accrual(request: HttpRequest, pk: int) -> SharingAccrual:
    rows = SharingAccrual.objects.visible_to(request.user)
    found: SharingAccrual = get_object_or_404(
        rows.select_related("agreement__park", "version", "computed_by", "entry"), pk=pk
    )
    return found


def seen_settlement(request: HttpRequest, pk: int) -> SharingSettlement:
    rows = SharingSettlement.objects.visible_to(request.user).select_related(
        "agreement__park", "evidence", "recorded_by", "confirmed_by"
    )
    found: SharingSettlement = get_object_or_404(
        rows.select_related("payer__park", "payer__organisation", "payee__park", "payee__organisation"), pk=pk
    )
    return found


def seen_dispute(request: HttpRequest, pk: int) -> SharingDispute:
    rows = SharingDispute.objects.visible_to(request.user).select_related("agreement__park")
    found: SharingDispute = get_object_or_404(rows, pk=pk)
    return found


def stored(request: HttpRequest, park: Park, file: Any) -> EvidenceFile | None:
    """Store the paper of a form in the name of whoever pays there; nothing without a file."""
    if file is None:
        return None
    user: Any = request.user
    return store_evidence(
        park=park,
        incubator=None,
        content=file,
        name=file.name,
        actor=user,
        at=timezone.now(),
        right=Action.PAY,
    )
