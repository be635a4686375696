"""COPY stores exactly what INSERT stores."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, models, transaction

from core.copying import copy_in, copy_over
from core.models import ExchangeRate, HistoryEntry


def values(record: models.Model) -> list[object]:
    return [getattr(record, field.attname) for field in record._meta.concrete_fields if not field.primary_key]


def test_copied_rows_equal_inserted_ones(db: None) -> None:
    at = datetime(2021, 6, 1, 4, 0, 0, 123456, tzinfo=UTC)

    def entry(sequence: int) -> HistoryEntry:
        return HistoryEntry(
            chain=f"test:{sequence // 2}",
            sequence=1 + sequence % 2,
            at=at,
            actor="alice\t\\N\n“引号”",
            action="x",
            subject_type="t",
            subject_id="1",
            changes={"名": ["a\tb", None, {"c": [1, True]}]},
            previous_hash="0",
            hash="1",
        )

    copied, inserted = [entry(0), entry(1)], [entry(2), entry(3)]
    copy_in(copied)
    HistoryEntry.objects.bulk_create(inserted)
    stored = HistoryEntry.objects.order_by("id")
    assert [row.pk for row in stored] == [row.pk for row in (*copied, *inserted)]
    same = [[value for value in values(row) if not str(value).startswith("test:")] for row in stored]
    assert same[:2] == same[2:]


def test_decimals_days_and_defaults(db: None) -> None:
    rate = ExchangeRate(currency="SEK", on=date(2021, 1, 1), rate=Decimal("0.76543210"), source="test")
    copy_in([rate])
    assert values(ExchangeRate.objects.get(pk=rate.pk)) == values(rate)
    copy_in([])


def test_broken_rules_are_django_errors(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in([ExchangeRate(currency="SEK", on=date(2021, 1, 1), rate=Decimal(0), source="test")])


def test_copying_over_changes_exactly_these_fields_of_exactly_these_rows(db: None) -> None:
    def rate(day: int) -> ExchangeRate:
        return ExchangeRate(currency="SEK", on=date(2021, 1, day), rate=Decimal("0.75"), source="test")

    rates = [rate(1), rate(2), rate(3)]
    copy_in(rates)
    for changed in rates[:2]:
        changed.rate, changed.source, changed.on = Decimal("0.8"), "tab\tand “引号”", date(2030, 1, 1)
    copy_over(rates[:2], ["rate", "source"])
    copy_over([], ["rate"])
    stored = ExchangeRate.objects.order_by("id").values_list("on__day", "rate", "source")
    assert list(stored) == [
        (1, Decimal("0.8"), "tab\tand “引号”"),
        (2, Decimal("0.8"), "tab\tand “引号”"),
        (3, Decimal("0.75"), "test"),
    ]
    rates[0].rate = Decimal(-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_over(rates[:1], ["rate"])


@pytest.mark.parametrize("changes", [{"n": 2**70, "f": 0.1, "z": -0.5}, {}, {"文": "🙂", "a\\b": 'q"'}])
def test_json_is_copied_as_it_is_inserted(db: None, changes: dict[str, object]) -> None:
    entries = [
        HistoryEntry(
            chain=chain,
            sequence=1,
            at=datetime(2021, 6, 1, tzinfo=UTC),
            actor="alice",
            action="x",
            subject_type="t",
            subject_id="1",
            changes=changes,
            previous_hash="0",
            hash="1",
        )
        for chain in ("copied", "inserted")
    ]
    copy_in(entries[:1])
    HistoryEntry.objects.bulk_create(entries[1:])
    copied, inserted = HistoryEntry.objects.order_by("chain").values_list("changes", flat=True)
    assert copied == inserted == changes
