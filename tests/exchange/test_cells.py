"""Cells to values: spellings not seen in the hostile files, properties, and the words of the messages."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exchange.cells import CellReader, Context, Parsed, neutralised, parse_cell, words_of
from exchange.sheets import Choice, Column, Kind, RawCell


@pytest.fixture(autouse=True, scope="module")
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


DAYS = st.dates(date(1901, 1, 1), date(2100, 12, 31))
RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.text(),
    st.from_regex(r"[约近¥$(]?\d{1,9}([.,]\d{1,4}){0,3}\s?(万|亿|千)?(元|%|人)?[+)]?", fullmatch=True),
    st.from_regex(r"\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?", fullmatch=True),
    st.text(alphabet="零〇一二三四五六七八九十百千万亿点年月日分之百", max_size=12),
)


def column(kind: Kind, **values: Any) -> Column:
    return Column("field", "字段", "Field", kind, **values)


def parsed(raw: RawCell, kind: Kind, *, column_values: dict[str, Any] | None = None, **values: Any) -> Parsed:
    return parse_cell(raw, column(kind, **(column_values or {})), today_year=2021, **values)


@given(raw=RAW, kind=st.sampled_from(Kind), required=st.booleans())
@settings(max_examples=400, deadline=None)
def test_any_cell_gives_a_value_or_a_sentence(raw: RawCell, kind: Kind, required: bool) -> None:
    answer = parsed(raw, kind, column_values={"required": required})

    assert answer.value is None or answer.error is None
    assert str(answer.remark) == "" or len(str(answer.remark)) > 5
    if answer.error is not None:
        assert answer.error.field == "field"
        assert len(str(answer.error.message)) > 10


@given(amount=st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_reads_back_as_it_is_written(amount: Decimal) -> None:
    for written in (
        amount,
        f"{amount}",
        f"{amount:,}",
        f"¥{amount:,}",
        f"{amount}元",
        f"{amount / 10000:f}万元",
    ):
        answer = parsed(written, Kind.MONEY, column_values={"places": 2})
        if answer.error is not None:
            assert answer.error.code == "ambiguous"
        else:
            assert answer.value == amount


@given(amount=st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_what_a_message_suggests_is_accepted(amount: Decimal) -> None:
    first = parsed(f"{amount}", Kind.MONEY, factor=Decimal(10000))
    if first.suggestion:
        again = parsed(first.suggestion, Kind.MONEY, factor=Decimal(10000))
        assert again.error is None


@given(
    raw=RAW,
    kind=st.sampled_from([Kind.MONEY, Kind.DECIMAL, Kind.PERCENT, Kind.INTEGER, Kind.DATE, Kind.YEAR]),
)
@settings(max_examples=400, deadline=None)
@example(raw="1.001", kind=Kind.MONEY)
@example(raw="1,0010", kind=Kind.MONEY)
@example(raw="约1.001元", kind=Kind.DECIMAL)
def test_every_suggestion_is_accepted_or_mended_further(raw: RawCell, kind: Kind) -> None:
    answer = parsed(raw, kind)
    if answer.suggestion and answer.error is not None:
        again = parsed(answer.suggestion, kind)
        assert again.error is None or again.suggestion != answer.suggestion


@pytest.mark.parametrize(
    "form",
    [
        "{d.year}-{d.month:02}-{d.day:02}",
        "{d.year}/{d.month}/{d.day}",
        "{d.year}.{d.month}.{d.day}",
        "{d.year}年{d.month}月{d.day}日",
        "{d.year}年{d.month:02}月{d.day:02}号",
        "{d.year}{d.month:02}{d.day:02}",
        "{d.year} {d.month} {d.day}",
        "{d.year}-{d.month}-{d.day} 00:00:00",
        "{d.year}-{d.month:02}-{d.day:02}T00:00:00",
        "{d:%d %B %Y}",
        "{d:%B} {d.day}, {d.year}",
        "{d:%d-%b-%Y}",
    ],
)
@given(day=DAYS)
@settings(max_examples=60)
def test_a_date_in_any_usual_form_is_the_same_day(form: str, day: date) -> None:
    assert parsed(form.format(d=day), Kind.DATE).value == day


@given(day=DAYS)
def test_a_date_of_excel_is_the_same_day(day: date) -> None:
    midnight = datetime.combine(day, datetime.min.time())

    assert parsed(day, Kind.DATE).value == parsed(midnight, Kind.DATE).value == day


@given(number=st.integers(20_000, 73_415))
def test_a_bare_serial_number_is_the_day_that_excel_shows(number: int) -> None:
    assert parsed(number, Kind.DATE).value == date(1899, 12, 30) + timedelta(days=number)
    assert parsed(number, Kind.DATE, date_1904=True).value == date(1904, 1, 1) + timedelta(days=number)


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")), min_size=1, max_size=40))
def test_an_exported_text_reads_back_unchanged(text: str) -> None:
    text = text.strip()
    answer = parsed(neutralised(text), Kind.LONG_TEXT)
    if answer.error is None and not answer.remark:
        assert (answer.value or "") == text


@pytest.mark.parametrize("text", ["=1+1", "+86 510", "-5", "@示例", "'", "'=x", "''5", "'5", "=HYPERLINK(1)"])
def test_a_text_that_looks_like_a_formula_survives_export_and_import(text: str) -> None:
    assert neutralised(text) == "'" + text or text == "'"
    assert parsed(neutralised(text), Kind.TEXT).value == text


@pytest.mark.parametrize(("order", "day"), [("dmy", date(2021, 4, 3)), ("mdy", date(2021, 3, 4))])
def test_an_order_that_was_said_settles_which_is_the_month(order: str, day: date) -> None:
    answer = parsed("03/04/2021", Kind.DATE, date_order=order)

    assert (answer.value, answer.error) == (day, None)
    assert answer.remark


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("二十七", 27),
        ("一百零五", 105),
        ("一千二百三十四", 1234),
        ("十万", 100000),
        ("两亿三千万", 230000000),
        ("壹仟", 1000),
    ],
)
def test_a_chinese_numeral_is_its_number(numeral: str, number: int) -> None:
    assert parsed(numeral, Kind.INTEGER).value == number


@pytest.mark.parametrize("numeral", ["十十", "三五", "百", "万", "一点", "点五", "二零零"])
def test_a_malformed_numeral_is_no_number(numeral: str) -> None:
    error = parsed(numeral, Kind.MONEY).error

    assert error is not None
    assert error.code == "not_a_number"


def test_an_unusual_spelling_is_remarked_on() -> None:
    assert str(parsed("12.5万元", Kind.MONEY).remark) == "Read as 125,000 yuan."
    assert str(parsed("1,000", Kind.MONEY).remark) == ""


def test_the_noise_of_binary_numbers_is_not_seen() -> None:
    assert parsed(Decimal("0.30000000000000004"), Kind.MONEY).value == Decimal("0.3")


def test_a_required_cell_says_so() -> None:
    error = parsed(" \u00a0", Kind.TEXT, column_values={"required": True}).error

    assert error is not None
    assert (error.code, str(error.message)) == ("required", "This cell is empty. Please fill it in.")


def test_a_merged_cell_that_may_stay_empty_is_remarked_on_with_a_suggestion() -> None:
    answer = parsed(None, Kind.TEXT, merged="示例甲")

    assert (answer.value, answer.error, answer.suggestion) == (None, None, "示例甲")
    assert "示例甲" in str(answer.remark)


def test_a_choice_may_be_called_nothing() -> None:
    choices = words_of([Choice("none", "无", "None"), Choice("some", "有", "Some")])

    assert parsed("无", Kind.CHOICE, choices=choices).value == "none"


def test_a_word_that_means_two_choices_means_neither() -> None:
    choices = words_of([Choice("a", "甲", "A", ("同",)), Choice("b", "乙", "B", ("同",))])

    assert choices == {"甲": "a", "a": "a", "乙": "b", "b": "b"}


def test_a_message_speaks_the_language_of_whoever_reads_it() -> None:
    error = parsed("2021.5.32", Kind.DATE).error
    assert error is not None

    with translation.override("en"):
        message = str(error.message)

    assert message == "“2021.5.32”: there is no such day. Change it to one such as 2021-05-31."


def test_one_reader_serves_a_whole_column() -> None:
    reader = CellReader(Context(column(Kind.MONEY), 2021, factor=Decimal(10000)))

    assert [reader.read(raw).value for raw in (1, "2", None)] == [Decimal(10000), Decimal(20000), None]
