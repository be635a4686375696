from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from core.models import Draft, ExchangeRate, HistoryEntry, IdempotencyKey, Tombstone
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_core_history_one_entry_per_link() -> None:
    link = {
        "chain": "c",
        "sequence": 1,
        "at": NOW,
        "actor": "a",
        "action": "x",
        "subject_type": "t",
        "subject_id": "1",
    }
    HistoryEntry.objects.create(**link)
    with broken("core_history_one_entry_per_link"):
        HistoryEntry.objects.create(**link)


def test_core_rate_one_per_day() -> None:
    rate = {"currency": "SEK", "on": date(2021, 1, 1), "rate": Decimal("0.7"), "source": "s"}
    ExchangeRate.objects.create(**rate)
    with broken("core_rate_one_per_day"):
        ExchangeRate.objects.create(**rate)


def test_core_rate_positive() -> None:
    with broken("core_rate_positive"):
        ExchangeRate.objects.create(currency="SEK", on=date(2021, 1, 1), rate=Decimal(0), source="s")


def test_core_idempotency_one_answer_per_key(alice: User) -> None:
    key = {"user": alice, "key": "k", "method": "POST", "path": "/", "request_sha256": "0", "created_at": NOW}
    IdempotencyKey.objects.create(**key)
    with broken("core_idempotency_one_answer_per_key"):
        IdempotencyKey.objects.create(**key)


def test_core_tombstone_once_per_record() -> None:
    Tombstone.objects.create(kind="project", record_id=1, deleted_at=NOW)
    with broken("core_tombstone_once_per_record"):
        Tombstone.objects.create(kind="project", record_id=1, deleted_at=NOW)


def test_core_draft_one_per_form(alice: User) -> None:
    Draft.objects.create(user=alice, form="project-new", updated_at=NOW)
    with broken("core_draft_one_per_form"):
        Draft.objects.create(user=alice, form="project-new", updated_at=NOW)
