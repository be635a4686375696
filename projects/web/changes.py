"""Who changed what: the history of a project and of what hangs on it, in words instead of field names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.models import HistoryEntry
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from projects.models import Project, ProjectFact, RelocationLeg, Sector, StageLog

MOST_ENTRIES = 300
ACTIONS = {
    "project.created": gettext_lazy("Project recorded"),
    "project.changed": gettext_lazy("Project changed"),
    "project.moved": gettext_lazy("Stage changed"),
    "fact.entered": gettext_lazy("Fact entered"),
    "fact.changed": gettext_lazy("Fact corrected"),
    "fact.proved": gettext_lazy("Proof attached"),
    "fact.verified": gettext_lazy("Fact verified"),
    "fact.returned": gettext_lazy("Fact returned"),
    "fact.withdrawn": gettext_lazy("Fact taken back"),
    "file.attached": gettext_lazy("File attached"),
    "file.detached": gettext_lazy("File taken off"),
    "evidence.stored": gettext_lazy("File stored"),
    "evidence.verified": gettext_lazy("File verified"),
    "leg.saved": gettext_lazy("Leg saved"),
    "leg.removed": gettext_lazy("Leg taken out"),
    "credit.divided": gettext_lazy("Credit divided"),
}
MODELS: Mapping[str, type[Model]] = {
    "projects.project": Project,
    "projects.projectfact": ProjectFact,
    "projects.relocationleg": RelocationLeg,
    "evidence.evidencefile": EvidenceFile,
}
NAMED: Mapping[str, type[Model]] = {"sector": Sector, "enterprise": Enterprise, "legal_entity": Enterprise}
LABELS = {
    "evidence": gettext_lazy("evidence"),
    "credit_shares": gettext_lazy("credit shares"),
    "verified_by": gettext_lazy("verified by"),
    "code": gettext_lazy("number"),
    "sha256": gettext_lazy("SHA-256"),
    "size": gettext_lazy("size in bytes"),
}


def history_of(
    project: Project,
    *,
    facts: Sequence[ProjectFact],
    legs: Sequence[RelocationLeg],
    files: Sequence[EvidenceFile],
) -> list[dict[str, Any]]:
    """Entries newest first; three queries and at most two for the names of linked records."""
    proofs = [file for holder in [*facts, *legs] for file in holder.evidence.all()]
    subjects = {
        "projects.project": [project.pk],
        "projects.projectfact": [fact.pk for fact in facts],
        "projects.relocationleg": [leg.pk for leg in legs],
        "evidence.evidencefile": [file.pk for file in [*files, *proofs]],
    }
    wanted = Q()
    for kind, ids in subjects.items():
        if ids:
            wanted |= Q(subject_type=kind, subject_id__in=[str(pk) for pk in ids])
    entries = list(HistoryEntry.objects.filter(wanted).order_by("-at", "-sequence")[:MOST_ENTRIES])
    people = _people(entries)
    names = _names(entries)
    return [
        {
            "at": entry.at,
            "who": people.get(entry.actor, entry.actor),
            "action": ACTIONS.get(entry.action, entry.action),
            "subject": entry.subject_label if entry.subject_type != "projects.project" else "",
            "changes": _changes(entry, names),
            "hash": entry.hash,
            "link": f"{entry.chain} #{entry.sequence}",
        }
        for entry in entries
    ]


def _people(entries: Iterable[HistoryEntry]) -> dict[str, str]:
    accounts = User.objects.filter(username__in={entry.actor for entry in entries})
    return {"system": _("the system"), **{user.username: str(user) for user in accounts}}


def _names(entries: Iterable[HistoryEntry]) -> dict[tuple[str, int], str]:
    """Names of the records that changes point to by id."""
    ids: dict[type[Model], set[int]] = {}
    for entry in entries:
        for field, pair in entry.changes.items():
            if field in NAMED and isinstance(pair, list):
                ids.setdefault(NAMED[field], set()).update(value for value in pair if isinstance(value, int))
    return {
        (model._meta.label_lower, row.pk): str(row)
        for model, wanted in ids.items()
        for row in model._default_manager.filter(pk__in=wanted)
    }


def _changes(entry: HistoryEntry, names: Mapping[tuple[str, int], str]) -> list[dict[str, str]]:
    """What was before and what is now; fields that were and stay empty are left out."""
    rows = []
    for field, pair in entry.changes.items():
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        before, after = (_value(entry, field, value, names) for value in pair)
        if before or after:
            rows.append({"label": capfirst(_label(entry, field)), "before": before, "after": after})
    return rows


def _field(entry: HistoryEntry, name: str) -> Any:
    models = [MODELS.get(entry.subject_type), StageLog if entry.action == "project.moved" else None]
    for model in models:
        if model is None:
            continue
        try:
            return model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
    return None


def _label(entry: HistoryEntry, name: str) -> str:
    if name in LABELS:
        return str(LABELS[name])
    field = _field(entry, name)
    return str(getattr(field, "verbose_name", name)).replace("_", " ")


def _value(entry: HistoryEntry, name: str, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, dict):
        return " · ".join(f"{key} {part}%" for key, part in value.items())
    if isinstance(value, list):
        return " · ".join(str(part)[:8] for part in value)
    if name in NAMED and isinstance(value, int):
        return names.get((NAMED[name]._meta.label_lower, value), f"#{value}")
    choices = dict(getattr(_field(entry, name), "flatchoices", ()) or ())
    if value in choices:
        return str(choices[value])
    return str(value)[:8] if name in ("evidence", "sha256") else str(value)
