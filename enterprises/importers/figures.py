"""One row per enterprise and year."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core.enums import Currency
from enterprises import services
from enterprises.importers.companies import ENTERPRISE, REGISTRATION, Owners, both_languages
from enterprises.models import YearlyFigure
from enterprises.selectors import enterprises_matching
from exchange.importers import Entry, Identity, KeyedSheet, placed
from exchange.sheets import Choice, Column, Kind, Place, Row


def _money(name: str, chinese: str, english: str, *aliases: str, example: str = "") -> Column:
    return Column(name, chinese, english, Kind.MONEY, unit_zh="元", unit_en="yuan", aliases=aliases,
                  example=example, lowest=0, width=18)  # fmt: skip


COLUMNS = (
    ENTERPRISE,
    REGISTRATION,
    Column("year", "年度", "Year", Kind.YEAR, required=True, example="2020", aliases=("年份", "会计年度"),
           lowest=1990, highest=2100, width=10),
    Column("currency", "币种", "Currency", Kind.CHOICE, aliases=("货币",), example="人民币",
           note_zh="留空为人民币；金额以该币种计", note_en="Yuan when left empty; amounts are in it",
           width=12),
    _money("revenue_amount", "营业收入", "Revenue", "销售收入", "收入", example="12500000"),
    _money("rd_expense_amount", "研发费用", "R&D expense", "研究开发费用", "研发投入", example="900000"),
    _money("rd_in_china_amount", "境内研发费用", "R&D expense spent in China", "中国境内研发费用"),
    _money("tax_paid_amount", "缴税额", "Tax paid", "纳税额", "税收", "上缴税金"),
    _money("total_assets_amount", "资产总额", "Total assets", "总资产", "年末资产总额"),
    _money("liabilities_amount", "负债总额", "Liabilities", "总负债", "年末负债总额"),
    _money("main_business_amount", "主营业务收入", "Income from the main business"),
    _money("high_tech_income_amount", "高新技术产品（服务）收入", "Income from high-tech products",
           "高新技术产品收入", "高新收入"),
    Column("staff_count", "年末从业人员", "Staff at the end of the year", Kind.INTEGER, unit_zh="人",
           unit_en="people", aliases=("职工总数", "从业人员", "员工人数", "人数"), lowest=0,
           highest=10_000_000, example="25"),
    Column("rd_staff_count", "研发人员", "R&D staff", Kind.INTEGER, unit_zh="人", unit_en="people",
           aliases=("科技人员", "研发人员数"), lowest=0, highest=10_000_000, example="12"),
)  # fmt: skip
FIXED = ("enterprise", "registration_number", "year")
AMOUNTS = tuple(column.name for column in COLUMNS if column.name not in FIXED)


class YearlyFigureSheet(KeyedSheet):
    model = YearlyFigure
    code = "yearly-figures"
    label_zh, label_en = "企业年度数据", "Yearly figures of enterprises"
    about_zh = "每行一家企业的一个年度；留空表示未知，不等于零。更正已核验的数据需重新核验。"
    about_en = (
        "One year of one enterprise per row; empty is unknown, not zero. A correction is verified again."
    )
    icon = "chart-bar"
    list_url_name = "enterprise-list"
    keys = FIXED
    fixed = FIXED
    kept = ("currency",)

    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column == "currency":
            return both_languages(Currency, CNY=("人民币", "元", "RMB"), SEK=("克朗", "瑞典克朗"),
                                  USD=("美元",), EUR=("欧元",), HKD=("港元", "港币"))  # fmt: skip
        raise NotImplementedError(column)

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        owners = Owners(place, rows, actor)
        entries = []
        for row in rows:
            entry = placed(place, row)
            owner = owners.of(entry)
            entry.values = {name: row.values[name] for name in AMOUNTS if name in row.values}
            if entry.values.get("currency", "") is None:
                del entry.values["currency"]
            year = row.values.get("year")
            if owner is not None and year and year > at.year:
                entry.refuse("year", _("Enter a year up to %(year)d.") % {"year": at.year}, "future")
            row.values["_owner"] = owner
            entries.append(entry)
        return entries

    def identities(self, entry: Entry) -> Iterable[Identity]:
        owner, year = entry.row.values.get("_owner"), entry.row.values.get("year")
        if owner is not None and year:
            yield Identity("year", (owner.pk, year))

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        owners = {owner.pk for entry in entries if (owner := entry.row.values.get("_owner")) is not None}
        years = {year for entry in entries if (year := entry.row.values.get("year"))}
        rows = YearlyFigure.objects.visible_to(actor).filter(enterprise__in=owners, year__in=years)
        return {Identity("year", (row.enterprise_id, row.year)): row for row in self.whole(rows)}

    def within(self, place: Place, records: Any) -> Any:
        if place.incubator is not None:
            return records.filter(enterprise__incubator=place.incubator)
        return records.filter(enterprise__park=place.park)

    def whole(self, queryset: Any) -> Any:
        return queryset.select_related("enterprise__park", "enterprise__incubator")

    def cells_of(self, record: YearlyFigure) -> dict[str, Any]:
        owner = record.enterprise
        return {
            "enterprise": owner.name_zh,
            "registration_number": owner.credit_code or owner.organisation_number or None,
            "year": record.year,
            **{name: getattr(record, name) for name in AMOUNTS},
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> Any:
        known = ("q", "kind", "title", "incubator")
        chosen = {name: filters[name] for name in known if filters.get(name)}
        owners = enterprises_matching(user, **chosen).order_by().values("pk")
        rows = YearlyFigure.objects.visible_to(user).filter(Q(enterprise__in=owners))
        return self.whole(rows).order_by("enterprise_id", "year")

    def create_one(self, *, entry: Entry, actor: Any, at: datetime) -> YearlyFigure:
        return services.enter_yearly_figures(
            enterprise=entry.row.values["_owner"],
            year=entry.row.values["year"],
            values=entry.values,
            actor=actor,
            at=at,
        )

    def update_one(self, *, entry: Entry, actor: Any, at: datetime) -> YearlyFigure:
        return services.enter_yearly_figures(
            enterprise=entry.record.enterprise,
            year=entry.record.year,
            values=entry.values,
            actor=actor,
            at=at,
        )

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        services.remove_yearly_figures(figures=record, actor=actor, at=at)
