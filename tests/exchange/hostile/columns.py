"""The table that the hostile files claim to fill in: one column of every kind."""

from exchange.sheets import Choice, Column, Kind

COLUMNS = (
    Column(
        "name",
        "项目名称",
        "Project name",
        required=True,
        longest=60,
        note_zh="项目的全称",
        example="示例项目一",
        aliases=("名称",),
    ),
    Column("credit_code", "统一社会信用代码", "Credit code", longest=18),
    Column("organisation_number", "瑞典组织号", "Organisation number"),
    Column(
        "amount",
        "注册资本",
        "Registered capital",
        Kind.MONEY,
        unit_zh="元",
        unit_en="yuan",
        note_zh="以营业执照为准",
        example="1000000",
        lowest=0,
    ),
    Column("share", "持股比例", "Share held", Kind.PERCENT, unit_zh="%", unit_en="%", lowest=0, highest=100),
    Column("staff", "员工人数", "Staff", Kind.INTEGER, unit_zh="人", unit_en="people", lowest=0),
    Column("area", "使用面积", "Floor area", Kind.DECIMAL, unit_zh="㎡", unit_en="m²"),
    Column("landed_on", "落地日期", "Landed on", Kind.DATE, note_zh="年-月-日", example="2021-05-31"),
    Column("period", "所属月份", "Month", Kind.MONTH),
    Column("founded", "成立年份", "Founded", Kind.YEAR),
    Column("stage", "阶段", "Stage", Kind.CHOICE),
    Column("listed", "是否上市", "Listed", Kind.BOOLEAN),
    Column("note", "备注", "Note", Kind.LONG_TEXT, longest=2000),
)
STAGES = (
    Choice("lead", "线索", "Lead"),
    Choice("incubating", "签约入驻", "Incubating", ("在孵", "入驻")),
    Choice("landed", "注册落户", "Landed", ("落地",)),
)
