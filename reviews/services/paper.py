"""What the filled table of signed score sheets says."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.errors import FieldError, Invalid
from exchange.reading.tables import ReadRow, read_rows
from reviews.models import Criterion, ReviewRound
from reviews.report import columns_of
from reviews.services.panels import PaperMarks


def read_sheets(*, round: ReviewRound, content: BinaryIO, name: str, at: datetime) -> list[PaperMarks]:
    """The filled rows of the table; rows without any points are still to come and left out.

    Raises ``Invalid`` naming each row that cannot be read, for a file that is no table, and for one in which
    nothing is filled in.
    """
    criteria = list(round.criteria.order_by("position", "pk"))
    rows = read_rows(content, name, columns_of(criteria), year=at.year)
    wrong = [
        FieldError("file", _("Row %(row)s: %(problem)s") % {"row": row.number, "problem": row.problem}, "row")
        for row in rows
        if row.problem
    ]
    if wrong:
        raise Invalid(" ".join(str(error.message) for error in wrong[:5]), fields=wrong)
    found = [_marks(row, criteria) for row in rows]
    filled = [one for one in found if one.points]
    if not filled:
        message = _("No row of the table holds points.")
        raise Invalid(message, fields=[FieldError("file", message, "empty")])
    return filled


def _marks(row: ReadRow, criteria: Sequence[Criterion]) -> PaperMarks:
    given = {item.position: row.values.get(f"p{item.position}") for item in criteria}
    return PaperMarks(
        number=row.values["number"],
        expert_id=row.values["expert"],
        points={place: points for place, points in given.items() if points is not None},
        comment=str(row.values.get("comment") or ""),
    )
