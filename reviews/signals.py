"""What apps above hang in here: the pages of their subjects, and the news of a result."""

from collections.abc import Callable
from dataclasses import dataclass

from django.dispatch import Signal
from django.utils.functional import Promise

#: Sent with ``case`` once a result is final: concluded, and confirmed where the round demands it.
result_final = Signal()


@dataclass(frozen=True)
class Subject:
    """A kind of thing that is judged or announced: what it is called, and the page of one."""

    label: str | Promise
    url_of: Callable[[int], str]


_SUBJECTS: dict[str, Subject] = {}


def register_subject(kind: str, *, label: str | Promise, url_of: Callable[[int], str]) -> None:
    """Called by each app above when it is ready."""
    _SUBJECTS[kind] = Subject(label, url_of)


def subject_of(kind: str) -> Subject | None:
    return _SUBJECTS.get(kind)
