"""The life of a return: draft → submitted → verified or returned → published. Pure: no database, no clock.

A correction is no move: it opens a new version of the return and leaves the one before as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """From which states, to which state, what right it takes, and whether it is explained in words."""

    sources: frozenset[str]
    target: str
    right: str
    needs_words: bool = False
    second_person: bool = False


MOVES: Mapping[str, Move] = {
    "submit": Move(frozenset({"draft", "returned"}), "submitted", "enter"),
    "return": Move(frozenset({"submitted"}), "returned", "verify", needs_words=True, second_person=True),
    "verify": Move(frozenset({"submitted"}), "verified", "verify", second_person=True),
    "publish": Move(frozenset({"verified"}), "published", "manage"),
}

#: Its lines can be typed.
OPEN: frozenset[str] = frozenset({"draft", "returned"})
#: Its lines never change again; a correction opens a new version.
FROZEN: frozenset[str] = frozenset({"submitted", "verified", "published"})
#: Its lines stand beside those of other periods and places.
COMPARABLE: frozenset[str] = FROZEN


def allowed(state: str) -> tuple[str, ...]:
    """The moves that lead on from a state."""
    return tuple(name for name, move in MOVES.items() if state in move.sources)
