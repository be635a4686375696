"""The history finds every change that goes around it."""

import tracemalloc
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from core import history
from core.models import HistoryEntry, HistoryHead
from tests.guards import unguarded

AT = datetime(2021, 5, 3, 1, 2, 3, 456789, tzinfo=UTC)


@pytest.fixture
def chain(alice: User) -> str:
    """Three links about Alice's own account."""
    with transaction.atomic():
        for number in range(3):
            history.record(
                chain="test:one",
                action="thing.changed",
                subject=alice,
                changes={"number": [number, number + 1], "note": [None, "江阴 ≠ 无锡"]},
                actor=alice,
                at=AT,
            )
    return "test:one"


def tamper(sql: str, *params: object) -> None:
    """Change the table as somebody with the keys of the database would."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_chain_that_nobody_touched_holds(chain: str) -> None:
    assert list(history.verify()) == []
    assert list(
        HistoryEntry.objects.filter(chain=chain).order_by("sequence").values_list("sequence", flat=True)
    ) == [
        1,
        2,
        3,
    ]


def test_each_link_continues_the_one_before(chain: str) -> None:
    entries = list(HistoryEntry.objects.filter(chain=chain).order_by("sequence"))
    assert [entry.previous_hash for entry in entries] == [history.GENESIS, entries[0].hash, entries[1].hash]
    assert history.heads([chain]) == [{"chain": chain, "sequence": 3, "hash": entries[2].hash}]


@pytest.mark.parametrize(
    "change",
    [
        "changes = jsonb_set(changes, '{number,1}', '9')",
        "actor = 'bob'",
        "action = 'thing.changee'",
        "at = at + interval '1 microsecond'",
        "subject_label = subject_label || ' '",
        "subject_id = subject_id || '0'",
    ],
)
def test_one_changed_byte_is_found_and_the_row_is_named(chain: str, change: str) -> None:
    second = HistoryEntry.objects.get(chain=chain, sequence=2)
    tamper(f"UPDATE core_historyentry SET {change} WHERE id = %s", second.pk)
    assert [str(found) for found in history.verify()] == [
        f"test:one #2 (row {second.pk}): its content was changed after it was written"
    ]


def test_a_deleted_link_is_located(chain: str) -> None:
    tamper("DELETE FROM core_historyentry WHERE chain = %s AND sequence = 2", chain)
    assert [(found.chain, found.sequence) for found in history.verify()] == [(chain, 2)]


def test_a_cut_off_end_is_located(chain: str) -> None:
    tamper("DELETE FROM core_historyentry WHERE chain = %s AND sequence = 3", chain)
    assert [(found.chain, found.sequence) for found in history.verify()] == [(chain, 3)]


def test_a_deleted_head_is_noticed(chain: str) -> None:
    HistoryHead.objects.filter(chain=chain).delete()
    assert [found.reason for found in history.verify()] == ["the head of the chain is missing"]


def test_a_rewritten_chain_is_caught_by_the_printed_head(chain: str) -> None:
    printed = HistoryEntry.objects.get(chain=chain, sequence=2)
    place = f"{chain}#2={printed.hash}"
    call_command("verify_history", head=[place])
    previous = history.GENESIS
    for entry in HistoryEntry.objects.filter(chain=chain).order_by("sequence"):
        entry.actor, entry.previous_hash = "mallory", previous
        previous = history.hash_of(entry)
        tamper(
            "UPDATE core_historyentry SET actor = %s, previous_hash = %s, hash = %s WHERE id = %s",
            entry.actor,
            entry.previous_hash,
            previous,
            entry.pk,
        )
    HistoryHead.objects.filter(chain=chain).update(hash=previous)
    assert list(history.verify()) == []
    with pytest.raises(CommandError, match=f"row {printed.pk}"):
        call_command("verify_history", head=[place])


def test_the_command_exits_with_1_and_names_the_row(chain: str) -> None:
    first = HistoryEntry.objects.get(chain=chain, sequence=1)
    tamper("UPDATE core_historyentry SET actor = 'bob' WHERE id = %s", first.pk)
    with pytest.raises(CommandError, match=rf"test:one #1 \(row {first.pk}\)") as refused:
        call_command("verify_history")
    assert refused.value.returncode == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE core_historyentry SET actor = 'bob'", "DELETE FROM core_historyentry"]
)
def test_the_database_refuses_to_rewrite_history(chain: str, statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match="history is append only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_history_outside_a_transaction_is_refused(alice: User) -> None:
    with pytest.raises(RuntimeError, match="transaction of the change itself"):
        history.record(chain="test:one", action="x", subject=alice, changes={}, actor=alice, at=AT)


@pytest.mark.parametrize("number", [1e16, -0.0, 0.1, float("nan"), float("inf")])
def test_a_float_does_not_break_the_chain(alice: User, number: float) -> None:
    history.record(
        chain="test:two", action="x", subject=alice, changes={"n": [None, number]}, actor=alice, at=AT
    )
    entry = HistoryEntry.objects.get(chain="test:two")
    assert entry.changes["n"][1] in (
        str(number),
        str(number).replace("nan", "NaN").replace("inf", "Infinity"),
    )
    assert list(history.verify()) == []


def test_a_chain_that_grows_while_it_is_read_is_not_broken(
    chain: str, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed, seen = history.hash_of, []

    def hash_and_grow(entry: HistoryEntry) -> str:
        if entry.pk and not seen and entry.sequence == 3:
            seen.append(entry)
            history.record(chain=chain, action="x", subject=alice, changes={}, actor=alice, at=AT)
        return hashed(entry)

    monkeypatch.setattr(history, "hash_of", hash_and_grow)
    assert (list(history.verify([chain])), len(seen)) == ([], 1)
    assert HistoryHead.objects.get(chain=chain).sequence == 4


def test_a_link_added_without_its_head_is_found(chain: str) -> None:
    HistoryHead.objects.filter(chain=chain).update(sequence=2)
    assert [(found.sequence, found.reason) for found in history.verify()] == [
        (3, "the head says #2 is the last entry")
    ]


def test_a_long_chain_is_read_in_pieces(alice: User) -> None:
    change = history.Change("x", "accounts.user", str(alice.pk), "示例", {"n": [None, "江" * 500]})
    with transaction.atomic():
        for _piece in range(3):
            history.record_many(chain="test:long", changes=[change] * 2000, actor=alice, at=AT)
    tracemalloc.start()
    assert list(history.verify(["test:long"])) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


def test_gathered_links_give_the_same_chains_as_links_one_by_one(alice: User) -> None:
    def act(chain: str) -> None:
        for number in range(3):
            history.record(chain=chain, action="x", subject=alice, changes={"n": number}, actor=alice, at=AT)

    act("test:single")
    with history.gathered():
        act("test:gathered")
        assert not HistoryEntry.objects.filter(chain="test:gathered").exists()
    told = [
        list(HistoryEntry.objects.filter(chain=chain).order_by("sequence").values_list("sequence", "changes"))
        for chain in ("test:single", "test:gathered")
    ]
    assert told[0] == told[1]
    assert list(history.verify()) == []


def test_a_failed_gathering_leaves_nothing(alice: User) -> None:
    def act() -> float:
        with transaction.atomic(), history.gathered():
            history.record(chain="test:failed", action="x", subject=alice, changes={}, actor=alice, at=AT)
            return 1 / 0

    with pytest.raises(ZeroDivisionError):
        act()
    assert not HistoryEntry.objects.filter(chain="test:failed").exists()


class Colour(Enum):
    RED = "red"


class Pair(NamedTuple):
    first: int
    second: int


SINGAPORE = timezone(timedelta(hours=8))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        '“引号” "quoted" \\ \x7f\u2028 é 😀',
        "\n\t\x01\x1f",
        0,
        -(2**63),
        2**70,
        True,
        None,
        Decimal("1E+3"),
        Decimal("0.10"),
        date(2021, 3, 1),
        datetime(2021, 3, 1, 8, 30, tzinfo=SINGAPORE),
        1e16,
        float("nan"),
        [1, [2.5]],
        {"b": 1, "a": {2: "zwei"}},
        Colour.RED,
        Pair(1, 2),
    ],
)
def test_many_links_are_written_as_single_ones_are(
    alice: User, monkeypatch: pytest.MonkeyPatch, value: Any
) -> None:
    """The writer for thousands builds its bytes by hand; they are those of the other, to the last hash."""
    at = datetime(2021, 3, 1, 12, tzinfo=SINGAPORE)
    changes = [
        history.Change(
            "示例.made", "projects.project", "7", "示例“项目”", {"名称": [None, value], "a": [value, 1]}
        ),
        history.Change("made", "projects.project", "8", "", {}),
    ]
    chains = []
    for copied_from in (1, 100):
        monkeypatch.setattr(history, "COPIED_FROM", copied_from)
        with transaction.atomic():
            history.record_many(chain="user:1", changes=changes, actor=alice, at=at)
        chains.append(list(HistoryEntry.objects.order_by("sequence").values_list("changes", "hash", "at")))
        assert list(history.verify(["user:1"])) == []
        with transaction.atomic(), connection.cursor() as cursor, unguarded(cursor):
            cursor.execute("TRUNCATE core_historyentry, core_historyhead")
    assert chains[0] == chains[1]
