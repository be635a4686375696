"""Every part of the design in every state, on one page without a database. Served in development only."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone

from core.web.looks import STAGES, STATUSES

STAGE_NAMES = {
    "lead": "线索", "screening": "洽谈评审", "incubating": "签约入驻", "accelerating": "加速",
    "relocating": "搬迁回流", "landed": "注册落户", "industrialising": "开工", "industrialised": "投产",
    "alumni": "毕业跟踪", "suspended": "暂停", "moved_elsewhere": "迁往他处", "terminated": "终止",
}  # fmt: skip


class SampleForm(forms.Form):
    name = forms.CharField(label="项目名称", help_text="与协议上的名称一致")
    code = forms.CharField(label="统一社会信用代码", required=False, max_length=18)
    field = forms.ChoiceField(
        label="产业方向", choices=[("", "请选择"), ("bio", "生命健康"), ("ic", "集成电路")]
    )
    on = forms.DateField(label="签约日期", widget=forms.DateInput(attrs={"type": "date"}))
    area = forms.DecimalField(label="使用面积", required=False)
    note = forms.CharField(label="情况说明", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    file = forms.FileField(
        label="佐证材料", required=False, help_text="PDF、照片或表格，单个文件不超过 30 MB"
    )
    agree = forms.BooleanField(label="以上内容已与企业核对")


def _steps(current: int, state: str = "current") -> list[dict[str, Any]]:
    names = list(STAGE_NAMES.values())[:9]
    dates = [date(2018, 3, 5), date(2018, 6, 20), date(2019, 1, 11), date(2020, 5, 18), date(2021, 3, 2)]
    order = {0: state, 1: "next"}
    return [
        {
            "label": name,
            "state": "done" if place < current else order.get(place - current, "ahead"),
            "date": dates[place] if place < min(current, len(dates)) else None,
        }
        for place, name in enumerate(names)
    ]


EVENTS = [
    {"on": date(2021, 4, 2), "title": "落户申请已提交", "icon": "send", "tone": "info", "status": "pending",
     "text": "等待江阴园区管理员核验，申请人不能核验自己的申请。", "by": "示例 · 张江运营人员"},
    {"on": date(2021, 3, 2), "title": "搬迁启动：上海 → 江阴", "icon": "plane-inflight", "tone": "warn",
     "text": "第 2 程，首程为乌普萨拉 → 上海。", "links": [{"label": "搬迁协议", "url": "#"}]},
    {"on": date(2020, 5, 18), "title": "进入加速阶段", "icon": "rocket", "tone": "info", "url": "#"},
    {"on": date(2019, 1, 11), "title": "签订入驻孵化协议", "icon": "file-text", "status": "verified"},
]  # fmt: skip

TASKS = [
    {"label": "营业执照", "message": "上传江阴新设公司的营业执照扫描件", "url": "#", "action": "上传材料"},
    {"label": "注册资本（元）", "message": "填写执照上的数额", "url": "#", "action": "填写"},
    {"label": "由第二人核验", "message": "由江阴园区管理员核验", "state": "wait"},
    {"label": "入驻协议", "message": "2019-01-11 已核验", "state": "done"},
]

FILES = [
    {"name": "入驻孵化协议.pdf", "url": "#", "size": 1_834_112, "on": date(2019, 1, 11), "by": "示例人员甲",
     "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "status": "verified"},
    {"name": "实验室照片.jpg", "size": 412_000, "on": date(2021, 3, 30), "status": "pending"},
]  # fmt: skip

ROWS = [
    ("示例·蓝芯传感器", "jy-zhangjiang", "landed", Decimal("12500000"), Decimal("82.5"), date(2021, 4, 2)),
    (
        "示例·北辰抗体药物",
        "jy-uppsala",
        "relocating",
        Decimal("386000000"),
        Decimal("76.0"),
        date(2021, 3, 2),
    ),
    (
        "示例·微光视觉检测",
        "jy-shenzhen-incubator",
        "incubating",
        Decimal("850000"),
        Decimal("41.25"),
        date(2020, 5, 18),
    ),
    (
        "示例·一个名称特别长以至于必须换行显示的智能制造装备项目",
        "jy-zhangjiang",
        "terminated",
        None,
        Decimal("12"),
        None,
    ),
]

CHART = {
    "grid": {"left": 72, "right": 48, "top": 8, "bottom": 24},
    "xAxis": {"type": "value", "name": "个", "nameLocation": "end"},
    "yAxis": {
        "type": "category",
        "inverse": True,
        "data": ["线索", "洽谈评审", "签约入驻", "加速", "注册落户"],
    },
    "series": [
        {
            "type": "bar",
            "data": [42, 31, 18, 12, 7],
            "barWidth": 18,
            "label": {"show": True, "position": "right"},
        }
    ],
}
CHART_TABLE = {
    "head": ["阶段", "项目数（个）"],
    "rows": [["线索", 42], ["洽谈评审", 31], ["签约入驻", 18], ["加速", 12], ["注册落户", 7]],
}


def styleguide(request: HttpRequest) -> HttpResponse:
    bound = SampleForm({"name": "", "code": "91320281MA00000", "on": "2021-05-32", "agree": ""})
    messages.success(request, "示例项目已保存。")
    messages.warning(request, "有 2 项内容尚未核验，不计入正式成绩。")
    context = {
        "statuses": list(STATUSES),
        "stages": [(code, STAGE_NAMES[code]) for code in STAGES],
        "steps": _steps(4),
        "steps_stopped": _steps(3, "stopped"),
        "events": EVENTS,
        "tasks": TASKS,
        "files": FILES,
        "rows": ROWS,
        "form": SampleForm(),
        "bound": bound,
        "chart_option": CHART,
        "chart_table": CHART_TABLE,
        "records": [{"label": "示例·蓝芯传感器", "url": "#"}, {"label": "示例·北辰抗体药物", "url": "#"}],
        "facts": [("合作单位", "示例大学"), ("使用面积", "200 m²"), ("统一社会信用代码", None)],
        "run_steps": [
            {"label": "冻结数据", "state": "done"},
            {"label": "计算得分", "state": "current"},
            {"label": "生成文件", "state": ""},
        ],
        "as_of": date(2021, 5, 31),
        "now": datetime(2021, 5, 31, 14, 5, tzinfo=get_current_timezone()),
        "amount": Decimal("13944800000.50"),
        "ids": [("编号", "JY-ZJ-0007"), ("孵化器", "上海张江"), ("截至", "2021-05-31")],
    }
    return render(request, "styleguide.html", context)
