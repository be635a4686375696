"""Sections on the result: summary, score table, formulas and inputs, the records behind each indicator."""

from decimal import Decimal
from typing import Any

from evaluation.render.document import (
    Block,
    Callout,
    Cell,
    Column,
    KeyFigure,
    KeyFigures,
    Paragraph,
    RowStyle,
    Table,
)
from evaluation.report.context import Context, Row
from evaluation.report.words import CAUSES, RECORDS, name_of
from evaluation.scoring.display import DASH, trimmed

#: Below this number of incubators a rank says little, and the report says so.
FEW = 6


def summary_blocks(context: Context, result: Row) -> list[Block]:
    """Grade and score in large print, one paragraph in plain words, and what a reader has to know."""
    pick = context.pick
    blocks: list[Block] = [KeyFigures(_figures(context, result)), Paragraph(result["summary"])]
    if result["vetoed"]:
        blocks.append(
            Callout(
                "warning",
                pick(
                    "评价期内有经查实的虚报，按方案一票否决，评为不合格。",
                    "A false report was proven in the period: by the scheme the evaluation fails, whatever "
                    "the points.",
                ),
            )
        )
    blocks.append(Callout("info", _basis(context)))
    return blocks


def _figures(context: Context, result: Row) -> list[KeyFigure]:
    pick = context.pick
    total, before = result["total"], result["previous_total"]
    previous = f"{context.result['previous_period_label']} {before if before is not None else DASH}"
    parts = result["parts"]
    figures = [
        KeyFigure(
            pick("综合得分", "Score"),
            str(total) if total is not None else DASH,
            pick("分", "points"),
            previous,
            pick("满分100分，加分另计", "of 100, bonus apart"),
        ),
        KeyFigure(
            pick("评定等级", "Grade"),
            result["grade_label"],
            "",
            f"{context.result['previous_period_label']} {result['previous_grade_label']}",
        ),
        KeyFigure(
            pick("加分与扣分", "Bonus and deductions"),
            f"+{trimmed(parts['bonus'])} / −{trimmed(parts['deductions'])}",
            pick("分", "points"),
        ),
    ]
    if result["rank"] is not None:
        ranked = pick(f"共{result['ranked']}家参评", f"of {result['ranked']} graded")
        figures.append(KeyFigure(pick("园区排名", "Rank in the park"), str(result["rank"]), "", "", ranked))
    return figures


def _basis(context: Context) -> str:
    as_of = context.run.as_of.isoformat()
    return context.pick(
        f"统计口径：仅计入经第二人核验的记录，数据截至{as_of}；签约、注册、到位、投产分别统计，互不相加；"
        "媒体报道的数字不计入。上期得分按同一方案计算，以便比较。",
        f"Only records that a second person verified count, up to {as_of}. Signed, registered, paid in and "
        "producing are counted apart and never added up; figures from press reports are not counted. The "
        "previous period is scored by the same scheme, for comparison.",
    )


def score_table(context: Context, result: Row, *, suffix: str = "") -> Table:
    """Every heading and indicator with value, target, points and the arithmetic."""
    pick = context.pick
    columns = (
        Column(pick("指标", "Indicator"), weight=2.6),
        Column(pick("实际值", "Value"), weight=1.5),
        Column(pick("目标值", "Target"), weight=1.5),
        Column(pick("满分", "Of"), "decimal", weight=0.9, places=2),
        Column(pick("得分", "Points"), "decimal", weight=0.9, places=2),
        Column(pick("计算过程", "Arithmetic"), weight=3.2),
    )
    rows: list[tuple[Cell, ...]] = []
    styles: list[RowStyle] = []
    extras = pick("加分、扣分与一票否决", "Bonus, deductions and veto")
    for node in result["nodes"]:
        if node["kind"] not in ("group", "indicator") and extras:
            rows.append((extras, None, None, None, None, None))
            styles.append("group")
            extras = ""
        rows.append(_score_row(context, node))
        styles.append(_style_of(node))
    parts = result["parts"]
    sum_line = f"{parts['heads']} + {parts['bonus']} − {parts['deductions']} = {_total(result)}"
    rows.append((pick("合计", "Total"), None, None, Decimal("100.00"), _total(result), sum_line))
    styles.append("total")
    return Table(
        f"scores{suffix}",
        pick("各项指标得分", "Points by indicator"),
        columns,
        rows,
        styles,
        pick(
            "满分为分摊后的分值：不计分指标的分值按权重分摊给同一板块的其他指标。得分四舍五入至两位小数。",
            "“Of” is the weight after spreading: points of indicators that cannot be scored go to the others "
            "of the same heading by weight. Points are rounded half up to two places.",
        ),
    )


def _total(result: Row) -> Decimal:
    parts = result["parts"]
    return max(parts["heads"] + parts["bonus"] - parts["deductions"], Decimal("0.00"))


def _score_row(context: Context, node: Row) -> tuple[Cell, ...]:
    if node["kind"] == "group":
        return (node["name"], None, None, node["effective_weight"], node["points"], None)
    name = node["name"]
    prefix = {
        "bonus": context.pick("加分：", "Bonus: "),
        "deduction": context.pick("扣分：", "Deduction: "),
        "veto": context.pick("一票否决：", "Veto: "),
    }.get(node["kind"], "")
    points = -node["points"] if node["kind"] == "deduction" else node["points"]
    is_extra = node["kind"] != "indicator"
    offered: Cell = node["weight"] if is_extra else node["effective_weight"]
    weight = None if node["kind"] == "veto" or not (is_extra or node["scored"]) else offered
    not_scored: Cell = context.pick("不计分", "not scored")
    shown: Cell = points if node["scored"] or is_extra else not_scored
    return (
        prefix + name,
        node["value_display"],
        node["target_display"],
        weight,
        shown,
        node["arithmetic"] or node["explanation"],
    )


def _style_of(node: Row) -> RowStyle:
    if node["kind"] == "group":
        return "group"
    if node["kind"] == "indicator" and node["state"] != "measured":
        return "warning"
    return "normal"


def formula_table(context: Context, result: Row, *, suffix: str = "") -> Table:
    """How each value comes about: the formula in words, the numbers that went in, the rule for the points."""
    pick = context.pick
    separator = pick("；", "; ")
    rows = [
        (
            node["name"],
            node["formula"],
            separator.join(f"{row['label']} {row['display']}" for row in node["inputs"]) or DASH,
            _rule(context, node),
        )
        for node in result["nodes"]
        if node["kind"] != "group"
    ]
    return Table(
        f"formulas{suffix}",
        pick("指标公式、取数与计分规则", "Formulas, inputs and rules"),
        (
            Column(pick("指标", "Indicator"), weight=1.6),
            Column(pick("计算公式", "Formula"), weight=3),
            Column(pick("取数", "Inputs"), weight=3),
            Column(pick("计分规则", "Rule"), weight=3),
        ),
        rows,
    )


def _rule(context: Context, node: Row) -> str:
    if node["target"] is None or not node["target_basis"]:
        return str(node["explanation"])
    target = context.pick(f"目标值为{node['target_basis']}。", f" Target: {node['target_basis']}.")
    return f"{node['explanation']}{target}"


def records_table(context: Context, result: Row, *, suffix: str = "") -> Table:
    """The records behind the values, indicator by indicator."""
    pick = context.pick
    rows: list[tuple[Cell, ...]] = [
        (node["name"], *record) for node in result["nodes"] for record in _records(context, node)
    ]
    return Table(
        f"records{suffix}",
        pick("得分依据的记录", "Records behind the points"),
        (
            Column(pick("指标", "Indicator"), weight=1.8),
            Column(pick("类别", "Kind"), weight=1.2),
            Column(pick("记录", "Record"), weight=3),
            Column(pick("日期", "Date"), weight=1.2),
            Column(pick("说明", "Note"), weight=1.6),
        ),
        rows,
    )


def _records(context: Context, node: Row) -> list[tuple[str, str, str, str]]:
    """Kind, label, day and note of each record; the months of one measure share a line."""
    chinese = context.chinese
    lines: list[tuple[str, str, str, str]] = []
    months: dict[str, list[str]] = {}
    for record in node["records"]:
        if record["type"] == "observation":
            months.setdefault(record["label"], []).append(record["note"])
            continue
        note = name_of(CAUSES, record["note"], chinese=chinese) if record["note"] else ""
        kind = name_of(RECORDS, record["type"], chinese=chinese)
        lines.append((kind, record["label"], record["on"], note))
    kind = name_of(RECORDS, "observation", chinese=chinese)
    for label, codes in months.items():
        span = codes[0] if len(codes) == 1 else f"{min(codes)} – {max(codes)}"
        count = context.pick(f"{len(codes)}个月", f"{len(codes)} months")
        lines.append((kind, label, span, count))
    return lines


def ranking_table(context: Context, entries: list[dict[str, Any]]) -> Table:
    """Incubators of the park side by side: total, grade, points by heading."""
    pick = context.pick
    heads = [node for node in context.reader.frozen["scheme"]["nodes"] if node["kind"] == "group"]
    columns = (
        Column(pick("排名", "Rank"), "integer", weight=0.7),
        Column(pick("孵化器", "Incubator"), weight=2.4),
        *(Column(context.named(head), "decimal", weight=1.1, places=2) for head in heads),
        Column(pick("总分", "Total"), "decimal", weight=1, places=2),
        Column(pick("等级", "Grade"), weight=0.9),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            entry["rank"],
            entry["incubator"]["name"],
            *(entry["heads"][head["code"]] for head in heads),
            entry["total"],
            entry["grade_label"],
        )
        for entry in entries
    ]
    note = pick(
        f"参评孵化器仅{len(entries)}家，名次仅供参考；正式结论以绝对得分和等级为准。",
        f"With {len(entries)} incubators a rank says little; the points and the grade are what counts.",
    )
    caption = pick("园区孵化器得分对比", "Incubators of the park")
    return Table("ranking", caption, columns, rows, (), note if len(entries) < FEW else "")


def entries_of(context: Context) -> list[dict[str, Any]]:
    """Subjects and peers in one list, best first, each with its points by heading."""
    subjects = [
        {
            **result,
            "heads": {node["code"]: node["points"] for node in result["nodes"] if node["kind"] == "group"},
        }
        for result in context.result["subjects"]
    ]
    together = [*subjects, *context.result["peers"]]
    return sorted(together, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["incubator"]["code"]))
