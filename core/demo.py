"""What loading demonstration data tells of each kind of record, and how it tells much in little time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from core import history


@dataclass(frozen=True)
class Loaded:
    """A section, how many records it has, and how many of them this load created or corrected."""

    name: str
    count: int
    touched: int


@contextmanager
def told_at_once() -> Iterator[None]:
    """One transaction for a whole story, with its history chained at the end and no savepoints inside.

    A third of all that a load says to the database would be savepoints. Without them an act that is refused
    ends the load, also where somebody catches the refusal: Django then answers every further query with an
    error, and nothing of the story stays.
    """
    features = connection.features
    with transaction.atomic(), history.gathered():
        before = features.uses_savepoints
        features.uses_savepoints = False
        try:
            yield
        finally:
            features.uses_savepoints = before
