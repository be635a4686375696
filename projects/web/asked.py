"""What a gate asks for, beside what the record says: values, state, authors and proof, for one page."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.fmt import day, money, number
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from projects.enums import FactKind
from projects.models import Project, ProjectFact, RelocationLeg
from projects.selectors import state_of
from projects.stages import Gate, Requirement

CONDITION_NAMES: dict[str, Promise | str] = {
    "enterprise_identified": gettext_lazy("company registered in the park"),
    "leg_planned": gettext_lazy("relocation planned"),
    "legs_arrived": gettext_lazy("relocation arrived"),
    "credit_divided": gettext_lazy("credit divided"),
    "year_verified": gettext_lazy("yearly figures verified"),
}
FIELD_NAMES: dict[str, Promise | str] = {
    "sector": gettext_lazy("sector"),
    "team_lead": gettext_lazy("team lead"),
    "lead_source": gettext_lazy("source of the lead"),
    "summary": gettext_lazy("summary"),
    "destination_site": gettext_lazy("site in the park"),
    "contact": gettext_lazy("contact"),
}
SHOWN = {"image/png": "picture", "image/jpeg": "picture", "image/webp": "picture", "application/pdf": "pdf"}


def name_of(kind: str, key: str) -> str:
    """What is asked for, in the words of the forms."""
    if kind == "fact":
        return str(FactKind(key).label)
    if kind == "evidence":
        return str(EvidenceKind(key).label)
    return str((CONDITION_NAMES if kind == "condition" else FIELD_NAMES).get(key, key))


def asked_of(
    project: Project, gate: Gate, facts: Sequence[ProjectFact], legs: Sequence[RelocationLeg]
) -> list[dict[str, Any]]:
    """One entry per requirement: ``field``, ``label``, ``values``, ``state``, ``files``, ``authors``."""
    state = state_of(project)
    attached = [
        link.file
        for link in project.attachments.select_related("file__uploaded_by", "file__verified_by").order_by(
            "pk"
        )
    ]
    items = []
    for item in gate.requirements:
        missing = item(state)
        entry: dict[str, Any] = {
            "field": item.field,
            "label": capfirst(name_of(item.kind, item.key)),
            "clause": item.clause,
            "state": "done" if missing is None else "wait" if missing.waits else "open",
            "missing": _(missing.message) if missing else "",
            "waits": bool(missing and missing.waits),
            "values": [],
            "files": [],
            "authors": set(),
        }
        items.append(entry | _content(item, project, facts, legs, attached))
    return items


def _content(
    item: Requirement,
    project: Project,
    facts: Sequence[ProjectFact],
    legs: Sequence[RelocationLeg],
    attached: Sequence[EvidenceFile],
) -> dict[str, Any]:
    if item.kind == "fact":
        mine = [fact for fact in facts if fact.kind == item.key]
        return {
            "values": [_fact_value(fact) for fact in mine],
            "files": [file_of(file) for fact in mine for file in fact.evidence.all()],
            "authors": {fact.entered_by_id for fact in mine if fact.verified_at is None},
        }
    if item.kind == "evidence":
        files = [file for file in attached if file.kind == item.key]
        return {"files": [file_of(file) for file in files]}
    if item.kind == "condition":
        return {"values": _condition_values(item.key, project, legs)}
    value = getattr(project, f"get_{item.key}_display", lambda: getattr(project, item.key))()
    return {"values": [{"text": value}] if value else []}


def _fact_value(fact: ProjectFact) -> dict[str, Any]:
    text = day(fact.on)
    if fact.amount is not None:
        text = format_html("{} · {}", text, money(fact.amount, fact.currency))
    status = "verified" if fact.verified_at else "returned" if fact.returned_at else "entered"
    return {
        "text": text,
        "note": fact.note,
        "status": status,
        "by": fact.entered_by,
        "at": fact.entered_at,
        "verified_by": fact.verified_by,
        "words": fact.return_reason,
    }


def _condition_values(key: str, project: Project, legs: Sequence[RelocationLeg]) -> list[dict[str, Any]]:
    if key == "enterprise_identified" and project.enterprise is not None:
        enterprise = project.enterprise
        return [{"text": enterprise.name, "note": enterprise.credit_code or enterprise.organisation_number}]
    if key == "credit_divided":
        shares = project.credit_shares.select_related("incubator").order_by("-percent", "pk")
        return [{"text": f"{share.incubator.name} {number(share.percent)}%"} for share in shares]
    if key in ("leg_planned", "legs_arrived"):
        return [
            {
                "text": f"{leg.from_place} → {leg.to_place}",
                "note": _leg_note(leg),
            }
            for leg in legs
        ]
    return []


def _leg_note(leg: RelocationLeg) -> str:
    if leg.arrived_on:
        return _("arrived %(day)s") % {"day": day(leg.arrived_on)}
    return _("under way") if leg.departed_on else _("planned")


def file_of(file: EvidenceFile) -> dict[str, Any]:
    """A file with the address of its preview and what kind of preview there is."""
    return {
        "file": file,
        "url": reverse("evidence-file", args=[file.pk]),
        "preview": reverse("evidence-preview", args=[file.pk]),
        "shown": SHOWN.get(file.content_type, ""),
    }
