"""What stands in a cell without being meant: unseen marks, error values, formulas, apostrophes of exports."""

import re
import unicodedata

#: As in ``core.saving``: zero width and direction marks, pasted along unseen.
_UNSEEN = re.compile(r"[\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ERROR_VALUE = re.compile(
    r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|BUSY!|CONNECT!|UNKNOWN!"
    r"|GETTING_DATA|PYTHON!)|#{3,}|Err:\d{3}",
    re.IGNORECASE,
)
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_NEEDS_APOSTROPHE = re.compile(r"'*[=+\-@\t\r]|'+\d")
_HAS_APOSTROPHE = re.compile(r"'+[=+\-@\t\r\d]")
_NOTHING = frozenset(
    {"-", "--", "---", "—", "——", "–", "/", "\\", "无", "無", "暂无", "不详", "n/a", "na", "nil"}
)
_HYPHENS = frozenset({"-", "--", "---"})
#: Signs that NFKC leaves although they mean an ordinary one.
_LIKE_ASCII = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "\u2044": "/"}
)


def neutralised(text: str) -> str:
    """A text as exports write it: an apostrophe keeps Excel from running it as a formula.

    ``without_apostrophe`` takes exactly this away again.
    """
    return "'" + text if _NEEDS_APOSTROPHE.match(text) else text


def without_apostrophe(text: str) -> str:
    return text[1:] if text[:1] == "'" and _HAS_APOSTROPHE.match(text) else text


def without_unseen(text: str) -> str:
    """Without zero-width marks, and without spaces (also no-break and full-width ones) around it."""
    return (text if text.isprintable() else _UNSEEN.sub("", text)).strip()


def without_controls(text: str) -> str:
    return _CONTROLS.sub("", text)


def ascii_like(text: str) -> str:
    """Full-width digits, letters and punctuation as ordinary ones: the form in which numbers and dates are
    read. 「１２．５　万元」 → "12.5 万元"."""
    return without_unseen(unicodedata.normalize("NFKC", text)).translate(_LIKE_ASCII)


def is_error_value(text: str) -> bool:
    """#REF!, #N/A and their like; also a column too narrow to show (####) and LibreOffice's Err:502."""
    return _ERROR_VALUE.fullmatch(text) is not None


def text_of_formula(text: str) -> str | None:
    """What the formula ="00123" stands for: a trick by which exports keep leading zeros."""
    found = _TEXT_FORMULA.fullmatch(text)
    return found[1].replace('""', '"') if found else None


def means_nothing(text: str, *, is_text: bool) -> bool:
    """A sign that says "no entry": in a text only hyphens, elsewhere also / and 无."""
    return text in _HYPHENS if is_text else text.casefold() in _NOTHING
