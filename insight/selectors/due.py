"""Everything with a date, for one person: late, this week, later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from core import due
from core.due import DueItem
from incubators.models import Incubator
from incubators.scope import Action, scope_of

HORIZON = timedelta(days=90)


@dataclass(frozen=True)
class Entry:
    """One item as a page prints it."""

    item: DueItem
    place: str
    owner: str
    is_late: bool
    is_escalated: bool
    is_mine: bool


@dataclass(frozen=True)
class Group:
    code: str
    label: str | Promise
    entries: Sequence[Entry]


def due_for(user: Any, *, today: date, until: date | None = None, mine: bool = False) -> list[Entry]:
    """What the person may act on up to ``until`` (90 days ahead by default), soonest first.

    ``mine``: only where the person is in charge, or nobody is and the work is the operator's; a park
    administrator gets his own and what was escalated to him.
    """
    items = list(due.due_items(user=user, until=until or today + HORIZON))
    names = dict(
        User.objects.filter(pk__in={item.owner_id for item in items if item.owner_id}).values_list(
            "pk", "display_name"
        )
    )
    sites = Incubator.objects.in_bulk({item.incubator_id for item in items if item.incubator_id})
    verifies = Role.PARK_ADMIN in scope_of(user).roles
    entries = [
        Entry(
            item=item,
            place=sites[item.incubator_id].name if item.incubator_id in sites else "",
            owner=names.get(item.owner_id, "") if item.owner_id else "",
            is_late=item.is_late(today),
            is_escalated=item.is_escalated(today),
            is_mine=item.owner_id == user.pk or (item.owner_id is None and not verifies),
        )
        for item in items
    ]
    if mine:
        entries = [entry for entry in entries if entry.is_mine or (verifies and entry.is_escalated)]
    return entries


def grouped(entries: Iterable[Entry], *, today: date) -> list[Group]:
    """Late, today, the next seven days, the next four weeks, later; empty groups are left out."""
    bounds = (
        ("late", _("Late"), today - timedelta(days=1)),
        ("today", _("Today"), today),
        ("week", _("In the next seven days"), today + timedelta(days=7)),
        ("month", _("In the next four weeks"), today + timedelta(days=28)),
        ("later", _("Later"), date.max),
    )
    rest = list(entries)
    groups = []
    for code, label, last in bounds:
        inside = [entry for entry in rest if entry.item.on <= last]
        rest = [entry for entry in rest if entry.item.on > last]
        if inside:
            groups.append(Group(code, label, inside))
    return groups


def escalated(user: Any, *, today: date) -> list[Entry]:
    """What is so late that this park administrator is told."""
    places = scope_of(user).places(Action.MANAGE)
    if not (places.everywhere or places.park_ids):
        return []
    return [entry for entry in due_for(user, today=today, until=today) if entry.is_escalated]
