"""Charts of a report, each with the table that holds the same numbers and a sentence that reads it."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from evaluation.render.document import Block, ChartBlock, Column, Paragraph, Table
from evaluation.report.context import Context, Row
from evaluation.report.words import STAGES, name_of
from projects.stages import PATH

FUNNEL = ("lead", "screening", "incubating", "landed", "industrialising", "industrialised")
SMALL = 5
_ACCENT = "#0f5e73"
_QUIET = "#9cc3cc"


def reached(projects: Sequence[Row]) -> dict[str, int]:
    """How many projects have come at least as far as each stage of the funnel."""
    furthest = [_furthest(project) for project in projects]
    return {stage: sum(step >= PATH.index(stage) for step in furthest) for stage in FUNNEL}


def _furthest(project: Row) -> int:
    stages = [project["first_stage"], *(move["to"] for move in project["moves"])]
    return max((PATH.index(stage) for stage in stages if stage in PATH), default=0)


def funnel_chart(context: Context, projects: Sequence[Row], *, suffix: str = "") -> list[Block]:
    """From lead to production, up to the data date."""
    pick = context.pick
    counts = reached(projects)
    names = [name_of(STAGES, stage, chinese=context.chinese) for stage in FUNNEL]
    table = Table(
        f"funnel{suffix}",
        pick("各阶段累计到达的项目数", "Projects that have come at least this far"),
        (Column(pick("阶段", "Stage"), weight=2), Column(pick("项目数", "Projects"), "integer")),
        [(name, counts[stage]) for name, stage in zip(names, FUNNEL, strict=True)],
    )
    total, admitted = counts["lead"], counts["incubating"]
    landed, producing = counts["landed"], counts["industrialised"]
    as_of = context.run.as_of.isoformat()
    reading = pick(
        f"截至{as_of}，累计{total}个项目，其中{admitted}个签约入驻、{landed}个注册落户、{producing}个投产。",
        f"Up to {as_of}: {total} projects, {admitted} admitted, {landed} landed, {producing} in production.",
    )
    if not total:
        return [Paragraph(pick("还没有项目。", "There is no project yet."))]
    reading += _small(context, total)
    option = {
        "series": [
            {
                "type": "funnel",
                "sort": "none",
                "left": 120,
                "right": 120,
                "top": 8,
                "bottom": 8,
                "minSize": "6%",
                "data": [
                    {"name": name, "value": counts[stage]} for name, stage in zip(names, FUNNEL, strict=True)
                ],
                "label": {"position": "right", "formatter": "{b} {c}"},
            }
        ]
    }
    title = pick("项目转化漏斗", "From lead to production")
    return [ChartBlock(f"funnel{suffix}", title, reading, option, table, "funnel", 0, (1,), 300)]


def _small(context: Context, number: int) -> str:
    """A warning in words where there are too few cases to see a trend."""
    if number >= SMALL:
        return ""
    return context.pick(
        f"样本仅{number}个，只列数字，不作趋势判断。",
        f" With {number} the numbers are listed only; no trend can be read from them.",
    )


def moves_in_period(context: Context, projects: Sequence[Row]) -> Counter[tuple[str, str]]:
    start, end = context.period.start.isoformat(), context.period.end.isoformat()
    return Counter(
        (move["from"] or "lead", move["to"])
        for project in projects
        for move in project["moves"]
        if start <= move["on"] < end and move["from"]
    )


def flow_chart(context: Context, projects: Sequence[Row], *, suffix: str = "") -> list[Block]:
    """Moves between stages in the period, as flows from where projects stood to where they went."""
    pick, chinese = context.pick, context.chinese
    moves = moves_in_period(context, projects)
    if not moves:
        return [Paragraph(pick("评价期内没有阶段变动。", "No project changed its stage in the period."))]
    order = (*PATH, "suspended", "moved_elsewhere", "terminated")
    ordered = sorted(moves.items(), key=lambda item: (order.index(item[0][0]), order.index(item[0][1])))
    named = [
        (name_of(STAGES, source, chinese=chinese), name_of(STAGES, target, chinese=chinese), count)
        for (source, target), count in ordered
    ]
    table = Table(
        f"flows{suffix}",
        pick("评价期内的阶段变动", "Moves between stages in the period"),
        (
            Column(pick("变动", "Move"), weight=3),
            Column(pick("项目次数", "Moves"), "integer"),
        ),
        [(f"{source} → {target}", count) for source, target, count in named],
    )
    total = sum(moves.values())
    ended = sum(count for (_, target), count in moves.items() if target in ("terminated", "moved_elsewhere"))
    reading = pick(
        f"评价期内共发生{total}次阶段变动，其中{ended}次为终止或迁往他处。",
        f"{total} moves in the period; {ended} of them ended the project or led elsewhere.",
    )
    reading += _small(context, total)
    option = _sankey(named)
    title = pick("评价期内的项目流向", "How projects moved in the period")
    return [ChartBlock(f"flows{suffix}", title, reading, option, table, "sankey", 0, (1,), 340)]


def _sankey(named: Sequence[tuple[str, str, int]]) -> dict[str, Any]:
    """Two columns: where from on the left, where to on the right, so that steps back draw no circle."""
    left = list(dict.fromkeys(f"{source} ▸" for source, _, _ in named))
    right = list(dict.fromkeys(f"▸ {target}" for _, target, _ in named))
    return {
        "series": [
            {
                "type": "sankey",
                "left": 16,
                "right": 150,
                "top": 8,
                "bottom": 8,
                "nodeGap": 12,
                "data": [{"name": name} for name in (*left, *right)],
                "links": [
                    {"source": f"{source} ▸", "target": f"▸ {target}", "value": count}
                    for source, target, count in named
                ],
                "lineStyle": {"color": "source", "opacity": 0.3},
            }
        ]
    }


def period_chart(context: Context, result: Row, *, suffix: str = "") -> list[Block]:
    """Headings this period and the one before."""
    pick = context.pick
    heads = [node for node in result["nodes"] if node["kind"] == "group"]
    now, before = context.result["period_label"], context.result["previous_period_label"]
    rows = [
        (
            head["name"],
            head["previous_points"],
            head["points"],
            None if head["previous_points"] is None else head["points"] - head["previous_points"],
        )
        for head in heads
    ]
    table = Table(
        f"periods{suffix}",
        pick("各板块得分与上期对比", "Points by heading and the period before"),
        (
            Column(pick("板块", "Heading"), weight=2),
            Column(before, "decimal", pick("分", "points"), places=2),
            Column(now, "decimal", pick("分", "points"), places=2),
            Column(pick("变化", "Change"), "decimal", pick("分", "points"), places=2),
        ),
        rows,
    )
    if all(row[1] is None for row in rows):
        return [
            Paragraph(pick("上期没有可比数据。", "The previous period has no figures to compare.")),
            table,
        ]
    risen = max(rows, key=lambda row: row[3] if row[3] is not None else Decimal("-Infinity"))
    fallen = min(rows, key=lambda row: row[3] if row[3] is not None else Decimal("Infinity"))
    up, down = _signed(risen[3]), _signed(fallen[3])
    reading = pick(
        f"与{before}相比，变化最大的板块：{risen[0]}{up}分，{fallen[0]}{down}分。",
        f"Largest changes from {before}: {risen[0]} {up}, {fallen[0]} {down} points.",
    )
    option = bars(
        [str(row[0]) for row in rows],
        [
            (before, [_number(row[1]) for row in rows], _QUIET),
            (now, [_number(row[2]) for row in rows], _ACCENT),
        ],
    )
    title = pick("与上期对比", "Compared with the previous period")
    return [ChartBlock(f"periods{suffix}", title, reading, option, table, "bar", 0, (1, 2))]


def peers_chart(context: Context, entries: Sequence[Row], table: Table) -> list[Block]:
    """Totals of the incubators of the park."""
    pick = context.pick
    graded = [entry for entry in entries if entry["total"] is not None]
    if len(graded) < 2:
        return [table]
    names = [entry["incubator"]["name"] for entry in graded]
    best = graded[0]
    reading = pick(
        f"{best['incubator']['name']}得分最高，为{best['total']}分；与最低者相差"
        f"{best['total'] - min(entry['total'] for entry in graded)}分。",
        f"{best['incubator']['name']} leads with {best['total']} points, "
        f"{best['total'] - min(entry['total'] for entry in graded)} above the lowest.",
    )
    option = bars(names, [(pick("总分", "Total"), [_number(entry["total"]) for entry in graded], _ACCENT)])
    last = len(table.columns) - 2
    title = pick("园区孵化器总分对比", "Totals of the incubators of the park")
    return [ChartBlock("ranking", title, reading, option, table, "bar", 1, (last,))]


def bars(names: Sequence[str], series: Sequence[tuple[str, list[float | None], str]]) -> dict[str, Any]:
    """A bar chart. Its numbers are drawn, not computed with, so that JSON numbers do no harm."""
    return {
        "grid": {"left": 48, "right": 24, "top": 40, "bottom": 40},
        "legend": {"top": 4, "right": 8},
        "xAxis": {"type": "category", "data": list(names)},
        "yAxis": {"type": "value"},
        "series": [
            {
                "type": "bar",
                "name": name,
                "data": values,
                "itemStyle": {"color": color},
                "barMaxWidth": 36,
                "label": {"show": True, "position": "top"},
            }
            for name, values, color in series
        ],
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _signed(value: Decimal | None) -> str:
    if value is None:
        return ""
    return f"+{value}" if value > 0 else f"−{abs(value)}"
