"""One mail a day with everything that waits, instead of one mail per event."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Notice, User
from core.errors import FieldError, Invalid, Refused
from core.saving import assign, save_checked
from insight.due import may_send
from insight.enums import DigestState
from insight.models import Digest, DigestPreference
from insight.selectors.due import due_for, grouped

PREFERENCE_FIELDS = ("rhythm", "hour", "quiet_from", "quiet_until", "time_zone")
MOST_ATTEMPTS = 4
MOST_LINES = 10  # of one group; above it the mail counts and links
AHEAD = timedelta(days=7)
#: Longer than any mail server may think about it; a claim older than this is a worker that died.
CLAIM = timedelta(minutes=15)


def preference_of(user: User, *, at: datetime) -> DigestPreference:
    """The stored preference, or the one that holds without any, in the zone where the person works."""
    stored = DigestPreference.objects.filter(user=user).first()
    return stored or DigestPreference(user=user, time_zone=_zone_of(user, at))


def _zone_of(user: User, at: datetime) -> str:
    rows = user.memberships.current(at.date()).select_related("park", "incubator")
    return next((place.time_zone for row in rows if (place := row.incubator or row.park)), settings.TIME_ZONE)


@transaction.atomic
def save_preference(*, user: User, values: Mapping[str, Any], actor: User, at: datetime) -> DigestPreference:
    """Say when one wants the digest. Only for oneself; it is no record that counts, so it has no history."""
    if actor != user:
        raise Refused(_("You can change your own settings only."))
    preference = DigestPreference.objects.select_for_update().filter(user=user).first()
    preference = preference or DigestPreference(user=user, time_zone=_zone_of(user, at))
    assign(preference, values, allowed=PREFERENCE_FIELDS)
    if preference.time_zone not in available_timezones():
        message = _("“%(name)s” is not a time zone.") % {"name": preference.time_zone}
        raise Invalid(message, fields=[FieldError("time_zone", message, "unknown")])
    return save_checked(preference)


def send_due_digests(*, at: datetime) -> int:
    """Send every digest whose hour has come; how many mails went out. Safe to run twice and side by side."""
    people = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    return sum(
        send_digest(user=user, at=at) == DigestState.SENT
        for user in people.select_related("digest_preference")
    )


def send_digest(*, user: User, at: datetime) -> str:
    """The digest of this person's day, at most once. Returns its state, or "" where it is not its time."""
    preference = preference_of(user, at=at)
    local = at.astimezone(ZoneInfo(preference.time_zone))
    if not user.email or not may_send(
        local,
        rhythm=preference.rhythm,
        hour=preference.hour,
        quiet_from=preference.quiet_from,
        quiet_until=preference.quiet_until,
    ):
        return ""
    digest = _claimed(user, local, at)
    if digest is None:
        return ""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        return _send(digest, user, local, at)


def _claimed(user: User, local: datetime, at: datetime) -> Digest | None:
    """The row of the day, ours alone; None where somebody else has it or it is done."""
    try:
        with transaction.atomic():
            return Digest.objects.create(user=user, on=local.date(), state=DigestState.SENDING, claimed_at=at)
    except IntegrityError:
        again = Digest.objects.filter(
            user=user, on=local.date(), state=DigestState.FAILED, attempts__lt=MOST_ATTEMPTS
        ).filter(claimed_at__lte=at - CLAIM)
        changed = again.update(state=DigestState.SENDING, claimed_at=at, attempts=F("attempts") + 1)
        return Digest.objects.get(user=user, on=local.date()) if changed else None


def _send(digest: Digest, user: User, local: datetime, at: datetime) -> str:
    today = local.date()
    groups = grouped(due_for(user, today=today, until=today + AHEAD, mine=True), today=today)
    notices = list(Notice.objects.filter(user=user, read_at=None).order_by("-created_at", "-pk")[:MOST_LINES])
    digest.items = sum(len(group.entries) for group in groups) + len(notices)
    if not digest.items:
        return _finish(digest, DigestState.EMPTY)
    digest.subject = _("Waiting for you: %(count)d · %(day)s") % {"count": digest.items, "day": today}
    digest.text = render_to_string(
        "insight/mail/digest.txt",
        {
            "user": user,
            "groups": [(group, group.entries[:MOST_LINES]) for group in groups],
            "notices": notices,
            "site": settings.SITE_URL.rstrip("/"),
            "most": MOST_LINES,
        },
    )
    try:
        EmailMessage(digest.subject, digest.text, to=[user.email]).send()
    except OSError as error:
        digest.problem = str(error)[:200]
        return _finish(digest, DigestState.FAILED)
    digest.sent_at = max(at, digest.claimed_at)
    return _finish(digest, DigestState.SENT)


def _finish(digest: Digest, state: str) -> str:
    digest.state = state
    digest.save(update_fields=["state", "items", "subject", "text", "problem", "sent_at"])
    return state
