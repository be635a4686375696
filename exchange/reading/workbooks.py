"""Workbooks: .xlsx, .ods and .xls."""

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from exchange.reading.kinds import FileKind
from exchange.sheets import RawCell, RawRow, RawSheet

_WHOLE = 10**15  # below it a float holds every whole number exactly


def read_workbook(content: bytes, kind: FileKind) -> list[RawSheet]:
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        RawSheet(sheet_name, _rows(workbook.get_sheet_by_name(sheet_name).to_python(skip_empty_area=False)))
        for sheet_name in workbook.sheet_names
    ]


def _rows(cells: list[list[Any]]) -> tuple[RawRow, ...]:
    return tuple(
        RawRow(number, tuple([_CONVERT[type(cell)](cell) for cell in row]))
        for number, row in enumerate(cells, start=1)
    )


def _exact(number: float) -> RawCell:
    if number.is_integer() and abs(number) < _WHOLE:
        return int(number)
    return Decimal(repr(number))


def _time_of_day(value: time) -> str:
    return value.isoformat("seconds")


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


_CONVERT: Mapping[type, Callable[[Any], RawCell]] = {
    str: lambda text: text or None,
    float: _exact,
    int: lambda number: number,
    bool: lambda answer: answer,
    date: lambda day: day,
    datetime: lambda moment: moment,
    time: _time_of_day,
    timedelta: _duration,
}
