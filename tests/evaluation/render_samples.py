"""A rich invented report in both languages: every block, every kind of column, every edge of a table."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from evaluation.render.document import (
    Callout,
    Cell,
    ChartBlock,
    Column,
    Document,
    KeyFigure,
    KeyFigures,
    Lang,
    ListBlock,
    Paragraph,
    Section,
    SignOff,
    SignPlace,
    Table,
)

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
HOSTILE = '# $x$ *粗* _斜_ @ref <b>&"\'\\ [a](b) ~ `raw` // = + - {{ x }} {% y %} \x03\x1f\ud800 {"a": 1}'

_ACCENT = "#0f5e73"
_SERIES = ("示例甲孵化器", "示例乙孵化器", "示例丙海外孵化器")
_SERIES_EN = ("Example Alpha Incubator", "Example Beta Incubator", "Example Gamma Overseas Incubator")


def sample_document(lang: Lang = "zh-hans", *, annex_rows: int = 300) -> Document:
    """The whole sample; `annex_rows` projects stand in a wide annex that breaks over pages."""
    zh = lang == "zh-hans"
    return Document(
        lang=lang,
        title="异地孵化器绩效评价报告" if zh else "Performance report of a remote incubator",
        subtitle="示例甲孵化器 · 2021年第二季度" if zh else "Example Alpha Incubator · Q2 2021",
        park="示例高新技术产业开发区" if zh else "Example High-tech Zone",
        organisation=("示例高新技术产业开发区管理委员会", "科技创新局")
        if zh
        else ("Example High-tech Zone Committee", "Science and Innovation Bureau"),
        period="2021年第二季度" if zh else "Q2 2021",
        cover=_cover(zh),
        sections=(
            _summary(1, zh),
            _scores(2, zh),
            _flow(3, zh),
            _problems(4, zh),
            annex_section(5, zh, annex_rows),
            _evidence(6, zh),
            _sign_off(7, zh),
        ),
        digest=DIGEST,
        file_stem="report-demo-2021-Q2",
        generated_on=date(2021, 7, 9),
        badge="示范方案" if zh else "Demonstration scheme",
        notices=("含示例数据，不作为正式结论。",)
        if zh
        else ("Contains example data; not an official conclusion.",),
    )


def small_document(*blocks: Any, lang: Lang = "en", title: str = "Small report") -> Document:
    """One section with `blocks`: for a test that looks at a single thing."""
    return Document(
        lang=lang,
        title=title,
        subtitle="",
        park="Example park",
        organisation=("Example body",),
        period="Q2 2021",
        cover=(("Period", "Q2 2021"),),
        sections=(Section(1, "Only section", blocks, "only", "Only"),),
        digest=DIGEST,
        file_stem="small",
        generated_on=date(2021, 7, 9),
    )


def _cover(zh: bool) -> Sequence[tuple[str, str]]:
    if zh:
        return (
            ("所属园区", "示例高新技术产业开发区"),
            ("评价对象", "示例甲孵化器（上海）"),
            ("评价期间", "2021年第二季度（2021-04-01 至 2021-06-30）"),
            ("数据截止", "2021-06-30"),
            ("评价方案", "示范方案 第 1 版"),
            ("留痕链头", "b1946ac92492d2347c6235b4d2611184"),
        )
    return (
        ("Park", "Example High-tech Zone"),
        ("Incubator", "Example Alpha Incubator (Shanghai)"),
        ("Period", "Q2 2021 (2021-04-01 to 2021-06-30)"),
        ("As of", "2021-06-30"),
        ("Scheme", "Demonstration scheme, version 1"),
        ("History head", "b1946ac92492d2347c6235b4d2611184"),
    )


def _summary(number: int, zh: bool) -> Section:
    figures = (
        KeyFigure("综合得分", "86.4", "分", "上期 81.2", "等级：良好"),
        KeyFigure("新增入孵项目", "9", "个", "上期 7", "目标 8"),
        KeyFigure("注册落户", "3", "个", "上期 4", "已核验"),
        KeyFigure("到位资金", "1,234.57", "万元", "上期 980.00", "折人民币"),
    )
    figures_en = (
        KeyFigure("Overall score", "86.4", "points", "previous 81.2", "Grade: good"),
        KeyFigure("New projects", "9", "", "previous 7", "Target 8"),
        KeyFigure("Landed", "3", "", "previous 4", "Verified"),
        KeyFigure("Paid-in capital", "1,234.57", "10k yuan", "previous 980.00", "In renminbi"),
    )
    text = (
        "本期综合得分 86.4 分，等级为“良好”，较上期提高 5.2 分。新增入孵项目 9 个，完成季度目标的 112.5%；"
        "注册落户 3 个，均已由第二人核验。到位资金只计已取得银行凭证的部分，意向金额不计入。"
        if zh
        else "The score of the period is 86.4 (good), up by 5.2. Nine projects entered incubation, 112.5% of "
        "the target of the quarter; three landed, each verified by a second person. Paid-in capital counts "
        "only what a bank record proves; intentions are not counted."
    )
    points = (
        ("落户转化率为 33.3%，高于园区平均水平。", "有 2 个项目超过 180 天没有更新记录，见第四部分。")
        if zh
        else (
            "One in three projects landed, above the park's average.",
            "Two projects had no update for 180 days.",
        )
    )
    warning = (
        "本报告含示例数据，分值按示范方案计算，不作为正式评价结论。"
        if zh
        else "Example data, scored by a demonstration scheme: not a formal conclusion."
    )
    info = "统计口径：仅计入已核验记录。" if zh else "Scope: verified records only."
    blocks = (
        KeyFigures(figures if zh else figures_en),
        Paragraph(text),
        ListBlock(points),
        Callout("warning", warning),
        Callout("info", info),
    )
    return Section(
        number, "总体评价" if zh else "Summary", blocks, "summary", "总体评价" if zh else "Summary"
    )


def _scores(number: int, zh: bool) -> Section:
    columns = (
        Column("指标" if zh else "Indicator", weight=3),
        Column("公式与取数" if zh else "Formula and inputs", weight=4),
        Column("权重" if zh else "Weight", "integer", weight=0.9),
        Column("完成值" if zh else "Value", "decimal", weight=1.2),
        Column("目标完成率" if zh else "Of target", "percent", weight=1.3),
        Column("得分" if zh else "Score", "decimal", "分" if zh else "points", 1.1, 2),
    )
    rows: tuple[tuple[Cell, ...], ...] = (
        ("引进落户" if zh else "Attraction", None, 35, None, None, Decimal("30.25")),
        (
            "新增入孵项目数" if zh else "New projects",
            "min(完成值 ÷ 目标, 1) × 权重；9 ÷ 8" if zh else "min(value ÷ target, 1) × weight; 9 ÷ 8",
            6,
            9,
            Decimal("1.125"),
            Decimal("6"),
        ),
        (
            "到位资金" if zh else "Paid-in capital",
            "按银行凭证，折人民币" if zh else "By bank record, in renminbi",
            8,
            Decimal("1234.5678"),
            Decimal("0.98765"),
            Decimal("7.905"),
        ),
        (
            "满意度" if zh else "Satisfaction",
            "未开展调查，不计分" if zh else "No survey held: not scored",
            2,
            None,
            "不适用" if zh else "n/a",
            Decimal("0"),
        ),
        ("合计" if zh else "Total", None, 100, None, None, Decimal("86.4")),
    )
    table = Table(
        "scores",
        "各指标得分" if zh else "Scores by indicator",
        columns,
        rows,
        ("group", "normal", "normal", "warning", "total"),
        "得分保留两位小数，四舍五入。" if zh else "Scores are rounded half up to two places.",
    )
    return Section(number, "评分结果" if zh else "Scores", (table,), "scores", "评分结果" if zh else "Scores")


def bar_chart(zh: bool = True) -> ChartBlock:
    names = _SERIES if zh else _SERIES_EN
    landed, signed = (11, 14, 10), (18, 21, 12)
    table = Table(
        "compare",
        "三家孵化器对比" if zh else "The three incubators",
        (
            Column("孵化器" if zh else "Incubator", weight=3),
            Column("签约" if zh else "Signed", "integer", "个" if zh else ""),
            Column("落户" if zh else "Landed", "integer", "个" if zh else ""),
        ),
        tuple(zip(names, signed, landed, strict=True)),
    )
    option = {
        "grid": {"left": 48, "right": 24, "top": 40, "bottom": 32},
        "legend": {"top": 4, "right": 8},
        "xAxis": {"type": "category", "data": list(names)},
        "yAxis": {"type": "value", "name": "个" if zh else "projects"},
        "series": [
            {
                "type": "bar",
                "name": "签约" if zh else "Signed",
                "data": list(signed),
                "itemStyle": {"color": "#9cc3cc"},
                "label": {"show": True, "position": "top"},
            },
            {
                "type": "bar",
                "name": "落户" if zh else "Landed",
                "data": list(landed),
                "itemStyle": {"color": _ACCENT},
                "label": {"show": True, "position": "top"},
            },
        ],
    }
    return ChartBlock(
        "compare",
        "签约与落户对比" if zh else "Signed and landed projects",
        "示例乙孵化器签约、落户均居首位。" if zh else "Beta leads in both signed and landed projects.",
        option,
        table,
        "bar",
        0,
        (1, 2),
    )


def _funnel(zh: bool) -> ChartBlock:
    names = (
        ("线索", "洽谈评审", "在孵", "加速", "注册落户", "投产")
        if zh
        else ("Lead", "Screening", "Incubating", "Accelerating", "Landed", "Producing")
    )
    counts = (60, 41, 28, 19, 11, 4)
    option = {
        "series": [
            {
                "type": "funnel",
                "left": 120,
                "right": 120,
                "top": 8,
                "bottom": 8,
                "data": [{"name": n, "value": c} for n, c in zip(names, counts, strict=True)],
                "label": {"position": "inside", "formatter": "{b} {c}"},
            }
        ],
    }
    table = Table(
        "funnel",
        "各阶段项目数" if zh else "Projects by stage",
        (Column("阶段" if zh else "Stage", weight=2), Column("项目数" if zh else "Projects", "integer")),
        tuple(zip(names, counts, strict=True)),
    )
    return ChartBlock(
        "funnel",
        "项目转化漏斗" if zh else "Stage funnel",
        "从线索到投产，每 15 个项目有 1 个走完全程。" if zh else "One lead in fifteen goes all the way.",
        option,
        table,
        "funnel",
        height=300,
    )


def _sankey(zh: bool) -> ChartBlock:
    flows = (
        (("乌普萨拉", "上海", 6), ("上海", "江阴", 9), ("深圳", "江阴", 5))
        if zh
        else (("Uppsala", "Shanghai", 6), ("Shanghai", "Jiangyin", 9), ("Shenzhen", "Jiangyin", 5))
    )
    places = sorted({place for flow in flows for place in flow[:2]})
    option = {
        "series": [
            {
                "type": "sankey",
                "left": 16,
                "right": 96,
                "data": [{"name": place} for place in places],
                "links": [{"source": a, "target": b, "value": n} for a, b, n in flows],
                "lineStyle": {"color": "source", "opacity": 0.3},
            }
        ],
    }
    table = Table(
        "relocation",
        "搬迁路径" if zh else "Relocations",
        (
            Column("路径" if zh else "Path", weight=3),
            Column("项目数" if zh else "Projects", "integer"),
            Column("到位资金" if zh else "Paid-in capital", "money", "元" if zh else "yuan", 2),
            Column("最近一次" if zh else "Latest", "date", weight=1.5),
        ),
        tuple((f"{a} → {b}", n, Decimal("1234567.125") * n, date(2021, 5, n)) for a, b, n in flows),
    )
    return ChartBlock(
        "relocation",
        "项目搬迁流向" if zh else "Where projects moved",
        "回流项目主要经上海到达江阴。" if zh else "Most projects came home through Shanghai.",
        option,
        table,
        "sankey",
        height=260,
    )


def _flow(number: int, zh: bool) -> Section:
    title = "项目转化与流向" if zh else "Stages and flows"
    blocks = (_funnel(zh), bar_chart(zh), _sankey(zh), _funnel(zh).table)
    return Section(number, title, blocks, "flow", title)


def _problems(number: int, zh: bool) -> Section:
    title = "存在问题" if zh else "Problems found"
    columns = (
        Column("规则" if zh else "Rule", weight=3),
        Column("涉及项目" if zh else "Project", weight=3),
        Column("发现日期" if zh else "Found on", "date", weight=1.4),
    )
    empty = Table("problems", "规则发现的问题" if zh else "Problems found by rule", columns, ())
    intro = Paragraph("以下问题由规则自动发现。" if zh else "Found by rule, not by hand.")
    return Section(number, title, (intro, empty), "problems", title)


def annex_section(number: int, zh: bool, rows: int) -> Section:
    title = "附件：项目清单" if zh else "Annex: projects"
    labels = (
        ("编号", "项目", "企业全称", "产业", "阶段", "签约日期", "落户日期", "注册资本", "到位资金", "份额")
        if zh
        else (
            "Code", "Project", "Company", "Sector", "Stage", "Signed", "Landed", "Registered", "Paid in",
            "Share",
        )
    )  # fmt: skip
    kinds = ("text", "text", "text", "text", "text", "date", "date", "money", "money", "percent")
    weights = (1.2, 2, 3, 1.2, 1.2, 1.4, 1.4, 1.8, 1.8, 1)
    yuan = "元" if zh else "yuan"
    columns = tuple(
        Column(label, kind, yuan if kind == "money" else "", weight)  # type: ignore[arg-type]
        for label, kind, weight in zip(labels, kinds, weights, strict=True)
    )
    table = Table("projects", title, columns, tuple(_project(n, zh) for n in range(1, rows + 1)))
    return Section(number, title, (table,), "annex", "项目清单" if zh else "Projects")


def _project(number: int, zh: bool) -> tuple[Cell, ...]:
    signed = date(2019 + number % 3, 1 + number % 12, 1 + number % 28)
    landed = None if number % 3 else date(2021, 1 + number % 6, 1 + number % 28)
    return (
        f"EX-{number:04d}",
        f"示例项目{number}" if zh else f"Example project {number}",
        f"示例{number}号生物医药新材料科技（江阴）股份有限公司"
        if zh
        else f"Example {number} Biotech Company Limited",
        "生物医药" if zh else "Biotech",
        "注册落户" if zh else "Landed",
        signed,
        landed,
        Decimal(number) * Decimal("123456.78"),
        Decimal(number * 1000) if landed else None,
        Decimal(1) / Decimal(number),
    )


def _evidence(number: int, zh: bool) -> Section:
    title = "证据索引" if zh else "Evidence index"
    columns = (
        Column("文件" if zh else "File", weight=2.4),
        Column("SHA-256", weight=4),
        Column("核验人" if zh else "Verified by", weight=1.2),
        Column("日期" if zh else "Date", "date", weight=1.3),
    )
    rows = tuple(
        (f"验资报告-{n:02d}.pdf" if zh else f"capital-proof-{n:02d}.pdf", DIGEST, "alice", date(2021, 6, n))
        for n in range(1, 9)
    )
    table = Table("evidence", "证据文件" if zh else "Evidence files", columns, rows)
    return Section(number, title, (table,), "evidence", title)


def _sign_off(number: int, zh: bool) -> Section:
    title = "签章" if zh else "Signatures"
    places = (
        (SignPlace("评价单位（盖章）"), SignPlace("被评价单位（盖章）"), SignPlace("复核人", "signature"))
        if zh
        else (SignPlace("Evaluating body"), SignPlace("Incubator"), SignPlace("Reviewer", "signature"))
    )
    block = SignOff(
        "签章处" if zh else "Seals and signatures", places, "　　年　　月　　日" if zh else "Date:"
    )
    return Section(number, title, (block,), "sign-off", title)
