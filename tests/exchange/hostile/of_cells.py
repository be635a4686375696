"""Files whose cells are spelt in every way that people and programs find."""

from datetime import date, datetime
from decimal import Decimal as D
from typing import Any

from tests.exchange.hostile.build import Grid, cells, inline, raw, stored, text, workbook
from tests.exchange.hostile.case import Case, Wrong

MAY_3 = date(2021, 5, 3)


def spelt(heading: str, column: str, spellings: dict[Any, Any], name: str) -> Case:
    """A sheet with one column of spellings beside the name: (as typed) → (value or error)."""
    grid: Grid = [["项目名称", heading], *([f"示例{n}", raw] for n, raw in enumerate(spellings, start=1))]
    rows: dict[int, dict[str, Any]] = {}
    for number, expected in enumerate(spellings.values(), start=2):
        rows[number] = {"name": f"示例{number - 1}"} | ({} if expected is None else {column: expected})
    return Case(name, "cells.xlsx", workbook(grid), rows)


def _percent(sheet: Any) -> None:
    for row in (2, 3):
        sheet.cell(row, 2).number_format = "0.0%"


def _shown_in_wan(sheet: Any) -> None:
    sheet["B2"].number_format = '0.00"万元"'
    sheet["B3"].number_format = '0!.0,"万"'


CASES = (
    spelt(
        "注册资本",
        "amount",
        {
            "12.5万元": D(125000),
            "1.2亿": D(120000000),
            "3千元": D(3000),
            "500元整": D(500),
            "¥1,000": D(1000),
            "RMB 1,000.00": D(1000),
            "1 000": D(1000),
            "1，000": D(1000),
            "１２．５　万": D(125000),
            "一百二十万元": D(1200000),
            "1.2E+05": D(120000),
            "-": None,
            "暂无": None,
        },
        "money in every usual spelling",
    ),
    spelt(
        "注册资本",
        "amount",
        {
            "1.000,50": Wrong("separators", "1000.5"),
            "12.500": Wrong("ambiguous", "12.5"),
            "1,5": Wrong("ambiguous", "1.5"),
            "约50": Wrong("not_exact", "50"),
            "50+": Wrong("not_exact", "50"),
            "近100万": Wrong("not_exact", "1000000"),
            "100万-200万": Wrong("several_numbers"),
            "USD 5,000": Wrong("currency"),
            "$5": Wrong("currency"),
            "(1,234)": Wrong("out_of_bounds"),
            "见合同": Wrong("not_a_number"),
            "12.345": Wrong("ambiguous", "12.3450"),
            12.3456: Wrong("too_many_places", "12.35"),
            "1E+30": Wrong("too_large"),
            datetime.fromisoformat("2021-05-03"): Wrong("date_for_number"),
        },
        "money that is not exact, not clear or not yuan",
    ),
    spelt(
        "注册资本（万元）",
        "amount",
        {12.5: D(125000), "3": D(30000), "12.5万": D(125000), "800元": D(800), "1.2亿元": D(120000000)},
        "the cell's unit beats that of the heading",
    ),
    spelt(
        "落地日期",
        "landed_on",
        {
            "2021.5.3": MAY_3,
            "2021/5/3": MAY_3,
            "2021-5-3": MAY_3,
            "20210503": MAY_3,
            20210503: MAY_3,
            "2021年5月3日": MAY_3,
            "二〇二一年五月三日": MAY_3,
            "２０２１－０５－０３": MAY_3,
            "2021-05-03 00:00:00": MAY_3,
            44319: MAY_3,
            44319.5: MAY_3,
            "3 May 2021": MAY_3,
            "May 3, 2021": MAY_3,
            "2021-5-3 星期一": MAY_3,
            "13/04/2021": date(2021, 4, 13),
            "05/05/2021": date(2021, 5, 5),
            datetime.fromisoformat("2021-05-03 08:30"): MAY_3,
            "二○二一年十二月三十一日": date(2021, 12, 31),
        },
        "dates in every usual spelling",
    ),
    spelt(
        "落地日期",
        "landed_on",
        {
            "2021年5月": Wrong("day_missing", "2021-05-01"),
            "2021": Wrong("month_missing"),
            "5月3日": Wrong("year_missing"),
            "2021.5.32": Wrong("no_such_day", "2021-05-31"),
            "2021-02-29": Wrong("no_such_day", "2021-02-28"),
            "2021-13-01": Wrong("no_such_day"),
            "21.5.3": Wrong("short_year", "2021-05-03"),
            "3-May-21": Wrong("short_year", "2021-05-03"),
            "03/04/2021": Wrong("ambiguous", "2021-04-03"),
            "2021年5月上旬": Wrong("not_exact"),
            "长期": Wrong("not_a_date"),
            "0021-05-03": Wrong("implausible_year"),
            12: Wrong("not_a_date"),
            True: Wrong("not_a_date"),
        },
        "dates that are incomplete, impossible or unclear",
    ),
    spelt(
        "持股比例",
        "share",
        {
            "27.3%": D("27.3"),
            "27.3％": D("27.3"),
            "百分之二十七": D(27),
            27.3: D("27.3"),
            "5‰": D("0.5"),
            0.273: Wrong("ambiguous", "27.3%"),
            1: Wrong("ambiguous", "100%"),
            "120%": Wrong("out_of_bounds"),
            "33.333%": Wrong("too_many_places", "33.33%"),
            "约30%": Wrong("not_exact", "30%"),
        },
        "percent by sign, by words and bare",
    ),
    Case(
        "percent by number format",
        "percent.xlsx",
        workbook([["项目名称", "持股比例"], ["示例甲", 0.273], ["示例乙", 1]], _percent),
        {2: {"name": "示例甲", "share": D("27.3")}, 3: {"name": "示例乙", "share": D(100)}},
    ),
    Case(
        "a unit that only the number format shows",
        "format.xlsx",
        workbook([["项目名称", "注册资本"], ["示例甲", 12.5], ["示例乙", 125000]], _shown_in_wan),
        {2: {"name": "示例甲", "amount": D(125000)}, 3: {"name": "示例乙", "amount": D(125000)}},
    ),
    spelt(
        "员工人数",
        "staff",
        {
            "3.0": 3,
            "12人": 12,
            "十二": 12,
            "1,200": 1200,
            "3.5": Wrong("not_whole", "4"),
            "50余人": Wrong("not_exact", "50"),
            "10-20人": Wrong("several_numbers"),
            "3000000000": Wrong("too_large"),
            False: Wrong("not_a_number"),
        },
        "whole numbers with counters, places and doubts",
    ),
    spelt(
        "使用面积",
        "area",
        {"120㎡": D(120), "120.5 m²": D("120.5"), "3亩": Wrong("not_a_number")},
        "an area in the unit of the column and in another",
    ),
    spelt(
        "阶段",
        "stage",
        {
            "线索": "lead",
            "Incubating": "incubating",
            " 在孵 ": "incubating",
            "註冊落戶": "landed",
            "landed": "landed",
            "注册落沪": Wrong("not_a_choice", "注册落户"),
            "其他": Wrong("not_a_choice"),
        },
        "choices by label, alias, code, traditional characters and misspelt",
    ),
    spelt(
        "是否上市",
        "listed",
        {
            "是": True,
            "否": False,
            "√": True,
            "×": False,
            "Y": True,
            "n": False,
            True: True,
            "x": Wrong("not_a_boolean"),
        },
        "yes and no",
    ),
    spelt(
        "所属月份",
        "period",
        {
            "2021年5月": date(2021, 5, 1),
            "2021-05": date(2021, 5, 1),
            "202105": date(2021, 5, 1),
            "2021.5.3": date(2021, 5, 1),
            "May 2021": date(2021, 5, 1),
            "2021": Wrong("month_missing"),
        },
        "months",
    ),
    spelt(
        "成立年份",
        "founded",
        {
            2017: 2017,
            "2017年": 2017,
            "二〇一七年": 2017,
            "17": Wrong("not_a_date"),
            "2017-05-01": Wrong("not_a_year", "2017"),
        },
        "years",
    ),
    spelt(
        "统一社会信用代码",
        "credit_code",
        {
            "91320281MA1N00000X": "91320281MA1N00000X",
            913202815123456789: Wrong("digits_lost"),
            "9.13203E+17": Wrong("digits_lost"),
            "91320281MA1N00000X8": Wrong("too_long"),
            '="91320281MA1N00000X"': "91320281MA1N00000X",
        },
        "credit codes that Excel took for numbers",
    ),
    spelt(
        "瑞典组织号",
        "organisation_number",
        {
            5560125790: "5560125790",
            160125790: Wrong("zeros_lost", "0160125790"),
            "556012-5790": "556012-5790",
        },
        "organisation numbers whose zeros were lost",
    ),
    Case(
        "texts with everything that is not meant",
        "texts.csv",
        text(
            "项目名称,备注\n"
            "飞榴科技(11.180, 0.06, 0.54%),a\n"  # without quotation marks: a ragged row
            '"飞榴科技(11.180, 0.06, 0.54%)",a\n'
            "\u200b示例 甲\u00a0 ,b\n"
            "'=HYPERLINK(1),'+86 510\n"
            "'@示例,-\n"
            f"{'长' * 61},c\n"
        ),
        {
            2: {"name": "飞榴科技(11.180", "note": "0.06", "": Wrong("ragged")},
            3: {"name": "飞榴科技", "note": "a"},
            4: {"name": "示例 甲", "note": "b"},
            5: {"name": "=HYPERLINK(1)", "note": "+86 510"},
            6: {"name": "@示例"},
            7: {"name": Wrong("too_long"), "note": "c"},
        },
        as_projects={7: "new"},
    ),
    Case(
        "formulas without results, as programs write them",
        "formulas.xlsx",
        workbook([["项目名称", "注册资本"], ["示例甲", "=B3*2"], ["=A2", 5]]),
        {2: {"name": "示例甲", "amount": Wrong("formula")}, 3: {"name": Wrong("formula"), "amount": D(5)}},
    ),
    Case(
        "formulas with results, errors, and results that Excel is asked to compute anew",
        "results.xlsx",
        raw(
            cells(
                inline("A1", "项目名称") + inline("B1", "注册资本"),
                inline("A2", "示例甲") + '<c r="B2"><f>1+1</f><v>2</v></c>',
                inline("A3", "示例乙") + '<c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
                inline("A4", "示例丙") + '<c r="B4" t="str"><f>IF(1,"","")</f><v></v></c>',
                inline("A5", "示例丁") + '<c r="B5" t="e"><v>#REF!</v></c>',
            )
        ),
        {
            2: {"name": "示例甲", "amount": D(2)},
            3: {"name": "示例乙", "amount": Wrong("error_value")},
            4: {"name": "示例丙"},
            5: {"name": "示例丁", "amount": Wrong("error_value")},
        },
    ),
    Case(
        "a program that stores 0 for every formula",
        "uncomputed.xlsx",
        raw(
            cells(
                inline("A1", "项目名称") + inline("B1", "注册资本"),
                inline("A2", "示例甲") + '<c r="B2"><f>1+1</f><v>0</v></c>',
            ),
            book='<calcPr fullCalcOnLoad="1"/>',
        ),
        {2: {"name": "示例甲", "amount": Wrong("formula")}},
    ),
    Case(
        "an .xls file whose formulas nobody computed",
        "a.xls",
        stored("formula_not_computed.xls"),
        {2: {"name": "示例甲", "amount": Wrong("formula")}},
    ),
    Case(
        "dates that count from 1904",
        "mac.xlsx",
        raw(
            cells(
                inline("A1", "项目名称") + inline("B1", "落地日期"),
                inline("A2", "示例甲") + '<c r="B2"><v>42857</v></c>',
            ),
            book='<workbookPr date1904="1"/>',
        ),
        {2: {"name": "示例甲", "landed_on": MAY_3}},
    ),
    Case(
        "numbers that are none",
        "infinite.xlsx",
        raw(
            cells(
                inline("A1", "项目名称") + inline("B1", "注册资本"),
                inline("A2", "示例甲") + '<c r="B2"><v>1e400</v></c>',
                inline("A3", "示例乙") + '<c r="B3"><v>NaN</v></c>',
            )
        ),
        {
            2: {"name": "示例甲", "amount": Wrong("not_a_number")},
            3: {"name": "示例乙", "amount": Wrong("not_a_number")},
        },
    ),
    Case(
        "words of Excel for mistakes in a text file",
        "errors.csv",
        text("项目名称,注册资本\n示例甲,#N/A\n#REF!,1\n示例丙,########\n"),
        {
            2: {"name": "示例甲", "amount": Wrong("error_value")},
            3: {"name": Wrong("error_value"), "amount": D(1)},
            4: {"name": "示例丙", "amount": Wrong("error_value")},
        },
    ),
)
