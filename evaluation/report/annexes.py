"""What stands behind the result: projects, problems, evidence with digests, history heads, places to sign."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from evaluation.indicators.records import amount_in_yuan
from evaluation.render.document import (
    Block,
    Callout,
    Cell,
    Column,
    Paragraph,
    RowStyle,
    SignOff,
    SignPlace,
    Table,
)
from evaluation.report.context import Context, Row
from evaluation.report.words import EVIDENCE, SEVERITIES, STAGES, name_of
from evaluation.selectors.problems import problem_rules


def project_table(context: Context, incubator: Row, *, suffix: str = "") -> Table:
    """Every project of the incubator, and those it shares the credit for, with the days of the five facts."""
    pick = context.pick
    inputs = context.inputs(incubator)
    columns = (
        Column(pick("编号", "Number"), weight=1.3),
        Column(pick("项目", "Project"), weight=2.2),
        Column(pick("阶段", "Stage"), weight=1.3),
        Column(pick("签约", "Signed"), "date", weight=1.2),
        Column(pick("注册", "Registered"), "date", weight=1.2),
        Column(pick("首次到位", "First paid in"), "date", weight=1.2),
        Column(pick("到位资金", "Paid in"), "money", pick("元", "yuan"), 1.7),
        Column(pick("开工", "Started"), "date", weight=1.2),
        Column(pick("投产", "Producing"), "date", weight=1.2),
        Column(pick("贡献比例", "Credit"), "percent", weight=0.9, places=0),
        Column(pick("性质", "Data"), weight=0.8),
    )
    rows: list[tuple[Cell, ...]] = []
    for project in inputs.projects:
        days = {kind: _day(context, project, kind) for kind in _FACTS}
        paid = [
            amount
            for fact in project["facts"]
            if fact["kind"] == "paid_in"
            and fact["verified_on"]
            and (amount := amount_in_yuan(inputs, fact)) is not None
        ]
        rows.append(
            (
                project["code"] or "—",
                context.named(project),
                name_of(STAGES, project["stage"], chinese=context.chinese),
                days["signed"],
                days["registered"],
                days["paid_in"],
                sum(paid, Decimal(0)) if paid else None,
                days["started"],
                days["producing"],
                inputs.share_of(project),
                _provenance(context, project),
            )
        )
    return Table(
        f"projects{suffix}",
        pick("项目明细", "Projects"),
        columns,
        rows,
        (),
        pick(
            "日期与金额仅列经核验的；“待核验”为已填报、尚未核验。外币按到账日汇率折合人民币。",
            "Dates and amounts are verified ones; “unverified” has been entered and waits for a second "
            "person. Foreign currency at the rate of its day.",
        ),
    )


_FACTS = ("signed", "registered", "paid_in", "started", "producing")


def _day(context: Context, project: Row, kind: str) -> Cell:
    facts = [fact for fact in project["facts"] if fact["kind"] == kind]
    verified = [fact["on"] for fact in facts if fact["verified_on"]]
    if verified:
        return date.fromisoformat(min(verified))
    return context.pick("待核验", "unverified") if facts else None


def _provenance(context: Context, project: Row) -> str:
    if project["provenance"] == "demonstration":
        return context.pick("示例", "example")
    return context.pick("实录", "recorded")


def problem_blocks(context: Context, *, only: str | None = None) -> list[Block]:
    """The problems that the rules found, and the rules themselves."""
    pick, chinese = context.pick, context.chinese
    found = [row for row in context.problems if only in (None, row["incubator"]["code"])]
    styles: dict[str, RowStyle] = {"serious": "warning", "warning": "normal"}
    columns = (
        Column(pick("孵化器", "Incubator"), weight=1.6),
        Column(pick("程度", "Weight"), weight=0.7),
        Column(pick("问题", "Problem"), weight=5),
    )
    table = Table(
        f"problems{'-' + only if only else ''}",
        pick("存在问题", "Problems found"),
        columns,
        [
            (
                row["incubator"]["name"],
                name_of(SEVERITIES, row["severity"], chinese=chinese),
                row["text"],
            )
            for row in found
        ],
        [styles[row["severity"]] for row in found],
    )
    if not found:
        return [
            Paragraph(pick("按下列规则检查，未发现问题。", "Checked by the rules below; nothing was found."))
        ]
    return [table]


def rules_table(context: Context) -> Table:
    pick = context.pick
    return Table(
        "problem-rules",
        pick("检查规则", "Rules of the check"),
        (Column(pick("序号", "No."), "integer", weight=0.6), Column(pick("规则", "Rule"), weight=6)),
        [(number, text) for number, (_, text) in enumerate(problem_rules(context.reader.language), start=1)],
    )


def evidence_table(context: Context) -> Table:
    """Every file that proves something in the result, with the digest of its bytes."""
    pick = context.pick
    used: dict[str, list[str]] = {}
    for result in context.result["subjects"]:
        for node in result["nodes"]:
            for digest in node["evidence"]:
                names = used.setdefault(digest, [])
                if node["name"] not in names:
                    names.append(node["name"])
    rows: list[tuple[Cell, ...]] = []
    for file in context.reader.frozen["evidence"]:
        if file["sha256"] in used:
            rows.append(
                (
                    len(rows) + 1,
                    file["title"],
                    name_of(EVIDENCE, file["kind"], chinese=context.chinese),
                    pick("、", ", ").join(used[file["sha256"]]),
                    file["sha256"],
                )
            )
    return Table(
        "evidence",
        pick("证据目录", "Index of evidence"),
        (
            Column(pick("序号", "No."), "integer", weight=0.5),
            Column(pick("文件", "File"), weight=2),
            Column(pick("类别", "Kind"), weight=1),
            Column(pick("证明的指标", "Proves"), weight=1.6),
            Column("SHA-256", weight=3),
        ),
        rows,
        (),
        pick(
            "摘要按上传文件的原始字节计算，可用 sha256sum 复核。",
            "Digests are of the files as uploaded and can be checked with sha256sum.",
        ),
    )


def history_blocks(context: Context) -> list[Block]:
    """Digest of the data and where the chains stood when they were frozen."""
    pick, digest, day = context.pick, context.run.snapshot_sha256, context.frozen_at
    rows: list[tuple[Cell, ...]] = [(row["chain"], row["sequence"], row["hash"]) for row in context.history]
    table = Table(
        "history",
        pick("留痕链头", "Heads of the history chains"),
        (
            Column(pick("链", "Chain"), weight=1.5),
            Column(pick("末条序号", "Last entry"), "integer", weight=0.8),
            Column(pick("链头摘要", "Hash of the head"), weight=4),
        ),
        rows,
    )
    return [
        Paragraph(
            pick(
                f"本报告数据快照的SHA-256摘要为 {digest}，数据冻结日期{day}。"
                "下表为冻结时各留痕链的链头；此后如改动任何一条历史记录，链头即与本表不符。",
                f"The SHA-256 of the data snapshot is {digest}, frozen on {day}. The table holds the heads "
                "of the history chains at that moment: whoever changes an entry later cannot make the chain "
                "end in the same hash.",
            )
        ),
        table,
    ]


def sign_off(context: Context) -> Block:
    pick = context.pick
    places: Sequence[SignPlace] = (
        SignPlace(pick("评价单位（盖章）", "Evaluating body (seal)")),
        SignPlace(pick("被评价单位（盖章）", "Evaluated body (seal)")),
        SignPlace(pick("评价人（签字）", "Evaluated by (signature)"), "signature"),
        SignPlace(pick("复核人（签字）", "Checked by (signature)"), "signature"),
    )
    return SignOff(pick("签章", "Signatures"), places, pick("年　　月　　日", "Date:"))


def scheme_callout(context: Context) -> Callout:
    scheme = context.result["scheme"]
    return Callout(
        "info",
        context.pick(
            f"评价方案：{scheme['name']}，第{scheme['version']}版（{scheme['label']}）。"
            "该方案为示例，指标、权重与标准未经主管部门发布，不作为正式评价依据。",
            f"Scheme: {scheme['name']}, version {scheme['version']} ({scheme['label']}). It is an example: "
            "no authority has issued its indicators, weights and thresholds, and it is no basis for a formal "
            "decision.",
        ),
    )
