"""Measures that an incubator reports month by month, because no record in the system can yield them.

Pure: no Django, no clock. Money is in yuan. ``satisfaction_percent`` is a mean over months, everything else a
sum. ``within`` names the measure that the value may not exceed (tickets on time ≤ tickets). What is not
``required`` is reported only when it happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["count", "money", "percent"]


@dataclass(frozen=True)
class Measure:
    """One monthly measure; ``kind`` count and percent carry the unit beside them, money is in yuan."""

    code: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    kind: Kind = "count"
    aggregate: Literal["sum", "mean"] = "sum"
    within: str = ""
    highest: int | None = None
    required: bool = True

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en

    def unit(self, language: str) -> str:
        return self.unit_zh if language.startswith("zh") else self.unit_en


_ALL = (
    Measure("service_tickets_total", "受理服务工单数", "service tickets due", "件", "tickets"),
    Measure(
        "service_tickets_on_time",
        "按时办结服务工单数",
        "service tickets closed on time",
        "件",
        "tickets",
        within="service_tickets_total",
    ),
    Measure("financing_received_yuan", "融资对接到账金额", "financing received", "元", "yuan", kind="money"),
    Measure("mentoring_sessions", "导师辅导场次", "mentoring sessions", "场次", "sessions"),
    Measure("events_held", "举办活动场次", "events held", "场次", "events"),
    Measure("public_spend_yuan", "财政资金支出", "public money spent", "元", "yuan", kind="money"),
    Measure("budget_yuan", "财政资金预算", "public budget", "元", "yuan", kind="money"),
    Measure(
        "social_capital_yuan", "带动社会资本投入", "private capital attracted", "元", "yuan", kind="money"
    ),
    Measure("returns_due", "应报报表数", "returns due", "份", "returns"),
    Measure(
        "returns_on_time", "按时报送报表数", "returns filed on time", "份", "returns", within="returns_due"
    ),
    Measure(
        "satisfaction_percent",
        "服务对象满意度",
        "satisfaction of the teams served",
        "%",
        "%",
        kind="percent",
        aggregate="mean",
        highest=100,
    ),
    Measure(
        "false_report_findings", "查实虚报次数", "proven false reports", "次", "findings", required=False
    ),
    Measure("upheld_complaints", "查实投诉次数", "complaints upheld", "次", "complaints", required=False),
    Measure("contests_hosted", "承办创新创业赛事场次", "contests hosted", "场", "contests", required=False),
)

MEASURES: Mapping[str, Measure] = {measure.code: measure for measure in _ALL}
