"""Which encoding a text file has: nothing in it says so. Excel in China writes GBK, elsewhere others."""

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 20_000  # bytes or characters looked at to weigh one encoding against another
_CLEARLY = 0.15  # by how much the better reading has to win
_HAN = re.compile(r"[\u3400-\u9fff]")
_STRANGE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x9f\ue000-\uf8ff\ufffd]")


@dataclass(frozen=True)
class Decoded:
    """``assumed``: the name of the encoding where it is only likely, "" where it is certain."""

    text: str
    assumed: str = ""


def decode(content: bytes) -> Decoded | None:
    """The text of a file; None where the bytes are no text."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _strictly(content, encoding)
    if b"\x00" in content[:_SAMPLE] and (wide := _wide(content)):
        return wide
    return _strictly(content, "utf-8") or _eight_bit(content)


def _strictly(content: bytes, encoding: str, assumed: str = "") -> Decoded | None:
    try:
        return Decoded(content.decode(encoding), assumed)
    except UnicodeDecodeError:
        return None


def _wide(content: bytes) -> Decoded | None:
    """UTF-16 without a mark: line ends, digits and separators put zeros on every other place."""
    sample = content[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 4 > max(even, odd) or len(content) % 2:
        return None
    decoded = _strictly(content, "utf-16-le" if odd > even else "utf-16-be")
    return decoded if decoded and not _STRANGE.search(decoded.text[:_SAMPLE]) else None


def _eight_bit(content: bytes) -> Decoded | None:
    """GB18030, Big5 or Western, whichever reads most like the text of people."""
    readings = [
        (_weight(decoded.text, encoding), decoded)
        for encoding, name in (("gb18030", "GB18030"), ("big5hkscs", "Big5"), ("cp1252", "Windows-1252"))
        if (decoded := _strictly(content, encoding, name))
    ]
    readings.sort(key=lambda reading: -reading[0])
    if not readings or readings[0][0] <= 0:
        return None
    best_weight, best = readings[0]
    certain = len(readings) == 1 or best_weight - readings[1][0] > _CLEARLY
    return Decoded(best.text) if certain and best.assumed == "GB18030" else best


def _weight(text: str, encoding: str) -> float:
    """How much of what is not ASCII is in common use: 1 for all of it, 0 for none."""
    sample = text[:_SAMPLE]
    if _STRANGE.search(sample):
        return 0.0
    foreign = [sign for sign in sample if sign >= "\x80"]
    if not foreign:
        return 0.0
    if encoding == "cp1252":
        letters = sum(sign.isalpha() for sign in foreign) / len(foreign)
        return letters * 0.5 if len(foreign) < 0.2 * len(sample) else 0.1 * letters
    return sum(_is_common(sign, encoding) for sign in foreign) / len(foreign)


def _is_common(sign: str, encoding: str) -> bool:
    """Han characters of the first plane of GB 2312 or Big5 (sorted by use), and full-width punctuation."""
    if not _HAN.match(sign):
        return "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uffef" or sign in "·—…“”‘’℃㎡×"
    try:
        lead = sign.encode("gb2312" if encoding == "gb18030" else "big5")[0]
    except UnicodeEncodeError:
        return False
    return 0xB0 <= lead <= 0xD7 if encoding == "gb18030" else 0xA4 <= lead <= 0xC6
