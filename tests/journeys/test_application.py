"""From what a project may have to the money in the bank, and the auditor who reads the whole chain.

The operator finds the policy among the entitlements of her project and applies with what the records know;
the park's administrator checks it, two experts mark it, it is on public show, the meeting is proposed by one
person and confirmed by a second, two instalments are paid and received, and the application is closed.
"""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories import PDF, make_credit_code
from tests.journeys.conftest import Site, Visitor, send

pytestmark = pytest.mark.browser

OPERATOR, ADMINISTRATOR, FINANCE, AUDITOR = (
    "op-zhangjiang", "park-jiangyin", "finance-jiangyin", "auditor",
)  # fmt: skip
EXPERTS = ("journey-grace", "journey-henry")
POLICY, PROJECT, FIRM = "JY-START", "示例·申报旅程项目", "示例申报旅程公司"
#: What stands before the story: a policy of the park, and two experts who can sign in.
BEFORE = """
from datetime import date
from django.utils import timezone
from accounts.enums import Role
from accounts.models import User
from funding import services
from incubators.models import Park
from incubators.services import grant_membership
from reviews.services import save_expert

now, year = timezone.now(), timezone.localdate().year
park, bob = Park.objects.get(code="jiangyin-htz"), User.objects.get(username="park-jiangyin")
policy = services.create_policy(
    park=park, values={"code": "JY-START", "name_zh": "示例启动支持", "name_en": "Example start"}, actor=bob,
    at=now,
)
flag = lambda key, words: {"key": key, "kind": "flag", "label_zh": words, "label_en": key}
met = lambda key, clause: {"key": key, "clause": clause, "test": {"op": "is", "fact": key}}
terms = {
    "currency": "CNY", "outcome": "award",
    "facts": [flag("full_time", "团队全职"), flag("prototype", "有样机"),
              {"key": "requested_yuan", "kind": "money", "label_zh": "申请金额", "label_en": "requested"}],
    "conditions": [met("full_time", "第二条"), met("prototype", "第三条")],
    "amount": {"op": "cap", "clause": "第四条", "of": {"op": "fact", "fact": "requested_yuan"}, "at": 500000},
}
draft = services.start_version(policy=policy, actor=bob, at=now)
draft = services.save_version(version=draft, values={"terms": terms, "cases": []}, actor=bob, at=now)
services.publish_version(version=draft, valid_from=date(year, 1, 1), actor=bob, at=now)
for name in ("journey-grace", "journey-henry"):
    user = User.objects.create_user(name, password=name, display_name=name)
    grant_membership(user=user, role=Role.EXPERT, park=park, incubator=None, starts_on=date(2017, 1, 1),
                     actor=None, at=now)
    save_expert(
        expert=None, park=park, actor=bob, at=now,
        values={"name_zh": name, "employer": f"示例{name}大学", "fields": ["life-health"], "user": user,
                "agreement_from": date(year, 1, 1), "agreement_until": date(year + 1, 1, 1),
                "per_year": 10, "at_once": 5},
    )
"""


def ago(days: int) -> str:
    return (date.today() - timedelta(days=days)).isoformat()  # noqa: DTZ011


def paper(name: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF + name.encode()}


def project_of_the_story(site: Site) -> int:
    def send(path: str, body: Any) -> int:
        answer = site.call("POST", path, body, account=OPERATOR)
        assert answer.status == 201, answer.content
        return int(answer.json["id"])

    firm = {"incubator": "jy-zhangjiang", "name_zh": FIRM, "credit_code": make_credit_code()}
    values = {
        "incubator": "jy-zhangjiang", "name_zh": PROJECT, "first_contact_on": ago(200),
        "sector": "life-health", "team_lead": "示例负责人", "lead_source": "event",
        "summary": "示例：微流控检测。", "enterprise": send("enterprises/", firm),
    }  # fmt: skip
    return send("projects/", values)


def open_programme(person: Visitor) -> None:
    """The administrator fills the usual chain in with one press, sets two marks, and opens the programme."""
    page = person.opens("/applications/programmes/new/")
    page.fill("[name=name_zh]", "示例启动申报")
    page.fill("[name=code]", "journey-start")
    page.select_option("[name=policy]", label=f"示例启动支持 · {POLICY}")
    page.select_option("[name=budget]", index=1)
    page.fill("[name=opens_on]", ago(30))
    page.fill("[name=closes_on]", ago(-30))
    page.select_option("[name=award_rule]", "policy")
    page.click("button[name=preset][value=default]")
    expect(page.locator("[name=name_zh]")).to_have_value("示例启动申报")
    page.fill("[name=steps-1-marks_needed]", "2")
    page.fill("[name=steps-2-notice_days]", "3")
    page.click(".form-actions .btn-primary")
    page.wait_for_url("**/applications/programmes/*/")
    send(page, "form[action$='/move/'] .btn-primary", confirm=True)
    expect(page.locator(".page-head a[href*='/applications/new/']")).to_be_visible()


def apply(person: Visitor, project: int) -> str:
    """From the entitlement to the application that is handed in; its path."""
    page = person.opens(f"/entitlements/projects/{project}/")
    card = page.locator(".entitle", has=page.locator(f"a[href='/policies/{POLICY}/']"))
    card.locator(".entitle-offer button").click()
    page.wait_for_url("**/applications/*/edit/")
    expect(page.locator("[name=title]")).to_have_value(PROJECT)
    page.fill("[name=requested_amount]", "30万")
    for name in ("full_time", "prototype"):
        page.check(f"[name=q-{name}][value=yes]")
    expect(page.locator("#policy-answer .policy-headline")).to_contain_text("30 万元")
    expect(page.locator("[data-draft-note]")).to_contain_text(":")
    page.set_input_files("[name=files]", paper("示例商业计划书.pdf"))
    page.click("#application-form .form-actions .btn-primary")
    page.wait_for_url(re.compile(r"/applications/\d+/$"))
    send(page, "form[action$='/submit/'] button", confirm=True)
    expect(page.locator(".status-line li[aria-current=step]")).to_have_count(1)
    return page.url.removeprefix(person.site.address)


def check(person: Visitor, path: str) -> None:
    page = person.opens(path)
    page.click(".page-head a[href$='/check/']")
    page.check("[name=result][value=passed]")
    send(page, "form .btn-primary")


def put_before_experts(person: Visitor) -> str:
    """One round with one case, two experts chosen by name and invited; the path of the case."""
    page = person.page
    page.click(".page-head a[href*='/programmes/steps/']")
    page.click(".page-head a[href$='/review/']")
    page.click("form.form .btn-primary")
    page.wait_for_url(re.compile(r"/reviews/\d+/$"))
    review = page.url
    page.click("#cases tbody th a")
    case = page.url.removeprefix(person.site.address)
    for name in EXPERTS:
        page.locator("#choose li", has_text=name).locator("form button").click()
        expect(page.locator("#experts")).to_contain_text(name)
    page.goto(f"{review}assign/")
    send(page, ".page-head form .btn-primary", confirm=True)
    expect(page.locator(".page-head form")).to_have_count(0)
    return case


def mark(person: Visitor, case: str, *points: str) -> None:
    page = person.opens(case)
    page.check("[name=answer][value=accept]")
    send(page, f"form[action='{case}answer/'] .btn-primary")
    fields = page.locator("[name^=points_]")
    expect(fields).to_have_count(len(points))
    for place, value in enumerate(points):
        fields.nth(place).fill(value)
    page.fill("[name=comment]", "示例：可行。")
    send(page, f"form[action='{case}score/'] .btn-primary", confirm=True)
    page.wait_for_url("**/reviews/mine/")


def conclude(person: Visitor, second: Visitor, case: str, path: str) -> None:
    """One administrator concludes; where the round demands it, a second confirms; then it is moved on."""
    page = person.opens(case)
    page.select_option("[name=result]", "recommended")
    page.fill(f"form[action='{case}result/'] [name=reason]", "示例：两位专家意见一致。")
    send(page, f"form[action='{case}result/'] .btn-primary")
    other = second.opens(case)
    send(other, f"form[action='{case}confirm/'] button", confirm=True)
    expect(other.locator(f"form[action='{case}confirm/']")).to_have_count(0)
    move_on(person, path)


def move_on(person: Visitor, path: str) -> None:
    page = person.opens(path)
    page.select_option("#move [name=result]", "passed")
    send(page, "#move button")


def put_on_show(person: Visitor, path: str) -> None:
    """A notice whose days are over: it was hung out ten days ago and is entered now."""
    page = person.opens(path)
    page.click(".page-head a[href*='/programmes/steps/']")
    page.click(".page-head a[href$='/notice/']")
    page.fill("[name=on]", ago(14))
    page.click("form.form .btn-primary")
    page.wait_for_url("**/programmes/steps/*/")
    move_on(person, path)


def decide(person: Visitor, second: Visitor, path: str) -> None:
    page = person.opens(path)
    page.click(".page-head a[href*='/programmes/steps/']")
    page.click(".page-head a[href$='/meeting/']")
    expect(page.locator(".meeting-lines [name$=-amount]")).to_have_value("300000")
    page.fill("[name=number]", "示例会纪〔旅程〕1号")
    page.click("form.form .form-actions .btn-primary")
    page.wait_for_url("**/programmes/meetings/*/")
    expect(page.locator("form[action$='/confirm/']")).to_have_count(0)
    other = second.opens(page.url.removeprefix(person.site.address))
    send(other, "form[action$='/confirm/'] button", confirm=True)
    expect(other.locator("form[action$='/confirm/']")).to_have_count(0)


def sign(person: Visitor, path: str) -> None:
    """The agreement with two instalments."""
    page = person.opens(path)
    page.click(".page-head a[href$='/agreement/']")
    page.fill("[name=number]", "示例协议-旅程")
    for number, amount in enumerate(("18万", "12万"), start=1):
        page.fill(f"[name=amount_{number}]", amount)
        page.fill(f"[name=due_{number}]", ago(0))
    page.set_input_files("[name=file]", paper("示例协议.pdf"))
    send(page, "form.form .form-actions .btn-primary")
    expect(page.locator("#payments tbody tr")).to_have_count(2)


def open_account(operator: Visitor, finance: Visitor) -> None:
    page = operator.opens("/money/payments/accounts/new/")
    page.fill("[name=enterprise]", FIRM)
    page.fill("[name=holder]", FIRM)
    page.fill("[name=bank]", "示例银行江阴支行")
    page.fill("[name=number]", "6222000099998888")
    send(page, "form.form .btn-primary")
    other = finance.opens("/money/payments/accounts/")
    send(other, other.locator("tr", has_text=FIRM).locator("button.btn-primary"))
    expect(other.locator("tr", has_text=FIRM).locator("button.btn-primary")).to_have_count(0)


def pay(operator: Visitor, finance: Visitor, administrator: Visitor, path: str, number: int) -> None:
    """One instalment: condition met, account named, batch made and checked, sent, received."""
    page = operator.opens(path)
    page.locator("#payments tbody tr").nth(number - 1).locator("th a").click()
    page.wait_for_url(re.compile(r"/instalments/\d+/$"))
    payment, reference = page.url.removeprefix(operator.site.address), page.title().partition(" ")[0]
    page.set_input_files(f"form[action='{payment}claim/'] [name=file]", paper(f"示例验收{number}.pdf"))
    send(page, f"form[action='{payment}claim/'] .btn-primary")
    money = finance.opens(payment)
    send(money, f"form[action='{payment}verify/'] button")
    money.select_option("[name=account]", index=1)
    send(money, f"form[action='{payment}terms/'] .form-actions button")
    money = finance.opens("/money/batches/new/")
    money.locator("tr", has_text=reference).locator("input[name=chosen]").check()
    money.click("form .btn-primary")
    money.wait_for_url(re.compile(r"/batches/\d+/$"))
    batch = money.url.removeprefix(finance.site.address)
    checked = administrator.opens(batch)
    send(checked, "form:has([value=check]) button", confirm=True)
    expect(checked.locator("form:has([value=check])")).to_have_count(0)
    money.reload()
    send(money, "form:has([value=send]) button")
    send(money, "button[form=receive]")
    expect(money.locator("button[form=receive]")).to_have_count(0)


def test_from_the_entitlement_to_the_money_in_the_bank(site: Site, visitor: Any) -> None:
    prepared = site.manage("shell", "-c", BEFORE)
    assert prepared.returncode == 0, prepared.stderr
    project = project_of_the_story(site)
    bob, alice, fiona = visitor(ADMINISTRATOR), visitor(OPERATOR), visitor(FINANCE)
    open_programme(bob)
    path = apply(alice, project)
    check(bob, path)
    case = put_before_experts(bob)
    mark(visitor(EXPERTS[0]), case, "36", "30", "20")
    mark(visitor(EXPERTS[1]), case, "34", "32", "22")
    gina = second_administrator(site, visitor)
    conclude(bob, gina, case, path)
    put_on_show(bob, path)
    decide(bob, fiona, path)
    sign(fiona, path)
    open_account(alice, fiona)
    for number in (1, 2):
        pay(alice, fiona, bob, path, number)
    page = bob.opens(path)
    send(page, "form[action$='/close/'] button", confirm=True)
    expect(page.locator("form[action$='/close/']")).to_have_count(0)
    read_the_chain(visitor(AUDITOR), path)


def second_administrator(site: Site, visitor: Any) -> Visitor:
    made = site.manage(
        "shell",
        "-c",
        "from datetime import date\n"
        "from django.utils import timezone\n"
        "from accounts.models import User\n"
        "from incubators.models import Park\n"
        "from incubators.services import grant_membership\n"
        "user = User.objects.create_user('journey-gina', password='journey-gina')\n"
        "grant_membership(user=user, role='park_admin', park=Park.objects.get(code='jiangyin-htz'),\n"
        "                 incubator=None, starts_on=date(2017, 1, 1), actor=None, at=timezone.now())\n",
    )
    assert made.returncode == 0, made.stderr
    found: Visitor = visitor("journey-gina")
    return found


def read_the_chain(auditor: Visitor, path: str) -> None:
    """Everything on one page, and nothing that could be pressed."""
    page = auditor.opens(f"{path}chain/")
    for place, words in {
        "#application": PROJECT,
        "#facts": "团队全职",
        "#answer": "30 万元",
        "#reviews": EXPERTS[0],
        "#notices": "示例启动申报",
        "#decision": "示例会纪〔旅程〕1号",
        "#money": "示例协议-旅程",
        "#history": "示例申报旅程",
    }.items():
        expect(page.locator(place)).to_contain_text(words)
    expect(page.locator("#answer .tone-ok").first).to_be_visible()
    expect(page.locator("#reviews tbody tr")).to_have_count(2)
    expect(page.locator("#money table").first.locator("tbody tr")).to_have_count(2)
    expect(page.locator(".status-line li.current, .status-line li.next")).to_have_count(0)
    assert page.locator("main form").count() == 0
    assert auditor.status_of(f"{path}edit/") == 403
