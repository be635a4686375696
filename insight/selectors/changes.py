"""The history in words: what happened, to what, by whom."""

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import HistoryEntry
from core.templatetags import fmt
from evaluation.measures import MEASURES
from insight.selectors.deeds import deed

WORDS: Mapping[str, tuple[str | Promise, str]] = {
    "project.created": (_("Project entered"), "plus"),
    "project.changed": (_("Project changed"), "pencil"),
    "project.deleted": (_("Project deleted"), "trash"),
    "project.moved": (_("Project moved to another stage"), "route"),
    "fact.entered": (_("Fact entered"), "plus"),
    "fact.changed": (_("Fact corrected"), "pencil"),
    "fact.proved": (_("Proof added"), "paperclip"),
    "fact.returned": (_("Fact returned"), "arrow-back-up"),
    "fact.verified": (_("Fact verified"), "rosette-discount-check"),
    "fact.withdrawn": (_("Fact withdrawn"), "trash"),
    "file.attached": (_("File attached"), "paperclip"),
    "file.detached": (_("File taken away"), "trash"),
    "credit.divided": (_("Credit divided"), "scale"),
    "leg.saved": (_("Relocation leg recorded"), "plane-inflight"),
    "leg.removed": (_("Relocation leg removed"), "trash"),
    "evidence.stored": (_("Evidence uploaded"), "upload"),
    "evidence.verified": (_("Evidence verified"), "rosette-discount-check"),
    "enterprise.created": (_("Enterprise entered"), "plus"),
    "enterprise.changed": (_("Enterprise changed"), "pencil"),
    "figures.entered": (_("Yearly figures entered"), "plus"),
    "figures.verified": (_("Yearly figures verified"), "rosette-discount-check"),
    "recognition.entered": (_("Recognition entered"), "plus"),
    "recognition.verified": (_("Recognition verified"), "rosette-discount-check"),
    "incubator.saved": (_("Incubator record saved"), "building-community"),
    "operatorcontract.saved": (_("Operator contract saved"), "file-text"),
    "incubatorrecognition.saved": (_("Title of the incubator saved"), "certificate"),
    "space.saved": (_("Space saved"), "building"),
    "target.set": (_("Target set"), "target"),
    "membership.granted": (_("Role granted"), "user-check"),
    "membership.ended": (_("Role ended"), "user"),
    "observation.entered": (_("Monthly figure entered"), "plus"),
    "observation.changed": (_("Monthly figure corrected"), "pencil"),
    "observation.verified": (_("Monthly figure verified"), "rosette-discount-check"),
    "observations.entered": (_("Monthly figures entered"), "plus"),
    "observations.verified": (_("Monthly figures verified"), "rosette-discount-check"),
    "published.stored": (_("Published statement recorded"), "news"),
    "published.corrected": (_("Published statement corrected"), "news"),
    "rate.recorded": (_("Exchange rate recorded"), "coins"),
    "profile.changed": (_("Profile changed"), "user"),
}


READ_BACK = 300


def latest_changes(chains: Iterable[str], *, limit: int) -> list[dict[str, Any]]:
    """The last acts, newest first; the same act on many records at one moment is one line with a count."""
    entries = HistoryEntry.objects.filter(chain__in=sorted(chains)).order_by("-pk")[:READ_BACK]
    acts = groupby(entries, key=lambda entry: (entry.action, entry.actor, entry.at))
    found = []
    for _key, group in acts:
        rows = list(group)
        found.append({**in_words(rows[0]), "others": len(rows) - 1})
        if len(found) == limit:
            break
    people = _people({act["by"] for act in found})
    return [{**act, "by": people.get(act["by"], act["by"])} for act in found]


def _people(accounts: Collection[str]) -> dict[str, str]:
    """The persons behind the accounts, as they are called everywhere else."""
    found = {user.username: str(user) for user in User.objects.filter(username__in=accounts)}
    return {"system": str(_("the system")), **found}


def _label(entry: HistoryEntry) -> str:
    """The record's name; a monthly figure bears the name of its measure, not its code."""
    code, _space, period = entry.subject_label.partition(" ")
    if entry.subject_type == "evaluation.observation" and code in MEASURES:
        return f"{MEASURES[code].name(get_language() or 'zh')} {fmt.period(period)}"
    if entry.subject_type == "returns.periodreturn":
        place, _dot, period = entry.subject_label.rpartition(" · ")
        return f"{place} · {fmt.period(period)}" if place else entry.subject_label
    return entry.subject_label


def in_words(entry: HistoryEntry) -> dict[str, Any]:
    """``action`` in words with an icon."""
    words, icon = WORDS.get(entry.action) or deed(entry.action, entry.subject_type)
    return {
        "action": entry.action,
        "words": words,
        "icon": icon,
        "label": _label(entry),
        "by": entry.actor,
        "at": entry.at,
        "project_id": entry.subject_id if entry.subject_type == "projects.project" else None,
        "enterprise_id": entry.subject_id if entry.subject_type == "enterprises.enterprise" else None,
    }
