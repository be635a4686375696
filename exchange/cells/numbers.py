"""Cells of number columns: money, decimals, whole numbers, percent."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from decimal import Context as Precision

from django.utils.translation import gettext_lazy as _

from exchange.cells.amounts import Amount, ForeignCurrency, SeveralNumbers, amount_of
from exchange.cells.cleaning import ascii_like, without_apostrophe
from exchange.cells.parsed import Context, Parsed, grouped, plain, refused, remarked, shown
from exchange.sheets import Column, Kind, RawCell, Text

#: Yuan per unit that a money column may name.
UNITS = {
    "元": Decimal(1),
    "yuan": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10**4),
    "百万元": Decimal(10**6),
    "亿元": Decimal(10**8),
}
TOO_LARGE = Decimal(10**15)
LARGEST_INTEGER = 2**31 - 1
#: Excel keeps 15 digits; a stored 0.30000000000000004 is shown, and meant, as 0.3.
_AS_EXCEL_SHOWS = Precision(prec=15)
_COUNTERS = "个|人|名|家|项|件|台|套|户|次|条|份|篇|场|位|间|期|年|天|日|个月|月|岁|持股"
_PERCENT = re.compile(r"(.*?)\s*(%|‰|percent|per cent)", re.IGNORECASE)
_BARE = re.compile(r"-?(?:\d{1,3}(?:\.\d{1,30})?|\.\d{1,30})")
_SAID_PERCENT = re.compile(r"(百|千)分之(.+)")


def read_money(raw: RawCell, context: Context) -> Parsed:
    """Yuan. A unit in the cell beats that of the heading, which beats that of the column."""
    return _read(raw, context, is_money=True)


def read_decimal(raw: RawCell, context: Context) -> Parsed:
    return _read(raw, context)


def read_integer(raw: RawCell, context: Context) -> Parsed:
    parsed = _read(raw, context)
    if parsed.error is not None:
        return parsed
    value: Decimal = parsed.value
    if value != value.to_integral_value():
        nearest = plain(value.quantize(Decimal(1), ROUND_HALF_UP))
        return refused(
            context,
            "not_whole",
            _("“{value}” is not a whole number. Enter a whole number, such as {suggestion}."),
            suggestion=nearest,
            value=shown(raw),
        )
    if abs(value) > LARGEST_INTEGER:
        return _too_large(raw, context)
    return parsed._replace(value=int(value))


def read_percent(raw: RawCell, context: Context) -> Parsed:
    """Percent points: 27.3 for 27.3%. A bare 0.273 may mean 0.273% or 27.3% and is asked."""
    if isinstance(raw, str):
        text = ascii_like(without_apostrophe(raw))
        if found := _PERCENT.fullmatch(text):
            return _scaled_percent(raw, found[1], context, Decimal("0.1") if found[2] == "‰" else Decimal(1))
        if found := _SAID_PERCENT.fullmatch(text):
            parsed = _scaled_percent(raw, found[2], context, Decimal(1 if found[1] == "百" else "0.1"))
            return parsed if parsed.error else _as_read(parsed.value, context.column)
    bare = _bare_number(raw)
    return _doubtful_percent(raw, bare, context) if 0 < abs(bare) <= 1 else _read(raw, context)


def _bare_number(raw: RawCell) -> Decimal:
    """A number without any sign or word; 0 for everything else."""
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        return _AS_EXCEL_SHOWS.create_decimal(raw)
    text = ascii_like(raw) if isinstance(raw, str) else ""
    return Decimal(text) if _BARE.fullmatch(text) else Decimal(0)


def _scaled_percent(raw: str, number: str, context: Context, scale: Decimal) -> Parsed:
    parsed = _read(number, context)
    if parsed.error is not None:
        other = scale != 1 or parsed.error.code == "not_a_number"
        return _not_a_number(raw, context) if other else parsed
    return _within(raw, parsed.value * scale, context) if scale != 1 else parsed


def _doubtful_percent(raw: RawCell, value: Decimal, context: Context) -> Parsed:
    return refused(
        context,
        "ambiguous",
        _("“{value}” may mean {suggestion} or {other}. Enter it with the percent sign."),
        suggestion=f"{plain(value * 100)}%",
        value=shown(raw),
        other=f"{plain(value)}%",
    )


def _read(raw: RawCell, context: Context, *, is_money: bool = False) -> Parsed:
    heading = _factor(context) if is_money else Decimal(1)
    if isinstance(raw, bool):
        return _not_a_number(raw, context)
    if isinstance(raw, int | Decimal):
        return _within(raw, _AS_EXCEL_SHOWS.create_decimal(raw) * heading, context)
    if isinstance(raw, date):
        return _date_for_number(raw, context)
    return _read_typed(raw or "", context, heading)


def _factor(context: Context) -> Decimal:
    return context.factor or UNITS.get(context.column.unit_zh) or Decimal(1)


def _read_typed(raw: str, context: Context, heading: Decimal) -> Parsed:
    column = context.column
    text = ascii_like(without_apostrophe(raw))
    sure = column.places >= 3 or heading > 1 or column.kind is Kind.PERCENT
    try:
        amount = amount_of(text, units=_units_of(column), decimal_point_sure=sure)
    except ForeignCurrency:
        return _foreign(raw, context)
    except SeveralNumbers:
        return refused(
            context,
            "several_numbers",
            _("“{value}” gives a range. Enter one exact number."),
            value=shown(raw),
        )
    if amount is None:
        return _not_a_number(raw, context)
    if amount.vague or amount.ambiguous is not None:
        return _doubtful(raw, amount, context)
    if abs(amount.value).adjusted() > 20:
        return _too_large(raw, context)
    total = amount.value * (heading if amount.scale is None else amount.scale)
    parsed = _within(raw, total, context)
    own_unit = amount.scale is not None and amount.scale != heading
    if parsed.error is None and (amount.unusual or own_unit):
        return _as_read(parsed.value, column)
    return parsed


def _units_of(column: Column) -> str:
    """Words that may stand behind the number: counters, and the unit that the column itself names."""
    own = "|".join(re.escape(ascii_like(unit)) for unit in (column.unit_zh, column.unit_en) if unit)
    if column.kind is Kind.MONEY:
        return ""
    return f"{own}|{_COUNTERS}" if own else _COUNTERS


def _as_read(value: Decimal, column: Column) -> Parsed:
    if column.kind is Kind.MONEY:
        return remarked(value, _("Read as {amount} yuan."), amount=grouped(value))
    if column.kind is Kind.PERCENT:
        return remarked(value, _("Read as {number}%."), number=plain(value))
    return remarked(value, _("Read as {number}."), number=grouped(value))


def _within(raw: RawCell, value: Decimal, context: Context) -> Parsed:
    """Whether a number fits its column: size, bounds, decimal places. Nothing is rounded silently."""
    column = context.column
    if abs(value) >= TOO_LARGE:
        return _too_large(raw, context)
    if column.lowest is not None and value < column.lowest:
        return _out_of_bounds(raw, context, _("“{value}” is too small: the least is {bound}."), column.lowest)
    if column.highest is not None and value > column.highest:
        return _out_of_bounds(raw, context, _("“{value}” is too large: the most is {bound}."), column.highest)
    if column.kind is Kind.INTEGER:
        return Parsed(value)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # neither infinite nor "not a number": these are not read
    if -exponent > column.places:
        return _fitted_to_places(raw, value, context)
    return Parsed(value if exponent <= 0 else value.quantize(Decimal(1)))


def _fitted_to_places(raw: RawCell, value: Decimal, context: Context) -> Parsed:
    places = context.column.places
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if rounded == value:
        return Parsed(rounded)
    return refused(
        context,
        "too_many_places",
        _("“{value}” has more than {places} decimal places. Enter it rounded, such as {suggestion}."),
        suggestion=_back_in_unit(rounded, context),
        value=shown(raw),
        places=places,
    )


def _back_in_unit(value: Decimal, context: Context) -> str:
    """A value as it is typed into this column, so that it reads back the same."""
    if context.column.kind is Kind.MONEY and _factor(context) != 1:
        return f"{plain(value)}元"
    return f"{plain(value)}%" if context.column.kind is Kind.PERCENT else plain(value)


#: Three digits behind a point may be thousands; a fourth makes them decimals, and the suggestion is accepted.
_LIKE_THOUSANDS = re.compile(r"(?<![\d.])[1-9]\d{0,2}\.\d{3}(?!\d)")


def _doubtful(raw: str, amount: Amount, context: Context) -> Parsed:
    in_unit_of_heading = amount.scale is None and context.column.kind is Kind.MONEY
    suggestion = plain(amount.value) if in_unit_of_heading else _back_in_unit(amount.total, context)
    suggestion = _LIKE_THOUSANDS.sub(r"\g<0>0", suggestion)
    if amount.vague:
        return refused(
            context,
            "not_exact",
            _("“{value}” is not exact. Enter the exact number, such as {suggestion}."),
            suggestion=suggestion,
            value=shown(raw),
        )
    other = amount.ambiguous or amount.value
    if other == amount.value:
        return refused(
            context,
            "separators",
            _("“{value}” uses points and commas in an unusual way. If it means {suggestion}, enter it so."),
            suggestion=suggestion,
            value=shown(raw),
        )
    return refused(
        context,
        "ambiguous",
        _("“{value}” may mean {suggestion} or {other}. Enter it without separators between the digits."),
        suggestion=suggestion,
        value=shown(raw),
        other=plain(other),
    )


def _out_of_bounds(raw: RawCell, context: Context, message: Text, bound: int) -> Parsed:
    return refused(context, "out_of_bounds", message, value=shown(raw), bound=f"{bound:,}")


def _too_large(raw: RawCell, context: Context) -> Parsed:
    return refused(
        context,
        "too_large",
        _("“{value}” is larger than any number that is stored here. Please check the digits and the unit."),
        value=shown(raw),
    )


def _foreign(raw: RawCell, context: Context) -> Parsed:
    return refused(
        context,
        "currency",
        _("“{value}” names another currency. Enter the amount in {unit}, as a number."),
        value=shown(raw),
        unit=context.column.unit_zh or "元",
    )


def _date_for_number(raw: date, context: Context) -> Parsed:
    return refused(
        context,
        "date_for_number",
        _("Excel shows a date here ({value}). Format the cell as a number and enter the number again."),
        value=shown(raw),
    )


def _not_a_number(raw: RawCell, context: Context) -> Parsed:
    return refused(
        context,
        "not_a_number",
        _("“{value}” is not a number. Enter digits only, such as {example}."),
        value=shown(raw),
        example=context.column.example or "12",
    )
