"""The due calendar: everything with a date in one list, on the page and for one's own calendar."""

import hashlib
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.enums import Role
from incubators.scope import scope_of
from insight.selectors.due import Entry, due_for, grouped


@login_required
@require_safe
def due_calendar(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    today = timezone.localdate()
    verifies = Role.PARK_ADMIN in scope_of(user).roles
    mine = request.GET.get("show", "all") == "mine"
    everything = due_for(user, today=today)
    entries = [entry for entry in everything if entry.is_mine or entry.is_escalated] if mine else everything
    context = {
        "groups": grouped(entries, today=today),
        "mine": mine,
        "count": len(entries),
        "late": sum(entry.is_late for entry in entries),
        "verifies": verifies,
        "today": today,
        "until": today + timedelta(days=90),
    }
    return render(request, "insight/due.html", context)


@login_required
@require_safe
def due_file(request: HttpRequest) -> HttpResponse:
    """The same list as an iCalendar file (RFC 5545), for the calendar on one's desk or telephone."""
    today = timezone.localdate()
    entries = due_for(request.user, today=today)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//innovation-enclave//due//", "CALSCALE:GREGORIAN"]
    stamp = timezone.now().strftime("%Y%m%dT%H%M%SZ")
    for entry in entries:
        lines += _event(entry, stamp, request)
    lines.append("END:VCALENDAR")
    body = "".join(_folded(line) + "\r\n" for line in lines)
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="due.ics"'},
    )


def _event(entry: Entry, stamp: str, request: HttpRequest) -> list[str]:
    item = entry.item
    words = " · ".join(word for word in (str(item.title), item.subject, entry.place) if word)
    return [
        "BEGIN:VEVENT",
        f"UID:{_uid(entry)}@{request.get_host()}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{item.on:%Y%m%d}",
        f"SUMMARY:{_escaped(words)}",
        f"URL:{request.build_absolute_uri(item.url)}",
        f"CATEGORIES:{_escaped(_('Due dates'))}",
        "END:VEVENT",
    ]


def _uid(entry: Entry) -> str:
    """The same for the same thing, so that importing the file again moves an event instead of adding one."""
    return hashlib.sha256(f"{entry.item.kind} {entry.item.url}".encode()).hexdigest()[:24]


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, "\\" + mark)
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """No line above 75 bytes; a longer one goes on after a space, never inside a character."""
    parts: list[bytes] = []
    current = b""
    for character in line:
        encoded = character.encode()
        if len(current) + len(encoded) > (75 if not parts else 74):
            parts.append(current)
            current = b""
        current += encoded
    return b"\r\n ".join([*parts, current]).decode()
