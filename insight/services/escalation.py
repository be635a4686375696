"""What stays undone too long is told to the park administrator, once."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from accounts.services import notify
from incubators.models import Membership
from insight.selectors.due import Entry, escalated


def escalate(*, at: datetime) -> int:
    """Tell each park administrator of what is newly too late. Running it again tells nobody twice."""
    told = 0
    members = Membership.objects.filter(role=Role.PARK_ADMIN, user__is_active=True).select_related(
        "user", "park"
    )
    people: dict[int, tuple[User, str]] = {}
    for member in members.order_by("pk"):
        if member.park is not None:
            people.setdefault(member.user_id, (member.user, member.park.time_zone))
    for user, zone in people.values():
        today = at.astimezone(ZoneInfo(zone)).date()
        for entry in escalated(user, today=today):
            _tell(user, entry, at)
            told += 1
    return told


def _tell(user: User, entry: Entry, at: datetime) -> None:
    item = entry.item

    def text() -> str:
        return _("Late since %(day)s: %(title)s · %(subject)s %(place)s") % {
            "day": item.on,
            "title": item.title,
            "subject": item.subject,
            "place": entry.place,
        }

    key = f"late:{item.kind}:{item.on}:{item.url}"[:120]
    notify(users=[user], kind="escalation", text=text, url=item.url, key=key, at=at)
