"""The sheet “period figures”: one row for each line of a return, brought in through the same services."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.periods import BadPeriod, Period
from exchange.importers import INCUBATOR, Entry, Identity, KeyedSheet, incubator_choices, placed
from exchange.sheets import Choice, Column, Kind, Place, Row
from incubators.scope import Action, scope_of
from returns.measures import LINES
from returns.measures.problems import value_problems
from returns.models import ReturnLine
from returns.selectors import words_of
from returns.services import LineInput, save_lines
from returns.stages import OPEN

Key = tuple[str, str, str]

COLUMNS = (
    INCUBATOR,
    Column(
        "period",
        "期间",
        "Period",
        required=True,
        note_zh="月报写 2021-04，季报写 2021-Q2，半年报写 2021-H1，年报写 2021",
        note_en="2021-04 for a month, 2021-Q2, 2021-H1 or 2021",
        example="2021-04",
        aliases=("报告期", "填报期", "月份", "季度"),
    ),
    Column(
        "measure",
        "填报项",
        "Line",
        kind=Kind.CHOICE,
        required=True,
        example="导师辅导场次",
        aliases=("指标", "项目", "指标名称", "measure"),
        width=28,
    ),
    Column(
        "value",
        "数值",
        "Value",
        kind=Kind.DECIMAL,
        lowest=0,
        places=4,
        note_zh="金额以元为单位；留空即采用系统记录算出的数",
        note_en="money in whole units; empty for what the records yield",
        example="6",
        aliases=("本期数", "填报数"),
    ),
    Column(
        "note",
        "变动说明",
        "Why it changed",
        note_zh="与上期相差较大时用一句话说明",
        note_en="one line where it differs much from the period before",
        aliases=("说明", "备注"),
        width=30,
    ),
    Column(
        "reason",
        "改写理由",
        "Why not the value from records",
        note_zh="数值与系统记录不一致时用一句话说明",
        note_en="one line where it is not what the records yield",
        width=30,
    ),
)


def period_code(typed: Any) -> str:
    """The code of a period as people write it: 2021-04, 2021年4月, 2021年第二季度. Raises ``BadPeriod``."""
    if isinstance(typed, datetime | date):
        return f"{typed.year}-{typed.month:02}"
    text = str(typed or "").strip().upper().replace("/", "-").replace(".", "-").replace(" ", "")
    for words, number in (("一", "1"), ("二", "2"), ("三", "3"), ("四", "4")):
        text = text.replace(f"第{words}季度", f"Q{number}").replace(f"{words}季度", f"Q{number}")
    text = text.replace("上半年", "H1").replace("下半年", "H2").replace("第", "").replace("季度", "")
    year, mark, rest = text.replace("年", "-", 1).removesuffix("-").partition("-")
    if not mark and len(year) == 6 and year[4] in "QH":
        year, rest = year[:4], year[4:]
    month = rest.removesuffix("月").removesuffix("-01") if len(rest) > 2 else rest.removesuffix("月")
    code = f"{year}-{month:0>2}" if month.isdigit() else f"{year}-{rest}" if rest else year
    return Period.parse(code).code


class PeriodFigures(KeyedSheet):
    """A row fills a line that a return already has; returns themselves come from the duties."""

    code = "period-figures"
    label_zh = "期间报表数据"
    label_en = "Period figures"
    about_zh = "一行填一张报表中的一个填报项；报表由合同约定自动生成，已提交的报表不再改动"
    about_en = (
        "One row fills one line of a return; returns come from the contract, submitted ones stay as they are"
    )
    icon = "clipboard-check"
    list_url_name = "return-list"
    keys = ("incubator", "period", "measure")
    fixed = ("incubator", "period", "measure")
    model = ReturnLine

    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column == "incubator":
            return incubator_choices(place)
        return [
            Choice(line.code, line.name_zh, line.name_en, tuple(filter(None, (line.code, line.torch))))
            for line in LINES.values()
        ]

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        return [self._read_one(place, row) for row in rows]

    def _read_one(self, place: Place, row: Row) -> Entry:
        entry = placed(place, row)
        if entry.incubator is None and not entry.errors:
            entry.refuse("incubator", _("Name the incubator."), "required")
        typed = row.values.get("period")
        if typed not in (None, ""):
            try:
                entry.values["period"] = period_code(typed)
            except BadPeriod:
                message = _("“%(typed)s” is not a period. Write 2021-04, 2021-Q2, 2021-H1 or 2021.")
                entry.refuse("period", message % {"typed": str(typed)[:40]}, "not_a_period")
        measure, value = row.values.get("measure"), row.values.get("value")
        if measure and measure in LINES and value is not None:
            for problem in value_problems(LINES[measure], value):
                entry.refuse("value", words_of(problem), problem.code)
        return entry

    def identities(self, entry: Entry) -> Iterable[Identity]:
        key = _key(entry)
        return [Identity("measure", key)] if key else []

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        keys = [key for entry in entries if (key := _key(entry))]
        if not keys:
            return {}
        lines = self.whole(
            ReturnLine.objects.visible_to(actor).filter(
                period_return__is_latest=True,
                period_return__incubator__code__in={key[0] for key in keys},
                period_return__period__in={key[1] for key in keys},
                code__in={key[2] for key in keys},
            )
        )
        return {
            Identity(
                "measure", (line.period_return.incubator.code, line.period_return.period, line.code)
            ): line
            for line in lines
        }

    def whole(self, queryset: Any) -> Any:
        return queryset.select_related("period_return__incubator__park", "period_return__duty", "entered_by")

    def check_entry(self, entry: Entry, *, actor: Any, at: datetime) -> None:
        line = entry.record
        if line is None:
            if _key(entry) and not entry.errors:
                message = _("No return of this incubator asks for this line in this period.")
                entry.refuse("measure", message, "no_return")
            return
        owner = line.period_return
        if entry.changes and owner.state not in OPEN:
            message = _("This return was submitted. Correct it as a new version on its page.")
            entry.refuse("", message, "frozen")
        place = {"park_id": owner.incubator.park_id, "incubator_id": owner.incubator_id}
        if not scope_of(actor).allows(Action.ENTER, **place):
            entry.refuse("incubator", _("You cannot fill in returns of this incubator."), "refused")

    def cells_of(self, record: Any) -> dict[str, Any]:
        owner = record.period_return
        return {
            "incubator": owner.incubator.code,
            "period": owner.period,
            "measure": record.code,
            "value": record.reported,
            "note": record.explanation or None,
            "reason": record.reason or None,
        }

    def listed(self, user: Any, filters: Mapping[str, str]) -> QuerySet[Any]:
        rows = self.whole(
            ReturnLine.objects.visible_to(user).filter(period_return__is_latest=True, code__in=list(LINES))
        )
        paths = {
            "incubator": "period_return__incubator__code",
            "state": "period_return__state",
            "frequency": "period_return__duty__frequency",
            "year": "period_return__period__startswith",
        }
        for name, path in paths.items():
            if filters.get(name):
                rows = rows.filter(**{path: filters[name]})
        return rows.order_by("period_return__incubator_id", "period_return__period", "position", "pk")  # type: ignore[no-any-return]

    def update_one(self, *, entry: Entry, actor: Any, at: datetime) -> Any:
        line = entry.record
        values = entry.row.values
        typed = LineInput(
            value=values.get("value"),
            has_value="value" in entry.changes,
            reason=(values.get("reason") or "") if "reason" in entry.changes else None,
            explanation=(values.get("note") or "") if "note" in entry.changes else None,
        )
        save_lines(record=line.period_return, lines={line.code: typed}, actor=actor, at=at)
        return self.whole(ReturnLine.objects.filter(pk=line.pk)).get()


def _key(entry: Entry) -> Key | None:
    period, measure = entry.values.get("period"), entry.row.values.get("measure")
    if entry.incubator is None or not period or not measure:
        return None
    return (entry.incubator.code, period, measure)
