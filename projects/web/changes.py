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
from incubators.models import Incubator
from projects.models import GateRequest, Project, ProjectFact, RelocationLeg, Sector, StageLog

MOST_ENTRIES = 300
ACTIONS = {
    "project.created": gettext_lazy("Project recorded"),
    "project.changed": gettext_lazy("Project changed"),
    "project.moved": gettext_lazy("Stage changed"),
    "fact.entered": gettext_lazy("Fact entered"),
    "fact.changed": gettext_lazy("Fact corrected"),
    "fact.proved": gettext_lazy("Proof attached"),
    "fact.unproved": gettext_lazy("Proof taken off"),
    "fact.verified": gettext_lazy("Fact verified"),
    "fact.returned": gettext_lazy("Fact returned"),
    "fact.withdrawn": gettext_lazy("Fact taken back"),
    "gate.requested": gettext_lazy("Step requested"),
    "gate.approved": gettext_lazy("Request approved"),
    "gate.returned": gettext_lazy("Request returned"),
    "gate.withdrawn": gettext_lazy("Request withdrawn"),
    "file.attached": gettext_lazy("File attached"),
    "file.detached": gettext_lazy("File taken off"),
    "evidence.stored": gettext_lazy("File stored"),
    "evidence.verified": gettext_lazy("File verified"),
    "leg.saved": gettext_lazy("Leg saved"),
    "leg.removed": gettext_lazy("Leg taken out"),
    "credit.divided": gettext_lazy("Credit divided"),
    "credit.proposed": gettext_lazy("Division of the credit proposed"),
    "credit.answered": gettext_lazy("Proposal answered"),
    "credit.closed": gettext_lazy("Proposal closed"),
    "leg.checklist": gettext_lazy("Checklist started"),
    "leg.step_changed": gettext_lazy("Step of the checklist changed"),
    "follow_up.saved": gettext_lazy("Follow-up recorded"),
    "follow_up.verified": gettext_lazy("Follow-up verified"),
    "outcome.saved": gettext_lazy("Outcome of the return recorded"),
    "support.stated": gettext_lazy("Support before the end stated"),
    "project.took_over": gettext_lazy("Another record merged into this one"),
    "project.merged": gettext_lazy("Merged into another record"),
    "project.separated": gettext_lazy("Merged record given back"),
    "project.merge_undone": gettext_lazy("Merge undone"),
    "project.set_apart": gettext_lazy("Found to be different from another record"),
    "enterprise.created": gettext_lazy("Enterprise recorded"),
    "enterprise.changed": gettext_lazy("Enterprise changed"),
    "enterprise.took_over": gettext_lazy("Another record merged into this one"),
    "enterprise.merged": gettext_lazy("Merged into another record"),
    "enterprise.separated": gettext_lazy("Merged record given back"),
    "enterprise.merge_undone": gettext_lazy("Merge undone"),
    "enterprise.set_apart": gettext_lazy("Found to be different from another record"),
}
MODELS: Mapping[str, type[Model]] = {
    "projects.project": Project,
    "projects.projectfact": ProjectFact,
    "projects.relocationleg": RelocationLeg,
    "evidence.evidencefile": EvidenceFile,
    "projects.gaterequest": GateRequest,
}
NAMED: Mapping[str, type[Model]] = {"sector": Sector, "enterprise": Enterprise, "legal_entity": Enterprise}
#: Said by the list of evidence already.
UNTOLD = frozenset({"sha256", "size"})
LABELS = {
    "evidence": gettext_lazy("evidence"),
    "credit_shares": gettext_lazy("credit shares"),
    "verified_by": gettext_lazy("verified by"),
    "remarks": gettext_lazy("remarks"),
    "code": gettext_lazy("number"),
    "merged_record": gettext_lazy("other record"),
    "different_from": gettext_lazy("different from"),
    "moved": gettext_lazy("records moved"),
}


def history_of(
    project: Project,
    *,
    facts: Sequence[ProjectFact],
    legs: Sequence[RelocationLeg],
    files: Sequence[EvidenceFile],
) -> list[dict[str, Any]]:
    """Entries newest first, in two queries and one for each kind of record that changes point to."""
    holders: list[Any] = [*facts, *legs]
    proofs = [file for holder in holders for file in holder.evidence.all()]
    subjects = {
        "projects.project": [project.pk],
        "projects.projectfact": [fact.pk for fact in facts],
        "projects.relocationleg": [leg.pk for leg in legs],
        "evidence.evidencefile": [file.pk for file in [*files, *proofs]],
        "projects.gaterequest": list(project.gate_requests.values_list("pk", flat=True)),
    }
    wanted = Q()
    for kind, ids in subjects.items():
        if ids:
            wanted |= Q(subject_type=kind, subject_id__in=[str(pk) for pk in ids])
    entries = list(HistoryEntry.objects.filter(wanted).order_by("-at", "-sequence")[:MOST_ENTRIES])
    people = people_of(entries)
    names = _names(entries)
    subjects_shown = {("projects.projectfact", str(fact.pk)): fact.get_kind_display() for fact in facts}
    return [
        {
            "at": entry.at,
            "who": people.get(entry.actor, entry.actor),
            "action": ACTIONS.get(entry.action, entry.action),
            "subject": subjects_shown.get((entry.subject_type, entry.subject_id), entry.subject_label)
            if entry.subject_type != "projects.project"
            else "",
            "changes": _changes(entry, names, people),
            "hash": entry.hash,
            "link": f"{entry.chain} #{entry.sequence}",
        }
        for entry in entries
    ]


def people_of(entries: Iterable[HistoryEntry]) -> dict[str, str]:
    accounts = User.objects.filter(username__in={entry.actor for entry in entries})
    return {"system": _("the system"), **{user.username: str(user) for user in accounts}}


def _names(entries: Iterable[HistoryEntry]) -> dict[Any, str]:
    """Names of the records that changes point to: (model, id) → name, and code of an incubator → name."""
    ids: dict[type[Model], set[int]] = {}
    codes: set[str] = set()
    for entry in entries:
        for field, pair in entry.changes.items():
            if field == "credit_shares" and isinstance(pair, list):
                codes.update(code for part in pair if isinstance(part, dict) for code in part)
            if field in NAMED and isinstance(pair, list):
                ids.setdefault(NAMED[field], set()).update(value for value in pair if isinstance(value, int))
    names: dict[Any, str] = {
        (model._meta.label_lower, row.pk): str(row)
        for model, wanted in ids.items()
        for row in model._default_manager.filter(pk__in=wanted)
    }
    if codes:
        names |= {row.code: row.name for row in Incubator.objects.filter(code__in=codes)}
    return names


def _changes(
    entry: HistoryEntry, names: Mapping[Any, str], people: Mapping[str, str]
) -> list[dict[str, str]]:
    """What was before and what is now; fields that were and stay empty are left out."""
    rows = []
    for field, pair in entry.changes.items():
        if not isinstance(pair, list) or len(pair) != 2 or field in UNTOLD:
            continue
        if field == "verified_by":
            pair = [people.get(str(value), value) for value in pair]
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


def _value(entry: HistoryEntry, name: str, value: Any, names: Mapping[Any, str]) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if name == "remarks" and isinstance(value, dict):
        return " · ".join(str(words) for words in value.values())
    if isinstance(value, dict):
        return " · ".join(f"{names.get(key, key)} {part}%" for key, part in value.items())
    if isinstance(value, list):
        return " · ".join(str(part)[:8] for part in value)
    if name in NAMED and isinstance(value, int):
        return names.get((NAMED[name]._meta.label_lower, value), f"#{value}")
    choices = dict(getattr(_field(entry, name), "flatchoices", ()) or ())
    if value in choices:
        return str(choices[value])
    return str(value)[:8] if name in ("evidence", "sha256") else str(value)
