"""The history chains a person may check: those of the parks whose whole record is open to them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core import history
from core.models import HistoryHead
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of


@dataclass(frozen=True)
class Chain:
    name: str
    label: str
    sequence: int
    hash: str


def may_check(user: Any) -> bool:
    """Park staff and auditors; an operator sees one incubator and has no whole chain to check."""
    places = scope_of(user).places(Action.READ)
    return places.everywhere or bool(places.park_ids)


def chains_of(user: Any) -> list[Chain]:
    """The heads of the chains of one's parks and their incubators; of every chain for an auditor."""
    places = scope_of(user).places(Action.READ)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    labels: dict[str, str] = {}
    for park in parks:
        labels[park.chain] = park.name
        labels[f"evaluation:{park.code}"] = _("Evaluations of %(park)s") % {"park": park.name}
    incubators = Incubator.objects.all() if places.everywhere else Incubator.objects.filter(park__in=parks)
    labels |= {incubator.chain: incubator.name for incubator in incubators}
    heads = HistoryHead.objects.all() if places.everywhere else HistoryHead.objects.filter(chain__in=labels)
    return [
        Chain(head.chain, labels.get(head.chain) or _label_of_other(head.chain), head.sequence, head.hash)
        for head in heads.order_by("chain")
    ]


def _label_of_other(chain: str) -> str:
    if chain.startswith("user:"):
        return _("Account no. %(number)s") % {"number": chain.removeprefix("user:")}
    return {"published": _("Published statements"), "system": _("Installation")}.get(chain, chain)


@dataclass(frozen=True)
class Broken:
    """Where a chain breaks first, and why, in words."""

    chain: str
    sequence: int
    entry_id: int | None
    words: str


def breaks_of(chains: list[Chain]) -> dict[str, Broken]:
    """The first break of each chain that does not hold."""
    return {
        found.chain: Broken(found.chain, found.sequence, found.entry_id, _reason(found.reason))
        for found in history.verify(chain.name for chain in chains)
    }


def _reason(text: str) -> str:
    """What ``history.verify`` says, in the language of the page."""
    reasons = (
        ("its content was changed", _("its content was changed after it was written")),
        ("it does not continue", _("it does not continue the entry before it")),
        ("this entry is missing", _("this entry is missing")),
        ("the head of the chain is missing", _("the head of the chain is missing")),
        ("the head", _("the head does not match the last entry")),
    )
    return next((words for start, words in reasons if text.startswith(start)), text)
