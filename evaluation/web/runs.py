"""One evaluation run: progress while it is made, then the explained score.

The page prints what ``run_result`` says and nothing else: the numbers of the report and of the API.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from evaluation.enums import Audience, ReportStep, RunState
from evaluation.models import EvaluationRun, ReportRun
from evaluation.render.cells import format_row, head_text
from evaluation.render.document import ChartBlock, Lang
from evaluation.report.building import incubator_sections, park_sections
from evaluation.report.context import Context
from evaluation.selectors import report_status
from evaluation.web.files import QUEUE_PATIENCE, file_panel, may_evaluate
from evaluation.web.links import record_url
from evidence.enums import EvidenceKind
from projects.enums import Cause

KEY_INDICATORS = ("landed", "paid_in", "cost_per_landing", "new_incubated", "producing")
RECORDS_SHOWN = 12
LOW_SHARE = Decimal("0.6")


def visible_run(request: HttpRequest, pk: int, *, with_snapshot: bool = False) -> EvaluationRun:
    """The run, or 404 for a stranger; an operator does not see what was made for the park."""
    rows = EvaluationRun.objects.visible_to(request.user).select_related("park", "incubator", "scheme")
    return get_object_or_404(rows if with_snapshot else rows.defer("snapshot"), pk=pk)


@login_required
@require_GET
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress until the score is there; then the whole explained result."""
    run = visible_run(request, pk, with_snapshot=True)
    context: dict[str, Any] = {"run": run, "place": run.incubator or run.park}
    if run.scored_at is None:
        return render(request, "evaluation/run_waiting.html", context | progress_of(request, run))
    return render(request, "evaluation/run.html", context | shown_result(run) | file_panel(request, run))


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress of a run for the page that polls it; once scored, the page is told to load again."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    run = visible_run(request, pk)
    if run.scored_at is not None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "evaluation/parts/progress.html", {"run": run} | progress_of(request, run))


def progress_of(request: HttpRequest, run: EvaluationRun) -> dict[str, Any]:
    """The report that drives the run: where it is, what is left, and whether a worker seems to be missing."""
    report = ReportRun.objects.filter(run=run).order_by("-requested_at", "-pk").first()
    if report is None:
        raise Http404
    report.run = run
    waited = (timezone.now() - report.requested_at).total_seconds()
    status = report_status(report)
    return {
        "report": report,
        "status": status,
        "steps": _steps(report),
        "words": _words(report, status),
        "is_working": report.state in (RunState.QUEUED, RunState.RUNNING),
        "is_waiting_long": report.state == RunState.QUEUED and waited > QUEUE_PATIENCE,
        "is_failed": report.state == RunState.FAILED,
        "may_request": may_evaluate(request, run),
    }


def _steps(report: ReportRun) -> list[dict[str, Any]]:
    """What is done, what is being done, what is left."""
    order = list(ReportStep)
    now = order.index(ReportStep(report.step)) if report.step in ReportStep.values else -1
    here = "failed" if report.state == RunState.FAILED else "current"
    return [
        {"label": step.label, "state": "done" if place < now else here if place == now else ""}
        for place, step in enumerate(order)
    ]


def _words(report: ReportRun, status: Mapping[str, Any]) -> str:
    if report.state == RunState.QUEUED:
        return _("The data are frozen; the scoring starts in a moment.")
    if report.state == RunState.RUNNING and not report.step:
        return _("The background service has begun.")
    if report.state == RunState.FAILED:
        return _("Stopped while %(step)s") % {"step": status["step_label"]} if status["step_label"] else ""
    left = sum(1 for step in _steps(report) if not step["state"])
    step = str(status["step_label"]).capitalize()
    return _("%(step)s; steps left: %(left)d") % {"step": step, "left": left} if left else step


def shown_result(run: EvaluationRun) -> dict[str, Any]:
    """``run_result`` with links and groups added; not one number is made here."""
    language: Lang = "zh-hans" if (get_language() or "zh").startswith("zh") else "en"
    context = Context.of(run, language)
    result = context.result
    evidence = _evidence(context)
    subjects = [_subject(subject, evidence) for subject in result["subjects"]]
    single = subjects[0] if result["incubator"] and subjects else None
    return {
        "result": result,
        "subjects": subjects,
        "single": single,
        "heads": [group["head"] for group in subjects[0]["groups"]] if subjects else [],
        "ranking": _ranking(single, result["peers"]) if single else [],
        "key_nodes": _key_nodes(single["nodes"]) if single else [],
        "charts": [_chart(block, language) for block in _charts_of_report(context)],
        "problems": [_problem(problem) for problem in context.problems],
        "evidence": evidence,
        "history": context.history,
        "is_estimate": run.as_of < context.period.end - timedelta(days=1),
        "is_for_park": result["audience"] == Audience.PARK,
        "contents": _contents(result, single),
        "home_query": urlencode(
            {"incubator" if run.incubator else "park": (run.incubator or run.park).code, "period": run.period}
        ),
    }


def _evidence(context: Context) -> list[dict[str, Any]]:
    """The evidence index of the frozen data."""
    kinds = dict(EvidenceKind.choices)
    rows = context.reader.frozen["evidence"]
    return [{**row, "kind_label": kinds.get(row["kind"], row["kind"])} for row in rows]


def _charts_of_report(context: Context) -> list[ChartBlock]:
    """The very charts that the report prints."""
    sections = park_sections(context) if context.is_park else incubator_sections(context)
    blocks = [block for section in sections for block in section.blocks]
    return [block for block in blocks if isinstance(block, ChartBlock)]


def _ranking(single: Mapping[str, Any], peers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """This incubator among the others, in the order of their ranks."""
    own = [group["head"]["points"] for group in single["groups"]]
    codes = [group["head"]["code"] for group in single["groups"]]
    rows = [{**single, "is_subject": True, "head_points": own}]
    rows += [{**peer, "head_points": [peer["heads"].get(code) for code in codes]} for peer in peers]
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["incubator"]["code"]))


def _subject(subject: Mapping[str, Any], evidence: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    code = subject["incubator"]["code"]
    known = {row["sha256"]: row for row in evidence}
    nodes = [_node(node, known, incubator=code) for node in subject["nodes"]]
    groups: list[dict[str, Any]] = []
    for node in nodes:
        if node["depth"] == 0 and node["kind"] == "group":
            groups.append({"head": node, "rows": []})
        elif node["kind"] == "indicator" and groups:
            groups[-1]["rows"].append(node)
    extras = [node for node in nodes if node["kind"] in ("bonus", "deduction", "veto")]
    return {**subject, "nodes": nodes, "groups": groups, "extras": extras, "anchor": f"at-{code}"}


def _node(
    node: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]], *, incubator: str
) -> dict[str, Any]:
    causes = dict(Cause.choices)
    records = [
        {
            **record,
            "url": record_url(record, incubator=incubator),
            "note": causes.get(record["note"], record["note"]),
        }
        for record in node["records"]
    ]
    is_spread = node["kind"] == "indicator" and node["scored"] and node["effective_weight"] != node["weight"]
    return {
        **node,
        "records": records[:RECORDS_SHOWN],
        "more_records": records[RECORDS_SHOWN:],
        "is_spread": is_spread,
        "files": [files.get(digest, {"sha256": digest}) for digest in node.get("evidence", ())],
        "tone": _tone(node),
    }


def _tone(node: Mapping[str, Any]) -> str:
    """The colour of the bar beside the points: only the ends are marked, the middle stays quiet."""
    if not node["scored"] or not node["effective_weight"]:
        return ""
    share = node["points"] / node["effective_weight"]
    return "ok" if share >= 1 else "bad" if share < LOW_SHARE else ""


def _key_nodes(nodes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Three figures for a reader with thirty seconds, each with its target and the period before."""
    found = {node["code"]: node for node in nodes if node["state"] == "measured"}
    chosen = [found[code] for code in KEY_INDICATORS if code in found][:3]
    return [{**node, "key_note": _key_note(node)} for node in chosen]


def _key_note(node: Mapping[str, Any]) -> str:
    before = _("period before: %(value)s") % {"value": node["previous_value_display"]}
    if node["target"] is None:
        return before
    return _("target %(target)s") % {"target": node["target_display"]} + " · " + before


def _chart(block: ChartBlock, language: Lang) -> dict[str, Any]:
    """A chart of the report for the chart tag: the same option, the same table."""
    table = block.table
    return {
        "key": f"chart-{block.id}",
        "title": block.title,
        "note": block.reading,
        "option": block.option,
        "size": "tall" if block.height > 330 else "short" if block.height < 240 else "",
        "table": {
            "head": [head_text(column, language) for column in table.columns],
            "rows": [format_row(table, number) for number in range(len(table.rows))],
        },
    }


def _problem(problem: Mapping[str, Any]) -> dict[str, Any]:
    code = (problem.get("incubator") or {}).get("code", "")
    records = [{**record, "url": record_url(record, incubator=code)} for record in problem["records"]]
    return {**problem, "records": records}


def _contents(result: Mapping[str, Any], single: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    entries = [("overview", _("Result"))]
    if not single:
        entries.append(("ranking", _("Ranking")))
    entries += [("scores", _("Scores explained")), ("charts", _("Charts"))]
    if single:
        entries.append(("previous", _("Compared with the period before")))
    if result["peers"]:
        entries.append(("peers", _("Compared with other incubators")))
    return [
        *entries,
        ("problems", _("Problems found")),
        ("evidence", _("Evidence")),
        ("history", _("Digest and history")),
    ]
