"""Who may do what on the pages of money, and the paper that comes with a form."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.errors import Refused
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from incubators.scope import Action, require, scope_of
from ledger.selectors.lists import commitments_seen, instalments_matching


def refuse(user: Any, action: Action, park_id: int | None, incubator_id: int | None = None) -> None:
    """403 with the reason for whoever may only read."""
    try:
        require(action, user=user, park_id=park_id, incubator_id=incubator_id)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def allows(user: Any, action: Action, park_id: int | None, incubator_id: int | None = None) -> bool:
    return scope_of(user).allows(action, park_id=park_id, incubator_id=incubator_id)


def parks_to_pay(user: Any) -> list[Park]:
    """The parks whose money the person works with."""
    places = scope_of(user).places(Action.PAY)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return list(parks.order_by("sort_key", "pk"))


def stored(request: HttpRequest, park: Park, incubator: Incubator | None, file: Any) -> EvidenceFile | None:
    """Store the paper of a form in the name of whoever may enter there, or pay; nothing without a file."""
    if file is None:
        return None
    user: Any = request.user
    place = {"park_id": park.pk, "incubator_id": incubator.pk if incubator else None}
    right = Action.ENTER if scope_of(user).allows(Action.ENTER, **place) else Action.PAY
    return store_evidence(
        park=park,
        incubator=incubator,
        content=file,
        name=file.name,
        actor=user,
        at=timezone.now(),
        right=right,
    )


def seen_commitment(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(commitments_seen(request.user), pk=pk)


def seen_instalment(request: HttpRequest, pk: int) -> Any:
    rows = instalments_matching(request.user).select_related("evidence", "claimed_by", "verified_by")
    return get_object_or_404(rows, pk=pk)
