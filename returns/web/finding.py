"""A return for a page: seen by the person or not there at all."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from incubators.scope import Action, scope_of
from returns.models import PeriodReturn


def find(pk: int, user: Any) -> PeriodReturn:
    record = (
        PeriodReturn.objects.visible_to(user)
        .select_related(
            "incubator__park",
            "duty__contract",
            "submitted_by",
            "verified_by",
            "returned_by",
            "published_by",
            "changed_by",
        )
        .filter(pk=pk)
        .first()
    )
    if record is None:
        raise Http404(_("There is no such return in your care."))
    found: PeriodReturn = record
    return found


def may(user: Any, action: Action, record: PeriodReturn) -> bool:
    return scope_of(user).allows(action, park_id=record.incubator.park_id, incubator_id=record.incubator_id)
