"""The Word styles of a report, with fonts that Word and WPS have: 黑体 and 宋体, Calibri in English."""

from dataclasses import dataclass
from typing import Any

from evaluation.render.document import Lang
from evaluation.render.word_xml import (
    ACCENT,
    AMBER,
    AMBER_TINT,
    INK,
    MUTED,
    TINT,
    parse,
    shade_paragraph_style,
    table_styles_xml,
)

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True, slots=True)
class _Fonts:
    """Latin and Chinese font of text and of headings."""

    latin: str
    chinese: str


_BODY: dict[Lang, _Fonts] = {
    "zh-hans": _Fonts("Times New Roman", "宋体"),
    "en": _Fonts("Calibri", "宋体"),
}
_HEAD: dict[Lang, _Fonts] = {
    "zh-hans": _Fonts("Arial", "黑体"),
    "en": _Fonts("Calibri", "黑体"),
}


@dataclass(frozen=True, slots=True)
class _Look:
    """A paragraph style: size and spaces in points."""

    size: float
    color: str = INK
    bold: bool = False
    heading: bool = False
    before: float = 0
    after: float = 0
    line: float = 1.15
    centered: bool = False
    keep_next: bool = False
    indent_chars: int = 0


def _looks(lang: Lang) -> dict[str, _Look]:
    zh = lang == "zh-hans"
    return {
        "Normal": _Look(10.5, after=6, line=1.5 if zh else 1.25),
        "Report Text": _Look(10.5, after=6, line=1.5 if zh else 1.25, indent_chars=2 if zh else 0),
        "Title": _Look(28 if zh else 24, ACCENT, True, True, before=90, after=10, line=1.2, centered=True),
        "Subtitle": _Look(15, before=0, after=10, centered=True),
        "Heading 1": _Look(16, ACCENT, True, True, before=20, after=8, line=1.2, keep_next=True),
        "Heading 2": _Look(12, INK, True, True, before=12, after=6, line=1.2, keep_next=True),
        "Caption": _Look(9.5, INK, True, True, before=12, after=4, keep_next=True),
        "TOC Heading": _Look(17, ACCENT, True, True, after=12),
        "toc 1": _Look(11, after=5, line=1.3),
        "List Bullet": _Look(10.5, after=4, line=1.4 if zh else 1.2),
        "Header": _Look(8.5, MUTED, line=1.0),
        "Footer": _Look(8.5, MUTED, line=1.0),
        "Report Cell": _Look(9, line=1.1),
        "Report Cover Cell": _Look(10, before=2, after=2, line=1.1),
        "Report Small Cell": _Look(7.5, line=1.05),
        "Report Label": _Look(8.5, MUTED, line=1.1),
        "Report Figure": _Look(18, ACCENT, True, True, before=2, after=2, line=1.0),
        "Report Note": _Look(8.5, MUTED, before=3, after=10, line=1.1),
        "Report Reading": _Look(9.5, MUTED, after=4, line=1.2, keep_next=True),
        "Report Chart": _Look(9, after=6, line=1.0, centered=True),
        "Report Organisation": _Look(13, after=6, centered=True),
        "Report Badge": _Look(11, AMBER, True, True, after=8, centered=True),
        "Report Info": _Look(9.5, before=6, after=6, line=1.3),
        "Report Warning": _Look(9.5, before=6, after=6, line=1.3),
    }


def apply_styles(report: Any, lang: Lang) -> None:
    """Give `report` (a python-docx document) the styles of a report in `lang`."""
    _set_defaults(report, lang)
    for name, look in _looks(lang).items():
        _apply(_style_named(report, name), look, lang)
    shade_paragraph_style(report.styles["Report Info"], fill=TINT, bar=ACCENT)
    shade_paragraph_style(report.styles["Report Warning"], fill=AMBER_TINT, bar=AMBER)
    for xml in table_styles_xml():
        report.styles.element.append(parse(xml))


def _style_named(report: Any, name: str) -> Any:
    from docx.enum.style import WD_STYLE_TYPE

    if name in report.styles:
        return report.styles[name]
    style = report.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name == "toc 1")
    if name == "toc 1":
        style.element.styleId = "TOC1"  # the id by which Word knows its own style
    style.base_style = report.styles["Normal"]
    return style


def _apply(style: Any, look: _Look, lang: Lang) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    font = style.font
    font.size, font.bold, font.italic = Pt(look.size), look.bold, False
    font.color.rgb = RGBColor.from_string(look.color)
    _set_fonts(style.element.get_or_add_rPr(), (_HEAD if look.heading else _BODY)[lang])
    _forget_borders(style)
    spacing = style.paragraph_format
    spacing.space_before, spacing.space_after = Pt(look.before), Pt(look.after)
    spacing.line_spacing = look.line
    spacing.keep_with_next = look.keep_next
    spacing.widow_control = True
    if look.centered:
        spacing.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if look.indent_chars:
        # Counted in characters, so that the indent follows the font size as Chinese typesetting wants it.
        spacing.first_line_indent = Pt(look.size * look.indent_chars)
        spacing._element.pPr.ind.set(_qualified("w:firstLineChars"), str(look.indent_chars * 100))


def _set_fonts(properties: Any, fonts: _Fonts) -> None:
    """Name the fonts outright: what the default template takes from a theme has no Chinese font."""
    found = properties.find(_qualified("w:rFonts"))
    if found is not None:
        properties.remove(found)
    properties.insert(
        0,
        parse(
            f'<w:rFonts {_W} w:ascii="{fonts.latin}" w:hAnsi="{fonts.latin}"'
            f' w:eastAsia="{fonts.chinese}" w:cs="{fonts.latin}"/>'
        ),
    )


def _forget_borders(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for name in ("w:pBdr", "w:contextualSpacing"):
        found = properties.find(_qualified(name))
        if found is not None:
            properties.remove(found)


def _set_defaults(report: Any, lang: Lang) -> None:
    defaults = report.styles.element.find(_qualified("w:docDefaults"))
    properties = defaults.find(f"{_qualified('w:rPrDefault')}/{_qualified('w:rPr')}")
    _set_fonts(properties, _BODY[lang])
    language = properties.find(_qualified("w:lang"))
    language.set(_qualified("w:val"), "en-GB" if lang == "en" else "en-US")
    language.set(_qualified("w:eastAsia"), "zh-CN")


def _qualified(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))
