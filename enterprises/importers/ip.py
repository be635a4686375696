"""One row per filing; the right it belongs to is found or made by its title."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from enterprises import services
from enterprises.enums import FilingStatus, FilingStep, IpKind, IpOffice
from enterprises.importers.companies import ENTERPRISE, REGISTRATION, Owners, both_languages
from enterprises.models import Enterprise, IpFiling, IpRight
from enterprises.selectors import rights_matching
from exchange.importers import Entry, Identity, KeyedSheet, placed
from exchange.sheets import Choice, Column, Kind, Place, Row

OF_RIGHT = ("name_zh", "name_en", "kind", "priority_on")
OF_FILING = ("office", "number", "filed_on", "status", "next_step", "next_deadline_on")
COLUMNS = (
    ENTERPRISE,
    REGISTRATION,
    Column("name_zh", "知识产权名称", "Title", required=True, example="示例：一种柔性传感器",
           aliases=("专利名称", "发明名称", "名称", "成果名称", "title"), longest=200, width=30),
    Column("name_en", "英文名称", "English title", aliases=("英文名",), longest=300, width=24),
    Column("kind", "类型", "Kind", Kind.CHOICE, required=True, aliases=("专利类型", "知识产权类型"),
           example="发明"),
    Column("priority_on", "优先权日", "Priority date", Kind.DATE, aliases=("优先权日期",)),
    Column("office", "受理机构", "Office", Kind.CHOICE, required=True, example="中国（国家知识产权局）",
           aliases=("受理国家", "申请国家", "国家", "受理局")),
    Column("number", "申请号", "Application number", required=True, example="202110000001.X",
           aliases=("专利申请号", "登记号", "申请编号", "专利号"), longest=60, width=20),
    Column("filed_on", "申请日", "Filed on", Kind.DATE, required=True, example="2021-03-01",
           aliases=("申请日期", "提交日期")),
    Column("status", "状态", "Status", Kind.CHOICE, aliases=("法律状态", "专利状态"), example="已申请"),
    Column("next_step", "下一步", "Next step", Kind.CHOICE, aliases=("待办事项",)),
    Column("next_deadline_on", "下一期限", "Next deadline", Kind.DATE, aliases=("期限", "截止日期"),
           note_zh="留空时PCT和中国发明自动推算",
           note_en="Left empty, it is reckoned for PCT and Chinese inventions"),
)  # fmt: skip
CHOICES = {
    "kind": lambda: both_languages(IpKind, invention=("发明专利",), utility_model=("实用新型专利",),
                                   design=("外观设计专利",), software=("软著", "软件著作权")),
    "office": lambda: both_languages(IpOffice, CN=("中国", "国内"), PCT=("国际", "PCT国际"),
                                     EP=("欧洲", "欧专局"), US=("美国",), SE=("瑞典",), JP=("日本",),
                                     HK=("香港",)),
    "status": lambda: both_languages(FilingStatus, pending=("申请中", "受理", "审查中"),
                                     granted=("授权", "有效")),
    "next_step": lambda: both_languages(FilingStep),
}  # fmt: skip


class IpSheet(KeyedSheet):
    model = IpFiling
    code = "ip"
    label_zh, label_en = "知识产权", "Intellectual property"
    about_zh = "每行一件申请；同一企业、同名的申请归入同一项知识产权。"
    about_en = "One filing per row; filings of one enterprise under one title belong to one right."
    icon = "bulb"
    list_url_name = "ip-list"
    keys = ("number",)
    fixed = ("enterprise", "registration_number", "name_zh", "office", "number")
    kept = ("status", "kind")

    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column not in CHOICES:
            raise NotImplementedError(column)
        return CHOICES[column]()

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        owners = Owners(place, rows, actor)
        entries = []
        for row in rows:
            entry = placed(place, row)
            row.values["_owner"] = owners.of(entry)
            entry.values = {name: row.values[name] for name in (*OF_RIGHT, *OF_FILING) if name in row.values}
            for name in self.kept:
                if entry.values.get(name, "") is None:
                    del entry.values[name]
            filed = row.values.get("filed_on")
            if filed is not None and filed > at.date():
                entry.refuse("filed_on", _("Enter a day up to today."), "future")
            entries.append(entry)
        return entries

    def identities(self, entry: Entry) -> Iterable[Identity]:
        office, number = entry.row.values.get("office"), entry.row.values.get("number")
        if office and number:
            yield Identity("number", (office, number))

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        numbers = {entry.row.values.get("number") for entry in entries} - {None, ""}
        rows = self.within(place, IpFiling.objects.visible_to(actor)).filter(number__in=numbers)
        return {Identity("number", (row.office, row.number)): row for row in self.whole(rows)}

    def within(self, place: Place, records: Any) -> Any:
        if place.incubator is not None:
            return records.filter(right__enterprise__incubator=place.incubator)
        return records.filter(right__enterprise__park=place.park)

    def check_entry(self, entry: Entry, *, actor: Any, at: datetime) -> None:
        owner = entry.row.values.get("_owner")
        if entry.record is not None and owner is not None and entry.record.right.enterprise_id != owner.pk:
            message = _("This filing is recorded for “%(name)s”. Correct the number or the enterprise.")
            entry.refuse("number", message % {"name": entry.record.right.enterprise.name_zh}, "other_record")

    def whole(self, queryset: Any) -> Any:
        return queryset.select_related("right__enterprise__park", "right__enterprise__incubator")

    def url_of(self, record_id: int) -> str:
        """Filings have no page of their own: the list finds them by their number."""
        return ""

    def cells_of(self, record: IpFiling) -> dict[str, Any]:
        owner = record.right.enterprise
        return {
            "enterprise": owner.name_zh,
            "registration_number": owner.credit_code or owner.organisation_number or None,
            **{name: getattr(record.right, name) or None for name in OF_RIGHT},
            **{name: getattr(record, name) or None for name in OF_FILING},
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> Any:
        known = ("q", "kind", "office", "incubator")
        chosen: dict[str, Any] = {name: filters[name] for name in known if filters.get(name)}
        rights = rights_matching(user, **chosen, waiting=bool(filters.get("waiting"))).order_by().values("pk")
        rows = IpFiling.objects.visible_to(user).filter(right__in=rights)
        return self.whole(rows).order_by("right_id", "filed_on", "pk")

    def create_one(self, *, entry: Entry, actor: Any, at: datetime) -> IpFiling:
        right = self._right(entry, entry.row.values["_owner"], actor, at)
        values = {name: entry.values[name] for name in OF_FILING if name in entry.values}
        return services.enter_filing(right=right, values=values, actor=actor, at=at)

    def _right(self, entry: Entry, owner: Enterprise, actor: Any, at: datetime) -> IpRight:
        """The right of that title, with what the row adds to it; a new one where there is none."""
        values = {name: entry.values[name] for name in OF_RIGHT if entry.values.get(name)}
        right = (
            IpRight.objects.filter(enterprise=owner, name_zh=entry.values["name_zh"]).order_by("pk").first()
        )
        return services.save_right(right=right, enterprise=owner, values=values, actor=actor, at=at)

    def update_one(self, *, entry: Entry, actor: Any, at: datetime) -> IpFiling:
        filing: IpFiling = entry.record
        of_right = {
            name: entry.values[name] for name in OF_RIGHT if name in entry.values and name != "name_zh"
        }
        if of_right:
            right = filing.right
            services.save_right(right=right, enterprise=right.enterprise, values=of_right, actor=actor, at=at)
        values = {name: entry.values[name] for name in OF_FILING if name in entry.values}
        return services.save_record(record=filing, values=values, actor=actor, at=at)

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        """The right goes with its last filing, unless somebody has worked with it."""
        right = record.right
        services.remove_record(record=record, actor=actor, at=at)
        if right.version == 1 and not right.filings.exists() and not right.licences.exists():
            services.remove_right(right=right, actor=actor, at=at)
