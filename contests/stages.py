"""Moves of a challenge. Pure: no database, no clock."""

from collections.abc import Mapping

#: From each state the states that may follow.
MOVES: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"open"}),
    "open": frozenset({"awarded", "unawarded"}),
    "awarded": frozenset({"solved", "failed"}),
    "solved": frozenset(),
    "unawarded": frozenset(),
    "failed": frozenset(),
}
#: Moves of which the reason is told.
WITH_REASON = frozenset({"unawarded", "failed"})


def may_follow(state: str, to: str) -> bool:
    return to in MOVES.get(state, frozenset())
