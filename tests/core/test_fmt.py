"""Numbers, money, dates and periods read as the product's rules say, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from core.templatetags import fmt


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "—"),
        ("", "—"),
        ("not a number", "—"),
        (True, "—"),
        (float("nan"), "—"),
        (0, "0"),
        (1234567, "1,234,567"),
        (Decimal("1234567.80"), "1,234,567.8"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E+3"), "1,000"),
    ],
)
def test_number(value, expected):
    assert fmt.number(value) == expected


def test_number_rounds_half_up_and_never_shows_minus_zero():
    assert fmt.number(Decimal("2.345"), 2) == "2.35"
    assert fmt.number(Decimal("-0.004"), 2) == "0.00"


def test_percent_is_a_share_of_one():
    assert fmt.percent(Decimal("0.12345")) == "12.3%"
    assert fmt.percent(None) == "—"


@pytest.mark.parametrize(
    ("amount", "language", "expected"),
    [
        (Decimal("9999"), "zh-hans", ("9,999", "元")),
        (Decimal("12500000"), "zh-hans", ("1,250", "万元")),
        (Decimal("13944800000.50"), "zh-hans", ("139.45", "亿元")),
        (Decimal("-15000"), "zh-hans", ("-1.5", "万元")),
        (Decimal("12500000"), "en", ("12.5", "CNY million")),
        (Decimal("9999.99"), "en", ("9,999.99", "CNY")),
    ],
)
def test_money_is_scaled_by_the_language(amount, language, expected):
    with translation.override(language):
        assert fmt.scaled_money(amount, "CNY") == expected


def test_money_keeps_the_exact_amount_on_hover():
    with translation.override("zh-hans"):
        assert fmt.money(Decimal("13944800000.50")) == (
            '<span class="money" title="13,944,800,000.5 元">139.45 <span class="unit">亿元</span></span>'
        )


def test_money_of_another_currency_names_it():
    with translation.override("zh-hans"):
        assert ">125 <" in fmt.money(Decimal("1250000"), "SEK")
        assert "万瑞典克朗" in fmt.money(Decimal("1250000"), "SEK")


def test_wan_prints_a_bare_figure():
    assert fmt.wan(Decimal("12500000")) == '<span class="money" title="12,500,000 元">1,250.00</span>'
    assert fmt.wan(None) == "—"


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("2021", "2021年", "2021"),
        ("2021-Q2", "2021年第二季度", "Q2 2021"),
        ("2021-H1", "2021年上半年", "H1 2021"),
        ("2021-05", "2021年5月", "2021-05"),
        ("until further notice", "until further notice", "until further notice"),
        (None, "—", "—"),
    ],
)
def test_period(code, chinese, english):
    with translation.override("zh-hans"):
        assert fmt.period(code) == chinese
    with translation.override("en"):
        assert fmt.period(code) == english


def test_day_is_read_in_the_time_zone_of_the_reader():
    late = datetime(2021, 5, 2, 17, 30, tzinfo=UTC)
    assert fmt.day(late) == "2021-05-03"
    assert fmt.moment(late) == "2021-05-03 01:30"
    assert fmt.day(date(2021, 5, 3)) == "2021-05-03"
    assert fmt.day(None) == "—"


@pytest.mark.parametrize(
    ("size", "expected"), [(812, "812 B"), (34_500, "34 KB"), (1_258_291, "1.2 MB"), (None, "—")]
)
def test_filesize(size, expected):
    assert fmt.filesize(size) == expected


def test_short_hash():
    assert fmt.short_hash("9f86d081884c7d659a2f") == "9f86d081884c"
    assert fmt.short_hash(None) == "—"
