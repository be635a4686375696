"""How wide text is, roughly, so that columns fit what they hold before anything is typeset."""

import re
from collections.abc import Sequence
from unicodedata import east_asian_width

from evaluation.render.cells import format_row, head_text
from evaluation.render.document import Lang, Table

WIDE_TABLE_COLUMNS = 8  # beyond this a table is turned to landscape
LONGEST_WORD = 24  # a longer run without a space (a hash, a link) may be broken anywhere
CHUNK = 8

_LONG_RUN = re.compile(rf"[^\s\u2e80-\uffff]{{{LONGEST_WORD},}}")
_WORD = re.compile(r"[^\s\u2e80-\uffff]+|[\u2e80-\uffff]")
_SAMPLED_ROWS = 400
_NATURAL_LIMIT_EM = 40.0
_BOLD = 1.12  # heads are bold, and offices replace fonts by wider ones
_WHOLE_HEAD_EM = 6.0  # a head of up to six Chinese characters stays on one line


def text_width(text: str) -> float:
    """Width in em: a Chinese character is 1, a Latin letter or digit somewhat more than a half."""
    return sum(1.0 if east_asian_width(char) in "WF" else 0.64 if char.isupper() else 0.56 for char in text)


def is_wide(table: Table) -> bool:
    return len(table.columns) > WIDE_TABLE_COLUMNS


def chunked(text: str, mark: str) -> str:
    """`text` with `mark` where an overlong run (a hash) may be broken over lines."""

    def broken(match: re.Match[str]) -> str:
        run = match.group(0)
        return mark.join(run[start : start + CHUNK] for start in range(0, len(run), CHUNK))

    return _LONG_RUN.sub(broken, text)


def column_shares(table: Table, lang: Lang, *, total_em: float, padding_em: float = 1.4) -> list[float]:
    """Share of the width per column, adding up to 1.

    The builder's weights decide, except that no column becomes narrower than its longest unbreakable piece
    (a whole figure, a date, a word) as long as the table's `total_em` has room for it.
    """
    needs = [need + padding_em for need in _needs(table, lang)]
    weights = [max(column.weight, 0.01) for column in table.columns]
    if sum(needs) >= total_em:
        return [need / sum(needs) for need in needs]
    widths = [0.0] * len(needs)
    open_columns = set(range(len(needs)))
    while open_columns:
        left = total_em - sum(widths[i] for i in range(len(needs)) if i not in open_columns)
        scale = left / sum(weights[i] for i in open_columns)
        tight = {i for i in open_columns if weights[i] * scale < needs[i]}
        for i in tight or open_columns:
            widths[i] = needs[i] if tight else weights[i] * scale
        open_columns -= tight or open_columns
    return [width / total_em for width in widths]


def natural_widths(table: Table, lang: Lang) -> list[float]:
    """Width in em that shows each column on one line, within reason: for a sheet."""
    widths = []
    rows = [format_row(table, number) for number in range(min(len(table.rows), _SAMPLED_ROWS))]
    for index, column in enumerate(table.columns):
        texts = [head_text(column, lang), *(row[index] for row in rows)]
        widths.append(min(max(map(text_width, texts)), _NATURAL_LIMIT_EM))
    return widths


def _needs(table: Table, lang: Lang) -> list[float]:
    rows = [format_row(table, number) for number in range(min(len(table.rows), _SAMPLED_ROWS))]
    return [
        max(
            min(text_width(head_text(column, lang)), _WHOLE_HEAD_EM),
            _longest_piece([column.label], whole=False) * _BOLD,
            _longest_piece([row[index] for row in rows], whole=column.kind != "text"),
        )
        for index, column in enumerate(table.columns)
    ]


def _longest_piece(texts: Sequence[str], *, whole: bool) -> float:
    longest = 0.0
    for text in texts:
        pieces = [text] if whole and len(text) < LONGEST_WORD else _WORD.findall(chunked(text, " "))
        longest = max([longest, *map(text_width, pieces)])
    return longest
