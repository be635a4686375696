"""The pages of returns: who sees what, saving while one types, review, duties, closed periods, files."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from incubators.models import Incubator, OperatorContract, Park
from returns.models import PeriodClose, PeriodReturn, ReturnDuty
from returns.services import open_returns, return_return
from tests import factories
from tests.evaluation.cases import make_contract
from tests.evaluation.test_web_runs import signed_in
from tests.returns import cases
from tests.returns.cases import JULY, MAY

pytestmark = pytest.mark.django_db


def save(client: Client, record: PeriodReturn, version: int, **lines: Any) -> Any:
    body = json.dumps({"version": version, "lines": lines})
    return client.post(reverse("return-save", args=[record.pk]), body, content_type="application/json")


@pytest.mark.parametrize("name", ["return-detail", "return-state", "return-export", "return-receipt"])
def test_strangers_find_nothing_and_readers_read(
    name: str, zhangjiang: Incubator, alice: User, bob: User, charlie: User, dora: User
) -> None:
    address = reverse(name, args=[cases.submitted(zhangjiang, alice, bob).pk])
    statuses = [signed_in(user).get(address).status_code for user in (charlie, dora, alice, bob)]
    assert statuses == [404, 200, 200, 200]


def test_only_the_park_reviews_and_only_who_may_type_gets_fields(
    zhangjiang: Incubator, alice: User, bob: User, dora: User
) -> None:
    record = cases.make_return(zhangjiang, bob)
    detail, review = (reverse(name, args=[record.pk]) for name in ("return-detail", "return-review"))
    assert [signed_in(user).get(review).status_code for user in (alice, dora, bob)] == [403, 403, 200]
    templates = [signed_in(user).get(detail).templates[0].name for user in (alice, dora)]
    assert templates == ["returns/entry.html", "returns/detail.html"]
    assert "X-Offline-Copy" not in signed_in(dora).get(detail)
    assert signed_in(alice).get(detail)["X-Offline-Copy"] == str(alice.pk)
    assert save(signed_in(dora), record, 1, events_held={"value": "1"}).status_code == 403


def test_typing_is_saved_line_by_line(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.make_return(zhangjiang, bob)
    client = signed_in(alice)
    answer = save(client, record, 1, public_spend_yuan={"value": "1,200,000"}, events_held={"value": "many"})
    body = answer.json()
    assert (answer.status_code, body["version"], list(body["errors"])) == (200, 2, ["events_held"])
    assert record.lines.get(code="public_spend_yuan").value == 1_200_000
    stale = save(client, record, 1, events_held={"value": "2"})
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale", 2)
    assert save(client, record, 2, events_held={"value": "2", "reason": "x" * 400}).status_code == 422


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"version": true, "lines": {}}', '{"version": 1, "lines": 3}']
)
def test_what_is_no_save_is_refused(body: str, zhangjiang: Incubator, alice: User, bob: User) -> None:
    address = reverse("return-save", args=[cases.make_return(zhangjiang, bob).pk])
    answer = signed_in(alice).post(address, body, content_type="application/json")
    assert answer.status_code == 400


def test_submitting_without_a_script_and_twice(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.make_return(zhangjiang, bob)
    client = signed_in(alice)
    address = reverse("return-submit", args=[record.pk])
    fields = {f"value-{code}": value for code, value in cases.TYPED.items()}
    short = client.post(address, {**fields, "value-events_held": "", "version": "1", "once": "a"})
    assert (short.status_code, short.context["refusal"].code) == (409, "incomplete")
    whole = {**fields, "version": "1", "once": "b"}
    receipts = [client.post(address, whole)["Location"] for _ in range(2)]
    assert receipts == [reverse("return-receipt", args=[record.pk])] * 2
    assert record.moves.filter(act="submit").count() == 1
    assert client.post(address, {**whole, "once": "c"}).status_code == 409


def test_the_next_one_comes_by_itself(
    zhangjiang: Incubator, shenzhen: Incubator, alice: User, bob: User, charlie: User
) -> None:
    first, second = cases.submitted(zhangjiang, alice, bob), cases.submitted(shenzhen, charlie, bob)
    client = signed_in(bob)
    page = client.get(reverse("return-review", args=[first.pk]))
    assert (page.context["place"], page.context["next_one"]) == (1, second)
    peers = {view.code: [peer.value for peer in view.peers] for view in page.context["views"]}
    assert peers["events_held"] == [1]
    decide = reverse("return-decide", args=[first.pk])
    assert client.post(decide, {"decision": "verify", "version": "1"}).status_code == 409
    done = client.post(decide, {"decision": "verify", "version": str(first.version)})
    assert done["Location"] == reverse("return-review", args=[second.pk])
    back = client.post(
        reverse("return-decide", args=[second.pk]),
        {"decision": "return", "remark-events_held": "Two?", "version": str(second.version)},
    )
    assert back["Location"] == reverse("return-list")
    assert second.lines.get(code="events_held").remark == "Two?"


def test_the_list_opens_what_is_due_and_asks_as_much_for_three_as_for_one(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.make_duty(zhangjiang, bob)
    client = signed_in(alice)
    client.get(reverse("return-list"))
    made = list(PeriodReturn.objects.order_by("pk"))
    assert len(made) == 9  # April to December 2021, all over by now
    counts = []
    for rows in (1, 3):
        PeriodReturn.objects.update(is_latest=False)
        PeriodReturn.objects.filter(pk__in=[row.pk for row in made[:rows]]).update(is_latest=True)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("return-list"), {"state": "open", "incubator": "zhangjiang"})
        assert len(page.context["rows"]) == rows
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_page_asks_as_much_for_three_projects_as_for_one(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    record = cases.make_return(zhangjiang, bob)
    client = signed_in(alice)
    address = reverse("return-detail", args=[record.pk])
    counts = []
    for more in (1, 2):
        for _ in range(more):
            project = factories.make_project(alice, zhangjiang)
            factories.make_fact(alice, project, "registered", verifier=bob)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_filters_that_make_no_sense_narrow_nothing(zhangjiang: Incubator, alice: User, bob: User) -> None:
    cases.make_return(zhangjiang, bob)
    wrong = {
        "state": "x",
        "year": "abc",
        "frequency": "\x00",
        "incubator": "nobody",
        "cursor": "x",
        "ordering": "x",
    }
    page = signed_in(alice).get(reverse("return-list"), wrong)
    assert (page.status_code, len(page.context["rows"])) == (200, 9)


def test_words_of_a_returned_return_stand_beside_its_lines(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    return_return(record=record, reason="Look.", remarks={"events_held": "Two of them?"}, actor=bob, at=MAY)
    html = signed_in(alice).get(reverse("return-detail", args=[record.pk])).content.decode()
    assert "Two of them?" in html


def test_a_correction_and_what_it_changes(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.verified(zhangjiang, alice, bob)
    client = signed_in(alice)
    address = reverse("return-correct", args=[record.pk])
    opened = [client.post(address, {"reason": "Two.", "once": "x"})["Location"] for _ in range(2)]
    new = PeriodReturn.objects.get(edition=2)
    assert opened == [reverse("return-detail", args=[new.pk])] * 2
    save(client, new, new.version, events_held={"value": "2"})
    page = client.get(opened[0])
    assert [(row["before"], row["after"]) for row in page.context["differences"]] == [(1, 2)]
    assert client.get(reverse("return-detail", args=[record.pk])).status_code == 200


def test_files_stand_beside_their_line(zhangjiang: Incubator, alice: User, bob: User, charlie: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    record = cases.make_return(zhangjiang, bob)
    client = signed_in(alice)
    address = reverse("return-files", args=[record.pk])
    file = SimpleUploadedFile("list.pdf", factories.PDF + b"x", "application/pdf")
    client.post(address, {"line": "events_held", "evidence": file})
    stored = record.lines.get(code="events_held").evidence.get()
    assert signed_in(charlie).post(address, {"line": "events_held"}).status_code == 404
    client.post(address, {"line": "events_held", "remove": str(stored.pk)})
    assert not record.lines.get(code="events_held").evidence.exists()


def test_the_park_sets_up_what_is_reported(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User
) -> None:
    contract = make_contract(zhangjiang)
    listed = reverse("return-duty-list", args=[contract.pk])
    assert [signed_in(user).get(listed).status_code for user in (charlie, alice)] == [404, 200]
    create = reverse("return-duty-create", args=[contract.pk])
    assert signed_in(alice).get(create).status_code == 403
    client = signed_in(bob)
    values = {
        "frequency": "month",
        "due_days": "10",
        "starts_on": "2021-04-01",
        "variance_percent": "30",
        "is_active": "on",
        "lines": ["signed", "events_held"],
    }
    assert client.post(create, {**values, "due_days": "0"}).status_code == 422
    assert client.post(create, values)["Location"] == listed
    duty = ReturnDuty.objects.get()
    assert (duty.lines, duty.due_days) == (["signed", "events_held"], 10)
    edit = reverse("return-duty-edit", args=[contract.pk, duty.pk])
    assert client.post(edit, {**values, "due_days": "12", "version": "1"}).status_code == 302
    assert client.post(edit, {**values, "due_days": "14", "version": "1"}).status_code == 409
    client.post(reverse("return-duty-defaults", args=[contract.pk]))
    assert set(ReturnDuty.objects.values_list("frequency", flat=True)) == {"month", "quarter", "year"}


def test_closing_and_reopening_a_period(park: Park, zhangjiang: Incubator, alice: User, bob: User) -> None:
    address = reverse("return-closes")
    assert signed_in(alice).post(address, {}).status_code == 403
    client = signed_in(bob)
    period = client.get(address).context["form"].fields["period"].choices[0][0]
    values = {"place": f"incubator:{zhangjiang.pk}", "period": period, "note": "All verified."}
    assert client.post(address, values).status_code == 302
    assert client.post(address, values).status_code == 409
    closed = PeriodClose.objects.get()
    assert signed_in(alice).get(address).status_code == 200
    reopen = reverse("return-reopen", args=[closed.pk])
    assert signed_in(alice).post(reopen, {"reason": "x"}).status_code == 403
    client.post(reopen, {"reason": "One is missing."})
    closed.refresh_from_db()
    assert closed.reopened_by == bob


def test_the_month_page_points_to_the_return(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User
) -> None:
    record = cases.make_return(zhangjiang, bob)
    address = f"{reverse('return-of-month')}?incubator=zhangjiang&month=2021-04"
    assert reverse("return-detail", args=[record.pk]) in signed_in(alice).get(address).content.decode()
    assert signed_in(charlie).get(address).status_code == 404


def test_the_estimate_takes_the_typed_numbers_in(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    page = signed_in(alice).get(reverse("return-estimate", args=[record.pk]))
    found = page.context["estimate"]
    assert found.after is not None
    assert found.after != found.before


def test_the_worker_is_a_script_for_this_folder_alone(client: Client) -> None:
    answer = client.get(reverse("return-worker"))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript", "no-cache")
    assert reverse("return-worker") == "/returns/sw.js"


def test_a_contract_without_a_duty_is_named_to_the_park(zhangjiang: Incubator, bob: User) -> None:
    contract = make_contract(zhangjiang, year=2021)
    OperatorContract.objects.filter(pk=contract.pk).update(ends_on="2099-01-01")
    page = signed_in(bob).get(reverse("return-list"))
    assert page.context["without_duty"] == [contract]
    open_returns(at=JULY)
