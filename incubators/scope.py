"""Who may see and do what: the only source of scope in the system.

A membership gives a person a role in one park, in one incubator, or (auditors) everywhere. A stranger's
record does not exist for a person (404); a reader's attempt to write is refused (403).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from core.errors import Refused


class Action(StrEnum):
    READ = "read"
    ENTER = "enter"
    VERIFY = "verify"
    VERIFY_MONEY = "verify_money"
    PAY = "pay"
    EVALUATE = "evaluate"
    MANAGE = "manage"


ALLOWED: Mapping[str, frozenset[Action]] = {
    Role.OPERATOR: frozenset({Action.READ, Action.ENTER, Action.EVALUATE}),
    Role.PARK_ADMIN: frozenset(Action),
    Role.FINANCE: frozenset({Action.READ, Action.VERIFY_MONEY, Action.PAY, Action.EVALUATE}),
    Role.EXPERT: frozenset(),
    Role.AUDITOR: frozenset({Action.READ, Action.EVALUATE}),
    Role.API_CLIENT: frozenset({Action.READ, Action.ENTER, Action.EVALUATE}),
}


@dataclass(frozen=True)
class Scope:
    """What one person's memberships add up to on one day."""

    everywhere: frozenset[Action] = frozenset()
    parks: Mapping[int, frozenset[Action]] = field(default_factory=dict)
    incubators: Mapping[int, frozenset[Action]] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    incubator_parks: Mapping[int, int] = field(default_factory=dict)

    def actions(self, *, park_id: int | None, incubator_id: int | None) -> frozenset[Action]:
        """Everything the person may do with a record of this park and incubator."""
        granted = self.everywhere
        if park_id is not None:
            granted |= self.parks.get(park_id, frozenset())
        if incubator_id is not None:
            granted |= self.incubators.get(incubator_id, frozenset())
        return granted

    def allows(self, action: Action, *, park_id: int | None, incubator_id: int | None = None) -> bool:
        return action in self.actions(park_id=park_id, incubator_id=incubator_id)

    def sees_whole_park(self, park_id: int) -> bool:
        return self.allows(Action.READ, park_id=park_id)

    def places(self, action: Action) -> "Places":
        """The parks and incubators in which the person may do this."""
        return Places(
            everywhere=action in self.everywhere,
            park_ids=frozenset(key for key, actions in self.parks.items() if action in actions),
            incubator_ids=frozenset(key for key, actions in self.incubators.items() if action in actions),
        )


@dataclass(frozen=True)
class Places:
    everywhere: bool
    park_ids: frozenset[int]
    incubator_ids: frozenset[int]

    def __bool__(self) -> bool:
        """Whether there is any place at all."""
        return bool(self.everywhere or self.park_ids or self.incubator_ids)

    def filter(self, *, park: str, incubator: str) -> Q:
        """A condition on two lookup paths, such as ``project__park`` and ``project__incubator``."""
        if self.everywhere:
            return ~Q(pk__in=[])  # true, also where it is joined to another condition by "or"
        if not self.park_ids and not self.incubator_ids:
            return Q(pk__in=[])
        condition = Q()
        if self.park_ids:
            condition |= Q(**{f"{park}__in": sorted(self.park_ids)})
        if self.incubator_ids:
            condition |= Q(**{f"{incubator}__in": sorted(self.incubator_ids)})
        return condition


NOWHERE = Scope()


def scope_of(user: User | AnonymousUser | None, *, on: date | None = None) -> Scope:
    """The scope of a person today; read once per request (the user object remembers it)."""
    if user is None or not user.is_authenticated or not user.is_active:
        return NOWHERE
    day = on or timezone.localdate()
    remembered: tuple[date, Scope] | None = getattr(user, "_scope", None)
    if remembered and remembered[0] == day:
        return remembered[1]
    scope = _read_scope(user, day)
    user._scope = (day, scope)  # type: ignore[attr-defined]
    return scope


def _read_scope(user: Any, day: date) -> Scope:
    if user.is_superuser:
        return Scope(everywhere=frozenset(Action), roles=frozenset({Role.PARK_ADMIN}))
    everywhere: frozenset[Action] = frozenset()
    parks: dict[int, frozenset[Action]] = {}
    incubators: dict[int, frozenset[Action]] = {}
    incubator_parks: dict[int, int] = {}
    roles: set[str] = set()
    for role, park_id, incubator_id, home_id in _current_memberships(user.pk, day):
        roles.add(role)
        allowed = ALLOWED[role]
        if park_id is not None:
            parks[park_id] = parks.get(park_id, frozenset()) | allowed
        elif incubator_id is not None:
            incubators[incubator_id] = incubators.get(incubator_id, frozenset()) | allowed
            incubator_parks[incubator_id] = home_id
        else:
            everywhere |= allowed
    return Scope(everywhere, parks, incubators, frozenset(roles), incubator_parks)


#: The same rows as ``user.memberships.current(day)``. Every request passes here, and building the query costs
#: several times what the database needs to answer it.
_MEMBERSHIPS = """
SELECT m.role, m.park_id, m.incubator_id, i.park_id
FROM incubators_membership m LEFT JOIN incubators_incubator i ON i.id = m.incubator_id
WHERE m.user_id = %s AND m.starts_on <= %s AND (m.ends_on IS NULL OR m.ends_on > %s)
"""


def _current_memberships(user_id: int, day: date) -> list[tuple[str, int | None, int | None, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERSHIPS, [user_id, day, day])
        return list(cursor.fetchall())


def require(
    action: Action, *, user: User | None, park_id: int | None, incubator_id: int | None = None
) -> None:
    """Refuse (403) unless the person may do this there. Services call it; ``user`` None is the system."""
    if user is None:
        return
    if not scope_of(user).allows(action, park_id=park_id, incubator_id=incubator_id):
        raise Refused(REFUSALS[action]())


def may_somewhere(action: Action, user: Any) -> bool:
    """Whether there is any place in which the person may do this."""
    return bool(scope_of(user).places(action))


def require_somewhere(action: Action, *, user: Any) -> None:
    """Refuse at once whoever may do this nowhere, before a form is shown or what he sent is read."""
    if not may_somewhere(action, user):
        raise Refused(REFUSALS[action]())


REFUSALS = {
    Action.READ: lambda: _("This record belongs to another incubator or park."),
    Action.ENTER: lambda: _(
        "You can read this, but only its operator or the park administrator can change it."
    ),
    Action.VERIFY: lambda: _("Only the park administrator can verify this."),
    Action.VERIFY_MONEY: lambda: _("Only the park administrator or the finance officer can verify money."),
    Action.PAY: lambda: _("Only the finance officer or the park administrator can book or pay money."),
    Action.EVALUATE: lambda: _("Only the operator and the park's own staff can run evaluations here."),
    Action.MANAGE: lambda: _("Only the park administrator can change this."),
}
