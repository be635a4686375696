"""Numbers, money, dates and periods as people here read them.

Every filter answers ``"—"`` for a missing value, so that an empty cell is never mistaken for zero.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

NONE = "—"
WAN = Decimal(10_000)
YI = Decimal(100_000_000)
CURRENCY_WORDS = {
    "CNY": ("元", "CNY"), "SEK": ("瑞典克朗", "SEK"), "EUR": ("欧元", "EUR"),
    "USD": ("美元", "USD"), "HKD": ("港元", "HKD"),
}  # fmt: skip


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def as_decimal(value: Any) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def rounded(number: Decimal, places: int) -> Decimal:
    """Half up, as a bookkeeper rounds; minus zero becomes zero."""
    result = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def grouped(number: Decimal, places: int | None = None) -> str:
    """``1234567.80`` → ``1,234,567.8``; with ``places`` exactly so many decimals."""
    if places is not None:
        return f"{rounded(number, places):,f}"
    text = f"{abs(number) if number == 0 else number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """Thousands separated; ``places`` fixes the decimals, without it the value's own are kept."""
    amount = as_decimal(value)
    return NONE if amount is None else grouped(amount, None if places is None else int(places))


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """A share of one: ``0.1234`` → ``12.3%``."""
    share = as_decimal(value)
    return NONE if share is None else f"{grouped(share * 100, int(places))}%"


@register.filter
def points(value: Any, places: int = 2) -> str:
    """A score with the same decimals in every row."""
    amount = as_decimal(value)
    return NONE if amount is None else grouped(amount, int(places))


def scaled_money(amount: Decimal, currency: str, unit: str = "auto") -> tuple[str, str]:
    """The figure and its unit: ``(1.5, 万元)``; English keeps CNY million / CNY thousand.

    ``unit`` is ``auto``, ``yuan``, ``wan`` or ``yi``; currencies other than CNY are never scaled to 万 in
    English, where readers count in thousands and millions.
    """
    chinese = is_chinese()
    word = CURRENCY_WORDS.get(currency, (currency, currency))[0 if chinese else 1]
    size = abs(amount)
    if not chinese:
        if unit != "yuan" and size >= 1_000_000:
            return grouped(rounded(amount / 1_000_000, 2)), f"{word} million"
        return grouped(rounded(amount, 2)), word
    if unit == "yi" or (unit == "auto" and size >= YI):
        return grouped(rounded(amount / YI, 2)), f"亿{word}"
    if unit == "wan" or (unit == "auto" and size >= WAN):
        return grouped(rounded(amount / WAN, 2)), f"万{word}"
    return grouped(rounded(amount, 2)), word


@register.filter
def money(value: Any, currency: str = "CNY") -> SafeString | str:
    """An amount in its currency, scaled to 万 or 亿, with the exact figure on hover."""
    return money_in(value, currency or "CNY", "auto")


@register.simple_tag
def money_in(value: Any, currency: str = "CNY", unit: str = "auto") -> SafeString | str:
    """``{% money_in amount "CNY" "wan" %}``: as ``money``, with the unit chosen by the page."""
    amount = as_decimal(value)
    if amount is None:
        return NONE
    figure, word = scaled_money(amount, currency, unit)
    exact = (
        f"{grouped(amount)} {CURRENCY_WORDS.get(currency, (currency, currency))[0 if is_chinese() else 1]}"
    )
    return format_html(
        '<span class="money" title="{}">{} <span class="unit">{}</span></span>', exact, figure, word
    )


@register.filter
def wan(value: Any, places: int = 2) -> SafeString | str:
    """Yuan as a bare figure in 万元, for a table whose head carries the unit; exact yuan on hover."""
    amount = as_decimal(value)
    if amount is None:
        return NONE
    return format_html(
        '<span class="money" title="{}">{}</span>',
        f"{grouped(amount)} 元",
        grouped(amount / WAN, int(places)),
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """``2021-05-03`` in every language; an aware time is read in the current time zone first."""
    if value is None or value == "":
        return NONE
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)


@register.filter
def moment(value: datetime | None) -> str:
    """``2021-05-03 14:05`` in the current time zone."""
    if not isinstance(value, datetime):
        return day(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return local.strftime("%Y-%m-%d %H:%M")


PERIOD = re.compile(r"^(\d{4})(?:-(?:Q([1-4])|H([12])|(\d{2})))?$")
QUARTERS = "一二三四"


@register.filter
def period(value: Any) -> str:
    """``2021-Q2`` → ``2021年第二季度`` / ``Q2 2021``; also years, halves, months. Others stay as typed."""
    if value is None or value == "":
        return NONE
    found = PERIOD.match(str(value))
    if not found:
        return str(value)
    year, quarter, half, month = found.groups()
    chinese = is_chinese()
    if quarter:
        return f"{year}年第{QUARTERS[int(quarter) - 1]}季度" if chinese else f"Q{quarter} {year}"
    if half:
        return f"{year}年{'上' if half == '1' else '下'}半年" if chinese else f"H{half} {year}"
    if month:
        return f"{year}年{int(month)}月" if chinese else f"{year}-{month}"
    return f"{year}年" if chinese else year


@register.filter
def filesize(value: Any) -> str:
    """Bytes as ``812 B``, ``34 KB``, ``1.2 MB``."""
    size = as_decimal(value)
    if size is None:
        return NONE
    if size < 1024:
        return f"{int(size)} B"
    if size < 1024 * 1024:
        return f"{grouped(size / 1024, 0)} KB"
    return f"{grouped(size / 1024 / 1024, 1)} MB"


@register.filter
def short_hash(value: str | None) -> str:
    """The first twelve digits of a sha256; show the whole on hover or to copy."""
    return value[:12] if value else NONE
