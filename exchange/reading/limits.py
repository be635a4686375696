"""How large a file may be, and the refusal of one that is larger."""

from typing import BinaryIO

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from exchange.sheets import Text

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNPACKED = 100 * MEGABYTE  # of all parts of a workbook together
MOST_PARTS = 2000  # files inside a workbook
MOST_ROWS = 20_000  # records of a sheet
MOST_ROWS_ABOVE = 30  # titles, headings, notes and totals beside them
MOST_COLUMNS = 200


def refusal(code: str, message: Text, /, **values: object) -> Invalid:
    """The refusal of a whole file: the sentence with its ``{placeholders}`` filled in."""
    return Invalid(format_lazy(message, **values), code=code)  # type: ignore[arg-type]


def content_within_limit(content: BinaryIO) -> bytes:
    """The bytes of an upload, never more than the limit in memory."""
    content.seek(0)
    stored = content.read(LARGEST_FILE + 1)
    if len(stored) > LARGEST_FILE:
        raise refusal(
            "too_large",
            _(
                "The file is larger than {limit} MB. Remove pictures and sheets that are not needed, or split"
                " the table into several files."
            ),
            limit=LARGEST_FILE // MEGABYTE,
        )
    if not stored.strip(b"\x00\r\n\t ,;\xef\xbb\xbf\xfe\xff"):
        raise empty()
    return stored


def empty() -> Invalid:
    return refusal("empty", _("The file is empty. Fill in the template and upload it again."))


def too_many_rows(sheet: str) -> Invalid:
    return refusal(
        "too_many_rows",
        _("The sheet “{sheet}” has more than {limit} rows. Split it into several files."),
        sheet=sheet,
        limit=f"{MOST_ROWS:,}",
    )


def too_many_columns(sheet: str) -> Invalid:
    return refusal(
        "too_many_columns",
        _("The sheet “{sheet}” has more than {limit} columns. Remove those that are not in the template."),
        sheet=sheet,
        limit=MOST_COLUMNS,
    )


def broken() -> Invalid:
    return refusal(
        "broken",
        _(
            "The file is damaged or incomplete. Open it in Excel or WPS, save it as .xlsx and upload it"
            " again."
        ),
    )
