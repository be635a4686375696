"""The result of a run in one language: the only place where page, API and report take their numbers from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, override

from core.periods import Period
from evaluation.enums import Audience, ReportStep, RunState
from evaluation.indicators import park_totals
from evaluation.measures import MEASURES
from evaluation.models import EvaluationRun, EvaluationScore, ReportRun
from evaluation.scoring import words
from evaluation.scoring.display import DASH, input_display, value_display
from evaluation.selectors.choices import language_or_active
from evaluation.selectors.freezing import frozen_input

Row = Mapping[str, Any]
Stored = dict[tuple[int, str, str], tuple[Decimal, Row]]
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Reader:
    """A run with its frozen inputs and stored scores, read once."""

    run: EvaluationRun
    frozen: Row
    scores: Stored
    language: str

    @property
    def period(self) -> Period:
        return Period.parse(self.frozen["period"])

    @property
    def previous(self) -> Period:
        return Period.parse(self.frozen["previous_period"])

    def named(self, row: Row, name: str = "name") -> str:
        return str(row[f"{name}_zh" if words.is_chinese(self.language) else f"{name}_en"])

    def total_of(self, incubator: Row, period: Period) -> tuple[Decimal, Row]:
        return self.scores[(incubator["id"], period.code, EvaluationScore.TOTAL)]

    def grade_label(self, code: str) -> str:
        column = 2 if words.is_chinese(self.language) else 3
        for grade in self.frozen["scheme"]["grades"]:
            if grade[1] == code:
                return str(grade[column])
        return words.in_language(words.GRADES.get(code, (code, code)), self.language)


def read_run(run: EvaluationRun, language: str | None) -> Reader:
    rows = run.scores.values_list("incubator_id", "period", "node", "points", "explanation")
    scores = {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}
    return Reader(run, frozen_input(run), scores, language_or_active(language))


def run_result(run: EvaluationRun, language: str | None = None) -> dict[str, Any]:
    """Everything about a run as plain data; before it is scored, ``subjects`` and ``peers`` are empty."""
    return result_of(read_run(run, language))


def result_of(reader: Reader) -> dict[str, Any]:
    run, frozen = reader.run, reader.frozen
    is_scored = run.scored_at is not None
    ranks = _ranks(reader) if is_scored and run.audience == Audience.PARK else {}
    chosen = [row for row in frozen["incubators"] if frozen["subject"] in (None, row["code"])]
    others = [row for row in frozen["incubators"] if row not in chosen]
    subjects = [_subject(reader, row, ranks) for row in chosen] if is_scored else []
    peers = [_peer(reader, row, ranks) for row in others] if is_scored else []
    scheme = frozen["scheme"]
    return {
        "run_id": run.pk,
        "park": {"code": frozen["park"]["code"], "name": reader.named(frozen["park"])},
        "incubator": _place(reader, chosen[0]) if frozen["subject"] else None,
        "audience": run.audience,
        "period": reader.period.code,
        "period_label": reader.period.label(reader.language),
        "previous_period": reader.previous.code,
        "previous_period_label": reader.previous.label(reader.language),
        "as_of": run.as_of,
        "scheme": {
            "code": scheme["code"],
            "version": scheme["version"],
            "name": reader.named(scheme),
            "label": reader.named(scheme, "label"),
            "bonus_limit": Decimal(scheme["bonus_limit"]),
        },
        "snapshot_sha256": run.snapshot_sha256,
        "input_sha256": run.input_sha256,
        "is_scored": is_scored,
        "is_demonstration": is_demonstration(frozen),
        "subjects": sorted(subjects, key=_by_rank),
        "peers": sorted(peers, key=_by_rank),
        "totals": _totals(reader) if run.audience == Audience.PARK else [],
    }


def is_demonstration(frozen: Row) -> bool:
    """Whether any project, contract or measure in it is demonstration data."""
    if any(project["provenance"] == "demonstration" for project in frozen["projects"]):
        return True
    return any(
        (row["contract"] or {}).get("is_demonstration")
        or any(value["provenance"] == "demonstration" for value in row["observations"])
        for row in frozen["incubators"]
    )


def _place(reader: Reader, incubator: Row) -> dict[str, str]:
    return {"code": incubator["code"], "name": reader.named(incubator)}


def _by_rank(result: Row) -> tuple[bool, int, str]:
    return (result["rank"] is None, result["rank"] or 0, result["incubator"]["code"])


def _ranks(reader: Reader) -> dict[str, int]:
    """Competition ranks (equal totals share one) among incubators that were graded; a veto ranks last."""
    graded = []
    for incubator in reader.frozen["incubators"]:
        total, explanation = reader.total_of(incubator, reader.period)
        if explanation["grade"] != "ungraded":
            graded.append(((not explanation["vetoed"], total), incubator["code"]))
    keys = sorted((key for key, _ in graded), reverse=True)
    return {code: keys.index(key) + 1 for key, code in graded}


def _total_part(reader: Reader, incubator: Row, ranks: Mapping[str, int]) -> dict[str, Any]:
    total, explanation = reader.total_of(incubator, reader.period)
    graded = explanation["grade"] != "ungraded"
    return {
        "incubator": _place(reader, incubator),
        "total": total if graded else None,
        "grade": explanation["grade"],
        "grade_label": reader.grade_label(explanation["grade"]),
        "vetoed": explanation["vetoed"],
        "rank": ranks.get(incubator["code"]),
    }


def _subject(reader: Reader, incubator: Row, ranks: Mapping[str, int]) -> dict[str, Any]:
    _, explanation = reader.total_of(incubator, reader.period)
    before, before_explained = reader.total_of(incubator, reader.previous)
    part = _total_part(reader, incubator, ranks)
    had_score = before_explained["grade"] != "ungraded"
    nodes = [_node(reader, incubator, node) for node in reader.frozen["scheme"]["nodes"]]
    result = {
        **part,
        "ranked": len(ranks),
        "previous_total": before if had_score else None,
        "previous_grade_label": reader.grade_label(before_explained["grade"]),
        "change": part["total"] - before if had_score and part["total"] is not None else None,
        "parts": {name: Decimal(explanation[name]) for name in ("heads", "bonus", "deductions")},
        "nodes": nodes,
    }
    return {**result, "summary": _summary(reader, result)}


def _peer(reader: Reader, incubator: Row, ranks: Mapping[str, int]) -> dict[str, Any]:
    heads = {
        node["code"]: reader.scores[(incubator["id"], reader.period.code, node["code"])][0]
        for node in reader.frozen["scheme"]["nodes"]
        if node["kind"] == "group"
    }
    return {**_total_part(reader, incubator, ranks), "heads": heads}


def _node(reader: Reader, incubator: Row, node: Row) -> dict[str, Any]:
    points, explanation = reader.scores[(incubator["id"], reader.period.code, node["code"])]
    earlier_points, earlier = reader.scores[(incubator["id"], reader.previous.code, node["code"])]
    language = reader.language
    unit = reader.named(node, "unit") if "unit_zh" in node else ""
    kind = node.get("value_kind", "count")
    value, target = _decimal(explanation.get("value")), _decimal(explanation.get("target"))
    previous = _decimal(earlier.get("value"))
    uses_target = node["rule"].get("type") == "target_ratio"
    target_text = value_display(target, kind=kind, unit=unit, language=language) if uses_target else DASH
    return {
        "code": node["code"],
        "kind": node["kind"],
        "depth": 1 if node["parent"] else 0,
        "name": reader.named(node),
        "weight": Decimal(node["weight"]).quantize(ZERO),
        "effective_weight": Decimal(explanation["effective_weight"]),
        "points": points,
        "scored": explanation["scored"],
        "state": explanation["state"],
        "direction": node.get("direction", ""),
        "unit": unit,
        "value_kind": kind,
        "value": value,
        "value_display": value_display(value, kind=kind, unit=unit, language=language),
        "target": target if uses_target else None,
        "target_display": target_text,
        "target_basis": words.in_language(words.TARGETS[explanation.get("target_basis", "none")], language),
        "formula": reader.named(node, "formula") if "formula_zh" in node else "",
        "explanation": words.rule_in_words(
            explanation["rule"],
            _params(explanation["params"], kind=kind, unit=unit, language=language),
            language,
        ),
        "arithmetic": explanation["arithmetic"],
        "inputs": [_input(row, language) for row in explanation.get("inputs", [])],
        "records": [_record(row, language) for row in explanation.get("records", [])],
        "evidence": explanation.get("evidence", []),
        "previous_points": earlier_points if earlier["scored"] else None,
        "previous_value": previous,
        "previous_value_display": value_display(previous, kind=kind, unit=unit, language=language),
    }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _input(row: Row, language: str) -> dict[str, Any]:
    value, unit = Decimal(row["value"]), words.unit_label(row["unit"], language)
    return {
        "key": row["key"],
        "label": _input_label(row["key"], language),
        "value": value,
        "unit": unit,
        "display": input_display(value, unit_key=row["unit"], unit=unit, language=language),
    }


def _input_label(key: str, language: str) -> str:
    measure = MEASURES.get(key.removeprefix("measure_"))
    return measure.name(language) if measure else words.input_label(key, language)


def _params(params: Mapping[str, str], *, kind: str, unit: str, language: str) -> dict[str, str]:
    """Bounds of a rule with their unit, where it is not a percent sign already."""
    if kind not in ("money", "ratio"):
        return dict(params)
    return {
        name: text
        if text.endswith("%")
        else value_display(Decimal(text.replace(",", "")), kind=kind, unit=unit, language=language)
        for name, text in params.items()
        if name in _BOUNDS or text.endswith("%")
    }


_BOUNDS = ("floor", "ceiling", "full_at", "zero_at")


def _record(row: Row, language: str) -> dict[str, Any]:
    return {
        "type": row["type"],
        "id": row["id"],
        "project_id": row["project_id"],
        "label": row["label_zh" if words.is_chinese(language) else "label_en"],
        "on": row["on"],
        "note": row["note"],
    }


def _totals(reader: Reader) -> list[dict[str, Any]]:
    return [_input(row, reader.language) for row in park_totals(reader.frozen, reader.period)]


def _summary(reader: Reader, result: Row) -> str:
    """The result in plain words: score, grade, change, rank, best and weakest heading."""
    chinese = words.is_chinese(reader.language)
    period, previous = reader.period.label(reader.language), reader.previous.label(reader.language)
    name = result["incubator"]["name"]
    if result["total"] is None:
        return (
            f"{name}{period}没有可计分的指标，暂不评定等级。"
            if chinese
            else f"No indicator of {name} can be scored in {period}; no grade is given."
        )
    parts = [
        f"{name}{period}综合得分{result['total']}分，评定等级为“{result['grade_label']}”"
        if chinese
        else f"{name} scored {result['total']} points in {period}: {result['grade_label']}"
    ]
    if result["vetoed"]:
        parts.append(
            "因查实虚报被一票否决" if chinese else "failed by veto because a false report was proven"
        )
    if result["change"] is not None:
        parts.append(_change_in_words(result["change"], previous, chinese=chinese))
    if result["rank"] and result["ranked"] > 1:
        parts.append(
            f"在园区参评的{result['ranked']}家孵化器中列第{result['rank']}位"
            if chinese
            else f"rank {result['rank']} of the {result['ranked']} incubators of the park that were graded"
        )
    text = ("，" if chinese else "; ").join(parts) + ("。" if chinese else ".")
    return text + _best_and_weakest(result["nodes"], chinese=chinese)


def _change_in_words(change: Decimal, previous: str, *, chinese: bool) -> str:
    if change == 0:
        return f"与{previous}持平" if chinese else f"unchanged from {previous}"
    if chinese:
        return f"较{previous}{'上升' if change > 0 else '下降'}{abs(change)}分"
    return f"{abs(change)} points {'up' if change > 0 else 'down'} from {previous}"


def _best_and_weakest(nodes: Sequence[Row], *, chinese: bool) -> str:
    heads = [node for node in nodes if node["kind"] == "group" and node["effective_weight"]]
    if len(heads) < 2:
        return ""
    rated = sorted(heads, key=lambda node: (node["points"] / node["effective_weight"], node["code"]))
    weakest, best = rated[0], rated[-1]
    low, high = (f"{node['points'] / node['effective_weight'] * 100:.1f}%" for node in (weakest, best))
    if low == high:
        return ""
    if chinese:
        return f"得分率最高的板块为{best['name']}（{high}），最低的为{weakest['name']}（{low}）。"
    return f" Strongest heading: {best['name']} ({high}); weakest: {weakest['name']} ({low})."


def report_status(report: ReportRun, language: str | None = None) -> dict[str, Any]:
    """How far a report is, for the page that watches it and for the API."""
    with override(language_or_active(language)):
        return {
            "id": report.pk,
            "run_id": report.run_id,
            "state": report.state,
            "state_label": str(report.get_state_display()),
            "progress": report.progress,
            "step": report.step,
            "step_label": step_label(report.step),
            "error": gettext(report.error) if report.error else "",
            "sha256": report.sha256,
            "size": report.size,
            "format": report.format,
            "language": report.language,
            "snapshot_sha256": report.run.snapshot_sha256,
            "is_ready": report.state == RunState.DONE,
            "requested_at": report.requested_at,
            "finished_at": report.finished_at,
        }


def step_label(step: str) -> str:
    """The worker's step in words of the active language."""
    return str(ReportStep(step).label) if step in ReportStep.values else ""


def report_title(report: ReportRun) -> str:
    """The name of a report: place and period, in its own language."""
    run = report.run
    period = Period.parse(run.period).label(report.language)
    with override(report.language):
        place = (run.incubator or run.park).name
    if words.is_chinese(report.language):
        return f"{place}绩效评价报告（{period}）"
    return f"Performance report, {place}, {period}".replace("/", "-")
