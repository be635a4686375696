from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import migrations

NOTE = (
    "示例/待核对：阈值按公开资料录入，每年须由园区对照现行文件核对后另立新版本。"
    " Example, to be checked: as reported in public sources; re-check every year against the current text."
)
M = 1_000_000
#: rung, valid from, applications from and until, source, lines. A line: key, comparison, value, clause and,
#: where it does not hold for all: applies by, above, up to; or the name of its alternatives.
RULES: list[dict[str, Any]] = [
    {
        "rung": "tech_sme",
        "starts_on": date(2017, 5, 3),
        "source": "《科技型中小企业评价办法》（国科发政〔2017〕115号），示例/待核对",
        "window": (date(2026, 6, 1), date(2026, 8, 31)),
        "lines": [
            {"key": "staff_count", "comparison": "at_most", "value": 500, "clause": "职工总数不超过500人"},
            {"key": "revenue", "comparison": "at_most", "value": 200 * M, "clause": "年销售收入不超过2亿元"},
            {"key": "total_assets", "comparison": "at_most", "value": 200 * M, "clause": "资产总额不超过2亿元"},
            {
                "key": "tech_sme_score",
                "comparison": "at_least",
                "value": 60,
                "clause": "按评价指标综合评价所得分值不低于60分",
            },
            {"key": "no_serious_incident", "comparison": "holds", "clause": "上一年未发生重大安全、质量事故和严重失信"},
        ],
    },
    {
        "rung": "hnte",
        "starts_on": date(2016, 1, 1),
        "source": "《高新技术企业认定管理办法》（国科发火〔2016〕32号），示例/待核对",
        "lines": [
            {"key": "months_registered", "comparison": "at_least", "value": 12, "clause": "申请认定时须注册成立一年以上"},
            {"key": "owns_core_ip", "comparison": "holds", "clause": "拥有对主要产品（服务）发挥核心支持作用的知识产权"},
            {
                "key": "rd_staff_share",
                "comparison": "at_least",
                "value": 10,
                "clause": "科技人员占当年职工总数的比例不低于10%",
            },
            {
                "key": "rd_revenue_share",
                "comparison": "at_least",
                "value": 5,
                "applies": ("revenue", None, 50 * M),
                "clause": "最近一年销售收入5,000万元以下（含）的，研发费用占比不低于5%",
            },
            {
                "key": "rd_revenue_share",
                "comparison": "at_least",
                "value": 4,
                "applies": ("revenue", 50 * M, 200 * M),
                "clause": "最近一年销售收入5,000万元至2亿元（含）的，研发费用占比不低于4%",
            },
            {
                "key": "rd_revenue_share",
                "comparison": "at_least",
                "value": 3,
                "applies": ("revenue", 200 * M, None),
                "clause": "最近一年销售收入2亿元以上的，研发费用占比不低于3%",
            },
            {
                "key": "rd_in_china_share",
                "comparison": "at_least",
                "value": 60,
                "clause": "在中国境内发生的研发费用占全部研发费用的比例不低于60%",
            },
            {
                "key": "high_tech_income_share",
                "comparison": "at_least",
                "value": 60,
                "clause": "近一年高新技术产品（服务）收入占同期总收入的比例不低于60%",
            },
            {
                "key": "innovation_score",
                "comparison": "exceeds",
                "value": 70,
                "clause": "企业创新能力评价（专家评分，30/30/20/20）达到相应要求：超过70分",
            },
            {"key": "no_serious_incident", "comparison": "holds", "clause": "申请认定前一年内未发生重大安全、质量事故或严重环境违法"},
        ],
    },
    {
        "rung": "specialised_sme",
        "starts_on": date(2026, 4, 1),
        "source": "专精特新中小企业认定标准（工信部企业〔2026〕2号），示例/待核对",
        "lines": [
            {
                "key": "revenue",
                "comparison": "at_least",
                "value": 15 * M,
                "alternative": "A",
                "clause": "上年度营业收入1,500万元以上，或者新增股权融资2,000万元以上",
            },
            {
                "key": "new_equity_2y",
                "comparison": "at_least",
                "value": 20 * M,
                "alternative": "A",
                "clause": "上年度营业收入1,500万元以上，或者新增股权融资2,000万元以上",
            },
            {"key": "main_business_share", "comparison": "at_least", "value": 80, "clause": "主营业务收入占营业收入的比重80%以上"},
            {"key": "debt_ratio", "comparison": "at_most", "value": 80, "clause": "资产负债率80%以下"},
            {"key": "rd_expense_lowest_2y", "comparison": "at_least", "value": 1 * M, "clause": "近两年研发费用均100万元以上"},
            {"key": "rd_share_lowest_2y", "comparison": "at_least", "value": 3, "clause": "近两年研发费用占营业收入的比重均3%以上"},
            {"key": "platform_score", "comparison": "at_least", "value": 50, "clause": "优质中小企业梯度培育平台评分50分以上"},
        ],
    },
    *(
        {
            "rung": rung,
            "starts_on": date(2021, 1, 1),
            "source": "地方瞪羚、独角兽认定及培育办法（各地不同），示例/待核对",
            "lines": [{"key": "innovation_score", "comparison": "decision", "clause": clause}],
        }
        for rung, clause in (
            ("potential_gazelle", "列入当地潜在瞪羚企业名单，以主管部门公布为准"),
            ("gazelle", "列入当地瞪羚企业名单，以主管部门公布为准"),
            ("unicorn", "列入独角兽企业名单，以主管部门公布为准"),
        )
    ),
]


def add_ladder_examples(apps: Any, schema_editor: Any) -> None:
    """The example versions, once: a park replaces them by versions of its own."""
    rules, lines = apps.get_model("enterprises", "LadderRule"), apps.get_model("enterprises", "LadderCriterion")
    for entry in RULES:
        opens, closes = entry.get("window", (None, None))
        rule, made = rules.objects.get_or_create(
            park=None,
            rung=entry["rung"],
            starts_on=entry["starts_on"],
            defaults={
                "source": entry["source"],
                "note": NOTE,
                "is_example": True,
                "window_from": opens,
                "window_until": closes,
                "entered_at": datetime(2021, 1, 1, tzinfo=UTC),
            },
        )
        if made:
            lines.objects.bulk_create(
                lines(rule=rule, position=position, **_line(line))
                for position, line in enumerate(entry["lines"], 1)
            )


def _line(line: dict[str, Any]) -> dict[str, Any]:
    key, above, upto = line.get("applies", ("", None, None))
    value = line.get("value")
    return {
        "key": line["key"],
        "comparison": line["comparison"],
        "value": None if value is None else Decimal(value),
        "applies_key": key,
        "applies_above": None if above is None else Decimal(above),
        "applies_upto": None if upto is None else Decimal(upto),
        "alternative": line.get("alternative", ""),
        "clause": line["clause"],
    }


def remove_ladder_examples(apps: Any, schema_editor: Any) -> None:
    apps.get_model("enterprises", "LadderRule").objects.filter(park=None, is_example=True).delete()


class Migration(migrations.Migration):
    """Thresholds as reported, so that the gap check answers something; labelled and dated."""

    dependencies = [("enterprises", "0005_totals_over_rows")]
    operations = [migrations.RunPython(add_ladder_examples, remove_ladder_examples)]
