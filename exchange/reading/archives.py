"""Zip files, as .xlsx and .ods are: unpacked once within limits before anything else reads them."""

import io
import struct
import zipfile
import zlib

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from exchange.reading.limits import LARGEST_UNPACKED, MEGABYTE, MOST_PARTS, broken, refusal

_LOCAL_HEADER = 30  # bytes, before the name and the extra field of a part
_ENCRYPTED = 0x1
_HARMLESS_UNPACKED = 20 * MEGABYTE
_HIGHEST_RATIO = 200  # unpacked to packed; a table of equal rows reaches about 100
_BASIC = ("Basic/", "Dialogs/")  # macros of LibreOffice: refused as such, and the only ones with a DOCTYPE
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Archive:
    """The parts of a zip file. Every part has been unpacked and is as large as it claims to be.

    Raises ``Invalid``: password, zip_bomb, broken, entities.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = archive.infolist()
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            struct.error,
            EOFError,
            NotImplementedError,
        ) as error:
            raise broken() from error
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise password()
        self._parts = {part.filename: part for part in parts}
        if len(self._parts) < len(parts):
            raise broken()  # two parts of one name: programs would disagree on which is meant
        self._markup: dict[str, bytes] = {}
        self._refuse_bombs()

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def read(self, name: str) -> bytes:
        """One part, unpacked. Those of markup are kept: each is needed more than once."""
        return self._markup.get(name) or self._unpacked(self._parts[name])

    def _unpacked(self, part: zipfile.ZipInfo) -> bytes:
        """Never more than the part claims."""
        start = self._start_of(part)
        packed = self._content[start : start + part.compress_size]
        if part.compress_type == zipfile.ZIP_STORED:
            unpacked, rest = packed, b""
        else:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                unpacked = inflate.decompress(packed, part.file_size + 1)
            except zlib.error as error:
                raise broken() from error
            rest = inflate.unconsumed_tail
        if len(unpacked) > part.file_size or (rest and len(unpacked) == part.file_size):
            raise zip_bomb()
        if len(unpacked) < part.file_size or zlib.crc32(unpacked) != part.CRC:
            raise broken()
        return unpacked

    def _start_of(self, part: zipfile.ZipInfo) -> int:
        header = self._content[part.header_offset : part.header_offset + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
            raise broken()
        name_length, extra_length = struct.unpack_from("<HH", header, 26)
        return part.header_offset + _LOCAL_HEADER + int(name_length) + int(extra_length)

    def _refuse_bombs(self) -> None:
        parts = self._parts.values()
        unpacked = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts)
        too_dense = unpacked > _HARMLESS_UNPACKED and unpacked > _HIGHEST_RATIO * len(self._content)
        if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED or too_dense:
            raise zip_bomb()
        if packed > len(self._content):
            raise zip_bomb()  # parts that overlap: the same bytes unpacked many times
        if any(part.compress_type not in _PACKED for part in parts):
            raise broken()
        for name, part in self._parts.items():
            markup = self._unpacked(part)
            if name.endswith((".xml", ".rels", ".vml")) and not name.startswith(_BASIC):
                _refuse_entities(markup)
                self._markup[name] = markup


def _refuse_entities(markup: bytes) -> None:
    """Office programs write neither document types nor entities, and always UTF-8."""
    if markup.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")):
        raise broken()
    if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup:
        raise refusal(
            "entities",
            _(
                "The file contains definitions that no office program writes, and was not read. Open it in"
                " Excel or WPS, save it as .xlsx and upload that file."
            ),
        )


def password() -> Invalid:
    return refusal(
        "password",
        _("The file is protected by a password. Remove the password in Excel or WPS and upload it again."),
    )


def zip_bomb() -> Invalid:
    return refusal(
        "zip_bomb",
        _(
            "Unpacked, this file would be larger than {limit} MB. Copy the table into a new workbook and"
            " upload that file."
        ),
        limit=LARGEST_UNPACKED // MEGABYTE,
    )


def macros() -> Invalid:
    return refusal(
        "macros",
        _("The file contains macros. Save it as .xlsx (workbook without macros) and upload that file."),
    )


def external_links() -> Invalid:
    return refusal(
        "external_links",
        _(
            "The file takes values from other files. In Excel, choose Data → Edit links → Break link (or"
            " paste the values), save it and upload it again."
        ),
    )
