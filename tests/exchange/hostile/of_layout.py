"""Files whose tables stand in unusual places, in unusual encodings, under unusual headings."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import openpyxl

from tests.exchange.hostile.build import cells, inline, raw, saved, stored, text, workbook
from tests.exchange.hostile.case import Case, Wrong

HEAD = "项目名称,注册资本,落地日期\n"
BODY = "示例甲,1000,2021-05-03\n示例乙,2000,2021-06-01\n"
ROWS = {
    2: {"name": "示例甲", "amount": D(1000), "landed_on": date(2021, 5, 3)},
    3: {"name": "示例乙", "amount": D(2000), "landed_on": date(2021, 6, 1)},
}
#: One table by LibreOffice in three formats: percent, results, an error, a hidden row, merged cells.
OFFICE_ROWS = {
    2: {
        "name": "示例甲",
        "amount": D(125000),
        "landed_on": date(2021, 5, 3),
        "share": D("27.3"),
        "staff": 12,
    },
    3: {
        "name": "示例乙",
        "amount": Wrong("error_value"),
        "landed_on": date(2021, 6, 1),
        "share": D(50),
        "staff": 3,
    },
    4: {"name": "示例丙", "amount": D(70000), "share": D(100), "staff": 10},
    5: {"name": "示例丁", "amount": D(30000)},
    6: {"name": Wrong("merged", "示例丁"), "amount": D(80000)},
}
OFFICE_NOTES = frozenset({"hidden_rows", "merged"})


def _merged_headings(sheet: Any) -> None:
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:C2")


def _hidden(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True


def _styled_to_the_edge(sheet: Any) -> None:
    for row in (1, 5000):
        sheet.cell(row, 16384).number_format = "0.00"


def _several_sheets() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["请在第二张表中填写项目名称"])
    table = book.create_sheet("项目")
    table.append(["项目名称", "注册资本"])
    table.append(["示例甲", 1000])
    lists = book.create_sheet("选项")
    lists.append(["线索"])
    lists.sheet_state = "hidden"
    return saved(book)


CASES = (
    Case("UTF-8", "a.csv", text(HEAD + BODY), ROWS),
    Case("UTF-8 with its mark", "a.csv", text(HEAD + BODY, "utf-8-sig"), ROWS),
    Case("UTF-16 with its mark", "a.csv", text(HEAD + BODY, "utf-16"), ROWS),
    Case("UTF-16 LE without a mark", "a.csv", text(HEAD + BODY, "utf-16-le"), ROWS),
    Case("UTF-16 BE without a mark", "a.csv", text(HEAD + BODY, "utf-16-be"), ROWS),
    Case("GBK", "a.csv", text(HEAD + BODY, "gbk"), ROWS),
    Case(
        "GB18030 with a character that GBK lacks",
        "a.csv",
        text("项目名称,备注\n示例㐂,一\n", "gb18030"),
        {2: {"name": "示例㐂", "note": "一"}},
    ),
    Case(
        "Big5",
        "a.csv",
        text("項目名稱,註冊資本\n臺灣生物科技,1000\n香港研發中心,2000\n", "big5"),
        {2: {"name": "臺灣生物科技", "amount": D(1000)}, 3: {"name": "香港研發中心", "amount": D(2000)}},
        notes=frozenset({"encoding_assumed"}),
    ),
    Case(
        "Western letters",
        "a.csv",
        text("Project name;Note\nVästerås Bioteknik;på gång\nMalmö Läkemedel;åäö\n", "cp1252"),
        {
            2: {"name": "Västerås Bioteknik", "note": "på gång"},
            3: {"name": "Malmö Läkemedel", "note": "åäö"},
        },
        notes=frozenset({"encoding_assumed"}),
    ),
    Case("semicolons", "a.csv", text((HEAD + BODY).replace(",", ";")), ROWS),
    Case("tabs under the name .txt", "a.txt", text((HEAD + BODY).replace(",", "\t")), ROWS),
    Case("bars", "a.csv", text((HEAD + BODY).replace(",", "|")), ROWS),
    Case("enumeration commas", "a.csv", text((HEAD + BODY).replace(",", "、")), ROWS),
    Case("full-width commas", "a.csv", text((HEAD + BODY).replace(",", "，")), ROWS),
    Case(
        "a separator that the first line names",
        "a.csv",
        text("sep=;\n" + (HEAD + BODY).replace(",", ";")),
        ROWS,
    ),
    Case("line ends of an old Mac", "a.csv", text((HEAD + BODY).replace("\n", "\r")), ROWS),
    Case("a text file named .xlsx", "a.xlsx", text(HEAD + BODY), ROWS),
    Case(
        "zero bytes",
        "a.csv",
        text(HEAD + BODY.replace("甲", "甲\x00")),
        ROWS,
        notes=frozenset({"zero_bytes"}),
    ),
    Case(
        "line breaks and quotation marks inside cells",
        "a.csv",
        text('项目名称,备注\n"示例,甲","第一行\n第二行"\n"示例""乙""",b\n'),
        {2: {"name": "示例,甲", "note": "第一行\n第二行"}, 3: {"name": '示例"乙"', "note": "b"}},
    ),
    Case(
        "a quotation mark that is never closed",
        "a.csv",
        text('项目名称,备注\n示例甲,"开头有引号\n示例乙,b\n'),
        {2: {"name": "示例甲", "note": '"开头有引号'}, 3: {"name": "示例乙", "note": "b"}},
        notes=frozenset({"quotes"}),
    ),
    Case(
        "rows that are shorter, longer and blank",
        "a.csv",
        text("项目名称,注册资本,备注\n示例甲\n,,\n\n示例乙,1,b,c,d\n示例丙,2,c\n"),
        {
            2: {"name": "示例甲"},
            5: {"name": "示例乙", "amount": D(1), "note": "b", "": Wrong("ragged")},
            6: {"name": "示例丙", "amount": D(2), "note": "c"},
        },
    ),
    Case(
        "titles, the unit above the table, totals and signatures",
        "a.xlsx",
        workbook(
            [
                ["2021年项目一览表"],
                ["单位：万元"],
                ["序号", "项目名称", "注册资本"],
                [1, "示例甲", 12.5],
                [2, "示例乙", 3],
                ["合  计", None, 15.5],
                ["填表人：示例", None, None],
            ]
        ),
        {4: {"name": "示例甲", "amount": D(125000)}, 5: {"name": "示例乙", "amount": D(30000)}},
        notes=frozenset({"unit_line", "total", "footer"}),
    ),
    Case(
        "two lines of merged headings under a merged title",
        "a.xlsx",
        workbook(
            [
                ["项目一览", None, None],
                ["项目名称", "投入", None],
                [None, "注册资本（万元）", "员工人数(人)"],
                ["示例甲", 12.5, 3],
            ],
            _merged_headings,
        ),
        {4: {"name": "示例甲", "amount": D(125000), "staff": 3}},
    ),
    Case(
        "moved, renamed, marked, misspelt and unknown headings",
        "a.xlsx",
        workbook(
            [
                ["*落地日期（必填）", "名称", "注册资金", "统一社会信用代碼", "联系人"],
                ["2021-05-03", "示例甲", 5, "91320281MA1N00000X", "甲"],
            ]
        ),
        {2: {"landed_on": date(2021, 5, 3), "name": "示例甲", "credit_code": "91320281MA1N00000X"}},
        unknown=frozenset({"联系人"}),
        guesses={"注册资金": "amount"},
    ),
    Case(
        "a heading in another currency is no yuan",
        "a.csv",
        text("项目名称,注册资本（万美元）\n示例甲,5\n"),
        {2: {"name": "示例甲"}},
        unknown=frozenset({"注册资本（万美元）"}),
    ),
    Case(
        "the same heading twice",
        "a.csv",
        text("项目名称,备注,备注\n示例甲,a,b\n"),
        {2: {"name": "示例甲", "note": "a"}},
        notes=frozenset({"heading_twice"}),
        unknown=frozenset({"备注"}),
    ),
    Case(
        "English headings",
        "a.csv",
        text('project name,"Registered Capital (10,000 yuan)",LANDED ON\n示例甲,2,2021-05-03\n'),
        {2: {"name": "示例甲", "amount": D(20000), "landed_on": date(2021, 5, 3)}},
    ),
    Case(
        "without a required column",
        "a.csv",
        text("注册资本,落地日期\n1000,2021-05-03\n"),
        {2: {"amount": D(1000), "landed_on": date(2021, 5, 3)}},
        missing=frozenset({"name"}),
    ),
    Case(
        "without headings",
        "a.csv",
        text("示例甲,1000\n示例乙,2000\n"),
        {1: {}, 2: {}},
        notes=frozenset({"no_heading"}),
        missing=frozenset({"name"}),
    ),
    Case(
        "the template with its notes and example row",
        "a.xlsx",
        workbook(
            [
                ["项目名称", "注册资本", "落地日期"],
                ["项目的全称", "以营业执照为准", "年-月-日"],
                ["示例项目一", 1000000, "2021-05-31"],
                ["示例甲", 1000, "2021-05-03"],
            ]
        ),
        {4: ROWS[2]},
        notes=frozenset({"example"}),
        as_projects={2: "new", 3: "new"},
    ),
    Case(
        "headings repeated on each printed page",
        "a.csv",
        text(HEAD + BODY + HEAD + "示例丙,3,\n"),
        {**ROWS, 5: {"name": "示例丙", "amount": D(3)}},
        notes=frozenset({"heading_again"}),
    ),
    Case(
        "hidden rows and columns",
        "a.xlsx",
        workbook([["项目名称", "注册资本", "备注"], ["示例甲", 1, "a"], ["示例乙", 2, "b"]], _hidden),
        {
            2: {"name": "示例甲", "amount": D(1), "note": "a"},
            3: {"name": "示例乙", "amount": D(2), "note": "b"},
        },
        notes=frozenset({"hidden_rows", "hidden_columns"}),
    ),
    Case(
        "the table on the second of three sheets",
        "a.xlsx",
        _several_sheets,
        {2: {"name": "示例甲", "amount": D(1000)}},
    ),
    Case(
        "formats up to the last column and far below",
        "a.xlsx",
        workbook([["项目名称", "注册资本"], ["示例甲", 1]], _styled_to_the_edge),
        {2: {"name": "示例甲", "amount": D(1)}},
    ),
    Case(
        "cells and rows that do not say where they stand",
        "a.xlsx",
        raw(
            "<row>" + inline("A1", "项目名称") + inline("B1", "注册资本") + "</row>"
            '<row><c t="inlineStr"><is><t>示例甲</t></is></c><c t="e"><v>#REF!</v></c></row>'
        ),
        {2: {"name": "示例甲", "amount": Wrong("error_value")}},
    ),
    Case(
        "a claim to be the largest of tables",
        "a.xlsx",
        raw(
            cells(inline("A1", "项目名称"), inline("A2", "示例甲")), before='<dimension ref="A1:XFD1048576"/>'
        ),
        {2: {"name": "示例甲"}},
    ),
    Case("LibreOffice as .xlsx", "a.xlsx", stored("libreoffice.xlsx"), OFFICE_ROWS, notes=OFFICE_NOTES),
    Case("LibreOffice as .xls", "a.xls", stored("libreoffice.xls"), OFFICE_ROWS, notes=OFFICE_NOTES),
    Case("LibreOffice as .ods", "a.ods", stored("libreoffice.ods"), OFFICE_ROWS, notes=OFFICE_NOTES),
    Case(
        "an .xls file under the name .xlsx",
        "a.xlsx",
        stored("libreoffice.xls"),
        OFFICE_ROWS,
        notes=OFFICE_NOTES,
    ),
)
