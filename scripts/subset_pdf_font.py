"""Subset one static Noto Sans SC file to the GBK repertoire plus Latin and symbols, for PDF reports.

Usage: subset_pdf_font.py SOURCE.ttf TARGET.ttf STYLE WEIGHT. Needs fonttools.
Two calls with the same source write the same bytes: no time stamps are kept.
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Noto Sans SC"
# Latin incl. Nordic letters, Greek, punctuation, currency, number forms, arrows, mathematics, enclosed
# numbers, shapes, CJK punctuation, units such as ㎡, full-width forms.
RANGES = [
    (0x20, 0x7F), (0xA0, 0x180), (0x370, 0x400), (0x2000, 0x2070), (0x20A0, 0x20C0), (0x2100, 0x2300),
    (0x2460, 0x2500), (0x25A0, 0x2670), (0x2700, 0x27BF), (0x3000, 0x3040), (0x3200, 0x3400),
    (0xFF00, 0xFFF0),
]  # fmt: skip


def gbk_characters() -> set[int]:
    found = set()
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                found.add(ord(bytes([high, low]).decode("gbk")))
            except (UnicodeDecodeError, TypeError):
                continue
    return found


def main(source: str, target: str, style: str, weight: str) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "palt", "tnum", "vert"]
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=gbk_characters() | {code for a, b in RANGES for code in range(a, b)})
    subsetter.subset(font)
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in {0, 7, 8, 9, 11, 13, 14}]
    full = FAMILY if style == "Regular" else f"{FAMILY} {style}"
    for number, text in {
        1: FAMILY, 2: style, 3: f"2.004;NotoSansSC-{style};gbk-subset", 4: full,
        5: "Version 2.004 (GBK subset)", 6: f"NotoSansSC-{style}",
    }.items():  # fmt: skip
        names.setName(text, number, 3, 1, 0x409)
    bold = style == "Bold"
    font["OS/2"].usWeightClass = int(weight)
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~(1 | 32 | 64) | (32 if bold else 64)
    font["head"].macStyle = 1 if bold else 0
    font["head"].modified = font["head"].created
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
