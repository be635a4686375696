"""What the history remembers of a record, and what a refusal says, in a form that tests can compare."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import Model

from core.errors import DomainError
from core.models import HistoryEntry, HistoryHead


def history_of(subject: Model) -> list[tuple[str, str, str]]:
    """``(chain, actor, action)`` of every entry about the record, oldest first."""
    return list(_entries(subject).values_list("chain", "actor", "action"))


def last_changes(subject: Model) -> dict[str, Any]:
    """What the newest entry about the record says has changed."""
    return _entries(subject).values_list("changes", flat=True).reverse()[0]


def _entries(subject: Model) -> Any:
    kind, key = subject._meta.label_lower, str(subject.pk)
    return HistoryEntry.objects.filter(subject_type=kind, subject_id=key).order_by("sequence")


def chain_lengths() -> dict[str, int]:
    return dict(HistoryHead.objects.values_list("chain", "sequence"))


@contextmanager
def refused(kind: type[DomainError], *named: str) -> Iterator[None]:
    """The block is refused as ``kind`` (exactly), for these ``field:code`` or, without fields, ``code``.

    Nothing is written to any history.
    """
    before = chain_lengths()
    with pytest.raises(DomainError) as caught:
        yield
    error = caught.value
    said = [f"{field.field}:{field.code}" for field in error.fields] or [error.code]
    assert (type(error), said) == (kind, list(named))
    assert chain_lengths() == before
