"""Reading a spreadsheet file, whatever program wrote it, without trusting it.

Pure: bytes in, ``RawSheet`` out, or ``Invalid`` with a code and a sentence that says what to do.
"""

from typing import BinaryIO

from exchange.reading.delimited import read_delimited, read_pasted
from exchange.reading.kinds import FileKind, kind_of
from exchange.reading.limits import content_within_limit
from exchange.reading.workbooks import read_workbook
from exchange.sheets import Note, RawCell, RawRow, RawSheet

__all__ = ["Note", "RawCell", "RawRow", "RawSheet", "read_file", "read_pasted"]


def read_file(content: BinaryIO, name: str) -> list[RawSheet]:
    """Every sheet of a file, also hidden ones, in its order. What it is, is decided by content, not by name.

    Raises ``Invalid``: too_large, empty, zip_bomb, macros, external_links, password, not_a_table, broken,
    too_many_rows, too_many_columns.
    """
    stored = content_within_limit(content)
    kind = kind_of(stored)
    if kind is FileKind.TEXT:
        return [read_delimited(stored, name)]
    return read_workbook(stored, kind)
