"""Cells of drop-downs and of yes/no columns."""

import difflib
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.search import fold
from exchange.cells.cleaning import without_apostrophe, without_unseen
from exchange.cells.parsed import Context, Parsed, plain, refused, shown
from exchange.sheets import Choice, RawCell

MOST_NAMED = 8  # choices that a message lists
_YES = frozenset({"是", "√", "✓", "✔", "☑", "对", "有", "y", "yes", "true", "t", "1", "ok", "ja"})
_NO = frozenset(
    {
        "否",
        "×",
        "✗",
        "✘",
        "☒",
        "☐",
        "不",
        "不是",
        "错",
        "无",
        "没有",
        "未",
        "n",
        "no",
        "false",
        "f",
        "0",
        "nej",
    }
)


def words_of(choices: Iterable[Choice]) -> dict[str, str]:
    """Every word that means a choice, folded: what ``parse_cell`` takes as ``choices``.

    Labels and codes go before aliases; a word that means two of them means neither.
    """
    entries = tuple(choices)
    sure = _unique((word, c.value) for c in entries for word in (c.label_zh, c.label_en, c.value))
    other = _unique((word, c.value) for c in entries for word in c.aliases)
    return {**sure, **{word: value for word, value in other.items() if word not in sure}}


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    meanings: dict[str, set[str]] = {}
    for word, value in pairs:
        meanings.setdefault(fold(word), set()).add(value)
    return {word: values.pop() for word, values in meanings.items() if word and len(values) == 1}


def read_choice(raw: RawCell, context: Context) -> Parsed:
    word = _word(raw)
    value = context.choices.get(word)
    return Parsed(value) if value is not None else _not_a_choice(raw, word, context)


def _word(raw: RawCell) -> str:
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        return plain(Decimal(raw))
    return fold(without_unseen(without_apostrophe(str(raw))))


def _not_a_choice(raw: RawCell, word: str, context: Context) -> Parsed:
    close = _close_words(word, context.choices)
    if close:
        return refused(
            context,
            "not_a_choice",
            _("“{value}” is not one of the choices. Did you mean “{suggestion}”?"),
            suggestion=close[0],
            value=shown(raw),
        )
    return refused(
        context,
        "not_a_choice",
        _("“{value}” is not one of the choices. Choose one of: {choices}."),
        value=shown(raw),
        choices="、".join(_first_words(context.choices)),
    )


def _close_words(word: str, choices: Mapping[str, str]) -> list[str]:
    """Words that resemble or contain the typed one; none where they mean different things equally well."""
    close = difflib.get_close_matches(word, choices, n=3, cutoff=0.6)
    if not close and len(word) > 1:
        close = [other for other in choices if word in other or (len(other) > 1 and other in word)]
        if len({choices[other] for other in close}) > 1:
            return []
    return close


def _first_words(choices: Mapping[str, str]) -> list[str]:
    first: dict[str, str] = {}
    for word, value in choices.items():
        first.setdefault(value, word)
    names = list(first.values())
    return names[:MOST_NAMED] + (["…"] if len(names) > MOST_NAMED else [])


def read_boolean(raw: RawCell, context: Context) -> Parsed:
    if isinstance(raw, bool):
        return Parsed(raw)
    word = _word(raw)
    if word in _YES or word in _NO:
        return Parsed(word in _YES)
    return refused(
        context,
        "not_a_boolean",
        _("“{value}” says neither yes nor no. Enter 是 or 否."),
        value=shown(raw),
    )
