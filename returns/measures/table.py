"""The lines a return may have, and how they hang together. Pure: no Django, no clock. Money in whole units.

A line is a monthly measure of ``evaluation.measures`` (summed or averaged over the months of a longer period)
or is counted from records for the very period. ``torch`` is the field name that exports print, in the way of
the national statistical return of incubators, whose money is in thousands of yuan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evaluation.measures import MEASURES, Kind, Measure

Origin = Literal["months", "records"]


@dataclass(frozen=True)
class Line:
    """One line; a monthly measure and a line of records look the same to whoever fills them in."""

    code: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    origin: Origin
    kind: Kind = "count"
    aggregate: Literal["sum", "mean"] = "sum"
    highest: int | None = None
    required: bool = True
    #: How it comes about, in one sentence.
    formula_zh: str = ""
    formula_en: str = ""
    torch: str = ""
    #: Credit for a landing is shared in percent, so some counts have decimals.
    is_whole: bool = True

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en

    def unit(self, language: str) -> str:
        return self.unit_zh if language.startswith("zh") else self.unit_en

    def formula(self, language: str) -> str:
        return self.formula_zh if language.startswith("zh") else self.formula_en


@dataclass(frozen=True)
class Check:
    """``part`` is never more than ``whole``; where ``asks`` is set, it may be, but somebody says why."""

    part: str
    whole: str
    asks: bool = False


TORCH_OF_MEASURES: Mapping[str, str] = {
    "service_tickets_total": "本期受理企业服务事项数",
    "service_tickets_on_time": "其中：按时办结数",
    "financing_received_yuan": "本期在孵企业获得投融资额",
    "mentoring_sessions": "本期创业导师辅导场次",
    "events_held": "本期开展创业教育培训活动场次",
    "public_spend_yuan": "本期财政资金支出额",
    "budget_yuan": "本期财政资金预算额",
    "social_capital_yuan": "本期带动社会资本投入额",
    "returns_due": "本期应报送报表数",
    "returns_on_time": "其中：按时报送数",
    "satisfaction_percent": "服务对象满意度",
    "false_report_findings": "本期查实虚报次数",
    "upheld_complaints": "本期查实投诉次数",
    "contests_hosted": "本期承办创新创业赛事场次",
}


def _of_measure(measure: Measure) -> Line:
    mean = measure.aggregate == "mean"
    return Line(
        measure.code,
        measure.name_zh,
        measure.name_en,
        measure.unit_zh,
        measure.unit_en,
        origin="months",
        kind=measure.kind,
        aggregate=measure.aggregate,
        highest=measure.highest,
        required=measure.required,
        formula_zh="各月数值的平均" if mean else "各月数值之和",
        formula_en="mean of the months" if mean else "sum of the months",
        torch=TORCH_OF_MEASURES[measure.code],
    )


def _records(
    code: str,
    names: tuple[str, str],
    units: tuple[str, str],
    formulas: tuple[str, str],
    torch: str,
    *,
    kind: Kind = "count",
    is_whole: bool = True,
) -> Line:
    return Line(
        code,
        *names,
        *units,
        origin="records",
        kind=kind,
        formula_zh=formulas[0],
        formula_en=formulas[1],
        torch=torch,
        is_whole=is_whole,
    )


_PROJECTS, _ITEMS, _PEOPLE = ("个", "projects"), ("项", "items"), ("人", "people")


def _paid_in(code: str, zh: str, en: str) -> Line:
    return _records(
        f"paid_in_{code}",
        (f"到位资金（{zh}）", f"capital paid in ({en})"),
        (zh, en),
        (
            "本期经核验、以该币种到位的资金，按贡献份额计",
            "verified payments of the period in this currency, by credit share",
        ),
        f"本期到位资金（{zh}）",
        kind="money",
    )


_ALL = (
    _records(
        "new_leads",
        ("新增线索", "new leads"),
        _PROJECTS,
        ("首次接触日期在本期内的线索和项目", "leads and projects first contacted in the period"),
        "本期新增项目线索数",
    ),
    _records(
        "signed",
        ("签约入驻项目", "agreements signed"),
        _PROJECTS,
        ("签约日期在本期内且已核验", "agreements dated in the period and verified"),
        "本期新增签约入驻项目数",
    ),
    _records(
        "in_care",
        ("期末在孵项目", "projects in care at the end"),
        _PROJECTS,
        (
            "期末处于在孵、加速或搬迁阶段的项目",
            "projects incubating, accelerating or relocating on the last day",
        ),
        "期末在孵企业（项目）数",
    ),
    _records(
        "landed",
        ("注册落户", "landings"),
        _PROJECTS,
        ("本期内在园区注册且已核验，按贡献份额计", "registrations in the park, verified, by credit share"),
        "本期落户企业数",
        is_whole=False,
    ),
    _records(
        "producing",
        ("投产项目", "production starts"),
        _PROJECTS,
        ("本期内投产且已核验，按贡献份额计", "production starts, verified, by credit share"),
        "本期投产项目数",
        is_whole=False,
    ),
    _paid_in("cny", "元", "yuan"),
    _paid_in("hkd", "港元", "HKD"),
    _paid_in("sek", "瑞典克朗", "SEK"),
    _paid_in("eur", "欧元", "EUR"),
    _paid_in("usd", "美元", "USD"),
    _records(
        "patents",
        ("发明专利与PCT申请", "invention and PCT filings"),
        _ITEMS,
        ("本期内提交且已核验的发明专利和PCT申请", "filings of the period, verified"),
        "本期新增发明专利（含PCT）申请数",
    ),
    _records(
        "tech_titles",
        ("科技型中小企业与高新技术企业认定", "technology titles"),
        _ITEMS,
        ("本期内取得且已核验的认定", "titles granted in the period, verified"),
        "本期新增科技型中小企业、高新技术企业数",
    ),
    _records(
        "growth_titles",
        ("瞪羚、独角兽与上市", "growth titles"),
        _ITEMS,
        ("本期内取得且已核验的认定", "titles granted in the period, verified"),
        "本期新增瞪羚、独角兽、上市企业数",
    ),
    _records(
        "talent_plans",
        ("人才计划入选", "places in talent plans"),
        _ITEMS,
        ("本期内入选且已核验的人才计划", "places of the period, verified"),
        "本期新增人才计划入选数",
    ),
    _records(
        "jobs",
        ("从业人员", "jobs"),
        _PEOPLE,
        (
            "各企业最近一个已核验年度的年末从业人员之和",
            "staff of the enterprises in their latest verified year",
        ),
        "期末从业人员数",
    ),
    _records(
        "rd_jobs",
        ("其中：研发人员", "of them in R&D"),
        _PEOPLE,
        (
            "各企业最近一个已核验年度的研发人员之和",
            "R&D staff of the enterprises in their latest verified year",
        ),
        "其中：研发人员数",
    ),
    *(_of_measure(measure) for measure in MEASURES.values()),
)

LINES: Mapping[str, Line] = {line.code: line for line in _ALL}

CHECKS: tuple[Check, ...] = (
    *(Check(measure.code, measure.within) for measure in MEASURES.values() if measure.within),
    Check("rd_jobs", "jobs"),
    Check("public_spend_yuan", "budget_yuan", asks=True),
)


def in_order(codes: "list[str] | tuple[str, ...]") -> list[str]:
    """The known ones among these codes, in the order of the table: records first, then measures."""
    wanted = set(codes)
    return [code for code in LINES if code in wanted]
