"""The Excel table of contest entries: one row per team with its project; exported with marks and places."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from contests import services
from contests.enums import EntrySource, EntryState
from contests.models import Division, Entry, PromotionLine
from contests.selectors import entries_matching
from contests.services import NewEntry
from core.errors import DomainError, FieldError
from exchange.importers import INCUBATOR, Identity, KeyedSheet, incubator_choices, placed
from exchange.importers import Entry as RowEntry
from exchange.importers.undoing import mark_of
from exchange.sheets import Choice, Column, Kind, Place, Row, Written
from projects.models import Sector

#: Columns that reach the service as they are.
PLAIN = ("name_zh", "name_en", "team", "summary", "region", "external_id")
#: Brought in, never written out: personal data stay on the page, where they are masked for most.
PERSONAL = ("contact_name", "phone", "email")
COLUMNS = (
    Column("receipt", "参赛编号", "Entry number",
           note_zh="由系统给出，请勿填写或修改，再次导入时据此找到原记录",
           note_en="Given by the system: neither fill in nor change; an exported row finds its entry by it",
           aliases=("报名编号", "项目编号"), longest=40),
    Column("division", "赛区", "Division", Kind.CHOICE, required=True, aliases=("分赛区", "所属赛区")),
    Column("name_zh", "参赛项目", "Project", required=True, example="示例·柔性传感器",
           aliases=("项目名称", "名称", "作品名称"), longest=200, width=28),
    Column("name_en", "项目英文名", "Project in English", aliases=("英文名称",), longest=300, width=24),
    Column("team", "团队或企业", "Team", required=True, example="示例团队",
           aliases=("团队名称", "企业名称", "单位", "参赛团队"), longest=200, width=24),
    INCUBATOR,
    Column("field", "参赛领域", "Field of work", Kind.CHOICE, aliases=("领域", "行业", "赛道", "产业领域")),
    Column("region", "所在地", "Where the team is", aliases=("地区", "所在城市"), longest=120),
    Column("contact_name", "联系人", "Contact person", note_zh="个人信息，仅园区可见，不导出",
           note_en="Personal data: seen by the park only, never exported", aliases=("负责人", "姓名"),
           longest=120),
    Column("phone", "联系电话", "Telephone", aliases=("电话", "手机", "手机号"), longest=40),
    Column("email", "电子邮箱", "E-mail", aliases=("邮箱", "Email"), longest=160),
    Column("summary", "项目简介", "Summary", Kind.LONG_TEXT, aliases=("简介", "项目介绍"), longest=5000,
           width=36),
    Column("external_id", "本单位编号", "Your own number", aliases=("外部编号", "序号"), longest=80),
    Column("state", "状态", "State", Kind.CHOICE, note_zh="只读", note_en="Read only"),
    Column("rounds", "各轮得分与名次", "Marks and places", note_zh="只读", note_en="Read only", longest=1000,
           width=36),
)  # fmt: skip
RELATED = ("division__contest__park", "incubator", "field", "park")


def both_languages(choices: type[models.TextChoices]) -> list[Choice]:
    found = []
    for item in choices:
        with override("zh-hans"):
            chinese = str(item.label)
        with override("en"):
            english = str(item.label)
        found.append(Choice(item.value, chinese, english, (item.value,)))
    return found


def divisions_of(place: Place | None) -> dict[str, Division]:
    """The divisions of the park by “contest/division”, the newest contest first."""
    rows = Division.objects.select_related("contest__park").order_by("-contest__year", "-contest_id", "code")
    if place is not None:
        rows = rows.filter(contest__park=place.park)
    return {f"{row.contest.code}/{row.code}": row for row in rows}


class ContestEntrySheet(KeyedSheet):
    model = Entry
    code = "contest-entries"
    label_zh, label_en = "大赛参赛项目", "Contest entries"
    about_zh = "每行一个参赛项目：团队、项目、领域与联系人。"
    about_en = "One entry per row: team, project, field of work and contact."
    icon = "award"
    list_url_name = "contest-list"
    record_url_name = "contest-entry-detail"
    keys = ("receipt", "external_id")
    fixed = ("receipt", "division", "incubator", "state", "rounds")
    kept = PERSONAL

    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column == "incubator":
            return incubator_choices(place)
        if column == "division":
            return [
                Choice(
                    code,
                    f"{row.contest.name_zh} · {row.name_zh}",
                    f"{row.contest.name_en or row.contest.name_zh} · {row.name_en or row.name_zh}",
                    (code, row.name_zh),
                )
                for code, row in divisions_of(place).items()
            ]
        if column == "field":
            rows = Sector.objects.order_by("position", "code")
            return [Choice(row.code, row.name_zh, row.name_en, (row.code,)) for row in rows]
        if column == "state":
            return both_languages(EntryState)
        raise NotImplementedError(column)

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[RowEntry]:
        sectors = {row.code: row for row in Sector.objects.all()}
        divisions = divisions_of(place)
        entries = []
        for row in rows:
            entry = placed(place, row)
            entry.values = {name: row.values[name] for name in PLAIN if name in row.values}
            entry.values |= {name: row.values[name] for name in PERSONAL if row.values.get(name)}
            if "field" in row.values:
                entry.values["field"] = sectors.get(row.values["field"])
            code = row.values.get("division")
            if code and code not in divisions:
                entry.refuse("division", _("This park has no such division."), "not_found")
            entry.division = divisions.get(code or "")  # type: ignore[attr-defined]
            entries.append(entry)
        return entries

    def identities(self, entry: RowEntry) -> Iterable[Identity]:
        division = entry.row.values.get("division")
        if receipt := str(entry.row.values.get("receipt") or "").strip().upper():
            yield Identity("receipt", (division, receipt))
        if number := entry.row.values.get("external_id"):
            yield Identity("external_id", (division, number))

    def known(self, *, place: Place, entries: Sequence[RowEntry], actor: Any) -> Mapping[Identity, Any]:
        own = {entry.row.values.get("external_id") for entry in entries} - {None, ""}
        numbers = {_number_of(entry.row) for entry in entries} - {None}
        found: dict[Identity, Any] = {}
        wanted = Q(external_id__in=own) | Q(number__in=numbers)
        rows = Entry.objects.visible_to(actor).filter(wanted, park=place.park)
        for row in self.whole(rows):
            code = _code_of(row)
            found[Identity("receipt", (code, row.receipt))] = row
            if row.external_id:
                found[Identity("external_id", (code, row.external_id))] = row
        return found

    def names(self, entry: RowEntry) -> tuple[str, ...]:
        values = entry.row.values
        return tuple(name for name in (values.get("name_zh"), values.get("name_en")) if name)

    def within(self, place: Place, records: Any) -> Any:
        return super().within(place, records).exclude(state=EntryState.WITHDRAWN)

    def whole(self, queryset: Any) -> Any:
        lines = PromotionLine.objects.select_related("promotion__round")
        lines = lines.order_by("promotion__round__sequence")
        return queryset.select_related(*RELATED).prefetch_related(models.Prefetch("promotions", lines))

    def cells_of(self, record: Entry) -> dict[str, Any]:
        return {
            **{name: getattr(record, name) or None for name in PLAIN},
            **dict.fromkeys(PERSONAL),
            "receipt": record.receipt,
            "division": _code_of(record),
            "incubator": record.incubator.code if record.incubator else None,
            "field": record.field.code if record.field else None,
            "state": record.state,
            "rounds": "；".join(_in_words(line) for line in record.promotions.all()) or None,
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> Any:
        chosen = {
            name: value
            for name, value in filters.items()
            if name in ("q", "division", "state", "source", "field") and value
        }
        rows = entries_matching(user, **chosen)  # type: ignore[arg-type]
        contest = filters.get("contest", "")
        if contest.isascii() and contest.isdigit() and len(contest) < 19:
            rows = rows.filter(division__contest=int(contest))
        return self.whole(rows).order_by("division__contest_id", "division__code", "number")

    def check_entry(self, entry: RowEntry, *, actor: Any, at: datetime) -> None:
        if entry.record is None and entry.row.values.get("receipt"):
            message = _("There is no entry of this number here. Empty the cell to enter a new one.")
            entry.refuse("receipt", message, "not_found")
        if entry.record is None and entry.row.values.get("state") not in (None, "", EntryState.RECEIVED):
            message = _("A new entry is received; it is admitted on its page.")
            entry.refuse("state", message, "fixed")

    def create(self, *, entries: Sequence[RowEntry], actor: Any, at: datetime) -> list[Written]:
        """Set-wise, division by division; a division that refuses refuses all of its rows."""
        outcome: dict[int, Written] = {}
        groups: dict[Any, list[RowEntry]] = {}
        for entry in entries:
            groups.setdefault(entry.division, []).append(entry)  # type: ignore[attr-defined]
        for division, group in groups.items():
            try:
                made = services.enter_entries(
                    division=division,
                    items=[NewEntry(entry.values, entry.incubator) for entry in group],
                    source=EntrySource.SHEET,
                    actor=actor,
                    at=at,
                )
            except DomainError:
                outcome |= {entry.row.number: self._alone(entry, actor, at) for entry in group}
                continue
            for entry, record in zip(group, made, strict=True):
                outcome[entry.row.number] = _written(record)
        return [outcome[entry.row.number] for entry in entries]

    def _alone(self, entry: RowEntry, actor: Any, at: datetime) -> Written:
        """Row by row, once the whole was refused: so that the row to blame is named."""
        try:
            return _written(self.create_one(entry=entry, actor=actor, at=at))
        except DomainError as error:
            return Written("error", errors=error.fields or [FieldError("", error.message, error.code)])

    def create_one(self, *, entry: RowEntry, actor: Any, at: datetime) -> Entry:
        (record,) = services.enter_entries(
            division=entry.division,  # type: ignore[attr-defined]
            items=[NewEntry(entry.values, entry.incubator)],
            source=EntrySource.SHEET,
            actor=actor,
            at=at,
        )
        return record

    def update_one(self, *, entry: RowEntry, actor: Any, at: datetime) -> Entry:
        return services.update_entry(entry=entry.record, values=entry.values, actor=actor, at=at)

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        services.delete_entry(entry=record, actor=actor, at=at)


def _written(record: Entry) -> Written:
    return Written("created", record.pk, {"mark": mark_of(record), "before": {}})


def _code_of(entry: Entry) -> str:
    return f"{entry.division.contest.code}/{entry.division.code}"


def _number_of(row: Row) -> int | None:
    """``HN-007`` → 7; None for an empty cell or anything else."""
    text = str(row.values.get("receipt") or "").strip().rpartition("-")[2]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _in_words(line: PromotionLine) -> str:
    """The round with mark and place, as the ranking shows them."""
    mark = "–" if line.mark is None else str(line.mark)
    place = "" if line.place is None else f"（{'=' if line.is_tied else ''}{line.place}）"
    return f"{line.promotion.round.name_zh} {mark}{place}"
