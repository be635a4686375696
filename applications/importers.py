"""The Excel table of applications: those from outside come in by it; all go out with marks and awards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from applications import services
from applications.enums import ApplicationState, ProgrammeState
from applications.models import Application, Decision, Programme
from applications.selectors import applications_matching, marks_of
from applications.services import NewApplication
from core.errors import DomainError, FieldError
from exchange.importers import INCUBATOR, Entry, Identity, KeyedSheet, incubator_choices, placed
from exchange.importers.undoing import mark_of
from exchange.sheets import Choice, Column, Kind, Place, Row, Written
from projects.models import Sector

PLAIN = ("title", "summary", "requested_amount", "external_id")
COLUMNS = (
    Column("number", "申报编号", "Application number", Kind.INTEGER,
           note_zh="由系统给出，请勿填写或修改", note_en="Given by the system: neither fill in nor change",
           aliases=("受理编号", "编号"), lowest=1),
    Column("programme", "申报批次", "Programme", Kind.CHOICE, required=True,
           aliases=("申报项目", "批次", "专项"), width=28),
    Column("applicant", "申报人（团队）", "Applicant", required=True, example="示例团队",
           aliases=("申报人", "申报单位", "团队名称", "姓名"), longest=200, width=24),
    Column("organisation", "所在单位", "Organisation", example="示例大学", aliases=("单位", "工作单位"),
           longest=200, width=24),
    Column("contact", "联系方式", "Telephone or e-mail", note_zh="个人信息，不导出",
           note_en="Personal data, never exported", aliases=("联系电话", "电话", "邮箱"), longest=160),
    INCUBATOR,
    Column("title", "项目名称", "Title", required=True, example="示例·柔性传感器产业化",
           aliases=("申报项目名称", "课题名称"), longest=200, width=32),
    Column("field", "领域", "Field of work", Kind.CHOICE, aliases=("行业", "产业领域", "专业领域")),
    Column("requested_amount", "申请金额", "Amount applied for", Kind.MONEY, unit_zh="元", lowest=0,
           aliases=("申请资助金额", "申报金额")),
    Column("summary", "项目简介", "Summary", Kind.LONG_TEXT, aliases=("简介", "项目内容"), longest=5000,
           width=36),
    Column("external_id", "本单位编号", "Your own number", aliases=("外部编号", "序号"), longest=80),
    Column("state", "状态", "State", Kind.CHOICE, note_zh="只读", note_en="Read only"),
    Column("step", "当前环节", "Step", note_zh="只读", note_en="Read only"),
    Column("mark", "评审得分", "Mark", Kind.DECIMAL, note_zh="只读", note_en="Read only"),
    Column("place", "名次", "Place", Kind.INTEGER, note_zh="只读", note_en="Read only"),
    Column("award_class", "资助类别", "Class", note_zh="只读", note_en="Read only"),
    Column("approved_amount", "批准金额", "Amount approved", Kind.MONEY, unit_zh="元", note_zh="只读",
           note_en="Read only"),
)  # fmt: skip
READ_ONLY = ("number", "state", "step", "mark", "place", "award_class", "approved_amount")


def both_languages(choices: type[models.TextChoices]) -> list[Choice]:
    found = []
    for item in choices:
        with override("zh-hans"):
            chinese = str(item.label)
        with override("en"):
            english = str(item.label)
        found.append(Choice(item.value, chinese, english, (item.value,)))
    return found


def programmes_of(place: Place | None) -> dict[str, Programme]:
    """The programmes of the park by code, the newest first."""
    rows = Programme.objects.exclude(state=ProgrammeState.DRAFT).select_related("park").order_by("-pk")
    if place is not None:
        rows = rows.filter(park=place.park)
        return {row.code: row for row in rows}
    return {f"{row.park.code}/{row.code}": row for row in rows}


class ApplicationSheet(KeyedSheet):
    model = Application
    code = "applications"
    label_zh, label_en = "申报", "Applications"
    about_zh = "每行一份申报。外部申报人由园区用本表成批录入，录入即为受理；本区企业和项目在申报页面填写。"
    about_en = (
        "One application per row. Those of applicants from outside come in by this table and are handed in "
        "with it; enterprises and projects on record apply on the page."
    )
    icon = "file-text"
    list_url_name = "application-list"
    record_url_name = "application-detail"
    keys = ("number", "external_id")
    fixed = (*READ_ONLY, "programme", "applicant", "organisation", "contact", "incubator", "title", "field",
             "requested_amount", "summary", "external_id")  # fmt: skip
    parts = ("applications.StepLog",)

    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column == "incubator":
            return incubator_choices(place)
        if column == "programme":
            return [
                Choice(code, row.name_zh, row.name_en or row.name_zh, (row.code,))
                for code, row in programmes_of(place).items()
            ]
        if column == "field":
            rows = Sector.objects.order_by("position", "code")
            return [Choice(row.code, row.name_zh, row.name_en, (row.code,)) for row in rows]
        if column == "state":
            return both_languages(ApplicationState)
        raise NotImplementedError(column)

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        programmes = programmes_of(place)
        entries = []
        for row in rows:
            entry = placed(place, row)
            entry.values = {name: row.values[name] for name in (*PLAIN, "field") if row.values.get(name)}
            code = row.values.get("programme")
            entry.programme = programmes.get(code or "")  # type: ignore[attr-defined]
            if code and code not in programmes:
                entry.refuse("programme", _("This park has no such programme."), "not_found")
            entries.append(entry)
        return entries

    def identities(self, entry: Entry) -> Iterable[Identity]:
        code, values = entry.row.values.get("programme"), entry.row.values
        for name in ("number", "external_id"):
            if values.get(name):
                yield Identity(name, (code, values[name]))
        if values.get("applicant"):
            yield Identity("applicant", (code, str(values["applicant"]).strip()))

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        given = [entry.row.values for entry in entries]
        wanted = Q(number__in={one.get("number") for one in given} - {None})
        wanted |= Q(external_id__in={one.get("external_id") for one in given} - {None, ""})
        wanted |= Q(outside_name__in={str(one.get("applicant") or "").strip() for one in given} - {""})
        found: dict[Identity, Any] = {}
        rows = Application.objects.visible_to(actor).filter(wanted, programme__park=place.park)
        for row in self.whole(rows):
            code = row.programme.code
            if row.number:
                found[Identity("number", (code, row.number))] = row
            if row.external_id:
                found[Identity("external_id", (code, row.external_id))] = row
            if row.outside_name and row.state not in ("rejected", "withdrawn"):
                found[Identity("applicant", (code, row.outside_name))] = row
        return found

    def within(self, place: Place, records: Any) -> Any:
        if place.incubator is not None:
            return records.filter(incubator=place.incubator)
        return records.filter(programme__park=place.park)

    def whole(self, queryset: Any) -> Any:
        decided = Decision.objects.filter(meeting__confirmed_at__isnull=False).order_by("-meeting_id")
        return queryset.select_related(
            "programme__park", "incubator", "project", "enterprise", "current_step"
        ).prefetch_related(models.Prefetch("decisions", decided))

    def cells_of(self, record: Application) -> dict[str, Any]:
        decision = next(iter(record.decisions.all()), None)
        mark = getattr(record, "mark_now", None) if decision is None else decision.mark
        return {
            "number": record.number,
            "programme": record.programme.code,
            "applicant": record.applicant_name or None,
            "organisation": record.outside_organisation or None,
            "contact": None,
            "incubator": record.incubator.code if record.incubator else None,
            "title": record.title,
            "field": record.field or None,
            "requested_amount": record.requested_amount,
            "summary": record.summary or None,
            "external_id": record.external_id or None,
            "state": record.state,
            "step": record.current_step.label if record.current_step else None,
            "mark": mark,
            "place": decision.place if decision else None,
            "award_class": record.award_class or None,
            "approved_amount": record.approved_amount,
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> Any:
        names = ("q", "programme", "state", "step", "incubator", "kind", "mine")
        chosen = {name: value for name, value in filters.items() if name in names and value}
        return self.whole(applications_matching(user, **chosen)).order_by("programme_id", "number", "pk")

    def export(self, *, user: Any, filters: Mapping[str, str]) -> Any:
        """In chunks, with the marks of those that are not decided yet: no query per row."""
        chunk: list[Application] = []
        for record in self.listed(user, filters).iterator(chunk_size=500):
            chunk.append(record)
            if len(chunk) == 500:
                yield from self._with_marks(chunk)
                chunk = []
        yield from self._with_marks(chunk)

    def _with_marks(self, rows: Sequence[Application]) -> Iterable[Mapping[str, Any]]:
        by_programme: dict[int, list[Application]] = {}
        for row in rows:
            by_programme.setdefault(row.programme_id, []).append(row)
        marks: dict[int, Decimal] = {}
        for group in by_programme.values():
            marks |= marks_of(group, group[0].programme)
        for row in rows:
            row.mark_now = marks.get(row.pk)  # type: ignore[attr-defined]
            yield self.cells_of(row)

    def check_entry(self, entry: Entry, *, actor: Any, at: datetime) -> None:
        """An application that is there already stays as it was handed in."""
        if entry.record is None and entry.row.values.get("number"):
            message = _("There is no application of this number here. Empty the cell to enter a new one.")
            entry.refuse("number", message, "not_found")
        programme = entry.programme  # type: ignore[attr-defined]
        if entry.record is None and programme is not None and not programme.takes_outside:
            message = _("This programme is not open to applicants from outside.")
            entry.refuse("programme", message, "kind")

    def create(self, *, entries: Sequence[Entry], actor: Any, at: datetime) -> list[Written]:
        """Programme by programme in one go; where that is refused, row by row, so that the row is named."""
        outcome: dict[int, Written] = {}
        groups: dict[Any, list[Entry]] = {}
        for entry in entries:
            groups.setdefault(entry.programme, []).append(entry)  # type: ignore[attr-defined]
        for programme, group in groups.items():
            try:
                made = self._receive(programme, group, actor, at)
            except DomainError:
                outcome |= {entry.row.number: self._alone(entry, actor, at) for entry in group}
                continue
            for entry, record in zip(group, made, strict=True):
                outcome[entry.row.number] = _written(record)
        return [outcome[entry.row.number] for entry in entries]

    def _receive(
        self, programme: Programme, entries: Sequence[Entry], actor: Any, at: datetime
    ) -> list[Application]:
        return services.receive_applications(
            programme=programme,
            items=[
                NewApplication(
                    name=entry.row.values.get("applicant") or "",
                    organisation=entry.row.values.get("organisation") or "",
                    contact=entry.row.values.get("contact") or "",
                    values=entry.values,
                )
                for entry in entries
            ],
            actor=actor,
            at=at,
        )

    def _alone(self, entry: Entry, actor: Any, at: datetime) -> Written:
        try:
            (record,) = self._receive(entry.programme, [entry], actor, at)  # type: ignore[attr-defined]
        except DomainError as error:
            return Written("error", errors=_of_columns(error))
        return _written(record)

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        """What was handed in stays on record: taken back, it is withdrawn."""
        services.withdraw_application(
            application=record, reason=_("The import was taken back."), actor=actor, at=at
        )


def _written(record: Application) -> Written:
    return Written("created", record.pk, {"mark": mark_of(record), "before": {}})


def _of_columns(error: DomainError) -> list[FieldError]:
    """The errors of one row under the names of its columns."""
    found = [
        FieldError({"name": "applicant"}.get(name, name), one.message, one.code)
        for one in error.fields
        for name in [one.field.rpartition(".")[2]]
    ]
    return found or [FieldError("", error.message, error.code)]
