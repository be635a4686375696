"""What every page says of the reader: whose data this is, and in which role they read it."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import Notice
from incubators.scope import Action, may_somewhere, scope_of


def place(request: HttpRequest) -> dict[str, Any]:
    """``scope_label`` and ``role_label`` for the side bar; one query, and only where they are printed."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    memberships = SimpleLazyObject(lambda: _memberships(user))
    return {
        "scope_label": SimpleLazyObject(lambda: _joined(name for name, _role in memberships)),
        "role_label": SimpleLazyObject(lambda: _joined(role for _name, role in memberships)),
        "unread_notices": SimpleLazyObject(lambda: min(Notice.objects.visible_to(user).unread().count(), 99)),
        "may_enter": may_somewhere(Action.ENTER, user),
        "may_verify": may_somewhere(Action.VERIFY, user) or may_somewhere(Action.VERIFY_MONEY, user),
        "may_evaluate": may_somewhere(Action.EVALUATE, user),
        "may_manage_people": may_somewhere(Action.MANAGE, user),
        "may_check_history": _sees_whole_park(user),
    }


def _sees_whole_park(user: Any) -> bool:
    places = scope_of(user).places(Action.READ)
    return bool(places.everywhere or places.park_ids)


def _joined(words: Iterable[str]) -> str:
    return " · ".join(dict.fromkeys(words))


def _memberships(user: Any) -> list[tuple[str, str]]:
    rows = user.memberships.current(timezone.localdate()).select_related("park", "incubator")
    return [(str(row.park or row.incubator or _("All parks")), row.get_role_display()) for row in rows]
