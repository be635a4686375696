"""Who did what with an application: the entries of the history, in words."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.enums import ApplicationState, StepKind
from applications.models import Application
from core.models import HistoryEntry
from core.templatetags.fmt import as_decimal
from funding.render.trace import label_of_fact, number
from ledger.enums import InstalmentState
from projects.web.changes import people_of
from reviews.selectors import sector_names

MOST_ENTRIES = 200
ACTIONS = {
    "application.created": gettext_lazy("Application begun"),
    "application.changed": gettext_lazy("Application changed"),
    "application.submitted": gettext_lazy("Application handed in"),
    "application.returned": gettext_lazy("Application sent back"),
    "application.moved": gettext_lazy("Application moved on"),
    "application.approved": gettext_lazy("Application approved"),
    "application.rejected": gettext_lazy("Application rejected"),
    "application.withdrawn": gettext_lazy("Application taken back"),
    "application.agreed": gettext_lazy("Agreement signed"),
    "application.agreement": gettext_lazy("Agreement entered"),
    "application.closed": gettext_lazy("Application closed"),
    "application.clawed_back": gettext_lazy("Money asked back"),
    "application.release_proposed": gettext_lazy("Giving money back proposed"),
    "application.released": gettext_lazy("Money given back to the budget"),
    "application.release_discarded": gettext_lazy("Proposal to give money back thrown away"),
    "application.given_up": gettext_lazy("Award given up"),
    "meeting.proposed": gettext_lazy("Decisions proposed"),
    "meeting.changed": gettext_lazy("Decisions changed"),
    "meeting.confirmed": gettext_lazy("Decisions confirmed"),
    "commitment.planned": gettext_lazy("Instalments planned"),
}
#: By the beginning of the action, where it has no words of its own.
BEGINNINGS = {
    "ledger": gettext_lazy("Booked in the ledger"),
    "instalment": gettext_lazy("Payment prepared"),
    "commitment": gettext_lazy("Commitment changed"),
}
LABELS = {
    "state": gettext_lazy("state"),
    "step": gettext_lazy("step"),
    "reason": gettext_lazy("reason"),
    "remarks": gettext_lazy("remarks"),
    "programme": gettext_lazy("programme"),
    "applicant": gettext_lazy("applicant"),
    "instalments": gettext_lazy("instalments"),
    "files": gettext_lazy("files"),
    "amount": gettext_lazy("amount"),
    "approved": gettext_lazy("approved applications"),
    "rejected": gettext_lazy("rejected applications"),
    "currency": gettext_lazy("currency"),
    "lines": gettext_lazy("lines of the list"),
    "proposed_by": gettext_lazy("proposed by"),
    "on": gettext_lazy("day"),
    "text": gettext_lazy("text"),
    "number": gettext_lazy("number of the paper"),
    "signed_on": gettext_lazy("signed on"),
    "held_on": gettext_lazy("held on"),
    "note": gettext_lazy("note"),
    "sent_on": gettext_lazy("sent on"),
    "received_on": gettext_lazy("received on"),
}
#: Said elsewhere on the page, or nothing that a reader can use.
UNTOLD = frozenset({"version", "answer_sha256", "evidence", "key", "budget"})
AMOUNTS = frozenset({"amount", "requested_amount", "approved_amount"})
OF_PAYMENT = ("state", "sent_on", "received_on")
STATES = {**dict(InstalmentState.choices), **dict(ApplicationState.choices)}


def history_of(application: Application, *, whole: bool) -> list[dict[str, Any]]:
    """Entries about the application, oldest first; with ``whole`` also those of its meeting and its money."""
    wanted = _about("applications.application", [application.pk])
    if whole:
        meetings = application.decisions.values_list("meeting", flat=True)
        wanted |= _about("applications.meeting", list(meetings))
        if application.commitment is not None:
            instalments = application.commitment.instalments.values_list("pk", flat=True)
            wanted |= _about("ledger.commitment", [application.commitment.pk])
            wanted |= _about("ledger.instalment", list(instalments))
            entries = application.commitment.entries.values_list("pk", flat=True)
            wanted |= _about("ledger.entry", list(entries))
    rows = list(HistoryEntry.objects.filter(wanted).order_by("at", "sequence")[:MOST_ENTRIES])
    people = people_of(rows)
    # Codes are said as names, like people.
    people = {**sector_names(), application.programme.code: application.programme.name, **people}
    specs = _specs_of(application)
    return [
        {
            "at": entry.at,
            "who": people.get(entry.actor, entry.actor),
            "action": _action(entry.action),
            "subject": entry.subject_label if not entry.action.startswith("application.") else "",
            "changes": _changes(entry, people, specs),
            "hash": entry.hash,
            "link": f"{entry.chain} #{entry.sequence}",
        }
        for entry in rows
    ]


def _action(action: str) -> str:
    found = ACTIONS.get(action) or BEGINNINGS.get(action.partition(".")[0])
    return str(found or _("Changed"))


def _about(kind: str, keys: list[int]) -> Q:
    return Q(subject_type=kind, subject_id__in=[str(key) for key in keys]) if keys else Q(pk__in=[])


def _changes(
    entry: HistoryEntry, people: Mapping[str, str], specs: Mapping[str, Any]
) -> list[dict[str, str]]:
    rows = []
    for name, pair in entry.changes.items():
        if name in UNTOLD or not isinstance(pair, list) or len(pair) != 2:
            continue
        if entry.subject_type == "ledger.instalment" and name not in OF_PAYMENT:
            continue
        spec = specs.get(name.removeprefix("facts.")) if name.startswith("facts.") else None
        before, after = (
            _words(name, value, people) if spec is None else _fact_words(spec, value) for value in pair
        )
        if before or after:
            label = _label(name) if spec is None else label_of_fact(spec)
            rows.append({"label": label, "before": before, "after": after})
    return rows


def _specs_of(application: Application) -> dict[str, Any]:
    """The facts that versions of the policy know, the latest words of each."""
    policy = application.programme.policy
    if policy is None:
        return {}
    found: dict[str, Any] = {}
    for version in policy.versions.filter(state="published").order_by("number"):
        found |= version.compiled().facts
    return found


def _fact_words(spec: Any, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    amount = as_decimal(value) if spec.kind in ("money", "number") else None
    return str(value) if amount is None else number(amount)


def _label(name: str) -> str:
    if name in LABELS:
        return capfirst(str(LABELS[name]))
    key = name.removeprefix("facts.")
    if key != name:
        return _("Fact “%(key)s”") % {"key": key}
    try:
        field: Any = Application._meta.get_field(name)
        return capfirst(str(field.verbose_name))
    except FieldDoesNotExist:
        return name.replace("_", " ")


def _words(name: str, value: Any, people: Mapping[str, str]) -> str:
    if value in (None, "", [], {}):
        return ""
    if name == "state" and value in STATES:
        return str(STATES[value])
    if name == "step" and value in StepKind.values:
        return str(StepKind(value).label)
    if name in AMOUNTS and (amount := as_decimal(value)) is not None:
        return number(amount)
    if isinstance(value, dict):
        return " · ".join(str(one) for one in value.values())
    if isinstance(value, list):
        return " · ".join(str(one)[:12] for one in value)
    return people.get(str(value), str(value))
