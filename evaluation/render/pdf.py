"""PDF: the document as JSON for the Typst template `report.typ`."""

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
    KeyFigures,
    ListBlock,
    Paragraph,
    Section,
    SignOff,
    Table,
)
from evaluation.render.measures import chunked, column_shares, is_wide
from evaluation.render.typesetting import typeset
from evaluation.render.wording import Words, clean, section_heading, words_of

BREAK_MARK = "\x1f"  # the template turns it into a place where a long word may be broken
CHART_WIDTH = 720

# Text width of the page in points: A4 less the margins set in report.typ.
_PORTRAIT_POINTS = 470.0
_LANDSCAPE_POINTS = 716.0


def render_pdf(document: Document) -> bytes:
    """The report as PDF. The same document gives the same bytes."""
    made = document.generated_on
    timestamp = int(datetime(made.year, made.month, made.day, tzinfo=UTC).timestamp())
    return typeset("report.typ", pdf_data(document), target="pdf", timestamp=timestamp)


def pdf_data(document: Document) -> str:
    """What the template reads: every figure already printed, every text free of unprintable characters."""
    words = words_of(document)
    made = document.generated_on
    return json.dumps(
        {
            "lang": document.lang,
            "title": _text(document.title),
            "subtitle": _text(document.subtitle),
            "park": _text(document.park),
            "organisation": [_text(line) for line in document.organisation],
            "period": _text(document.period),
            "badge": _text(document.badge),
            "notices": [_text(notice) for notice in document.notices],
            "cover": [[_text(label), _text(value)] for label, value in document.cover],
            "digest": clean(document.digest),
            "date": made.isoformat(),
            "date_parts": [made.year, made.month, made.day],
            "words": _words(words),
            "sections": [_section(section, document, words) for section in document.sections],
        },
        ensure_ascii=True,
    )


def _words(words: Words) -> dict[str, str]:
    before, between = words.page.split("{page}")
    middle, after = between.split("{pages}")
    return {
        "contents": words.contents,
        "table": words.table,
        "figure": words.figure,
        "digest": words.digest,
        "digest_short": words.digest_short,
        "date": words.date,
        "empty": words.empty,
        "no_chart": words.no_chart,
        "info": words.info,
        "warning": words.warning,
        "marked": words.marked,
        "seal": words.seal,
        "colon": words.colon,
        "page_before": before,
        "page_middle": middle,
        "page_after": after,
    }


def _section(section: Section, document: Document, words: Words) -> dict[str, Any]:
    wide = any(isinstance(block, Table) and is_wide(block) for block in section.blocks)
    return {
        "heading": _text(section_heading(section.number, section.title, document.lang)),
        "wide": wide,
        "blocks": [_block(block, document, wide=wide) for block in section.blocks],
    }


def _block(block: Block, document: Document, *, wide: bool) -> dict[str, Any]:
    match block:
        case Paragraph(text=text):
            return {"type": "paragraph", "text": _text(text)}
        case KeyFigures(items=items):
            names = ("label", "value", "unit", "previous", "note")
            return {
                "type": "figures",
                "items": [{name: _text(getattr(item, name)) for name in names} for item in items],
            }
        case Table():
            return {"type": "table", **_table(block, document, wide=wide)}
        case ChartBlock():
            return _chart(block, document, wide=wide)
        case ListBlock(items=items):
            return {"type": "list", "items": [_text(item) for item in items]}
        case Callout(kind=kind, text=text):
            return {"type": "callout", "kind": kind, "text": _text(text)}
        case SignOff(title=title, places=places, date_label=date_label):
            return {
                "type": "sign_off",
                "title": _text(title),
                "date_label": _text(date_label),
                "places": [{"label": _text(place.label), "kind": place.kind} for place in places],
            }


def _chart(block: ChartBlock, document: Document, *, wide: bool) -> dict[str, Any]:
    return {
        "type": "chart",
        "title": _text(block.title),
        "reading": _text(block.reading),
        "svg": drawn_or_none(block, width=CHART_WIDTH),
        "table": _table(block.table, document, wide=wide),
    }


def _table(table: Table, document: Document, *, wide: bool) -> dict[str, Any]:
    size = font_size(table)
    points = _LANDSCAPE_POINTS if wide else _PORTRAIT_POINTS
    return {
        "caption": _text(table.caption),
        "size": size,
        "shares": column_shares(table, document.lang, total_em=points / size),
        "numeric": [is_numeric(column) for column in table.columns],
        "heads": [_text(head_text(column, document.lang)) for column in table.columns],
        "rows": [
            {"style": table.style_of(number), "cells": [_text(cell) for cell in format_row(table, number)]}
            for number in range(len(table.rows))
        ],
        "note": _text(table.note),
    }


def font_size(table: Table) -> float:
    """Points: the more columns, the smaller, down to what is still readable on paper."""
    columns = len(table.columns)
    return 9.0 if columns <= 6 else 8.2 if columns <= 8 else 7.4


def _text(text: str) -> str:
    return chunked(clean(text), BREAK_MARK)
