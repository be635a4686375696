"""Who may do what on these pages, and files that come with a form."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refused
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from incubators.scope import Action, may_somewhere, require, scope_of


def refuse_outsiders(user: Any, action: Action) -> None:
    """403 for whoever may do this nowhere, before a form is shown to him."""
    if not may_somewhere(action, user):
        raise PermissionDenied(_("Only operators and park administrators can enter records."))


def refuse(user: Any, action: Action, park_id: int | None, incubator_id: int | None) -> None:
    """403 with the reason for whoever may only read."""
    try:
        require(action, user=user, park_id=park_id, incubator_id=incubator_id)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def allows(user: Any, action: Action, park_id: int | None, incubator_id: int | None) -> bool:
    return scope_of(user).allows(action, park_id=park_id, incubator_id=incubator_id)


def sites_to_enter(user: Any) -> list[Incubator]:
    sites = Incubator.objects.allowing(Action.ENTER, user).operating().filter(park__isnull=False)
    return list(sites.select_related("park").order_by("sort_key", "pk"))


def store_files(
    request: HttpRequest, park: Park, incubator: Incubator | None, files: list[Any]
) -> list[EvidenceFile]:
    """Store what came with a form. ``Invalid`` names a file that is refused; call it inside a transaction."""
    user: Any = request.user
    return [
        store_evidence(
            park=park,
            incubator=incubator,
            content=file,
            name=file.name,
            kind=EvidenceKind.OTHER,
            actor=user,
            at=timezone.now(),
        )
        for file in files
    ]
