"""Word: real styles, captions and fields, so that an office can go on working on the report."""

import io
import json
from datetime import UTC, datetime
from typing import Any

from evaluation.render.cells import format_row, head_text, is_numeric
from evaluation.render.charts import drawn_or_none
from evaluation.render.document import (
    Block,
    Callout,
    ChartBlock,
    Document,
    KeyFigure,
    KeyFigures,
    ListBlock,
    Paragraph,
    Section,
    SignOff,
    Table,
)
from evaluation.render.measures import column_shares, is_wide
from evaluation.render.typesetting import typeset
from evaluation.render.word_styles import apply_styles
from evaluation.render.word_xml import (
    ACCENT,
    AMBER_TINT,
    CELL_MARGIN,
    GROUP_TINT,
    MUTED,
    CellLook,
    bookmark,
    cell_xml,
    field_xml,
    link_xml,
    paragraph_xml,
    parse,
    row_xml,
    run_xml,
    table_xml,
    text_cell_xml,
)
from evaluation.render.wording import Words, clean, section_heading, words_of
from evaluation.render.zipped import with_fixed_times

_TWIPS = 20  # Word measures in twentieths of a point
_PAGE = (595.3, 841.9)  # A4 in points
_MARGIN = 62.0
_CHART_WIDTH = 720
_CHART_PPI = 150  # of a picture 720 points wide: 225 dots per inch at the printed width
_FIGURES_PER_ROW = 4
_SMALL_PRINT_COLUMNS = 8


def render_docx(document: Document) -> bytes:
    """The report as a Word file. The same document gives the same bytes."""
    import docx

    report = docx.Document()
    apply_styles(report, document.lang)
    _set_properties(report, document)
    writer = _Writer(report, document)
    writer.write_cover()
    writer.write_contents()
    for section in document.sections:
        writer.write_section(section)
    target = io.BytesIO()
    report.save(target)
    return with_fixed_times(target.getvalue())


def chart_png(block: ChartBlock, *, timestamp: int) -> bytes | None:
    """The chart as a picture, for formats that take no SVG; None when it cannot be drawn."""
    svg = drawn_or_none(block, width=_CHART_WIDTH)
    if svg is None:
        return None
    data = {
        "svg": svg,
        "width": _CHART_WIDTH,
        "height": block.height,
    }
    return typeset("chart.typ", json.dumps(data), target="png", timestamp=timestamp, ppi=_CHART_PPI)


def _made_at(document: Document) -> datetime:
    made = document.generated_on
    return datetime(made.year, made.month, made.day, tzinfo=UTC)


def _set_properties(report: Any, document: Document) -> None:
    properties = report.core_properties
    made = _made_at(document)
    properties.title = clean(document.title)[:255]
    properties.subject = clean(document.subtitle)[:255]
    properties.author = properties.last_modified_by = clean(" ".join(document.organisation))[:255]
    properties.comments = document.digest
    properties.identifier = document.digest
    properties.keywords = ""
    properties.language = "en-GB" if document.lang == "en" else "zh-CN"
    properties.created = properties.modified = properties.last_printed = made
    properties.revision = 1


class _Writer:
    """Writes a document from top to bottom; keeps the running numbers of tables and figures."""

    def __init__(self, report: Any, document: Document) -> None:
        self.report = report
        self.document = document
        self.words: Words = words_of(document)
        self.numbers = {"table": 0, "figure": 0}
        self.wide = False
        self._set_up_page(report.sections[0], wide=False)
        self._write_running_lines(report.sections[0])

    # --- pages

    @property
    def text_width(self) -> int:
        """Width of the text in twentieths of a point."""
        return int((_PAGE[1 if self.wide else 0] - 2 * _MARGIN) * _TWIPS)

    def _set_up_page(self, page: Any, *, wide: bool) -> None:
        from docx.enum.section import WD_ORIENT
        from docx.shared import Pt

        self.wide = wide
        width, height = (_PAGE[1], _PAGE[0]) if wide else _PAGE
        page.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        page.page_width, page.page_height = Pt(width), Pt(height)
        page.left_margin = page.right_margin = Pt(_MARGIN)
        page.top_margin, page.bottom_margin = Pt(72), Pt(66)
        page.header_distance = page.footer_distance = Pt(34)

    def _write_running_lines(self, page: Any) -> None:
        page.different_first_page_header_footer = True
        head = (*self.document.organisation[:1], self.document.period)
        page.header.paragraphs[0].add_run(clean(" · ".join(filter(None, head))))
        before, rest = self.words.page.split("{page}")
        middle, after = rest.split("{pages}")
        digest = f"{self.words.digest_short}{self.words.colon}{self.document.digest[:12]}"
        content = (
            run_xml(f"{digest}        {before}")
            + field_xml("PAGE", "1")
            + run_xml(middle)
            + field_xml("NUMPAGES", "1")
            + run_xml(after)
        )
        old = page.footer.paragraphs[0]._p
        old.addprevious(parse(paragraph_xml("Footer", content, right=True)))
        old.getparent().remove(old)

    # --- parts

    def write_cover(self) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        document = self.document
        for line in document.organisation:
            self._paragraph(line, "Report Organisation")
        self._paragraph(document.title, "Title")
        if document.subtitle:
            self._paragraph(document.subtitle, "Subtitle")
        for text in filter(None, (document.badge, *document.notices)):
            self._paragraph(text, "Report Badge")
        self._space(40)
        made = document.generated_on.isoformat()
        pairs = [*document.cover, (self.words.date, made), (self.words.digest, document.digest)]
        widths = [int(self.text_width * share) for share in (0.26, 0.74)]
        rows = [
            row_xml(
                [
                    text_cell_xml(label, widths[0], CellLook(color=MUTED, style="ReportCoverCell")),
                    text_cell_xml(value, widths[1], CellLook(style="ReportCoverCell")),
                ]
            )
            for label, value in pairs
        ]
        self._table(table_xml(rows, widths, head=False))
        self._space(50)
        self._paragraph(self.words.seal, "Report Label").alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def write_contents(self) -> None:
        """A contents field with its entries already in it.

        Word adds the page numbers when it computes the field. Only an office suite knows how it breaks the
        pages, and a guessed number would be wrong, so until then the entries are links without one.
        """
        self._paragraph(self.words.contents, "TOC Heading").paragraph_format.page_break_before = True
        sections = self.document.sections
        for position, section in enumerate(sections):
            title = section_heading(section.number, section.title, self.document.lang)
            content = link_xml(_anchor(section), run_xml(title))
            if position == 0:
                content = _toc_begin() + content
            if position == len(sections) - 1:
                content += '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            self._append(paragraph_xml("TOC1", content))

    def write_section(self, section: Section) -> None:
        from docx.enum.section import WD_SECTION

        wide = any(isinstance(block, Table) and is_wide(block) for block in section.blocks)
        if wide or self.wide:
            self._set_up_page(self.report.add_section(WD_SECTION.NEW_PAGE), wide=wide)
            self.report.sections[-1].different_first_page_header_footer = False
        title = section_heading(section.number, section.title, self.document.lang)
        heading = self._paragraph(title, "Heading 1")
        if section is self.document.sections[0]:
            heading.paragraph_format.page_break_before = True
        bookmark(heading, _anchor(section), section.number)
        for block in section.blocks:
            self._write_block(block)

    def _write_block(self, block: Block) -> None:
        match block:
            case Paragraph(text=text):
                self._paragraph(text, "Report Text")
            case KeyFigures(items=items):
                self._write_figures(list(items))
            case Table():
                self._write_caption("table", block.caption)
                self._write_table(block)
            case ChartBlock():
                self._write_chart(block)
            case ListBlock(items=items):
                for item in items:
                    self._paragraph(item, "List Bullet")
            case Callout(kind=kind, text=text):
                warning = kind == "warning"
                paragraph = self._paragraph("", "Report Warning" if warning else "Report Info")
                paragraph.add_run(f"{self.words.warning if warning else self.words.info}　").bold = True
                paragraph.add_run(clean(text))
            case SignOff():
                self._write_sign_off(block)

    def _write_caption(self, kind: str, title: str) -> None:
        self.numbers[kind] += 1
        word = self.words.table if kind == "table" else self.words.figure
        number = field_xml(f"SEQ {word} \\* ARABIC", str(self.numbers[kind]))
        self._append(paragraph_xml("Caption", run_xml(f"{word} ") + number + run_xml(f"　{title}")))

    def _write_table(self, table: Table) -> None:
        small = len(table.columns) > _SMALL_PRINT_COLUMNS
        style = "ReportSmallCell" if small else "ReportCell"
        width = self.text_width
        size = 7.5 if small else 9.0
        shares = column_shares(
            table,
            self.document.lang,
            total_em=width / _TWIPS / size,
            padding_em=2 * CELL_MARGIN / _TWIPS / size + 0.4,
        )
        widths = [int(width * share) for share in shares]
        right = [is_numeric(column) for column in table.columns]
        heads = [head_text(column, self.document.lang) for column in table.columns]
        looks = [CellLook(right=side, bold=True, color=ACCENT, style=style) for side in right]
        rows = [row_xml(map(text_cell_xml, heads, widths, looks), head=True)]
        rows += [self._row(table, number, widths, style) for number in range(len(table.rows))]
        if not table.rows:
            look = CellLook(color=MUTED, span=len(widths), style=style)
            rows.append(row_xml([text_cell_xml(self.words.empty, sum(widths), look)]))
        self._table(table_xml(rows, widths, title=table.caption))
        marked = [self.words.marked] if "warning" in table.row_styles else []
        self._paragraph(" ".join(filter(None, (*marked, table.note))), "Report Note")

    def _row(self, table: Table, number: int, widths: list[int], style: str) -> str:
        kind = table.style_of(number)
        texts = format_row(table, number)
        strong = kind in ("group", "total")
        fill = {"group": GROUP_TINT, "total": "", "warning": AMBER_TINT, "normal": ""}[kind]
        top = ACCENT if kind == "total" else ""
        if kind == "warning":
            texts[0] = f"※ {texts[0]}"
        if kind == "group" and not any(texts[1:]):
            look = CellLook(bold=True, fill=fill, span=len(widths), style=style)
            return row_xml([text_cell_xml(texts[0], sum(widths), look)])
        return row_xml(
            text_cell_xml(
                text,
                width,
                CellLook(right=is_numeric(column), bold=strong, fill=fill, top=top, style=style),
            )
            for text, width, column in zip(texts, widths, table.columns, strict=True)
        )

    def _write_chart(self, block: ChartBlock) -> None:
        from docx.shared import Pt

        self._write_caption("figure", block.title)
        if block.reading:
            self._paragraph(block.reading, "Report Reading")
        timestamp = int(_made_at(self.document).timestamp())
        picture = chart_png(block, timestamp=timestamp)
        if picture is None:
            self._paragraph(self.words.no_chart, "Report Warning")
        else:
            width = min(self.text_width / _TWIPS, _PAGE[0] - 2 * _MARGIN)
            run = self._paragraph("", "Report Chart").add_run()
            shape = run.add_picture(io.BytesIO(picture), width=Pt(width))
            shape._inline.docPr.set("descr", clean(f"{block.title} {block.reading}").strip())
        self._write_table(block.table)

    def _write_figures(self, items: list[KeyFigure]) -> None:
        for start in range(0, len(items), _FIGURES_PER_ROW):
            group = items[start : start + _FIGURES_PER_ROW]
            width = self.text_width // len(group)
            cells = [
                cell_xml(_figure_xml(item), width, CellLook(fill=GROUP_TINT), height_middle=False)
                for item in group
            ]
            self._table(table_xml([row_xml(cells)], [width] * len(group), style="ReportBoxes"))
            self._space(6)

    def _write_sign_off(self, block: SignOff) -> None:
        if block.title:
            self._paragraph(block.title, "Heading 2")
        if not block.places:
            return
        width = self.text_width // len(block.places)
        cells = []
        for place in block.places:
            middle = self.words.seal if place.kind == "seal" else "________________"
            paragraphs = (
                paragraph_xml("ReportCell", run_xml(place.label, bold=True))
                + paragraph_xml("ReportCell", "") * 2
                + paragraph_xml("ReportLabel", run_xml(middle))
                + paragraph_xml("ReportCell", "") * 2
                + paragraph_xml("ReportLabel", run_xml(block.date_label), right=True)
            )
            cells.append(cell_xml(paragraphs, width, CellLook(), height_middle=False))
        rows = [row_xml(cells, height=2400)]
        self._table(table_xml(rows, [width] * len(block.places), style="ReportBoxes"))
        self._space(6)

    # --- the body

    def _paragraph(self, text: str, style: str) -> Any:
        return self.report.add_paragraph(clean(text), style=style)

    def _space(self, points: float) -> None:
        from docx.shared import Pt

        self._paragraph("", "Report Cell").paragraph_format.space_after = Pt(points)

    def _append(self, xml: str) -> None:
        body = self.report.element.body
        body.insert(len(body) - 1, parse(xml))  # the last child is the page set-up

    def _table(self, xml: str) -> None:
        self._append(xml)


def _anchor(section: Section) -> str:
    return f"_Toc{section.number:06d}"


def _toc_begin() -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-1" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _figure_xml(item: KeyFigure) -> str:
    unit = run_xml(f" {item.unit}") if item.unit else ""
    if unit:
        unit = unit.replace("<w:rPr></w:rPr>", '<w:rPr><w:b w:val="0"/><w:sz w:val="17"/></w:rPr>', 1)
    extras = "".join(
        paragraph_xml("ReportLabel", run_xml(extra)) for extra in (item.previous, item.note) if extra
    )
    return (
        paragraph_xml("ReportLabel", run_xml(item.label))
        + paragraph_xml("ReportFigure", run_xml(item.value) + unit)
        + extras
    )
