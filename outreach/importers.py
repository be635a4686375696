"""The Excel table of leads: one row per team or firm, with its main source by name."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.search import fold
from exchange.importers import INCUBATOR, Entry, Identity, KeyedSheet, incubator_choices, placed
from exchange.sheets import Choice, Column, Kind, Place, Row
from incubators.models import Organisation
from outreach import services
from outreach.enums import LeadOrigin, LeadStage
from outreach.models import Contact, Event, Lead, Mandate
from outreach.models.leads import SOURCES
from outreach.selectors import leads_matching
from outreach.selectors.leads import EXACT
from projects.models import Sector

#: Columns that reach the service as they are.
PLAIN = (
    "external_id",
    "name_zh",
    "name_en",
    "team_lead",
    "summary",
    "first_contact_on",
    "source",
    "next_action",
    "next_on",
)
COLUMNS = (
    Column("number", "系统编号", "System number",
           note_zh="由系统给出，请勿填写或修改，再次导入时据此找到原线索",
           note_en="Given by the system: neither fill in nor change; an exported row finds its lead by it",
           aliases=("线索系统编号",), longest=20),
    Column("external_id", "编号", "Number", note_zh="本单位自己的编号，再次导入时据此找到同一条线索",
           note_en="Your own number; a second import finds the lead by it", example="XS-001",
           aliases=("线索编号", "序号编码", "外部编号", "id"), longest=80),
    Column("name_zh", "线索名称", "Lead", required=True, example="示例·柔性传感器团队",
           aliases=("名称", "项目名称", "企业名称", "团队名称", "中文名称", "name"), longest=200, width=28),
    Column("name_en", "英文名称", "English name", aliases=("英文名",), longest=300, width=24),
    INCUBATOR,
    Column("team_lead", "负责人", "Team lead", aliases=("团队负责人", "带头人", "创始人"), longest=80),
    Column("sector", "产业领域", "Sector", Kind.CHOICE, aliases=("领域", "行业", "产业", "产业方向")),
    Column("organisation", "所属机构", "Organisation", note_zh="高校、企业或投资机构的名称",
           note_en="University, firm or investor, by name", aliases=("单位", "机构", "公司", "学校"),
           longest=200, width=24),
    Column("summary", "简介", "Summary", Kind.LONG_TEXT, aliases=("项目简介", "情况说明", "备注"),
           longest=5000, width=36),
    Column("first_contact_on", "首次接触日期", "First contact", Kind.DATE, note_zh="留空即为导入当天",
           note_en="Left empty: the day of the import", aliases=("接触日期", "首次联系", "日期"),
           example="2021-03-01"),
    Column("source", "主要来源", "Main source", Kind.CHOICE, required=True, aliases=("来源", "线索来源"),
           example="直接联系"),
    Column("source_name", "来源名称", "Source name", aliases=("来源说明", "活动名称"),
           note_zh="活动、大赛、委托、联系人或机构的名称；直接联系则留空",
           note_en="Name of the event, contest, mandate, person or organisation; empty for direct contact",
           longest=300, width=24),
    Column("owner", "跟进人", "Person in charge", note_zh="用户名或显示的姓名",
           note_en="User name, or the name shown", aliases=("责任人", "对接人", "专员"), longest=150),
    Column("next_action", "下一步", "Next action", aliases=("下一步工作", "后续安排", "跟进事项"),
           longest=200, width=24),
    Column("next_on", "下一步日期", "Next action on", Kind.DATE, aliases=("跟进日期", "提醒日期")),
    Column("stage", "阶段", "Stage", Kind.CHOICE, aliases=("状态", "进展"),
           note_zh="新线索填已接触或洽谈中；签约、落户由项目自动带出",
           note_en="New leads: contacted or in talks; signed and landed follow from the project"),
)  # fmt: skip


def both_languages(choices: type[models.TextChoices]) -> list[Choice]:
    found = []
    for item in choices:
        with override("zh-hans"):
            chinese = str(item.label)
        with override("en"):
            english = str(item.label)
        found.append(Choice(item.value, chinese, english, (item.value,)))
    return found


class LeadSheet(KeyedSheet):
    model = Lead
    code = "leads"
    label_zh, label_en = "线索", "Leads"
    about_zh = "每行一条线索，即一个团队或一家企业，写明它从哪里来。"
    about_en = "One lead per row: a team or a firm, and where it came from."
    icon = "bulb"
    list_url_name = "lead-list"
    record_url_name = "lead-detail"
    keys = ("number", "external_id")
    fixed = ("number", "incubator", "stage")
    parts = ("outreach.LeadStageLog",)

    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column == "incubator":
            return incubator_choices(place)
        if column == "sector":
            rows = Sector.objects.order_by("position", "code")
            return [Choice(row.code, row.name_zh, row.name_en, (row.code,)) for row in rows]
        if column == "source":
            return both_languages(LeadOrigin)
        if column == "stage":
            return both_languages(LeadStage)
        raise NotImplementedError(column)

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        sectors = {row.code: row for row in Sector.objects.all()}
        linked = _Linked(place, rows, actor)
        entries = []
        for row in rows:
            entry = placed(place, row)
            entry.values = {name: row.values[name] for name in PLAIN if name in row.values}
            if "sector" in row.values:
                entry.values["sector"] = sectors.get(row.values["sector"])
            _organisation(entry, linked)
            _owner(entry, linked)
            _source(entry, linked)
            entries.append(entry)
        return entries

    def identities(self, entry: Entry) -> Iterable[Identity]:
        if (pk := _pk_of(entry.row)) is not None:
            yield Identity("number", pk)
        if number := entry.row.values.get("external_id"):
            yield Identity("external_id", (entry.incubator.pk if entry.incubator else None, number))

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        numbers = {entry.row.values.get("external_id") for entry in entries} - {None, ""}
        pks = {_pk_of(entry.row) for entry in entries} - {None}
        wanted = Q(external_id__in=numbers) | Q(pk__in=pks)
        found: dict[Identity, Any] = {}
        for row in self.whole(Lead.objects.visible_to(actor).filter(wanted, park=place.park)):
            found[Identity("number", row.pk)] = row
            if row.external_id:
                found[Identity("external_id", (row.incubator_id, row.external_id))] = row
        return found

    def names(self, entry: Entry) -> tuple[str, ...]:
        values = entry.row.values
        return tuple(name for name in (values.get("name_zh"), values.get("name_en")) if name)

    def whole(self, queryset: Any) -> Any:
        return queryset.select_related(
            "incubator", "park", "sector", "organisation", "owner", "source_event", "source_mandate",
            "source_contact", "source_organisation",
        )  # fmt: skip

    def cells_of(self, record: Lead) -> dict[str, Any]:
        source = record.source_record
        return {
            **{name: getattr(record, name) or None for name in PLAIN},
            "number": f"L{record.pk}",
            "incubator": record.incubator.code if record.incubator else None,
            "sector": record.sector.code if record.sector else None,
            "organisation": record.organisation.name_zh if record.organisation else record.organisation_name,
            "source_name": (source if isinstance(source, str) else source.name_zh) if source else None,
            "owner": record.owner.get_username() if record.owner else None,
            "stage": record.stage,
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> Any:
        known = {"q", "incubator", "reached", "due", *EXACT}
        chosen = {name: value for name, value in filters.items() if name in known and value}
        rows: Any = leads_matching(user, **chosen)  # type: ignore[arg-type]
        return self.whole(rows).order_by("pk")

    def check_entry(self, entry: Entry, *, actor: Any, at: datetime) -> None:
        if entry.record is None and entry.row.values.get("number"):
            message = _("There is no lead of this number here. Empty the cell to enter a new one.")
            entry.refuse("number", message, "not_found")
        stage = entry.row.values.get("stage")
        if not stage:
            return
        if entry.record is None and stage not in (LeadStage.CONTACT, LeadStage.TALK):
            message = _("A new lead is contacted or in talks; signed and landed follow from its project.")
            entry.refuse("stage", message, "by_project")
        elif entry.record is not None and stage != entry.record.stage:
            message = _("The lead stands in “%(stage)s”. Move it on its page, or leave the cell as it is.")
            entry.refuse("stage", message % {"stage": entry.record.get_stage_display()}, "fixed")

    def create_one(self, *, entry: Entry, actor: Any, at: datetime) -> Lead:
        return services.create_lead(
            park=entry.park,
            incubator=entry.incubator,
            values=entry.values,
            stage=entry.row.values.get("stage") or LeadStage.CONTACT,
            actor=actor,
            at=at,
        )

    def update_one(self, *, entry: Entry, actor: Any, at: datetime) -> Lead:
        return services.update_lead(lead=entry.record, values=entry.values, actor=actor, at=at)

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        services.delete_lead(lead=record, actor=actor, at=at)


def _pk_of(row: Row) -> int | None:
    """``L12`` → 12; None for an empty cell or anything else."""
    text = str(row.values.get("number") or "").strip().upper().removeprefix("L")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class _Linked:
    """What rows name by words, each table read once and only when a row asks for it."""

    def __init__(self, place: Place, rows: Sequence[Row], actor: Any) -> None:
        self.place, self.actor = place, actor
        self._read: dict[str, Mapping[str, list[Any]]] = {}
        self._queries: Mapping[str, Callable[[], Iterable[Any]]] = {
            LeadOrigin.EVENT: lambda: Event.objects.visible_to(actor).filter(park=place.park),
            LeadOrigin.MANDATE: lambda: Mandate.objects.visible_to(actor).filter(park=place.park),
            LeadOrigin.CONTACT: lambda: Contact.objects.visible_to(actor).filter(park=place.park),
            LeadOrigin.ORGANISATION: lambda: Organisation.objects.all(),
            "person": lambda: User.objects.filter(is_active=True, memberships__isnull=False).distinct(),
        }

    def found(self, kind: str, words: str) -> list[Any]:
        if kind not in self._read:
            by_name: defaultdict[str, list[Any]] = defaultdict(list)
            for record in self._queries[kind]():
                for name in {fold(name) for name in _names(record)} - {""}:
                    by_name[name].append(record)
            self._read[kind] = by_name
        return self._read[kind].get(fold(words), [])


def _names(record: Any) -> list[str]:
    if isinstance(record, User):
        return [record.username, record.display_name]
    extra = [record.number] if isinstance(record, Mandate) else []
    return [record.name_zh, record.name_en, *extra]


def _organisation(entry: Entry, linked: _Linked) -> None:
    """Linked where the directory has it, else kept in words."""
    if "organisation" not in entry.row.values:
        return
    words = entry.row.values["organisation"] or ""
    found = linked.found(LeadOrigin.ORGANISATION, words) if words else []
    known = found[0] if len(found) == 1 else None
    entry.values |= {"organisation": known, "organisation_name": "" if known else words}


def _owner(entry: Entry, linked: _Linked) -> None:
    if "owner" not in entry.row.values:
        return
    words = entry.row.values["owner"]
    found = linked.found("person", words) if words else []
    if words and len(found) != 1:
        message = (
            _("Several people are called “%(name)s”. Write the user name.")
            if found
            else _("Nobody called “%(name)s” works here. Write the user name, or leave the cell empty.")
        )
        entry.refuse("owner", message % {"name": words}, "not_found")
    entry.values["owner"] = found[0] if len(found) == 1 else None


def _source(entry: Entry, linked: _Linked) -> None:
    """The record that the source's name stands for; exactly the field of that source is filled in."""
    source = entry.row.values.get("source")
    if source not in LeadOrigin.values:
        if entry.row.values.get("source_name"):
            entry.refuse("source", _("Say what kind of source this is."), "required")
        return
    words = entry.row.values.get("source_name") or ""
    entry.values |= {field: "" if field == "source_contest" else None for field in SOURCES.values()}
    if source == LeadOrigin.DIRECT:
        if words:
            entry.refuse("source_name", _("Direct contact has no other source. Empty this cell."), "other")
        return
    if not words:
        entry.refuse("source_name", _("Say which one the lead came from."), "required")
        return
    field = SOURCES[LeadOrigin(source)]
    if source == LeadOrigin.CONTEST:
        entry.values[field] = words
        return
    found = linked.found(source, words)
    if len(found) == 1:
        entry.values[field] = found[0]
        return
    message = (
        _("Several records are called “%(name)s”. Give the lead its source on its page.")
        if found
        else _("“%(name)s” was not found. Enter it first, or correct the name.")
    )
    entry.refuse("source_name", message % {"name": words}, "not_found")
