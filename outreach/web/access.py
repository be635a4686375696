"""Whose record it is: 404 for strangers, 403 for readers who want to write, buttons that fit."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.errors import Refused
from incubators.scope import Action, may_somewhere, require, scope_of
from outreach.models import Placed

R = TypeVar("R", bound=Placed)


@dataclass(frozen=True)
class Rights:
    """What the reader may do with one record."""

    user_id: int
    enter: bool
    verify: bool


def rights_in(user: Any, record: Placed) -> Rights:
    actions = scope_of(user).actions(park_id=record.park_id, incubator_id=record.incubator_id)
    return Rights(user.pk, enter=Action.ENTER in actions, verify=Action.VERIFY in actions)


def visible(request: HttpRequest, model: type[R], pk: int, *related: str) -> R:
    rows: Any = model.objects.visible_to(request.user)  # type: ignore[attr-defined]
    record: R = get_object_or_404(rows.select_related("park", "incubator", *related), pk=pk)
    return record


def writable(request: HttpRequest, model: type[R], pk: int, *related: str) -> R:
    record = visible(request, model, pk, *related)
    allow(request, record, Action.ENTER)
    return record


def allow(request: HttpRequest, record: Placed, action: Action) -> None:
    user: Any = request.user
    try:
        require(action, user=user, park_id=record.park_id, incubator_id=record.incubator_id)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def must_enter_somewhere(user: Any) -> None:
    if not may_somewhere(Action.ENTER, user):
        raise PermissionDenied(
            _("You can read this, but only operators and park administrators enter records.")
        )
