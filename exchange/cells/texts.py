"""Cells of text columns."""

import re
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from exchange.cells.cleaning import text_of_formula, without_apostrophe, without_controls, without_unseen
from exchange.cells.parsed import EMPTY, Context, Parsed, plain, refused, remarked, shown
from exchange.sheets import Kind, RawCell, Text

EXACT_DIGITS = 15  # Excel keeps no more of a number
#: Numbers that are names: how many digits they have, by the end of the column's name.
DIGITS_OF = {"organisation_number": 10, "postcode": 6}
#: 「飞榴科技(11.180, 0.06, 0.54%)」: price, change and change in percent, copied along from a news page.
_SHARE_PRICE = re.compile(
    r"\s*[(（]\s*[-+]?\d+(?:\.\d+)?\s*[,，]\s*[-+]?\d+(?:\.\d+)?\s*[,，]\s*[-+]?\d+(?:\.\d+)?\s*[%％]\s*[)）]"
)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+(\d+)", re.IGNORECASE)
_LINE_BREAKS = re.compile(r"\s*[\r\n\u2028\u2029]+\s*")


def read_text(raw: RawCell, context: Context) -> Parsed:
    """A text: as typed, trimmed. What Excel made into something else is named, never guessed."""
    if isinstance(raw, str):
        return _read_typed(raw, context)
    if isinstance(raw, bool):
        return _within_limit("TRUE" if raw else "FALSE", context)
    if isinstance(raw, int | Decimal):
        return _read_number(raw, context)
    if isinstance(raw, date):
        return _read_date(raw, context)
    return EMPTY


#: Without these in front or inside, a printable text holds nothing of what ``_read_typed`` looks for.
_MARKED = re.compile(r"[='].*|.*[+%％].*")


def _read_typed(raw: str, context: Context) -> Parsed:
    bare = raw.strip()
    if bare.isprintable() and not _MARKED.fullmatch(bare):
        return _within_limit(bare, context)
    return _read_marked(raw, context)


def _read_marked(raw: str, context: Context) -> Parsed:
    text, remark = raw, ""
    meant: Text = ""
    if (inner := text_of_formula(text)) is not None:
        text = inner
    text = without_apostrophe(without_unseen(text))
    if (found := _SCIENTIFIC.fullmatch(text)) and int(found[1]) >= EXACT_DIGITS:
        return _digits_lost(raw, context)
    bare = without_controls(text)
    if context.column.kind is Kind.TEXT:
        bare = _LINE_BREAKS.sub(" ", bare)
    else:
        bare = bare.replace("\r\n", "\n").replace("\r", "\n")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if bare != text:
        meant = _("Line breaks and unseen signs in this cell were left out.")
    without_price = _SHARE_PRICE.sub("", bare)
    if without_price != bare:
        removed = "".join(found[0] for found in _SHARE_PRICE.finditer(bare)).strip()
        meant, remark, bare = _("A share price was left out: “{removed}”."), removed, without_price
    parsed = _within_limit(bare.strip(), context)
    if meant and parsed.error is None:
        return remarked(parsed.value, meant, removed=remark)
    return parsed


def _within_limit(text: str, context: Context) -> Parsed:
    if not text:
        return EMPTY
    longest = context.column.longest
    if len(text) > longest:
        return refused(
            context,
            "too_long",
            _("This text has {count} characters; at most {longest} fit. Please shorten it."),
            count=len(text),
            longest=longest,
        )
    return Parsed(text)


def _read_number(raw: int | Decimal, context: Context) -> Parsed:
    if Decimal(raw).adjusted() >= EXACT_DIGITS:
        return _digits_lost(raw, context)
    text = plain(Decimal(raw))
    wanted = _digits_of(context.column.name)
    if wanted and text.isdigit() and len(text) < wanted:
        return refused(
            context,
            "zeros_lost",
            _(
                "“{value}” has {count} digits instead of {wanted}: Excel leaves out zeros at the beginning"
                " of a number. Format the cell as text and enter all {wanted} digits, such as {suggestion}."
            ),
            value=text,
            count=len(text),
            wanted=wanted,
            suggestion=text.zfill(wanted),
        )
    return _within_limit(text, context)


def _digits_of(name: str) -> int:
    return next((digits for ending, digits in DIGITS_OF.items() if name.endswith(ending)), 0)


def _digits_lost(raw: RawCell, context: Context) -> Parsed:
    return refused(
        context,
        "digits_lost",
        _(
            "“{value}” is a number of which Excel kept only the first 15 digits. Format the cell as text and"
            " enter all the digits again."
        ),
        value=shown(raw),
    )


def _read_date(raw: date, context: Context) -> Parsed:
    text = raw.isoformat(" ", "minutes") if isinstance(raw, datetime) else raw.isoformat()
    if context.column.kind is Kind.LONG_TEXT:
        return remarked(
            text, _("Excel holds a date in this cell; it was read as the text {text}."), text=text
        )
    return refused(
        context,
        "date_in_text",
        _(
            "Excel made a date of this cell ({text}). If that is what is meant, enter it as text; otherwise"
            " format the cell as text and enter it again."
        ),
        suggestion=text,
        text=text,
    )
