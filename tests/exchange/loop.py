"""Short ways to bring tables in, for tests."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from accounts.models import User
from exchange.models import ImportRun
from exchange.selectors import counts_of, place_for
from exchange.services import start_import
from exchange.sheets import Place
from incubators.models import Incubator
from tests.factories import NOW

HEAD = ("项目编号", "本单位编号", "项目名称", "产业领域", "首次接触日期")


def place(user: User, incubator: Incubator) -> Place:
    """Where the person enters records, with a fresh look at what he may do."""
    return place_for(User.objects.get(pk=user.pk), incubator=incubator)


def table(*rows: Sequence[Any], head: Sequence[str] = HEAD) -> io.BytesIO:
    """A small CSV file as a spreadsheet program writes it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return io.BytesIO(b"\xef\xbb\xbf" + text.getvalue().encode())


def bring(
    user: User, incubator: Incubator, *rows: Sequence[Any], head: Sequence[str] = HEAD, **more: Any
) -> ImportRun:
    values = {"sheet": "projects", "content": table(*rows, head=head), "name": "项目.csv", "at": NOW, **more}
    return start_import(place=place(user, incubator), actor=user, **values)


def counts(run: ImportRun) -> dict[str, int]:
    """Rows by status, without the statuses that no row has."""
    return {status: count for status, count in counts_of(run).items() if count}


def problems(run: ImportRun) -> dict[int, list[str]]:
    """``column:code`` of every row that has errors, by row number."""
    found = {}
    for row in run.rows.order_by("number"):
        if row.errors:
            found[row.number] = [f"{error['column']}:{error['code']}" for error in row.errors]
    return found
