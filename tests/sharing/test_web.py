"""The way from an agreement to its money on the pages, and who is let in where."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import User
from core.due import due_items, waiting_items
from incubators.models import Incubator, Organisation, Park
from sharing import services
from sharing.models import (
    SharingAccrual,
    SharingAgreement,
    SharingDispute,
    SharingSettlement,
    SharingVersion,
)
from sharing.selectors import standing_of
from tests import factories
from tests.sharing import cases
from tests.sharing.cases import NOW

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["language"] = "en"
    return client


def get(client: Client, name: str, *args: Any, query: str = "", expect: int = 200) -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == expect, answer.content.decode()[-2000:]
    return answer.content.decode()


def post(client: Client, name: str, *args: Any, expect: int = 302, **data: Any) -> Any:
    answer = client.post(reverse(name, args=args), data)
    assert answer.status_code == expect, answer.content.decode()[-3000:]
    return answer


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", factories.PDF + b"web", "application/pdf")


def test_the_whole_way_on_the_pages(
    park: Park, zhangjiang: Incubator, alice: User, bob: User, fiona: User, dora: User
) -> None:
    admin, finance = client_of(bob), client_of(fiona)
    factories.make_park("shanghai")
    Organisation.objects.create(code="techcode", kind="operator", name_zh="示例运营", name_en="TechCode")
    form = {
        "park": park.pk, "number": "示例-1", "name_zh": "示例共享协议", "signed_on": "2021-01-05",
        "currency": "CNY", "settle_days": 60, "incubators": [zhangjiang.pk], "once": "a",
        "role_1": "host", "party_1": "shanghai", "role_2": "home", "party_2": park.code,
        "role_3": "operator", "party_3": "techcode",
    }  # fmt: skip
    post(admin, "sharing-create", expect=422, **{**form, "party_2": "", "role_2": ""} | {"party_3": "none"})
    first = post(admin, "sharing-create", **form)
    assert post(admin, "sharing-create", **form)["Location"] == first["Location"]
    agreement = SharingAgreement.objects.get()
    host, home, operator = cases.parties_of(agreement)
    terms = {
        "valid_from": "2021-01-01", "valid_until": "2024-01-01", "tail": "steps_down",
        "tail_rates": "75、50%", "base_1": "tax", "rate_1": "40%", "holder_1": home.pk,
        "remainder_1": operator.pk, "counted_by_1": "landed", f"share_1_{host.pk}": "30",
        f"share_1_{home.pk}": "60", f"share_1_{operator.pk}": "9.5", "once": "t",
        "promise_year_1": 2021, "promise_payer_1": home.pk, "promise_payee_1": host.pk,
        "promise_amount_1": "5万",
    }  # fmt: skip
    wrong = post(admin, "sharing-terms-create", agreement.pk, expect=422, **terms).content.decode()
    assert "99.5%" in wrong
    example = post(admin, "sharing-example", agreement.pk, expect=200, **terms, example_figure="100万")
    assert "400,000.00" in example.content.decode()
    terms[f"share_1_{operator.pk}"] = "10"
    example = post(admin, "sharing-example", agreement.pk, expect=200, **terms, example_figure="100万")
    for amount in ("120,000.00", "240,000.00", "40,000.00", "300,000.00", "200,000.00"):
        assert amount in example.content.decode()
    post(admin, "sharing-terms-create", agreement.pk, **terms)
    version = SharingVersion.objects.get()
    assert "30" in get(admin, "sharing-terms-edit", version.pk)
    changed = {**terms, "rate_1": "40", "version": version.version}
    post(admin, "sharing-terms-edit", version.pk, **changed)
    post(admin, "sharing-terms-edit", version.pk, expect=409, **changed)
    post(admin, "sharing-version-act", version.pk, act="propose")
    assert "second person" in get(admin, "sharing-version", version.pk)
    post(admin, "sharing-version-act", version.pk, act="agree", expect=403)
    post(finance, "sharing-version-act", version.pk, act="return", reason="")
    assert [row.url for row in waiting_items(user=fiona, limit=5)] == [
        reverse("sharing-version", args=[version.pk])
    ]
    post(finance, "sharing-version-act", version.pk, act="agree")
    version.refresh_from_db()
    assert version.state == "agreed"

    firm = cases.landed(alice, zhangjiang)
    cases.landed(alice, zhangjiang)
    cases.figures(firm, 2021, alice, bob)
    preview = get(admin, "sharing-compute", agreement.pk, query="?year=2021")
    assert "no figure entered" in preview
    assert not SharingAccrual.objects.exists()
    post(admin, "sharing-compute", agreement.pk, year=2021, digest="other", expect=409)
    post(admin, "sharing-compute", agreement.pk, year=2021)
    accrual = SharingAccrual.objects.get()
    assert "40,000.00" in get(client_of(alice), "sharing-accrual", accrual.pk)
    assert "changes nothing" in get(admin, "sharing-compute", agreement.pk, query="?year=2021")

    settle = {
        "kind": "payment", "payer": home.pk, "payee": host.pk, "year": 2021, "amount": "12000.01",
        "on": "2024-05-01", "once": "s", "file": paper(),
    }  # fmt: skip
    assert 'value="12000.00"' in get(finance, "sharing-settle", agreement.pk)
    post(finance, "sharing-settle", agreement.pk, expect=409, **settle)
    post(finance, "sharing-settle", agreement.pk, expect=422, **{**settle, "file": "", "amount": "5000"})
    post(finance, "sharing-settle", agreement.pk, **{**settle, "amount": "5,000", "file": paper()})
    row = SharingSettlement.objects.get()
    post(finance, "sharing-settlement-act", row.pk, act="confirm", expect=403)
    post(finance, "sharing-settlement-act", row.pk, act="return", reason="", expect=422)
    post(admin, "sharing-settlement-act", row.pk, act="confirm")
    page = get(client_of(dora), "sharing-detail", agreement.pk)
    for text in ("50,000.00", "12,000.00", "-16,000.00", "5,000.00", "7,000.00", "balances to zero", "75%"):
        assert text in page
    post(admin, "sharing-settlement-act", row.pk, act="reverse", reason="示例：退汇")
    assert standing_of(agreement).moved["settled"] == 0

    post(finance, "sharing-dispute", agreement.pk, expect=422, party=home.pk, year=2021)
    post(finance, "sharing-dispute", agreement.pk, party=home.pk, year=2021, reason="示例：属地统计")
    dispute = SharingDispute.objects.get()
    assert "属地统计" in get(admin, "sharing-detail", agreement.pk)
    post(admin, "sharing-dispute-resolve", dispute.pk, resolution="示例：认可")
    assert standing_of(agreement).disputes == []
    assert accrual.digest in get(client_of(dora), "sharing-print", agreement.pk)


def test_the_excel_book(
    agreement: SharingAgreement, zhangjiang: Incubator, alice: User, bob: User, dora: User
) -> None:
    cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob)
    services.book_accrual(agreement=agreement, year=2021, actor=bob, at=NOW)
    answer = client_of(dora).get(reverse("sharing-excel", args=[agreement.pk]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = [book.get_sheet_by_index(number).to_python() for number in range(4)]
    assert [row[3] for row in rows[0][1:5]] == [12_000, -16_000, 4_000, 0]
    assert [len(sheet) for sheet in rows] == [8, 2, 1, 4]
    assert rows[1][1][5:12:3] == [100_000, 40_000, 4_000]


def test_the_excel_book_runs_no_name_as_a_formula(agreement: SharingAgreement, dora: User) -> None:
    host, _home, _operator = cases.parties_of(agreement)
    type(host.park).objects.filter(pk=host.park_id).update(name_zh="=1+1", name_en="=1+1")
    answer = client_of(dora).get(reverse("sharing-excel", args=[agreement.pk]))
    names = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert {row[1] for row in names} & {"=1+1", "'=1+1"} == {"'=1+1"}


PAGES = (
    "sharing-detail", "sharing-print", "sharing-excel", "sharing-edit", "sharing-terms-create",
    "sharing-compute", "sharing-settle",
)  # fmt: skip


def test_who_is_let_in(
    agreement: SharingAgreement, alice: User, bob: User, charlie: User, dora: User, erik: User, fiona: User
) -> None:
    found = {
        user.username: [client_of(user).get(reverse(name, args=[agreement.pk])).status_code for name in PAGES]
        for user in (alice, bob, charlie, dora, erik, fiona)
    }
    reads, stranger = [200, 200, 200, 403, 403, 403, 403], [404] * 7
    assert found == {
        "alice": reads,
        "bob": [200] * 7,
        "charlie": stranger,
        "dora": reads,
        "erik": stranger,
        "fiona": [200, 200, 200, 403, 403, 403, 200],
    }
    assert "示例共享协议" in get(client_of(alice), "sharing-list")
    assert "示例共享协议" not in get(client_of(charlie), "sharing-list")
    assert "示例共享协议" in get(client_of(bob), "sharing-list", query="?q=2021&state=expired")
    assert "示例共享协议" not in get(client_of(bob), "sharing-list", query="?state=in_force")


def test_an_empty_post_answers_with_a_message(
    agreement: SharingAgreement, bob: User, zhangjiang: Incubator, alice: User, fiona: User
) -> None:
    cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob)
    services.book_accrual(agreement=agreement, year=2021, actor=bob, at=NOW)
    row = cases.settle(agreement, fiona, amount=5)
    admin = client_of(bob)
    answers = {
        name: admin.post(reverse(name, args=args)).status_code
        for name, args in (
            ("sharing-create", []),
            ("sharing-edit", [agreement.pk]),
            ("sharing-terms-create", [agreement.pk]),
            ("sharing-example", [agreement.pk]),
            ("sharing-settle", [agreement.pk]),
            ("sharing-dispute", [agreement.pk]),
            ("sharing-settlement-act", [row.pk]),
            ("sharing-version-act", [agreement.versions.get().pk]),
        )
    }
    assert set(answers.values()) <= {200, 302, 422}


def test_what_falls_due(
    agreement: SharingAgreement, zhangjiang: Incubator, alice: User, bob: User, charlie: User, fiona: User
) -> None:
    from datetime import date, timedelta

    from django.utils import timezone

    today = timezone.localdate()
    ends = today + timedelta(days=100)
    next_terms = cases.write_terms(agreement, bob, valid_from=date(2024, 1, 1), valid_until=ends)
    services.propose_terms(version=next_terms, actor=bob, at=NOW)
    services.agree_terms(version=next_terms, actor=fiona, at=NOW)
    cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob)
    services.book_accrual(agreement=agreement, year=2021, actor=bob, at=NOW)
    row = cases.settle(agreement, fiona, amount=5)
    found = [item for item in due_items(user=fiona, until=ends) if item.kind == "sharing"]
    assert [item.on for item in found] == [cases.DAY + timedelta(days=60), ends - timedelta(days=90)]
    assert [item for item in due_items(user=alice, until=ends) if item.kind == "sharing"] == []
    waiting = [item for item in waiting_items(user=bob, limit=9) if item.kind == "sharing"]
    assert [(item.url, item.is_own) for item in waiting] == [
        (reverse("sharing-settlement", args=[row.pk]), False)
    ]
    assert [item for item in waiting_items(user=charlie, limit=9) if item.kind == "sharing"] == []


def test_queries_do_not_grow_with_rows(
    agreement: SharingAgreement, zhangjiang: Incubator, alice: User, bob: User, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    admin = client_of(bob)

    def asked() -> list[int]:
        counts = []
        for name, args in (
            ("sharing-list", []),
            ("sharing-detail", [agreement.pk]),
            ("sharing-compute", [agreement.pk]),
            ("sharing-print", [agreement.pk]),
        ):
            with CaptureQueriesContext(connection) as queries:
                get(admin, name, *args, query="?year=2021")
            counts.append(len(queries))
        return counts

    for number in range(4):
        cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob, tax=1000 + number)
        services.book_accrual(agreement=agreement, year=2021, actor=bob, at=NOW)
        if number == 0:
            asked()
            few = asked()
        cases.make_agreement(zhangjiang, bob, number=f"n{number}", name_zh=f"示例{number}")
    assert asked() == few
