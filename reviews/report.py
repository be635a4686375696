"""Papers of a round: the decision summary for the meeting, the table for marks that were given on paper."""

import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.templatetags.fmt import day
from exchange.cells import neutralised
from exchange.sheets import Column, Kind
from reviews.enums import AssignmentState
from reviews.models import Assignment, Case, Criterion, ReviewRound
from reviews.selectors import Outcome, full_mark_of, results_of

WIDTHS = (6, 36, 28, 24, 10, 10, 12, 20, 50, 18)


def rows_of(round: ReviewRound, user: Any) -> list[tuple[Case, Outcome]]:
    """The cases that the person may see, the best mark first, those without a mark last."""
    cases = list(
        Case.objects.visible_to(user)
        .filter(round=round)
        .select_related("round", "incubator", "result_by", "confirmed_by")
    )
    results = results_of(cases)
    rows = [(case, results[case.pk]) for case in cases]
    rows.sort(key=lambda row: (row[1].mark is None, -(row[1].mark or 0), row[0].number))
    return rows


def headings() -> list[str]:
    return [
        _("No."),
        _("Case"),
        _("Applicant"),
        _("Incubator"),
        _("Mark"),
        _("Spread"),
        _("Marks given"),
        _("Result"),
        _("Reason in words"),
        _("Concluded by"),
    ]


def _cells(case: Case, found: Outcome) -> list[Any]:
    people = " / ".join(name for name in (found.decided_by, found.confirmed_by) if name)
    return [
        case.number,
        case.title,
        case.applicant,
        case.incubator.name if case.incubator else "",
        found.mark,
        found.spread,
        f"{len(found.marks)} / {found.needed}",
        _result(found),
        found.reason,
        people,
    ]


def _result(found: Outcome) -> str:
    if not found.result:
        return _("not concluded")
    if found.is_final:
        return found.result_label
    return _("%(result)s (to be confirmed)") % {"result": found.result_label}


def _facts(round: ReviewRound) -> str:
    days = [day(value) for value in (round.opens_on, round.closes_on) if value]
    return " · ".join(
        [
            round.get_kind_display(),
            round.get_method_display(),
            _("marks needed per case: %(count)d") % {"count": round.marks_needed},
            _("full mark: %(mark)s") % {"mark": full_mark_of(round)},
            *(["–".join(days)] if days else []),
        ]
    )


def summary_excel(round: ReviewRound, user: Any) -> bytes:
    """One sheet: the round, then a row per case. Experts are not named."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet(_("Review summary")[:31])
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    mark = book.add_format({"num_format": "0.00", "valign": "top"})
    sheet.write_string(0, 0, neutralised(round.name), title)
    sheet.write_string(1, 0, _facts(round))
    for column, (name, width) in enumerate(zip(headings(), WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(3, column, name, head)
    for place, (case, found) in enumerate(rows_of(round, user), start=4):
        for column, value in enumerate(_cells(case, found)):
            if value is None:
                sheet.write_blank(place, column, None, wrap)
            elif isinstance(value, str):
                sheet.write_string(place, column, neutralised(value), wrap)
            else:
                sheet.write_number(place, column, value, mark if column in (4, 5) else wrap)
    sheet.freeze_panes(4, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    book.close()
    return stream.getvalue()


def summary_word(round: ReviewRound, user: Any) -> bytes:
    """A paper for the meeting: the table, then each case with how its mark came about."""
    from docx import Document
    from docx.enum.section import WD_ORIENT

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_heading(round.name, level=1)
    document.add_paragraph(_facts(round))
    rows = rows_of(round, user)
    kept = (0, 1, 2, 4, 5, 7)
    names = headings()
    table = document.add_table(rows=1, cols=len(kept), style="Table Grid")
    for cell, column in zip(table.rows[0].cells, kept, strict=True):
        cell.text = names[column]
    for case, found in rows:
        values = _cells(case, found)
        for cell, column in zip(table.add_row().cells, kept, strict=True):
            cell.text = "" if values[column] is None else str(values[column])
    for case, found in rows:
        document.add_heading(f"{case.number}. {case.title}", level=2)
        for step in found.steps:
            document.add_paragraph(step, style="List Number")
        document.add_paragraph(f"{_('Result')}: {_result(found)}")
        if found.reason:
            document.add_paragraph(f"{_('Reason')}: {found.reason}")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


NUMBER = Column("number", "编号", "No.", Kind.INTEGER, required=True, aliases=("项目编号", "case"))
EXPERT = Column("expert", "专家号", "Expert no.", Kind.INTEGER, required=True, aliases=("专家编号",))
COMMENT = Column("comment", "评语", "Comment", longest=2000, aliases=("意见", "评审意见"))


def columns_of(criteria: Sequence[Criterion]) -> list[Column]:
    """The columns of the table: case, expert, one for each criterion, words."""
    points = [
        Column(f"p{item.position}", item.name, item.name, Kind.DECIMAL, lowest=0, places=2)
        for item in criteria
    ]
    return [NUMBER, EXPERT, *points, COMMENT]


def marks_table(round: ReviewRound) -> bytes:
    """An Excel table with a row for each expert who still has a case, to fill in and read again."""
    import xlsxwriter

    criteria = list(round.criteria.order_by("position", "pk"))
    waiting = (AssignmentState.INVITED, AssignmentState.ACCEPTED)
    tasks = Assignment.objects.filter(case__round=round, case__result="", state__in=waiting)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet(_("Marks")[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    known = book.add_format({"bg_color": "#f1f3f5"})
    names = [*_ids(), _("Case"), _("Expert"), *(item.name for item in criteria), _heading(COMMENT)]
    for column, name in enumerate(names):
        sheet.write_string(0, column, neutralised(name), head)
        sheet.set_column(column, column, 30 if column in (2, 3) else 12)
    rows = tasks.select_related("case", "expert").order_by("expert__sort_key", "expert", "case__number")
    for place, task in enumerate(rows, start=1):
        sheet.write_number(place, 0, task.case.number, known)
        sheet.write_number(place, 1, task.expert_id, known)
        sheet.write_string(place, 2, neutralised(task.case.title), known)
        sheet.write_string(place, 3, neutralised(task.expert.name), known)
    for place, item in enumerate(criteria, start=4):
        most = float(item.max_points)
        limits = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
        said = _("0 to %(most)s points") % {"most": item.max_points}
        sheet.data_validation(1, place, 5000, place, {**limits, "error_message": said})
    sheet.freeze_panes(1, 4)
    book.close()
    return stream.getvalue()


def _ids() -> list[str]:
    return [_heading(NUMBER), _heading(EXPERT)]


def _heading(column: Column) -> str:
    """The heading in the language of the page; both are understood when the table comes back."""
    return column.label_zh if (get_language() or "").startswith("zh") else column.label_en
