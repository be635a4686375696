"""Problems that a report points out, found by rule. Pure: frozen inputs in, problems out.

Each rule has a code, a severity and a sentence in both languages; the table is printed in the report, so that
everyone can see what was looked for, not only what was found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

Row = Mapping[str, Any]
Severity = Literal["warning", "serious"]

IN_CARE = ("incubating", "accelerating", "relocating")


@dataclass(frozen=True)
class Subject:
    """What the rules look at: one incubator's frozen records, seen from the last day that counts."""

    projects: Sequence[Row]
    nodes: Sequence[Row]
    unconverted_payments: Sequence[tuple[Row, Row]]
    start: date
    end: date
    as_of: date


@dataclass(frozen=True)
class Finding:
    """One problem: the numbers for its sentence and the projects it is about."""

    params: Mapping[str, str] = field(default_factory=dict)
    projects: tuple[Row, ...] = ()


@dataclass(frozen=True)
class ProblemRule:
    """A rule with its sentences; ``find`` yields one finding for each problem."""

    code: str
    severity: Severity
    rule_zh: str
    rule_en: str
    text_zh: str
    text_en: str
    find: Callable[[Subject], Iterator[Finding]]

    def sentence(self, params: Mapping[str, str], *, chinese: bool) -> str:
        return (self.text_zh if chinese else self.text_en).format(**params)


SUSPENDED_DAYS = 180
PAID_IN_DAYS = 365
RETURNED_DAYS = 30
LONGEST_STAY_MONTHS = 48
TARGET_SHARE = Decimal("0.6")


def _days(day: str, until: date) -> int:
    return (until - date.fromisoformat(day)).days


def _named(projects: Sequence[Row]) -> dict[str, str]:
    codes = [str(project["code"]) for project in projects if project["code"]]
    shown = codes[:10]
    return {
        "count": str(len(projects)),
        "codes_zh": "、".join(shown) + ("等" if len(codes) > len(shown) else ""),
        "codes_en": ", ".join(shown) + (" and others" if len(codes) > len(shown) else ""),
    }


def _about(projects: Sequence[Row]) -> Iterator[Finding]:
    if projects:
        yield Finding(_named(projects), tuple(projects))


def _suspended(subject: Subject) -> Iterator[Finding]:
    yield from _about(
        [
            project
            for project in subject.projects
            if project["stage"] == "suspended"
            and _days(project["stage_since"], subject.as_of) > SUSPENDED_DAYS
        ]
    )


def _entered_care_on(project: Row) -> str | None:
    return next((move["on"] for move in project["moves"] if move["to"] in IN_CARE), None)


def _too_long_in_care(subject: Subject) -> Iterator[Finding]:
    found = []
    for project in subject.projects:
        entered = _entered_care_on(project)
        if project["stage"] in IN_CARE and entered:
            day = date.fromisoformat(entered)
            months = (subject.as_of.year - day.year) * 12 + subject.as_of.month - day.month
            if months > LONGEST_STAY_MONTHS or (
                months == LONGEST_STAY_MONTHS and subject.as_of.day > day.day
            ):
                found.append(project)
    yield from _about(found)


def _landed_without_money(subject: Subject) -> Iterator[Finding]:
    found = []
    for project in subject.projects:
        verified = [fact for fact in project["facts"] if fact["verified_on"]]
        registered = [fact["on"] for fact in verified if fact["kind"] == "registered"]
        paid = any(fact["kind"] == "paid_in" for fact in verified)
        if registered and not paid and _days(registered[0], subject.as_of) > PAID_IN_DAYS:
            found.append(project)
    yield from _about(found)


def _returned_unresolved(subject: Subject) -> Iterator[Finding]:
    limit = (subject.as_of - timedelta(days=RETURNED_DAYS)).isoformat()
    yield from _about(
        [
            project
            for project in subject.projects
            if any(fact["returned_on"] and fact["returned_on"] < limit for fact in project["facts"])
        ]
    )


def _waiting_for_verification(subject: Subject) -> Iterator[Finding]:
    start, end = subject.start.isoformat(), subject.end.isoformat()
    yield from _about(
        [
            project
            for project in subject.projects
            if any(
                not fact["verified_on"] and not fact["returned_on"] and start <= fact["on"] < end
                for fact in project["facts"]
            )
        ]
    )


def _no_verified_data(subject: Subject) -> Iterator[Finding]:
    nodes = [n for n in subject.nodes if n["kind"] == "indicator" and n["state"] == "no_data"]
    if nodes:
        yield Finding(_names_of(nodes))


def _no_target(subject: Subject) -> Iterator[Finding]:
    nodes = [n for n in subject.nodes if n["kind"] == "indicator" and n["state"] == "no_target"]
    if nodes:
        yield Finding(_names_of(nodes))


def _names_of(nodes: Sequence[Row]) -> dict[str, str]:
    return {
        "count": str(len(nodes)),
        "names_zh": "、".join(str(node["name_zh"]) for node in nodes),
        "names_en": ", ".join(str(node["name_en"]).lower() for node in nodes),
    }


def _target_missed(subject: Subject) -> Iterator[Finding]:
    if subject.as_of + timedelta(days=1) < subject.end:
        return  # the period is still running: nothing is missed yet
    for node in subject.nodes:
        value, target = node["value"], node["target"]
        if node["rule_type"] != "target_ratio" or node["state"] != "measured" or not target or value is None:
            continue
        if value / target < TARGET_SHARE:
            yield Finding(
                {
                    "name_zh": node["name_zh"],
                    "name_en": node["name_en"],
                    "percent": f"{value / target * 100:.1f}%",
                }
            )


def _budget_overspent(subject: Subject) -> Iterator[Finding]:
    for node in subject.nodes:
        if node["calculation"] == "budget_execution" and node["value"] is not None and node["value"] > 1:
            yield Finding({"percent": f"{node['value'] * 100:.1f}%"})


def _without_rate(subject: Subject) -> Iterator[Finding]:
    if subject.unconverted_payments:
        projects = tuple(project for project, _ in subject.unconverted_payments)
        currencies = sorted({fact["currency"] for _, fact in subject.unconverted_payments})
        yield Finding({**_named(projects), "currencies": ", ".join(currencies)}, projects)


RULES: tuple[ProblemRule, ...] = (
    ProblemRule(
        "target_missed",
        "serious",
        "指标完成率低于合同目标的60%",
        "An indicator reached less than 60% of the contract's target",
        "“{name_zh}”仅完成合同目标的{percent}。",
        "{name_en}: only {percent} of the contract's target was reached.",
        _target_missed,
    ),
    ProblemRule(
        "landed_without_paid_in",
        "serious",
        "注册落户超过12个月仍无经核验的到位资金",
        "Landed more than 12 months ago and no verified capital paid in",
        "{count}个项目注册落户超过12个月，仍无经核验的到位资金：{codes_zh}。",
        "Landed more than 12 months ago without verified capital paid in ({count}): {codes_en}.",
        _landed_without_money,
    ),
    ProblemRule(
        "suspended_long",
        "warning",
        "暂停超过180日",
        "Suspended for more than 180 days",
        "{count}个项目已暂停超过180日，建议明确恢复或终止：{codes_zh}。",
        "Suspended for more than 180 days, to be resumed or ended ({count}): {codes_en}.",
        _suspended,
    ),
    ProblemRule(
        "stay_too_long",
        "warning",
        "在孵时间超过48个月",
        "In care for more than 48 months",
        "{count}个项目在孵时间超过48个月：{codes_zh}。",
        "In care for more than 48 months ({count}): {codes_en}.",
        _too_long_in_care,
    ),
    ProblemRule(
        "returned_unresolved",
        "serious",
        "填报事项被退回超过30日仍未处理",
        "Facts returned more than 30 days ago and still unresolved",
        "{count}个项目有被退回超过30日仍未处理的填报事项：{codes_zh}。",
        "Facts returned more than 30 days ago and not put right, in projects ({count}): {codes_en}.",
        _returned_unresolved,
    ),
    ProblemRule(
        "waiting_for_verification",
        "warning",
        "评价期内的事项尚未核验，未计入得分",
        "Facts of the period that nobody has verified yet; they do not count",
        "{count}个项目在评价期内有尚未核验的事项，未计入得分：{codes_zh}。",
        "Facts of the period not verified yet, so that they do not count, in projects ({count}): {codes_en}.",
        _waiting_for_verification,
    ),
    ProblemRule(
        "no_verified_data",
        "serious",
        "指标没有经核验的数据",
        "Indicators without verified data",
        "{count}项指标没有经核验的数据：{names_zh}。",
        "Indicators without verified data ({count}): {names_en}.",
        _no_verified_data,
    ),
    ProblemRule(
        "no_target",
        "warning",
        "合同未约定目标，指标不计分",
        "Indicators that the contract sets no target for; they are not scored",
        "{count}项指标在合同中没有本期目标，未计分：{names_zh}。",
        "Not scored because the contract sets no target ({count}): {names_en}.",
        _no_target,
    ),
    ProblemRule(
        "budget_overspent",
        "warning",
        "财政资金支出超过预算",
        "Public money spent beyond the budget",
        "财政资金支出超过预算，预算执行率为{percent}。",
        "Public spending went beyond the budget: {percent} of it was spent.",
        _budget_overspent,
    ),
    ProblemRule(
        "payment_without_rate",
        "warning",
        "外币到账缺少汇率，未计入",
        "Payments in foreign currency without a dated rate; they do not count",
        "{count}笔外币到账（{currencies}）缺少到账日汇率，未计入到位资金：{codes_zh}。",
        "Payments in {currencies} left out for want of a dated rate ({count}): {codes_en}.",
        _without_rate,
    ),
)


def problems_of(subject: Subject) -> list[tuple[ProblemRule, Finding]]:
    """Every finding of every rule, in the order of the table."""
    return [(rule, finding) for rule in RULES for finding in rule.find(subject)]
