"""The way of the money on the pages, and who is let in where."""

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import User
from core.models import ExchangeRate
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from ledger.models import BankAccount, BankResult, Budget, Commitment, Entry, Instalment, PaymentBatch
from ledger.selectors import budget_standing
from tests import factories
from tests.ledger import cases

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def paper(name: str = "paper.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.PDF + name.encode(), "application/pdf")


def post(client: Client, name: str, *args: Any, expect: int = 302, **data: Any) -> Any:
    answer = client.post(reverse(name, args=args), data)
    assert answer.status_code == expect, answer.content.decode()[-3000:]
    return answer


def bank_file(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["序号", "业务参考号", "金额", "处理结果", "到账日期", "失败原因"])
    for place, row in enumerate(rows, start=1):
        sheet.write_row(place, 0, [place, *row])
    book.close()
    return SimpleUploadedFile("result.xlsx", target.getvalue())


def test_the_whole_way_on_the_pages(
    park: Park,
    zhangjiang: Incubator,
    alice: User,
    bob: User,
    fiona: User,
    dora: User,
    firm: Enterprise,
    settings: Any,
) -> None:
    finance, admin, operator = client_of(fiona), client_of(bob), client_of(alice)
    post(
        finance, "budget-create", park=park.pk, code="talent", year=2021, currency="CNY",
        name_zh="示例人才资金", forbid_same_base="on",
    )  # fmt: skip
    budget = Budget.objects.get()
    post(
        finance, "budget-change", budget.pk, kind="appropriation", amount="100万", on="2021-06-01",
        reason="示例批复", file=paper("grant.pdf"),
    )  # fmt: skip
    change = budget.changes.get()
    post(finance, "budget-decide", change.pk, decision="approve", expect=403)
    post(admin, "budget-decide", change.pk, decision="approve")
    assert budget_standing(budget).available == 1_000_000

    form = {
        "enterprise": firm.name, "purpose": "示例研发补助", "amount": "20万", "base": "rd_expense:2021",
        "on": "2021-06-02", "submitted_on": "2021-05-01", "once": "token-1",
        "amount_1": "120000", "due_1": "2021-07-01", "condition_1": "示例验收",
        "amount_2": "80000", "due_2": "2021-12-01", "condition_2": "",
    }  # fmt: skip
    answer = post(finance, "budget-commit", budget.pk, **form)
    assert post(finance, "budget-commit", budget.pk, **form)["Location"] == answer["Location"]
    commitment = Commitment.objects.get()
    other = {**form, "once": "token-2", "purpose": "示例另一补助"}
    again = post(finance, "budget-commit", budget.pk, **other, expect=409)
    assert "示例研发补助" in again.content.decode()

    first = commitment.instalments.get(number=1)
    post(operator, "payment-claim", first.pk, expect=422)
    post(operator, "payment-claim", first.pk, file=paper("proof.pdf"))
    post(operator, "payment-verify", first.pk, expect=403)
    post(finance, "payment-verify", first.pk)
    post(
        operator, "payment-account-create", enterprise=firm.name, holder=firm.name_zh, bank="示例银行",
        number="6222 0000 1111 2222", currency="CNY", once="account",
    )  # fmt: skip
    account = BankAccount.objects.get()
    post(finance, "payment-account-decide", account.pk, decision="verify")
    post(
        finance, "payment-terms", first.pk, account=account.pk, pay_currency="CNY", due_on="2021-07-01",
        condition="示例验收", version=Instalment.objects.get(pk=first.pk).version,
    )  # fmt: skip

    assert first.payment_reference in finance.get(reverse("batch-new")).content.decode()
    post(finance, "batch-new", chosen=[first.pk], title="示例批次")
    batch = PaymentBatch.objects.get()
    assert finance.get(reverse("batch-export", args=[batch.pk])).status_code == 302
    post(finance, "batch-act", batch.pk, act="check", expect=403)
    post(admin, "batch-act", batch.pk, act="check")
    sheet = finance.get(reverse("batch-export", args=[batch.pk])).content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert rows[1][:5] == [1.0, firm.name_zh, "示例银行", "6222000011112222", 120000.0]
    assert rows[1][7] == first.payment_reference
    post(finance, "batch-act", batch.pk, act="send", on="2021-07-02")

    file = bank_file(
        (first.payment_reference, 120000, "成功", "2021-07-03", ""),
        ("C999999-1", 5, "成功", "2021-07-03", ""),
    )
    answer = post(finance, "batch-result", park=park.pk, file=file)
    result = BankResult.objects.get()
    assert (result.paid, result.failed, [row["reference"] for row in result.problems]) == (
        1,
        0,
        ["C999999-1"],
    )
    file.seek(0)
    assert post(finance, "batch-result", park=park.pk, file=file)["Location"] == answer["Location"]
    assert Instalment.objects.get(pk=first.pk).received_on == date(2021, 7, 3)
    assert Entry.objects.filter(kind="payment").count() == 1
    assert PaymentBatch.objects.get().state == "closed"

    post(
        finance,
        "ledger-clawback",
        commitment.pk,
        once="c",
        amount="20000",
        on="2021-08-01",
        reason="示例退回",
    )
    post(finance, "ledger-release", commitment.pk, once="r", amount="", reason="示例终止")
    standing = budget_standing(budget)
    assert (standing.available, standing.committed, standing.paid, standing.clawed_back) == (
        880_000,
        0,
        100_000,
        20_000,
    )
    _reads(dora, budget, commitment, first, batch, result)


def _reads(dora: User, budget: Any, commitment: Any, first: Any, batch: Any, result: Any) -> None:
    """The auditor reads the whole chain and changes nothing; numbers of accounts are masked."""
    auditor = client_of(dora)
    pages = [
        ("budget-list", ()),
        ("budget-detail", (budget.pk,)),
        ("ledger-commitment", (commitment.pk,)),
        ("payment-list", ()),
        ("payment-detail", (first.pk,)),
        ("payment-accounts", ()),
        ("batch-list", ()),
        ("batch-detail", (batch.pk,)),
        ("batch-result-detail", (result.pk,)),
        *(("ledger-entry", (entry.pk,)) for entry in Entry.objects.all()),
    ]
    for language in ("zh-hans", "en"):
        auditor.cookies["language"] = language
        for name, args in pages:
            answer = auditor.get(reverse(name, args=args))
            assert answer.status_code == 200, name
            assert "6222000011112222" not in answer.content.decode()
    for name, args in (("batch-export", (batch.pk,)), ("budget-edit", (budget.pk,)), ("batch-new", ())):
        assert auditor.get(reverse(name, args=args)).status_code == 403
    post(auditor, "ledger-release", commitment.pk, expect=403)


def test_strangers_find_nothing(
    budget: Budget, alice: User, bob: User, charlie: User, erik: User, firm: Enterprise, fiona: User
) -> None:
    commitment = cases.commit(budget, bob, enterprise=firm)
    row = commitment.instalments.get()
    entry = commitment.entries.get()
    own = [
        reverse("ledger-commitment", args=[commitment.pk]),
        reverse("payment-detail", args=[row.pk]),
        reverse("ledger-entry", args=[entry.pk]),
    ]
    for stranger in (charlie, erik):
        client = client_of(stranger)
        for address in (*own, reverse("budget-detail", args=[budget.pk])):
            assert client.get(address).status_code == 404
        assert firm.name not in client.get(reverse("payment-list")).content.decode()
    operator = client_of(alice)
    assert [operator.get(address).status_code for address in own] == [200, 200, 200]
    assert operator.get(reverse("budget-detail", args=[budget.pk])).status_code == 404
    assert firm.name in operator.get(reverse("budget-list")).content.decode()
    appropriation = Entry.objects.get(kind="appropriation")
    assert operator.get(reverse("ledger-entry", args=[appropriation.pk])).status_code == 404


def test_many_received_at_once(
    budget: Budget, park: Park, alice: User, bob: User, fiona: User, firm: Enterprise, zhangjiang: Incubator
) -> None:
    account = cases.make_account(firm, fiona, bob)
    rows = [
        cases.ready(
            cases.commit(budget, bob, enterprise=firm, key=f"k{n}").instalments.get(),
            alice,
            bob,
            account,
            zhangjiang,
        )
        for n in range(3)
    ]
    batch = cases.sent(rows, park, fiona, bob)
    finance = client_of(fiona)
    post(finance, "batch-act", batch.pk, act="receive", on="2021-06-03", chosen=[row.pk for row in rows])
    post(finance, "batch-act", batch.pk, act="receive", on="2021-06-04", chosen=[row.pk for row in rows])
    assert set(Instalment.objects.values_list("state", "received_on")) == {("received", date(2021, 6, 3))}
    post(finance, "payment-bounce", rows[0].pk, on="2021-06-05", reason="示例：账号已销户")
    assert budget_standing(budget).paid == 200_000
    assert Instalment.objects.get(pk=rows[0].pk).state == "bounced"


def test_rates_are_read_from_a_file(alice: User) -> None:
    root = User.objects.create_superuser("root", password="password")
    text = "货币,日期,汇率,来源\n美元,2021-06-01,6.3572,示例\n"
    text += "瑞典克朗,2021-06-01,0.77,示例\n英镑,2021-06-01,9,示例\n"

    def send(user: User) -> Any:
        file = SimpleUploadedFile("rates.csv", text.encode())
        return client_of(user).post(reverse("exchange-rate-import"), {"file": file})

    assert send(alice).status_code == 403
    assert "英镑" in send(root).content.decode()
    assert send(root).context["read"].unchanged == 2
    assert sorted(ExchangeRate.objects.values_list("currency", flat=True)) == ["SEK", "USD"]
    assert "exchange-rates/import" in client_of(root).get(reverse("exchange-rate-list")).content.decode()


def test_lists_ask_the_same_number_of_questions(
    budget: Budget, bob: User, fiona: User, firm: Enterprise, django_assert_max_num_queries: Any
) -> None:
    for n in range(4):
        cases.commit(budget, bob, enterprise=firm, key=f"k{n}")
    client = client_of(fiona)
    for name, args in (("budget-list", ()), ("budget-detail", (budget.pk,)), ("payment-list", ())):
        with django_assert_max_num_queries(22):
            client.get(reverse(name, args=args))


def test_pressing_twice_changes_a_budget_once(budget: Budget, fiona: User) -> None:
    """A reduction is booked at once, so a second press must not book it again."""
    finance = client_of(fiona)
    page = finance.get(reverse("budget-detail", args=[budget.pk]))
    change = {
        "kind": "decrease", "amount": "1万", "on": "2021-06-01", "reason": "示例核减",
        "once": page.context["form"]["once"].value(),
    }  # fmt: skip
    for _press in range(2):
        post(finance, "budget-change", budget.pk, **change)
    assert budget_standing(budget).appropriated == 990_000
    assert Entry.objects.filter(kind="decrease").count() == 1
