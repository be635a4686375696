"""The Excel tables of fund investments and of matchmaking results."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from capital import services
from capital.enums import MatchStage
from capital.models import BankProduct, Fund, FundInvestment, Match
from capital.selectors.funds import investments_matching
from capital.selectors.matching import matches_matching
from core.enums import Currency
from core.search import fold
from enterprises.enums import FinancingRound
from enterprises.importers.companies import ENTERPRISE, REGISTRATION, Owners, both_languages
from enterprises.services import remove_record, save_record
from exchange.importers import Entry, Identity, KeyedSheet, placed
from exchange.sheets import Choice, Column, Kind, Place, Row
from incubators.enums import OrganisationKind
from incubators.models import Organisation
from outreach.models import Event


class Named:
    """Records that rows name by words, each table read once and only when a row asks for it."""

    def __init__(self, **tables: Any) -> None:
        self._tables, self._read = tables, dict[str, Mapping[str, list[Any]]]()

    def found(self, table: str, words: str) -> list[Any]:
        if table not in self._read:
            by_name: defaultdict[str, list[Any]] = defaultdict(list)
            for record in self._tables[table]:
                for name in {fold(record.name_zh), fold(record.name_en)} - {""}:
                    by_name[name].append(record)
            self._read[table] = by_name
        return self._read[table].get(fold(words), [])

    def one(self, entry: Entry, column: str, *, required: bool = True) -> Any:
        """The record that the cell of this column names; where there is none the row says why."""
        words = str(entry.row.values.get(column) or "").strip()
        if not words:
            return None
        found = self.found(column, words)
        if len(found) == 1:
            return found[0]
        message = (
            _("Several records are called “%(name)s”. Correct their names first.")
            if found
            else _("“%(name)s” was not found. Enter it first, or correct the name.")
        )
        entry.refuse(column, message % {"name": words[:80]}, "not_found")
        return None


INVESTMENT_COLUMNS = (
    ENTERPRISE,
    REGISTRATION,
    Column("fund", "基金", "Fund", required=True, example="示例：霞客湾天使基金",
           aliases=("基金名称", "投资基金"), longest=300, width=26),
    Column("round", "轮次", "Round", Kind.CHOICE, required=True, aliases=("融资轮次",), example="天使轮"),
    Column("on", "出资日期", "Paid on", Kind.DATE, required=True, example="2022-05-10",
           aliases=("投资日期", "到账日期", "日期")),
    Column("amount", "投资金额", "Amount invested", Kind.MONEY, required=True, unit_zh="元",
           unit_en="in the currency of the fund", example="3000000", aliases=("金额", "出资额", "投资额")),
    Column("equity_percent", "股权占比", "Share of the equity", Kind.DECIMAL, unit_zh="%", unit_en="%",
           lowest=0, highest=100, places=4, aliases=("持股比例", "股比"), example="6.5"),
    Column("note", "条款说明", "Terms in words", aliases=("备注", "说明"), longest=300, width=30),
)  # fmt: skip


class InvestmentSheet(KeyedSheet):
    model = FundInvestment
    code = "fund-investments"
    label_zh, label_en = "基金投资", "Fund investments"
    about_zh = "每行一笔：某只基金在某一轮次向某企业的出资；同一轮次已登记的不会重复登记。"
    about_en = "One row: what one fund paid of one round; a round already recorded is not entered again."
    icon = "coins"
    list_url_name = "fund-investment-list"
    record_url_name = "fund-investment-detail"
    keys = ("fund", "round", "on")
    fixed = ("enterprise", "registration_number", "fund", "round", "on")
    kept = ("amount",)

    def columns(self) -> Sequence[Column]:
        return INVESTMENT_COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column != "round":
            raise NotImplementedError(column)
        return both_languages(FinancingRound)

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        owners = Owners(place, rows, actor)
        named = Named(fund=Fund.objects.visible_to(actor))
        entries = []
        for row in rows:
            entry = placed(place, row)
            row.values["_owner"] = owners.of(entry)
            row.values["_fund"] = named.one(entry, "fund")
            names = ("round", "on", "amount", "equity_percent", "note")
            entry.values = {name: row.values[name] for name in names if name in row.values}
            if entry.values.get("amount", "") is None:
                del entry.values["amount"]
            on = row.values.get("on")
            if on is not None and on > at.date():
                entry.refuse("on", _("Enter a day up to today."), "future")
            entries.append(entry)
        return entries

    def identities(self, entry: Entry) -> Iterable[Identity]:
        values = entry.row.values
        owner, fund = values.get("_owner"), values.get("_fund")
        if owner is not None and fund is not None and values.get("round") and values.get("on"):
            yield Identity("fund", (owner.pk, fund.pk, values["round"], values["on"]))

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        funds = {entry.row.values["_fund"].pk for entry in entries if entry.row.values.get("_fund")}
        rows = self.within(place, FundInvestment.objects.visible_to(actor)).filter(fund__in=funds)
        return {
            Identity("fund", (row.event.enterprise_id, row.fund_id, row.event.round, row.event.on)): row
            for row in self.whole(rows)
        }

    def within(self, place: Place, records: Any) -> Any:
        if place.incubator is not None:
            return records.filter(event__enterprise__incubator=place.incubator)
        return records.filter(event__enterprise__park=place.park)

    def whole(self, queryset: Any) -> Any:
        return queryset.select_related("fund", "event__enterprise__park", "event__enterprise__incubator")

    def cells_of(self, record: FundInvestment) -> dict[str, Any]:
        owner = record.owner
        return {
            "enterprise": owner.name_zh,
            "registration_number": owner.credit_code or owner.organisation_number or None,
            "fund": record.fund.name_zh,
            "round": record.event.round,
            "on": record.event.on,
            "amount": record.amount,
            "equity_percent": record.equity_percent,
            "note": record.note or None,
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> Any:
        chosen = {name: filters[name] for name in ("q", "incubator") if filters.get(name)}
        rows = investments_matching(user, **chosen, waiting=bool(filters.get("waiting")))
        return self.whole(rows).order_by("pk")

    def create_one(self, *, entry: Entry, actor: Any, at: datetime) -> FundInvestment:
        values = {**entry.values, "fund": entry.row.values["_fund"]}
        return services.enter_investment(
            enterprise=entry.row.values["_owner"], values=values, actor=actor, at=at
        )

    def update_one(self, *, entry: Entry, actor: Any, at: datetime) -> FundInvestment:
        names = ("amount", "equity_percent", "note")
        values = {name: entry.values[name] for name in names if name in entry.values}
        saved: FundInvestment = save_record(record=entry.record, values=values, actor=actor, at=at)
        return saved

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        """The round goes with it where it was entered with it and nobody verified it."""
        event = record.event
        remove_record(record=record, actor=actor, at=at)
        came_along = event.entered_at == record.entered_at and event.verified_at is None
        if came_along and not event.fund_investments.exists():
            remove_record(record=event, actor=actor, at=at)


MATCH_COLUMNS = (
    Column("event", "对接活动", "Matchmaking event", required=True, example="示例：科技企业融资对接会",
           aliases=("活动", "活动名称", "对接会"), longest=300, width=28),
    ENTERPRISE,
    REGISTRATION,
    Column("product", "银行产品", "Bank product", aliases=("产品", "信贷产品"), longest=300, width=20,
           note_zh="银行产品、基金、机构三者填一项", note_en="Fill in one: product, fund or organisation",
           example="示例：澄科贷"),
    Column("fund", "基金", "Fund", aliases=("基金名称",), longest=300, width=20),
    Column("organisation", "银行或投资机构", "Bank or investor", aliases=("机构", "银行"), longest=300,
           width=22),
    Column("need_amount", "融资需求", "Amount needed", Kind.MONEY, required=True, unit_zh="元",
           example="5000000", aliases=("需求金额", "资金需求")),
    Column("currency", "币种", "Currency", Kind.CHOICE, aliases=("货币",)),
    Column("contacted_on", "对接日期", "Brought together on", Kind.DATE, aliases=("日期",),
           note_zh="留空即为活动首日", note_en="Left empty: the first day of the event"),
    Column("stage", "进展", "How far they got", Kind.CHOICE, aliases=("状态", "阶段"),
           note_zh="新记录可填已会谈、已出方案或未达成；已获融资请在页面上关联贷款或投资",
           note_en="New rows: met, offered or came to nothing; granted is linked on the page"),
    Column("step_on", "进展日期", "Day of that step", Kind.DATE, aliases=("办理日期",)),
    Column("reason", "未达成原因", "Why it came to nothing", aliases=("原因",), longest=300, width=26),
    Column("note", "备注", "Note", aliases=("说明",), longest=300, width=26),
)  # fmt: skip
COUNTERPARTS = ("product", "fund", "organisation")
IMPORTED_STAGES = (MatchStage.MET, MatchStage.OFFERED, MatchStage.DECLINED)


class MatchSheet(KeyedSheet):
    model = Match
    code = "matchmaking"
    label_zh, label_en = "融资对接结果", "Matchmaking results"
    about_zh = "每行一对：一场活动上的一家企业与一个银行产品、基金或机构。"
    about_en = "One pair per row: an enterprise and a bank product, fund or organisation of one event."
    icon = "users"
    list_url_name = "credit-match-list"
    record_url_name = "credit-match-detail"
    keys = ("event",)
    fixed = ("event", "enterprise", "registration_number", *COUNTERPARTS, "stage", "step_on", "reason")
    kept = ("need_amount", "currency", "contacted_on")

    def columns(self) -> Sequence[Column]:
        return MATCH_COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column == "currency":
            return both_languages(Currency)
        if column == "stage":
            return both_languages(MatchStage)
        raise NotImplementedError(column)

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        owners = Owners(place, rows, actor)
        kinds = (OrganisationKind.BANK, OrganisationKind.FUND)
        named = Named(
            event=Event.objects.visible_to(actor).filter(park=place.park),
            product=BankProduct.objects.visible_to(actor),
            fund=Fund.objects.visible_to(actor),
            organisation=Organisation.objects.filter(kind__in=kinds),
        )
        return [self._entry(placed(place, row), owners, named) for row in rows]

    def _entry(self, entry: Entry, owners: Owners, named: Named) -> Entry:
        values = entry.row.values
        values["_owner"], values["_event"] = owners.of(entry), named.one(entry, "event")
        given = [name for name in COUNTERPARTS if values.get(name)]
        if len(given) > 1 or (not given and any(name in values for name in COUNTERPARTS)):
            message = _("Name one counterpart: a bank product, a fund or an organisation.")
            entry.refuse(given[1] if len(given) > 1 else "product", message, "one")
        found = {name: named.one(entry, name) if name in given else None for name in COUNTERPARTS}
        values["_who"] = next(((name, row.pk) for name, row in found.items() if row is not None), None)
        names = ("need_amount", "currency", "contacted_on", "note")
        entry.values = {name: values[name] for name in names if name in values}
        for name in self.kept:
            if entry.values.get(name, "") is None:
                del entry.values[name]
        if values["_who"]:
            entry.values |= found
        return entry

    def identities(self, entry: Entry) -> Iterable[Identity]:
        values = entry.row.values
        if values.get("_owner") and values.get("_event") and values.get("_who"):
            yield Identity("event", (values["_event"].pk, values["_owner"].pk, values["_who"]))

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        events = {entry.row.values["_event"].pk for entry in entries if entry.row.values.get("_event")}
        rows = self.within(place, Match.objects.visible_to(actor)).filter(event__in=events)
        return {
            Identity("event", (row.event_id, row.enterprise_id, who_of(row))): row for row in self.whole(rows)
        }

    def within(self, place: Place, records: Any) -> Any:
        if place.incubator is not None:
            return records.filter(enterprise__incubator=place.incubator)
        return records.filter(enterprise__park=place.park)

    def whole(self, queryset: Any) -> Any:
        return queryset.select_related(
            "event", "enterprise__park", "enterprise__incubator", "product", "fund", "organisation"
        )

    def check_entry(self, entry: Entry, *, actor: Any, at: datetime) -> None:
        values = entry.row.values
        stage = values.get("stage")
        if not stage or stage == MatchStage.CONTACTED:
            return
        if entry.record is not None:
            if stage != entry.record.stage:
                message = _("The result stands at “%(stage)s”. Move it on its page.")
                entry.refuse("stage", message % {"stage": entry.record.get_stage_display()}, "fixed")
            return
        if stage not in IMPORTED_STAGES:
            entry.refuse("stage", _("Link the loan or investment on the page of the result."), "by_link")
        elif values.get("step_on") is None:
            entry.refuse("step_on", _("Say on which day."), "required")
        elif stage == MatchStage.DECLINED and not values.get("reason"):
            entry.refuse("reason", _("Say why it came to nothing."), "required")

    def cells_of(self, record: Match) -> dict[str, Any]:
        owner = record.enterprise
        days = {MatchStage.MET: record.met_on, MatchStage.OFFERED: record.offered_on}
        return {
            "event": record.event.name_zh,
            "enterprise": owner.name_zh,
            "registration_number": owner.credit_code or owner.organisation_number or None,
            **{
                name: getattr(record, name).name_zh if getattr(record, name) else None
                for name in COUNTERPARTS
            },
            "need_amount": record.need_amount,
            "currency": record.currency,
            "contacted_on": record.contacted_on,
            "stage": record.stage,
            "step_on": days.get(MatchStage(record.stage), record.decided_on),
            "reason": record.reason or None,
            "note": record.note or None,
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> Any:
        chosen = {name: filters[name] for name in ("q", "stage", "incubator") if filters.get(name)}
        return self.whole(matches_matching(user, **chosen)).order_by("pk")

    def create_one(self, *, entry: Entry, actor: Any, at: datetime) -> Match:
        values = entry.row.values
        row = services.create_match(
            event=values["_event"], enterprise=values["_owner"], values=entry.values, actor=actor, at=at
        )
        stage = values.get("stage")
        if not stage or stage == MatchStage.CONTACTED:
            return row
        return services.move_match(
            match=row,
            to_stage=stage,
            on=values["step_on"],
            reason=values.get("reason") or "" if stage == MatchStage.DECLINED else "",
            actor=actor,
            at=at,
        )

    def update_one(self, *, entry: Entry, actor: Any, at: datetime) -> Match:
        return services.update_match(match=entry.record, values=entry.values, actor=actor, at=at)

    def remove_one(self, *, record: Any, actor: Any, at: datetime) -> None:
        services.remove_match(match=record, actor=actor, at=at)


def who_of(row: Match) -> tuple[str, int]:
    """The counterpart, as an identity compares it."""
    name = "product" if row.product_id else "fund" if row.fund_id else "organisation"
    return name, row.counterpart.pk
