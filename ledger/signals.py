"""What higher apps say about money that was committed for their records. Pure."""

from typing import Any

_released_by_subject: dict[str, Any] = {}


def register_release(kind: str, words: Any) -> None:
    """Money committed for this kind of subject is given back through the subject alone; ``words`` say so."""
    _released_by_subject[kind] = words


def released_elsewhere(kind: str) -> str:
    """The sentence where a subject of this kind gives its money back itself; empty otherwise."""
    return str(_released_by_subject.get(kind, ""))
