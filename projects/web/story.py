"""The story of a project: moves, facts, files and legs on one line of time, newest first."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.templatetags.fmt import money
from core.web.looks import STAGES
from evidence.models import EvidenceFile
from projects.enums import FactKind
from projects.models import Project, ProjectFact, RelocationLeg, StageLog

FACT_ICONS = {
    FactKind.SIGNED: "file-text",
    FactKind.REGISTERED: "certificate",
    FactKind.PAID_IN: "coins",
    FactKind.STARTED: "building",
    FactKind.PRODUCING: "building-factory-2",
}


def story_of(
    project: Project,
    *,
    log: Sequence[StageLog],
    facts: Sequence[ProjectFact],
    legs: Sequence[RelocationLeg],
    files: Sequence[EvidenceFile],
) -> list[dict[str, Any]]:
    """Events for the timeline. Two of one day stand in the order: move, fact, leg, file, verification."""
    events = [
        *_moves(log),
        *_facts(facts),
        *_legs(legs),
        *_files(files),
        *_decisions(facts),
    ]
    return sorted(events, key=lambda event: event["on"], reverse=True)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _moves(log: Iterable[StageLog]) -> Iterable[dict[str, Any]]:
    for row in reversed(list(log)):
        tone, icon = STAGES.get(row.to_stage, ("quiet", "circle"))
        words = [row.reason]
        if row.cause:
            words.append(_("Cause: %(cause)s") % {"cause": row.get_cause_display()})
        if row.destination:
            words.append(_("Moved to %(place)s") % {"place": row.destination})
        title = (
            _("Moved from “%(before)s” to “%(after)s”")
            % {"before": row.get_from_stage_display(), "after": row.get_to_stage_display()}
            if row.from_stage
            else _("First contact; recorded as a lead")
        )
        text = " · ".join(word for word in words if word)
        yield {
            "on": row.on,
            "title": title,
            "text": text,
            "icon": icon,
            "tone": tone,
            "by": _by(row.moved_by),
        }


def _by(person: Any) -> str:
    return str(person) if person else ""


def _facts(facts: Iterable[ProjectFact]) -> Iterable[dict[str, Any]]:
    for fact in facts:
        status = "verified" if fact.verified_at else "returned" if fact.returned_at else "entered"
        amount = money(fact.amount, fact.currency) if fact.amount is not None else ""
        yield {
            "on": fact.on,
            "title": fact.get_kind_display(),
            "text": format_html("{} {}", amount, fact.note) if amount else fact.note,
            "icon": FACT_ICONS[FactKind(fact.kind)],
            "tone": "accent",
            "status": status,
            "url": f"#fact-{fact.kind}",
            "by": _by(fact.entered_by),
        }


def _decisions(facts: Iterable[ProjectFact]) -> Iterable[dict[str, Any]]:
    for fact in facts:
        name = {"fact": fact.get_kind_display()}
        if fact.verified_at:
            yield {
                "on": _day(fact.verified_at),
                "title": _("Verified: %(fact)s") % name,
                "icon": "rosette-discount-check",
                "tone": "ok",
                "by": _by(fact.verified_by),
            }
        elif fact.returned_at:
            yield {
                "on": _day(fact.returned_at),
                "title": _("Returned: %(fact)s") % name,
                "text": fact.return_reason,
                "icon": "arrow-back-up",
                "tone": "warn",
                "by": _by(fact.returned_by),
            }


def _legs(legs: Iterable[RelocationLeg]) -> Iterable[dict[str, Any]]:
    for leg in legs:
        road = {"start": leg.from_place, "end": leg.to_place}
        if leg.arrived_on:
            yield {
                "on": leg.arrived_on,
                "title": _("Arrived in %(end)s from %(start)s") % road,
                "text": leg.site,
                "icon": "map-pin",
                "tone": "accent",
                "url": "#legs",
            }
        if leg.departed_on:
            yield {
                "on": leg.departed_on,
                "title": _("Left %(start)s for %(end)s") % road,
                "text": str(leg.legal_entity or ""),
                "icon": "plane-inflight",
                "tone": "warn",
                "url": "#legs",
            }


def _files(files: Iterable[EvidenceFile]) -> Iterable[dict[str, Any]]:
    for file in files:
        yield {
            "on": _day(file.uploaded_at),
            "title": _("File attached: %(file)s") % {"file": file.title},
            "text": file.get_kind_display(),
            "icon": "paperclip",
            "tone": "quiet",
            "url": reverse("evidence-file", args=[file.pk]),
            "by": _by(file.uploaded_by),
        }
