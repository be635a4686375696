"""Files of returns: xlsx and csv, with the field names of the national statistical return beside our own.

Money is in whole yuan, or by choice in thousands of yuan as that return asks (rounded half up to 0.01).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.periods import Period
from exchange.cells import neutralised
from returns.measures import LINES, Line
from returns.models import PeriodReturn, ReturnLine
from returns.selectors import line_views
from returns.stages import OPEN

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
THOUSAND = Decimal(1000)
Rows = Iterable[Sequence[Any]]


def _language() -> str:
    return get_language() or "zh-hans"


def _amount(line: Line, value: Decimal | None, units: str) -> Decimal | None:
    if value is None or line.kind != "money" or units != "thousand":
        return value
    return (value / THOUSAND).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _unit(line: Line, units: str) -> str:
    if line.kind != "money" or units != "thousand":
        return line.unit(_language())
    unit = line.unit(_language())
    return f"千{unit}" if _language().startswith("zh") else f"thousand {unit}"


def _heads() -> list[str]:
    return [
        _("Incubator"),
        _("Period"),
        _("Version"),
        _("State"),
        _("Code"),
        _("Field of the statistical return"),
        _("Line"),
        _("Unit"),
        _("Value"),
        _("From the records"),
        _("Period before"),
        _("Year before"),
        _("Reason"),
        _("Explanation"),
    ]


def _fixed(record: PeriodReturn) -> list[Any]:
    label = Period.parse(record.period).label(_language())
    return [record.incubator.name, label, record.edition, str(record.get_state_display())]


def _of_return(record: PeriodReturn, units: str) -> Iterator[list[Any]]:
    """Live numbers while it is open, the frozen ones afterwards."""
    for view in line_views(record):
        line = view.line
        numbers = (view.reported, view.entry.computed, view.previous, view.year_before)
        yield [
            *_fixed(record),
            line.code,
            line.torch,
            view.name,
            _unit(line, units),
            *(_amount(line, value, units) for value in numbers),
            view.entry.reason,
            view.entry.explanation,
        ]


def _of_list(rows: QuerySet[PeriodReturn], units: str) -> Iterator[list[Any]]:
    """As stored, in a fixed number of queries: an open return shows what was typed so far."""
    lines = ReturnLine.objects.filter(code__in=list(LINES)).order_by("position")
    found = rows.select_related("incubator", "duty").prefetch_related(Prefetch("lines", queryset=lines))
    for record in found.order_by("incubator__sort_key", "starts_on", "pk"):
        for row in record.lines.all():
            line = LINES[row.code]
            value = row.value if record.state in OPEN else row.reported
            numbers = (value, row.computed, row.previous, row.year_before)
            yield [
                *_fixed(record),
                line.code,
                line.torch,
                line.name(_language()),
                _unit(line, units),
                *(_amount(line, number, units) for number in numbers),
                row.reason,
                row.explanation,
            ]


def file_of_return(record: PeriodReturn, *, form: str, units: str) -> bytes:
    return _file(_of_return(record, units), form, units)


def file_of_list(rows: QuerySet[PeriodReturn], *, form: str, units: str) -> bytes:
    return _file(_of_list(rows, units), form, units)


def _file(rows: Rows, form: str, units: str) -> bytes:
    return _csv(rows) if form == "csv" else _xlsx(rows, units)


def _safe(cell: Any) -> Any:
    return neutralised(cell) if isinstance(cell, str) else cell


def _csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_heads())
    for row in rows:
        cells = [f"{cell:f}" if isinstance(cell, Decimal) else _safe(cell) for cell in row]
        writer.writerow(["" if cell is None else cell for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _xlsx(rows: Rows, units: str) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet(_("Period returns")[:31])
    head = book.add_format({"bold": True, "bg_color": "#E3EEF0", "text_wrap": True, "valign": "top"})
    number = book.add_format({"num_format": "#,##0.##"})
    heads = _heads()
    sheet.write_row(0, 0, heads, head)
    for place, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, Decimal):
                sheet.write_number(place, column, float(cell), number)
            elif cell is not None:
                sheet.write(place, column, _safe(cell))
    widths = (24, 14, 6, 10, 22, 30, 26, 10, 14, 14, 14, 14, 30, 30)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    note = _("Money in thousands of yuan") if units == "thousand" else _("Money in whole units")
    sheet.set_footer(f"&L{note}&R{timezone.localtime():%Y-%m-%d %H:%M}")
    book.close()
    return target.getvalue()
