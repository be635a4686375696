"""What a typed number says: its value, the unit it names itself, and whether it is exact.

Pure text work for ``numbers``: nothing here knows of columns.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from exchange.cells.numerals import NUMERAL, numeral_value

#: Powers of ten as they are written after a number; longer words first when they are tried.
SCALES: Mapping[str, Decimal] = {
    "万亿": Decimal(10**12),
    "千亿": Decimal(10**11),
    "百亿": Decimal(10**10),
    "十亿": Decimal(10**9),
    "亿": Decimal(10**8),
    "千万": Decimal(10**7),
    "百万": Decimal(10**6),
    "十万": Decimal(10**5),
    "万": Decimal(10**4),
    "千": Decimal(10**3),
    "百": Decimal(100),
    "billion": Decimal(10**9),
    "million": Decimal(10**6),
    "mn": Decimal(10**6),
    "m": Decimal(10**6),
    "thousand": Decimal(10**3),
    "k": Decimal(10**3),
    "w": Decimal(10**4),
}
_TRADITIONAL = str.maketrans("萬億約餘圓", "万亿约余元")
_YUAN = r"人民币|RMB|CNY|¥|yuan"
_FOREIGN = re.compile(
    r"US\$|HK\$|A\$|\$|€|£|USD|EUR|GBP|HKD|SEK|DKK|NOK|JPY|CHF|KRW|SGD|美元|美金|欧元|英镑|港[元币]|日元|瑞典克朗|克朗"
    r"|\bkr\b",
    re.IGNORECASE,
)
_VAGUE_BEFORE = re.compile(
    r"^(?:大约|约为?|大概|近|将近|接近|超过?|逾|不足|不到|不低于|不超过|至少|最多|至多|大于|小于|高于|低于|[≥≤><~≈]=?"
    r"|about|approx(?:imately|\.)?|around|circa|ca\.?|over|nearly|almost|up to|at least|more than)\s*",
    re.IGNORECASE,
)
_VAGUE_AFTER = re.compile(r"\s*(?:\+|左右|上下|以上|以下|以内|余|多|有余|or more|or so)$", re.IGNORECASE)
_VAGUE_INSIDE = re.compile(r"(?<=[\d万亿千百十])[余多](?=[万亿千百元个家人])")
_RANGE = re.compile(r"(?<=[\d万亿千元%])\s*(?:-|~|至|到|to)\s*(?=\d)", re.IGNORECASE)
_SCALE = re.compile(f"({'|'.join(SCALES)})$", re.IGNORECASE)

_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_EXPONENT = re.compile(r"\d+(?:\.\d+)?E[+-]?\d{1,3}", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SPACED = re.compile(r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?")
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_COMMA_DECIMAL = re.compile(r"\d+,\d+")


@dataclass(frozen=True)
class Amount:
    """``value`` × ``scale``; ``scale`` None where the text names no unit. ``unusual``: worth telling how it
    was read. ``ambiguous``: the other value that the same signs may stand for."""

    value: Decimal
    scale: Decimal | None = None
    unusual: bool = False
    vague: bool = False
    ambiguous: Decimal | None = None

    @property
    def total(self) -> Decimal:
        return self.value * (self.scale or 1)


class ForeignCurrency(Exception):
    """The text names a currency other than yuan."""


class SeveralNumbers(Exception):
    """The text gives a range."""


def amount_of(text: str, *, units: str = "", decimal_point_sure: bool = False) -> Amount | None:
    """Read ``text`` (already ``ascii_like``); None where it is no number.

    ``units``: a pattern of unit words that may follow. ``decimal_point_sure``: 12.500 can only be twelve and
    a half (the column has three decimal places or more).
    """
    text = text.translate(_TRADITIONAL)
    if _FOREIGN.search(text):
        raise ForeignCurrency
    text, vague = _without_vague(text)
    if _RANGE.search(text):
        raise SeveralNumbers
    text, negative = _without_sign(text)
    text, scale = _without_units(text, units)
    text, negative_too = _without_sign(text)
    read = _digits_of(text, decimal_point_sure or scale not in (None, 1))
    if read is None:
        return None
    sign = -1 if negative or negative_too else 1
    return Amount(
        read.value * sign,
        scale,
        read.unusual or scale not in (None, 1) or negative,
        vague,
        None if read.ambiguous is None else read.ambiguous * sign,
    )


def _without_vague(text: str) -> tuple[str, bool]:
    exact = _VAGUE_INSIDE.sub("", _VAGUE_AFTER.sub("", _VAGUE_BEFORE.sub("", text)))
    return exact, exact != text


def _without_sign(text: str) -> tuple[str, bool]:
    """Also (1,000) as bookkeepers write minus 1,000."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text[:1] in "+-":
        return text[1:].lstrip(), text[:1] == "-"
    return text, False


def _without_units(text: str, units: str) -> tuple[str, Decimal | None]:
    """The bare number, and the scale where 万, 亿 or 元 stands behind it (元 alone is 1)."""
    text = re.sub(rf"^(?:{_YUAN})\s*", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"\s*(?:{_YUAN})$", "", text, flags=re.IGNORECASE)
    bare = re.sub(r"\s*(?:元|块钱?)\s*整?$", "", text)
    in_yuan = bare != text
    if units:
        bare = re.sub(rf"\s*(?:{units})$", "", bare, flags=re.IGNORECASE)
    found = _SCALE.search(bare)
    if found and not NUMERAL.fullmatch(bare):
        return bare[: found.start()].rstrip(), SCALES[found[1].lower()]
    return bare, Decimal(1) if in_yuan else None


def _digits_of(text: str, decimal_point_sure: bool) -> Amount | None:
    if _PLAIN.fullmatch(text):
        value = Decimal(text)
        doubtful = not decimal_point_sure and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text)
        return Amount(value, ambiguous=value * 1000 if doubtful else None)
    if _THOUSANDS.fullmatch(text):
        return Amount(Decimal(text.replace(",", "")))
    if _EXPONENT.fullmatch(text):
        return Amount(Decimal(text), unusual=True)
    if _SPACED.fullmatch(text):
        return Amount(Decimal(re.sub(r"[ ']", "", text).replace(",", ".")), unusual=True)
    if _CONTINENTAL.fullmatch(text):
        value = Decimal(text.replace(".", "").replace(",", "."))
        return Amount(value, ambiguous=value)
    if _COMMA_DECIMAL.fullmatch(text):
        return Amount(Decimal(text.replace(",", ".")), ambiguous=Decimal(text.replace(",", "")))
    if NUMERAL.fullmatch(text) and (value_said := numeral_value(text)) is not None:
        return Amount(value_said, unusual=True)
    return None
