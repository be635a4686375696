"""Public notices and the objections to them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.enums import Provenance
from core.errors import Conflict
from core.saving import assign, clean_text, save_checked
from evidence.models import EvidenceFile
from incubators.models import Park
from reviews.enums import DayCount, Ruling
from reviews.models import Objection, PublicNotice
from reviews.services.acting import day_in, needed_words, remember, require_administrator, wrong
from reviews.stages import last_day_on_show

OBJECTION_FIELDS = ("line", "by_name", "contact", "words", "received_on")
MOST_LINES = 2000
LONGEST_NOTICE = 90


@transaction.atomic
def open_notice(
    *,
    park: Park,
    subject_kind: str,
    subject_id: int,
    title: str,
    lines: Sequence[Mapping[str, str]],
    on: date,
    days: int,
    day_count: str = DayCount.WORKING,
    text: str = "",
    actor: User | None,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> PublicNotice:
    """Put a list on public show from ``on`` for a number of days. A line has a ``label`` and a ``detail``."""
    require_administrator(actor, park.pk)
    if day_count not in DayCount.values:
        raise wrong("day_count", _("Choose calendar days or working days."))
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST_NOTICE:
        raise wrong("days", _("A notice is on show for 1 to 90 days."), "range")
    notice = PublicNotice(
        park=park,
        subject_kind=clean_text(subject_kind, field="subject_kind"),
        subject_id=subject_id,
        title=clean_text(title, field="title"),
        text=clean_text(text, field="text"),
        lines=_checked(lines),
        starts_on=on,
        days=days,
        day_count=day_count,
        ends_on=last_day_on_show(on, days, day_count),
        provenance=provenance,
        created_at=at,
        created_by=actor,
        updated_at=at,
    )
    save_checked(notice)
    changes = {
        "lines": [None, len(notice.lines)],
        "starts_on": [None, on],
        "ends_on": [None, notice.ends_on],
        "days": [None, f"{days} {day_count}"],
    }
    remember(notice, "publicnotice.opened", changes, actor, at, chain=notice.chain)
    return notice


def _checked(lines: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    if not lines or len(lines) > MOST_LINES:
        raise wrong("lines", _("A list on show has 1 to %(most)d lines.") % {"most": MOST_LINES}, "required")
    found = []
    for line in lines:
        label = needed_words(line.get("label", ""), "lines", _("Each line of the list names somebody."))
        found.append({"label": label, "detail": clean_text(line.get("detail", ""), field="lines")})
    return found


def _lock(notice: PublicNotice, actor: User | None) -> PublicNotice:
    locked = PublicNotice.objects.select_for_update(of=("self",)).select_related("park").get(pk=notice.pk)
    require_administrator(actor, locked.park_id)
    return locked


@transaction.atomic
def withdraw_notice(*, notice: PublicNotice, reason: str, actor: User, at: datetime) -> PublicNotice:
    """Take a notice off show, with the reason; the next one about the same thing starts its days anew."""
    locked = _lock(notice, actor)
    if locked.withdrawn_at is not None:
        raise Conflict(_("This notice is withdrawn already."), code="withdrawn")
    locked.withdrawn_reason = needed_words(reason, "reason", _("Say why the notice is withdrawn."))
    locked.withdrawn_at, locked.withdrawn_by = at, actor
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    changes = {"reason": [None, locked.withdrawn_reason]}
    remember(locked, "publicnotice.withdrawn", changes, actor, at, chain=locked.chain)
    return locked


@transaction.atomic
def file_objection(
    *,
    notice: PublicNotice,
    values: Mapping[str, Any],
    files: Sequence[EvidenceFile] = (),
    actor: User,
    at: datetime,
) -> Objection:
    """Record an objection that reached the park while the list was on show."""
    locked = _lock(notice, actor)
    if locked.withdrawn_at is not None:
        raise Conflict(_("This notice is withdrawn already."), code="withdrawn")
    objection = Objection(notice=locked, entered_at=at, entered_by=actor, updated_at=at)
    assign(objection, values, allowed=OBJECTION_FIELDS)
    objection.received_on = objection.received_on or day_in(locked.park, at)
    _check(objection, files, day_in(locked.park, at))
    save_checked(objection)
    objection.evidence.set(files)
    changes = {
        "notice": [None, locked.pk],
        "line": [None, objection.line],
        "words": [None, objection.words],
        "evidence": [[], sorted(file.sha256 for file in files)],
    }
    remember(objection, "objection.filed", changes, actor, at, chain=locked.chain)
    return objection


def _check(objection: Objection, files: Sequence[EvidenceFile], today: date) -> None:
    notice = objection.notice
    needed_words(objection.by_name, "by_name", _("Say who objects."))
    needed_words(objection.words, "words", _("Say what is objected to."))
    if objection.line is not None and not 1 <= objection.line <= len(notice.lines):
        raise wrong("line", _("The list has no line with this number."), "range")
    if objection.received_on > today:
        raise wrong("received_on", _("Enter a day up to today."), "future")
    if not notice.starts_on <= objection.received_on <= notice.ends_on:
        message = _("Objections are heard from %(first)s to %(last)s, while the list is on show.")
        raise wrong("received_on", message % {"first": notice.starts_on, "last": notice.ends_on}, "too_late")
    if any(file.park_id != notice.park_id for file in files):
        raise wrong("evidence", _("This file belongs to another park."), "not_found")


@transaction.atomic
def rule_objection(*, objection: Objection, ruling: str, reason: str, actor: User, at: datetime) -> Objection:
    """Uphold an objection or not, with the reason. A ruling stands."""
    _lock(objection.notice, actor)
    locked = (
        Objection.objects.select_for_update(of=("self",)).select_related("notice__park").get(pk=objection.pk)
    )
    if locked.ruling:
        raise Conflict(_("This objection is ruled on already."), code="ruled")
    if ruling not in Ruling.values:
        raise wrong("ruling", _("Choose whether the objection is upheld."))
    locked.ruling = ruling
    locked.ruling_reason = needed_words(reason, "reason", _("Say why, in words for whoever objected."))
    locked.ruled_at, locked.ruled_by = at, actor
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    changes = {"ruling": [None, ruling], "reason": [None, locked.ruling_reason]}
    remember(locked, "objection.ruled", changes, actor, at, chain=locked.notice.chain)
    return locked
