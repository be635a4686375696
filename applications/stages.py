"""The moves of an application. Pure: no database, no clock.

draft → submitted ⇄ returned; in the chain from step to step (the state stays ``submitted``); the meeting
approves or rejects; approved → agreed → closed, or back: clawed back; given up before any money was paid.
Whatever is not in the table is
refused, also by the service that everything goes through.
"""

from collections.abc import Mapping, Sequence
from datetime import date

DRAFT, SUBMITTED, RETURNED = "draft", "submitted", "returned"
APPROVED, AGREED, CLOSED, CLAWED_BACK = "approved", "agreed", "closed", "clawed_back"
REJECTED, WITHDRAWN, GIVEN_UP = "rejected", "withdrawn", "given_up"

#: From a state to those that may follow; in the chain an application also goes from step to step.
MOVES: Mapping[str, tuple[str, ...]] = {
    DRAFT: (SUBMITTED,),
    SUBMITTED: (SUBMITTED, RETURNED, REJECTED, APPROVED, WITHDRAWN),
    RETURNED: (SUBMITTED, WITHDRAWN),
    APPROVED: (AGREED, CLOSED, CLAWED_BACK, GIVEN_UP),
    AGREED: (CLOSED, CLAWED_BACK, GIVEN_UP),
    CLOSED: (CLAWED_BACK,),
    REJECTED: (),
    WITHDRAWN: (),
    CLAWED_BACK: (),
    GIVEN_UP: (),
}
#: Nothing more happens by itself.
ENDED = (CLOSED, REJECTED, WITHDRAWN, CLAWED_BACK, GIVEN_UP)

#: Results with which an administrator moves applications at a step, by kind of step.
BY_HAND: Mapping[str, tuple[str, ...]] = {
    "formal_check": ("passed", "failed", "returned"),
    "professional_review": ("passed", "failed", "skipped"),
    "defence": ("passed", "failed", "skipped"),
    "site_visit": ("passed", "failed", "skipped"),
    "public_notice": ("passed", "failed"),
    "meeting": (),
}
#: These say why.
WITH_REASON = ("failed", "returned", "skipped", "withdrawn", "ended")


def may_move(from_state: str, to_state: str) -> bool:
    return to_state in MOVES.get(from_state, ())


def chain_problems(kinds: Sequence[str]) -> list[str]:
    """What is wrong with a chain, as codes: it ends with its only meeting; a formal check comes first."""
    found = []
    if kinds.count("meeting") != 1 or kinds[-1] != "meeting":
        found.append("meeting_last")
    if "formal_check" in kinds[1:]:
        found.append("check_first")
    return found


def days_between(entered_on: date, left_on: date | None, today: date) -> int:
    """Whole days of a stay; the one that goes on counts up to today."""
    return max(0, ((left_on or today) - entered_on).days)


def is_late(entered_on: date, days_allowed: int | None, today: date) -> bool:
    return days_allowed is not None and (today - entered_on).days > days_allowed
