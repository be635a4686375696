"""One row per company or team; and how the rows of other tables name theirs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.search import fold
from enterprises import services
from enterprises.enums import EnterpriseKind
from enterprises.identifiers import clean_identifier, is_credit_code, is_organisation_number
from enterprises.models import Enterprise
from enterprises.selectors import enterprises_matching
from exchange.importers import INCUBATOR, Entry, Identity, KeyedSheet, incubator_choices, placed
from exchange.sheets import Choice, Column, Kind, Place, Row

PLAIN = (
    "external_id",
    "name_zh",
    "name_en",
    "kind",
    "credit_code",
    "organisation_number",
    "country",
    "address",
    "registered_on",
)
NUMBERS = ("credit_code", "organisation_number")
COLUMNS = (
    Column("external_id", "编号", "Number", note_zh="本单位自己的编号，再次导入时据此找到同一家企业",
           note_en="Your own number; a second import finds the enterprise by it", example="QY-001",
           aliases=("企业编号", "外部编号", "id"), longest=80),
    Column("name_zh", "企业名称", "Enterprise", required=True, example="示例·江阴柔性传感器有限公司",
           aliases=("名称", "公司名称", "企业全称", "单位名称", "团队名称", "中文名称", "name"), longest=200,
           width=30),
    Column("name_en", "英文名称", "English name", aliases=("英文名",), longest=300, width=24),
    INCUBATOR,
    Column("kind", "类型", "Kind", Kind.CHOICE, aliases=("企业类型", "主体类型"), example="企业",
           note_zh="尚未注册公司的填团队", note_en="A team that has not founded its company yet is a team"),
    Column("credit_code", "统一社会信用代码", "Unified social credit code",
           aliases=("信用代码", "社会信用代码", "统一信用代码", "税号", "credit code"), longest=40, width=24,
           note_zh="18位，按营业执照填写", note_en="18 characters, as on the business licence"),
    Column("organisation_number", "瑞典组织机构号", "Swedish organisation number",
           aliases=("组织机构号", "orgnr", "organisationsnummer"), longest=40, width=20),
    Column("country", "国家或地区", "Country", aliases=("国家", "注册国家"), longest=2, width=10,
           note_zh="两位字母代码，留空为CN", note_en="Two letters; CN when left empty", example="CN"),
    Column("address", "地址", "Address", aliases=("注册地址", "住所", "办公地址"), longest=200, width=30),
    Column("registered_on", "注册日期", "Registered on", Kind.DATE, example="2021-05-31",
           aliases=("成立日期", "登记日期", "注册时间", "成立时间")),
)  # fmt: skip


def both_languages(choices: type[models.TextChoices], **aliases: tuple[str, ...]) -> list[Choice]:
    """A drop-down in the words of the pages; further words for a value by its code."""
    found = []
    for item in choices:
        with override("zh-hans"):
            chinese = str(item.label)
        with override("en"):
            english = str(item.label)
        found.append(Choice(item.value, chinese, english, (item.value, *aliases.get(item.value, ()))))
    return found


class EnterpriseSheet(KeyedSheet):
    model = Enterprise
    code = "enterprises"
    label_zh, label_en = "企业", "Enterprises"
    about_zh = "每行一家企业或一个团队。"
    about_en = "One company or team per row."
    icon = "building"
    list_url_name = "enterprise-list"
    record_url_name = "enterprise-detail"
    keys = ("credit_code", "organisation_number", "external_id")
    kept = ("kind", "country")

    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column == "incubator":
            return incubator_choices(place)
        if column == "kind":
            return both_languages(EnterpriseKind, company=("公司", "有限公司"), team=("创业团队", "项目团队"))
        raise NotImplementedError(column)

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        entries = []
        for row in rows:
            entry = placed(place, row)
            values = row.values
            for name in NUMBERS:
                if values.get(name):
                    values[name] = clean_identifier(str(values[name]))
            if values.get("country"):
                values["country"] = str(values["country"]).upper()
            _check_numbers(entry)
            entry.values = {name: values[name] for name in PLAIN if name in values}
            for name in self.kept:
                if entry.values.get(name, "") is None:
                    del entry.values[name]
            entries.append(entry)
        return entries

    def identities(self, entry: Entry) -> Iterable[Identity]:
        values = entry.row.values
        for name in NUMBERS:
            if values.get(name):
                yield Identity(name, values[name])
        if values.get("external_id"):
            yield Identity(
                "external_id", (entry.incubator.pk if entry.incubator else None, values["external_id"])
            )

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        asked = {name: {entry.row.values.get(name) for entry in entries} - {None, ""} for name in self.keys}
        if not any(asked.values()):
            return {}
        matches = Q(pk__in=[])
        for name, values in asked.items():
            matches |= Q(**{f"{name}__in": values})
        rows = self.within(place, Enterprise.objects.visible_to(actor)).filter(matches)
        found: dict[Identity, Any] = {}
        for record in self.whole(rows):
            for name in NUMBERS:
                if value := getattr(record, name):
                    found[Identity(name, value)] = record
            if record.external_id:
                found[Identity("external_id", (record.incubator_id, record.external_id))] = record
        return found

    def names(self, entry: Entry) -> tuple[str, ...]:
        values = entry.row.values
        return tuple(name for name in (values.get("name_zh"), values.get("name_en")) if name)

    def whole(self, queryset: Any) -> Any:
        return queryset.select_related("incubator", "park")

    def cells_of(self, record: Enterprise) -> dict[str, Any]:
        return {
            **{name: getattr(record, name) or None for name in PLAIN},
            "incubator": record.incubator.code if record.incubator else None,
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> Any:
        known = ("q", "kind", "title", "incubator")
        chosen = {name: filters[name] for name in known if filters.get(name)}
        return enterprises_matching(user, **chosen).order_by("pk")

    def create_one(self, *, entry: Entry, actor: Any, at: datetime) -> Enterprise:
        return services.create_enterprise(
            park=entry.park, incubator=entry.incubator, values=entry.values, actor=actor, at=at
        )

    def update_one(self, *, entry: Entry, actor: Any, at: datetime) -> Enterprise:
        return services.update_enterprise(enterprise=entry.record, values=entry.values, actor=actor, at=at)

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        services.delete_enterprise(enterprise=record, actor=actor, at=at)


def _check_numbers(entry: Entry) -> None:
    """A wrong check digit is named in the preview already."""
    values = entry.row.values
    if (code := values.get("credit_code")) and not is_credit_code(code):
        message = _(
            "“%(typed)s” is not a unified social credit code: it has 18 characters and its "
            "last one checks the others. Compare it with the business licence."
        )
        entry.refuse("credit_code", message % {"typed": code}, "check_digit")
    if (number := values.get("organisation_number")) and not is_organisation_number(number):
        message = _(
            "“%(typed)s” is not a Swedish organisation number: it has 10 digits and the last one "
            "checks the others."
        )
        entry.refuse("organisation_number", message % {"typed": number}, "check_digit")


#: The two columns by which rows of other tables name their enterprise.
ENTERPRISE = Column(
    "enterprise", "企业名称", "Enterprise", required=True, example="示例·江阴柔性传感器有限公司",
    aliases=("企业", "公司名称", "单位名称", "权利人", "name"), longest=320, width=30,
)  # fmt: skip
REGISTRATION = Column(
    "registration_number", "统一社会信用代码", "Registration number",
    aliases=("信用代码", "社会信用代码", "组织机构号", "credit code"), longest=40, width=24,
    note_zh="同名企业不止一家时据此区分", note_en="Tells enterprises of the same name apart",
)  # fmt: skip


class Owners:
    """The enterprises that rows name, by number or by name: one query for all rows."""

    def __init__(self, place: Place, rows: Sequence[Row], actor: Any) -> None:
        numbers = {clean_identifier(str(row.values.get("registration_number") or "")) for row in rows} - {""}
        names = {str(row.values.get("enterprise") or "").strip() for row in rows} - {""}
        found = (
            Enterprise.objects.visible_to(actor).filter(park=place.park).select_related("park", "incubator")
        )
        if place.incubator is not None:
            found = found.filter(incubator=place.incubator)
        found = found.filter(
            Q(credit_code__in=numbers)
            | Q(organisation_number__in=numbers)
            | Q(name_zh__in=names)
            | Q(name_en__in=names)
        )
        self.by_number: dict[str, Enterprise] = {}
        self.by_name: dict[str, list[Enterprise]] = {}
        for record in found:
            for number in (record.credit_code, record.organisation_number):
                if number:
                    self.by_number[number] = record
            for name in {fold(record.name_zh), fold(record.name_en)} - {""}:
                self.by_name.setdefault(name, []).append(record)

    def of(self, entry: Entry) -> Enterprise | None:
        """The enterprise of a row; where there is none the row says why. Rows that only give changed cells
        back (an undo) name none."""
        values = entry.row.values
        number = clean_identifier(str(values.get("registration_number") or ""))
        name = str(values.get("enterprise") or "").strip()
        if number:
            if number in self.by_number:
                return self.by_number[number]
            message = _("No enterprise with the number “%(number)s” is recorded here. Enter it first.")
            entry.refuse("registration_number", message % {"number": number}, "not_found")
            return None
        found = self.by_name.get(fold(name), []) if name else []
        if len(found) == 1:
            return found[0]
        if name:
            message = (
                _("Several enterprises are called “%(name)s”. Fill in the registration number.")
                if found
                else _(
                    "No enterprise called “%(name)s” is recorded here. Enter it first, or correct the name."
                )
            )
            entry.refuse("enterprise", message % {"name": name}, "not_found")
        return None
