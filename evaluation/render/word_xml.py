"""WordprocessingML that python-docx has no call for: fields, table styles, whole tables at once.

A table is written as one XML text and parsed once: python-docx's cell by cell way takes seconds for an annex.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from evaluation.render.wording import clean

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

ACCENT, INK, MUTED, TINT, LINE = "0F5E73", "1F2933", "62707C", "EDF3F5", "D7DEE2"
AMBER, AMBER_TINT, GROUP_TINT = "9A5B00", "FDF5E6", "F5F7F8"
TABLE_STYLE = "ReportTable"
CELL_MARGIN = 90  # at the left and right of a cell, in twentieths of a point

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True, slots=True)
class CellLook:
    """How one cell of a table looks; `fill` is RRGGBB or empty, `span` counts grid columns."""

    right: bool = False
    bold: bool = False
    fill: str = ""
    color: str = ""
    top: str = ""
    span: int = 1
    style: str = "ReportCell"


def parse(xml: str) -> "BaseOxmlElement":
    from docx.oxml import parse_xml

    return parse_xml(xml.encode())


def run_xml(text: str, *, bold: bool = False, color: str = "") -> str:
    """A run; line breaks in `text` are kept."""
    look = ("<w:b/>" if bold else "") + (f'<w:color w:val="{color}"/>' if color else "")
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>'
        for line in clean(text).replace("\r", "").split("\n")
    )
    return f"<w:r><w:rPr>{look}</w:rPr>{lines}</w:r>"


def field_xml(instruction: str, shown: str, *, dirty: bool = False) -> str:
    """A field and the value shown until Word computes it; a dirty one is computed on opening."""
    mark = ' w:dirty="true"' if dirty else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"{mark}/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run_xml(shown)}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def paragraph_xml(style: str, content: str, *, right: bool = False) -> str:
    side = '<w:jc w:val="right"/>' if right else ""
    return f'<w:p {_W}><w:pPr><w:pStyle w:val="{style}"/>{side}</w:pPr>{content}</w:p>'


def cell_xml(paragraphs: str, width: int, look: CellLook, *, height_middle: bool = True) -> str:
    span = f'<w:gridSpan w:val="{look.span}"/>' if look.span > 1 else ""
    borders = (
        f'<w:tcBorders><w:top w:val="single" w:sz="8" w:color="{look.top}"/>'
        f'<w:bottom w:val="single" w:sz="8" w:color="{look.top}"/></w:tcBorders>'
        if look.top
        else ""
    )
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{look.fill}"/>' if look.fill else ""
    middle = '<w:vAlign w:val="center"/>' if height_middle else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{borders}{shade}{middle}</w:tcPr>'
        f"{paragraphs}</w:tc>"
    )


def text_cell_xml(text: str, width: int, look: CellLook) -> str:
    content = run_xml(text, bold=look.bold, color=look.color)
    return cell_xml(paragraph_xml(look.style, content, right=look.right), width, look)


def row_xml(cells: Iterable[str], *, head: bool = False, height: int = 0) -> str:
    """A row that never breaks over pages; a head comes again on each. `height`: twentieths of a point."""
    tall = f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else ""
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{tall}{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def table_xml(
    rows: Iterable[str],
    widths: Sequence[int],
    *,
    style: str = TABLE_STYLE,
    head: bool = True,
    title: str = "",
) -> str:
    """A fixed table of column `widths` in twentieths of a point; `head`: its first row is one."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    caption = f"<w:tblCaption w:val={quoteattr(clean(title))}/>" if title else ""
    first = int(head)
    return (
        f'<w:tbl {_W}><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblInd w:w="{CELL_MARGIN}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblLook w:val="{0x600 + 0x20 * first:04X}" w:firstRow="{first}" w:lastRow="0" w:firstColumn="0"'
        f' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{caption}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl>"
    )


def table_styles_xml() -> list[str]:
    """The table styles of the report: ruled rows for data, boxes for cards and signatures."""
    rule = f'w:val="single" w:sz="4" w:space="0" w:color="{LINE}"'
    strong = f'w:val="single" w:sz="8" w:space="0" w:color="{ACCENT}"'
    margins = (
        f'<w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left w:w="{CELL_MARGIN}" w:type="dxa"/>'
        f'<w:bottom w:w="50" w:type="dxa"/><w:right w:w="{CELL_MARGIN}" w:type="dxa"/></w:tblCellMar>'
    )
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    boxes = "".join(f"<w:{edge} {rule}/>" for edge in edges)
    return [
        _table_style_xml(
            "Report Table",
            f"<w:tblBorders><w:top {strong}/><w:bottom {rule}/><w:insideH {rule}/></w:tblBorders>{margins}",
            f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="{ACCENT}"/></w:rPr><w:tcPr>'
            f"<w:tcBorders><w:top {strong}/><w:bottom {strong}/></w:tcBorders>"
            f'<w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/></w:tcPr></w:tblStylePr>',
        ),
        _table_style_xml("Report Boxes", f"<w:tblBorders>{boxes}</w:tblBorders>{margins}"),
    ]


def _table_style_xml(name: str, properties: str, conditional: str = "") -> str:
    return (
        f'<w:style {_W} w:type="table" w:customStyle="1" w:styleId="{name.replace(" ", "")}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/>'
        f"<w:tblPr>{properties}</w:tblPr>{conditional}</w:style>"
    )


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """Put a bookmark around the paragraph's text, for the table of contents."""
    start = parse(f'<w:bookmarkStart {_W} w:id="{number}" w:name="{name}"/>')
    end = parse(f'<w:bookmarkEnd {_W} w:id="{number}"/>')
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)


def link_xml(anchor: str, content: str) -> str:
    return f'<w:hyperlink w:anchor="{anchor}" w:history="1">{content}</w:hyperlink>'


def shade_paragraph_style(style: Any, *, fill: str, bar: str) -> None:
    """A paragraph style with a bar at the left and a tint: a callout."""
    after = ("w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")
    properties = style.element.get_or_add_pPr()
    for xml in (
        f'<w:pBdr {_W}><w:left w:val="single" w:sz="24" w:space="8" w:color="{bar}"/></w:pBdr>',
        f'<w:shd {_W} w:val="clear" w:color="auto" w:fill="{fill}"/>',
    ):
        properties.insert_element_before(parse(xml), *after)
