"""Puts the sections of a report together: of one incubator, or of a park with one part per incubator."""

from collections.abc import Sequence
from datetime import timedelta

from evaluation.models import EvaluationRun
from evaluation.render.document import Block, Column, Document, Paragraph, Section, Table
from evaluation.report import annexes, charts, scores
from evaluation.report.context import Context, Row


def build_document(run: EvaluationRun, language: str) -> Document:
    """The report of a scored run. ``language`` is zh-hans or en."""
    context = Context.of(run, language)
    pick, result = context.pick, context.result
    subject = result["incubator"]["name"] if result["incubator"] else result["park"]["name"]
    sections = park_sections(context) if context.is_park else incubator_sections(context)
    code = run.incubator.code if run.incubator else run.park.code
    return Document(
        lang=context.language,
        title=pick("异地孵化器绩效评价报告", "Performance report on remote incubation"),
        subtitle=f"{subject} · {result['period_label']}",
        park=result["park"]["name"],
        organisation=(result["park"]["name"],),
        period=result["period_label"],
        cover=_cover(context, subject),
        sections=sections,
        digest=run.snapshot_sha256,
        file_stem=f"performance-{code}-{run.period}-{context.language}",
        generated_on=context.frozen_at,
        badge=result["scheme"]["label"],
        notices=_notices(context),
    )


def _cover(context: Context, subject: str) -> list[tuple[str, str]]:
    pick, result, period = context.pick, context.result, context.period
    last = period.end - timedelta(days=1)
    scheme = result["scheme"]
    rows = [
        (pick("所属园区", "Park"), result["park"]["name"]),
        (pick("评价对象", "Evaluated"), subject),
        (pick("评价期间", "Period"), f"{result['period_label']} ({period.start} – {last})"),
        (pick("数据截至", "Data up to"), context.run.as_of.isoformat()),
        (
            pick("评价方案", "Scheme"),
            pick(
                f"{scheme['name']} 第{scheme['version']}版", f"{scheme['name']}, version {scheme['version']}"
            ),
        ),
    ]
    if not context.is_park:
        operator = context.incubators[0]["operator"]
        rows.insert(2, (pick("运营机构", "Operator"), operator or "—"))
    return rows


def _notices(context: Context) -> list[str]:
    pick = context.pick
    notices = [
        pick(
            "本报告按示范方案计分，不作为正式评价结论。",
            "Scored by a demonstration scheme: not a formal conclusion.",
        )
    ]
    if context.result["is_demonstration"]:
        notices.append(
            pick(
                "本报告含示例数据，示例项目与机构无对应实体。",
                "Contains example data; the example projects and teams do not exist.",
            )
        )
    if context.run.as_of < context.period.end - timedelta(days=1):
        notices.append(
            pick(
                f"评价期尚未结束，数据截至{context.run.as_of}，得分为预估。",
                f"The period is still running: data up to {context.run.as_of}, the points are an estimate.",
            )
        )
    return notices


def incubator_sections(context: Context) -> list[Section]:
    """Summary, points, flows, comparison, problems, projects, evidence, seals."""
    pick = context.pick
    result, incubator = context.result["subjects"][0], context.incubators[0]
    own = context.own_projects
    parts: list[tuple[str, str, str, Sequence[Block]]] = [
        (
            "summary",
            pick("总体评价", "Summary"),
            "",
            [*scores.summary_blocks(context, result), annexes.scheme_callout(context)],
        ),
        (
            "scores",
            pick("评分结果", "Points"),
            "",
            [
                scores.score_table(context, result),
                scores.formula_table(context, result),
                scores.records_table(context, result),
            ],
        ),
        (
            "flows",
            pick("项目转化与流向", "Stages and flows"),
            "",
            [*charts.funnel_chart(context, own), *charts.flow_chart(context, own)],
        ),
        ("comparison", pick("对比分析", "Comparison"), "", _comparison(context, result)),
        (
            "problems",
            pick("存在问题", "Problems found"),
            "",
            [*annexes.problem_blocks(context), annexes.rules_table(context)],
        ),
        ("projects", pick("项目明细", "Projects"), "", [annexes.project_table(context, incubator)]),
        ("evidence", pick("证据目录", "Evidence"), "", [annexes.evidence_table(context)]),
        (
            "seal",
            pick("数据摘要与签章", "Digests and signatures"),
            "",
            [*annexes.history_blocks(context), annexes.sign_off(context)],
        ),
    ]
    return _numbered(context, parts)


def _comparison(context: Context, result: Row) -> list[Block]:
    blocks = charts.period_chart(context, result)
    if context.result["audience"] != "park":
        return [
            *blocks,
            Paragraph(
                context.pick(
                    "本报告供运营机构使用，不含其他孵化器的数据。",
                    "This report is made for the operator and holds no data of other incubators.",
                )
            ),
        ]
    entries = scores.entries_of(context)
    return [*blocks, *charts.peers_chart(context, entries, scores.ranking_table(context, entries))]


def park_sections(context: Context) -> list[Section]:
    """Ranking and totals, flows of the whole park, one part per incubator, then the annexes."""
    pick = context.pick
    entries = scores.entries_of(context)
    ranking = scores.ranking_table(context, entries)
    own = context.own_projects
    parts: list[tuple[str, str, str, Sequence[Block]]] = [
        (
            "summary",
            pick("总体评价", "Summary"),
            "",
            [
                *(Paragraph(result["summary"]) for result in context.result["subjects"]),
                totals_table(context),
                *charts.peers_chart(context, entries, ranking),
                annexes.scheme_callout(context),
            ],
        ),
        (
            "flows",
            pick("项目转化与流向", "Stages and flows"),
            "",
            [*charts.funnel_chart(context, own), *charts.flow_chart(context, own)],
        ),
    ]
    for result in context.result["subjects"]:
        code = result["incubator"]["code"]
        parts.append(
            (f"incubator-{code}", result["incubator"]["name"], code, _incubator_part(context, result, code))
        )
    by_code = {row["code"]: row for row in context.incubators}
    tables = [
        annexes.project_table(context, by_code[result["incubator"]["code"]], suffix=f"-{code}")
        for result in context.result["subjects"]
        for code in [result["incubator"]["code"]]
    ]
    named = [
        block
        for result, table in zip(context.result["subjects"], tables, strict=True)
        for block in (Paragraph(result["incubator"]["name"]), table)
    ]
    parts += [
        (
            "problems",
            pick("存在问题", "Problems found"),
            "",
            [*annexes.problem_blocks(context), annexes.rules_table(context)],
        ),
        ("projects", pick("项目明细", "Projects"), "", named),
        ("evidence", pick("证据目录", "Evidence"), "", [annexes.evidence_table(context)]),
        (
            "seal",
            pick("数据摘要与签章", "Digests and signatures"),
            "",
            [*annexes.history_blocks(context), annexes.sign_off(context)],
        ),
    ]
    return _numbered(context, parts)


def _incubator_part(context: Context, result: Row, code: str) -> list[Block]:
    suffix = f"-{code}"
    return [
        *scores.summary_blocks(context, result),
        scores.score_table(context, result, suffix=suffix),
        scores.formula_table(context, result, suffix=suffix),
        scores.records_table(context, result, suffix=suffix),
        *charts.period_chart(context, result, suffix=suffix),
    ]


def totals_table(context: Context) -> Table:
    """What happened in the park in the period, each project counted once."""
    pick = context.pick
    return Table(
        "totals",
        pick("园区合计（每个项目只计一次）", "Totals of the park (each project counted once)"),
        (Column(pick("项目", "Figure"), weight=3), Column(pick("数值", "Value"), weight=2)),
        [(row["label"], row["display"]) for row in context.result["totals"]],
    )


def _numbered(context: Context, parts: Sequence[tuple[str, str, str, Sequence[Block]]]) -> list[Section]:
    return [
        context.section(number, id, title, blocks, sheet)
        for number, (id, title, sheet, blocks) in enumerate(parts, start=1)
    ]
