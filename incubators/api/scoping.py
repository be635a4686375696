"""Whose record it is: the place in the request, the right to change, the lock before the If-Match check."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.generics import get_object_or_404

from core.api.serializers import ByCode
from core.api.views import ResourceViewSet
from core.errors import FieldError, Invalid
from core.models import Tombstone
from incubators.models import Incubator, Park
from incubators.scope import Action, require, require_somewhere, scope_of


class PlaceFields(serializers.Serializer[Any]):
    """``incubator`` by code, or ``park`` by code for a record that no incubator holds.

    Both may be left out by someone who works in one incubator only.
    """

    incubator = ByCode(queryset=Incubator.objects.all(), required=False, allow_null=True)
    park = ByCode(queryset=Park.objects.all(), required=False, allow_null=True)


def place_in(values: dict[str, Any], user: Any) -> tuple[Park, Incubator | None]:
    """Take ``incubator`` and ``park`` out of validated input; the park of an incubator is its own."""
    incubator, park = values.pop("incubator", None), values.pop("park", None)
    if incubator is None and park is None:
        incubator = _only_incubator(user)
    if incubator is not None:
        if incubator.park is None or (park is not None and park.pk != incubator.park_id):
            raise Invalid(
                _("The incubator does not belong to this park."),
                fields=[FieldError("incubator", _("Leave the park out, or name the incubator's own."))],
            )
        return incubator.park, incubator
    if park is None:
        raise Invalid(
            _("It is not clear where this belongs."),
            fields=[FieldError("incubator", _("Name the incubator by its code."), "required")],
        )
    return park, None


def _only_incubator(user: Any) -> Incubator | None:
    places = scope_of(user).places(Action.ENTER)
    if places.everywhere or places.park_ids or len(places.incubator_ids) != 1:
        return None
    return Incubator.objects.select_related("park").get(pk=next(iter(places.incubator_ids)))


class ScopedViewSet(ResourceViewSet):
    """Records of incubators and parks. Refusals come in this order: 404, 403, 428 or 412, 422, 409."""

    tombstone_kind = ""

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        """Park and incubator of a record, as ids."""
        return record.park_id, record.incubator_id

    def require(self, action: Action, record: Any) -> None:
        park_id, incubator_id = self.place_of(record)
        require(action, user=self.request.user, park_id=park_id, incubator_id=incubator_id)

    def require_somewhere(self, action: Action) -> None:
        """Refuse at once whoever may do this nowhere, before reading what he sent."""
        require_somewhere(action, user=self.request.user)

    def lock_for_change(self, record: Any) -> Any:
        """The record again, locked. Services lock in the same order, so that nobody waits in a circle."""
        return type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)

    @contextmanager
    def changing(self, action: Action = Action.ENTER) -> Iterator[Any]:
        """One transaction around a change: visible, allowed, locked, and the version that was read."""
        with transaction.atomic():
            record = self.get_object()
            self.require(action, record)
            self.lock_for_change(record)
            record = self.get_object()
            self.check_if_match(record)
            yield record

    def tombstones_in_scope(self) -> Any:
        places = scope_of(self.request.user).places(Action.READ)
        return Tombstone.objects.filter(
            places.filter(park="park_id", incubator="incubator_id"), kind=self.tombstone_kind
        )


class ByCodeOrId:
    """``incubators/jy-zhangjiang/`` and ``incubators/17/`` are the same record."""

    def get_object(self) -> Any:
        key = str(self.kwargs["code"])  # type: ignore[attr-defined]
        lookup = {"pk": int(key)} if key.isdigit() and len(key) <= 18 else {"code": key}
        return get_object_or_404(self.get_queryset(), **lookup)  # type: ignore[attr-defined]
