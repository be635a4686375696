"""What a file is, by its bytes; and for what is no table, what it is and what to do instead."""

import re
from enum import Enum, auto

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from exchange.reading.limits import refusal
from exchange.sheets import Text

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|table|head|body|meta|style|div)", re.IGNORECASE)


class FileKind(Enum):
    ZIP = auto()  # .xlsx, .ods, and everything else that is a zip file
    OLE = auto()  # .xls, and .xlsx with a password
    TEXT = auto()


def kind_of(content: bytes) -> FileKind:
    if content.startswith(_ZIP):
        return FileKind.ZIP
    if content.startswith(_OLE):
        return FileKind.OLE
    if content.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise not_a_table(_("an empty or split archive"))
    if content.startswith(b"%PDF"):
        raise not_a_table(_("a PDF"))
    if content.startswith(_PICTURES) or content[4:12] in (b"ftypheic", b"ftypmif1"):
        raise not_a_table(_("a picture"))
    if content.startswith(_ARCHIVES):
        raise not_a_table(_("an archive"), _("Unpack it and upload the table itself."))
    if content.startswith(b"{\\rtf"):
        raise not_a_table(_("a text document"))
    if _is_markup(content):
        raise not_a_table(_("a web page (some programs save one under the name .xls)"))
    if content[:4] in (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"):
        raise not_a_table(_("a workbook of Excel 4 or older"))
    return FileKind.TEXT


def _is_markup(content: bytes) -> bool:
    head = content[:2048].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\x00", b"")
    return _MARKUP.match(head) is not None


def not_a_table(what: Text, remedy: Text = "") -> Invalid:
    return refusal(
        "not_a_table",
        _("This file is {what}, not a table. {remedy}"),
        what=what,
        remedy=remedy or _("Open it in Excel or WPS, save it as .xlsx and upload that file."),
    )
