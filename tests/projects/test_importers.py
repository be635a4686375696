"""The table of projects: fast ways store what the single services store; a round trip changes nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from core import history
from core.models import HistoryEntry, Tombstone
from enterprises.models import Enterprise
from enterprises.services import create_enterprise
from exchange import services
from incubators.models import Incubator
from projects.enums import LeadSource
from projects.importers.projects import lead_sources
from projects.models import Project, Sector, StageLog
from projects.services import create_project, delete_project, update_project
from tests import factories
from tests.exchange.loop import bring, problems
from tests.factories import NOW

pytestmark = pytest.mark.django_db

HEAD = (
    "本单位编号",
    "项目名称",
    "英文名称",
    "产业领域",
    "项目简介",
    "团队负责人",
    "联系方式",
    "线索来源",
    "首次接触日期",
    "落地载体",
    "企业名称",
    "统一社会信用代码",
)
ROW = (
    "A-1",
    " 示例甲\u200b",
    "Example",
    "新材料",
    "e\u0301\n二",
    "张示例",
    "1@2",
    "活动",
    "2021-03-01",
    "甲",
)
VALUES: Mapping[str, Any] = {
    "external_id": "A-1",
    "name_zh": " 示例甲\u200b",
    "name_en": "Example",
    "summary": "e\u0301\n二",
    "team_lead": "张示例",
    "contact": "1@2",
    "lead_source": "event",
    "first_contact_on": date(2021, 3, 1),
    "destination_site": "甲",
}


def columns_of(record: Any, *without: str) -> dict[str, Any]:
    return {
        field.attname: getattr(record, field.attname)
        for field in record._meta.concrete_fields
        if field.name not in ("id", *without)
    }


def remembered(*records: Any) -> list[tuple[str, str, str, Any, str]]:
    kinds = [(record._meta.label_lower, str(record.pk)) for record in records]
    rows = HistoryEntry.objects.order_by("id").values_list(
        "action", "actor", "subject_label", "changes", "chain", "subject_type", "subject_id"
    )
    return [row[:5] for row in rows if row[5:] in kinds]


def without(entries: list[Any], *names: str) -> list[Any]:
    return [
        (action, actor, label, {key: value for key, value in changes.items() if key not in names}, chain)
        for action, actor, label, changes, chain in entries
    ]


def test_an_imported_project_equals_a_single_one(
    alice: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    code = factories.make_credit_code()
    run = bring(alice, zhangjiang, [*ROW, "示例公司", code.lower()], head=HEAD)
    services.commit_run(run=run, actor=alice, at=NOW)
    fast, company = Project.objects.get(), Enterprise.objects.get()
    services.undo_run(run=run, actor=alice, at=NOW)
    assert (Project.objects.count(), Enterprise.objects.count()) == (0, 0)

    park = zhangjiang.park
    assert park is not None
    place: dict[str, Any] = {"park": park, "incubator": zhangjiang, "actor": alice, "at": NOW}
    single_company = create_enterprise(values={"name_zh": "示例公司", "credit_code": code}, **place)
    values = {**VALUES, "sector": Sector.objects.get(code="new-materials"), "enterprise": single_company}
    single = create_project(values=values, **place)
    assert columns_of(company) == columns_of(single_company)
    assert columns_of(fast, "code", "enterprise", "search_text") == columns_of(
        single, "code", "enterprise", "search_text"
    )
    assert fast.search_text.replace(fast.code.lower(), "") == single.search_text.replace(
        single.code.lower(), ""
    )
    assert without(remembered(fast)[:1], "code", "enterprise") == without(
        remembered(single), "code", "enterprise"
    )
    assert without(remembered(company)[:1]) == without(remembered(single_company))
    assert columns_of(StageLog.objects.get(), "project")["on"] == date(2021, 3, 1)

    delete_project(project=single, actor=alice, at=NOW)
    assert without(remembered(fast)[1:], "enterprise") == without(remembered(single)[1:], "enterprise")
    first, second = Tombstone.objects.order_by("id")
    assert columns_of(first, "record_id") == columns_of(second, "record_id")
    assert not list(history.verify())


def test_an_imported_change_equals_a_single_one(alice: User, zhangjiang: Incubator) -> None:
    fast, single = (
        factories.make_project(alice, zhangjiang, name_zh="示例", external_id=f"X-{n}") for n in (1, 2)
    )
    change = {"name_zh": "示例乙", "contact": "新", "first_contact_on": date(2021, 2, 1), "sector": None}
    run = bring(
        alice,
        zhangjiang,
        ["X-1", "示例乙", "新", "2021-02-01", ""],
        head=("本单位编号", "项目名称", "联系方式", "首次接触日期", "产业领域"),
    )
    services.commit_run(run=run, actor=alice, at=NOW)
    update_project(project=single, values=change, actor=alice, at=NOW)
    fast.refresh_from_db()
    single.refresh_from_db()
    odd = ("code", "external_id", "search_text")
    assert columns_of(fast, *odd) == columns_of(single, *odd)
    assert without(remembered(fast), "code", "external_id") == without(
        remembered(single), "code", "external_id"
    )
    assert [columns_of(log, "project") for log in fast.stage_log.all()] == [
        columns_of(log, "project") for log in single.stage_log.all()
    ]


def test_companies_are_found_recorded_once_or_refused(
    alice: User, bob: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    known = factories.make_enterprise(alice, zhangjiang, name_zh="示例已知公司")
    hidden = factories.make_enterprise(charlie, shenzhen, name_zh="示例隐藏公司")
    fresh, other = factories.make_credit_code(), factories.make_credit_code()
    head = ("项目名称", "企业名称", "统一社会信用代码")
    run = bring(
        alice,
        zhangjiang,
        ["示例项目一", "示例已知公司", ""],
        ["示例项目二", "", known.credit_code],
        ["示例项目三", "示例新公司", fresh],
        ["示例项目四", "示例新公司", fresh],
        ["示例项目五", "示例别的公司", fresh],
        ["示例项目六", "示例隐藏公司", hidden.credit_code],
        ["示例项目七", "示例已知公司", other],
        ["示例项目八", "", other],
        ["示例项目九", "示例公司", "91110000MA0000000X"],
        ["示例项目十", "示例另名公司", known.credit_code],
        ["示例项目十一", "示例隐藏公司", ""],
        head=head,
    )
    assert problems(run) == {
        6: ["enterprise_name:other_company"],
        7: ["enterprise_credit_code:taken"],
        9: ["enterprise_name:required"],
        10: ["enterprise_credit_code:check_digit"],
        11: ["enterprise_name:other_company"],
    }
    services.commit_run(run=run, actor=alice, at=NOW)
    linked = dict(Project.objects.values_list("name_zh", "enterprise__name_zh"))
    assert (linked["示例项目一"], linked["示例项目二"]) == ("示例已知公司", "示例已知公司")
    assert Project.objects.filter(enterprise__credit_code=fresh).count() == 2
    assert Enterprise.objects.count() == 2 + 3
    services.undo_run(run=run, actor=alice, at=NOW)
    assert set(Enterprise.objects.values_list("pk", flat=True)) == {known.pk, hidden.pk}
    assert not list(history.verify())


def test_park_administrators_name_the_incubator(
    bob: User, alice: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    from exchange.selectors import place_for
    from tests.exchange.loop import table

    rows = (["示例甲", "zhangjiang"], ["示例乙", shenzhen.name_zh], ["示例丙", ""], ["示例丁", "没有"])
    park = place_for(User.objects.get(pk=bob.pk), park=zhangjiang.park)
    run = services.start_import(
        sheet="projects",
        place=park,
        content=table(*rows, head=("项目名称", "孵化器")),
        name="x.csv",
        actor=bob,
        at=NOW,
    )
    assert problems(run) == {5: ["incubator:not_a_choice"]}
    services.commit_run(run=run, actor=bob, at=NOW)
    assert list(Project.objects.order_by("pk").values_list("incubator__code", flat=True)) == [
        "zhangjiang",
        "shenzhen",
        None,
    ]
    mine = bring(alice, zhangjiang, ["示例戊", shenzhen.name_zh], head=("项目名称", "孵化器"))
    assert problems(mine) == {2: ["incubator:not_a_choice"]}


def test_the_sources_of_the_sheet_are_the_words_of_the_pages() -> None:
    offered = {choice.value: (choice.label_zh, choice.label_en) for choice in lead_sources()}
    shown = {}
    for source in LeadSource:
        with translation.override("zh-hans"):
            chinese = str(source.label)
        with translation.override("en"):
            shown[source.value] = (chinese, str(source.label))
    assert offered == shown
