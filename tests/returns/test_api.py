"""Returns by REST: reading, filling in, the whole life, refusals, files, closed periods."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from incubators.models import Incubator, Park
from returns.models import PeriodReturn
from returns.services import open_returns
from tests.api import Api, is_problem
from tests.returns import cases
from tests.returns.cases import JULY

pytestmark = pytest.mark.django_db


def typed(**changes: str) -> dict[str, Any]:
    return {"lines": {code: {"value": value} for code, value in {**cases.TYPED, **changes}.items()}}


def test_the_whole_life(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.make_return(zhangjiang, bob)
    operator, park = Api(alice), Api(bob)
    path = f"returns/{record.pk}/"
    read = operator.get(path)
    assert read["ETag"] == '"v1"'
    assert [line["code"] for line in read.json()["lines"]][:3] == [
        "new_leads",
        "landed",
        "service_tickets_total",
    ]
    saved = operator.patch(path, typed(), If_Match=read["ETag"])
    assert (saved.status_code, saved["ETag"]) == (200, '"v2"')
    submitted = operator.post(f"{path}submit/", Idempotency_Key="once")
    again = operator.post(f"{path}submit/", Idempotency_Key="once")
    assert [submitted.status_code, again.status_code] == [200, 200]
    assert again["Idempotency-Replayed"] == "true"
    is_problem(operator.post(f"{path}submit/"), 409, "already_submitted")
    back = park.post(f"{path}return/", {"reason": "Look again.", "remarks": {"events_held": "Two?"}})
    assert (back.json()["state"], back.json()["return_reason"]) == ("returned", "Look again.")
    assert operator.post(f"{path}submit/").status_code == 200
    assert park.post(f"{path}verify/").json()["verified_by"] == "bob"
    assert park.post(f"{path}publish/").json()["state"] == "published"
    new = operator.post(f"{path}correct/", {"reason": "Two events."})
    assert (new.status_code, new.json()["edition"], new.json()["lines"][5]["value"]) == (201, 2, "1.0000")


def test_a_stale_change_shows_both_versions(zhangjiang: Incubator, alice: User, bob: User) -> None:
    path = f"returns/{cases.make_return(zhangjiang, bob).pk}/"
    api = Api(alice)
    etag = api.get(path)["ETag"]
    assert api.patch(path, typed(), If_Match=etag).status_code == 200
    body = is_problem(api.patch(path, typed(events_held="9"), If_Match=etag), 412, "stale")
    assert body["submitted"]["lines"]["events_held"] == {"value": "9"}
    is_problem(api.patch(path, typed()), 428, "if_match_required")


def test_refusals_in_their_order(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User, dora: User
) -> None:
    record = cases.make_return(zhangjiang, bob)
    path = f"returns/{record.pk}/"
    is_problem(Api(charlie).get(path), 404, "not_found")
    is_problem(Api(dora).patch(path, typed(), If_Match='"v1"'), 403, "refused")
    is_problem(Api(alice).post(f"{path}verify/"), 403, "refused")
    body = is_problem(Api(alice).post(f"{path}submit/"), 409, "incomplete")
    assert body["missing"][0]["field"] == "service_tickets_total.value"
    wrong = Api(alice).patch(path, {"lines": {"events_held": {"value": "1.5"}}}, If_Match='"v1"')
    assert is_problem(wrong, 422, "invalid")["errors"][0]["code"] == "not_whole"
    unknown = Api(alice).patch(path, {"lines": {"patents": {"value": "1"}}}, If_Match='"v1"')
    assert is_problem(unknown, 422, "invalid")["errors"][0]["code"] == "unknown"


def test_lists_and_filters_take_the_same_number_of_queries(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.make_duty(zhangjiang, bob)
    made = open_returns(at=JULY)
    api = Api(alice)
    api.get("returns/")
    counts = []
    for rows in (1, 3):
        PeriodReturn.objects.exclude(pk__in=[row.pk for row in made[:rows]]).update(is_latest=False)
        PeriodReturn.objects.filter(pk__in=[row.pk for row in made[:rows]]).update(is_latest=True)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = api.get("returns/?latest=true&state=draft&frequency=month&incubator=zhangjiang").json()
        assert len(found["results"]) == rows
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_files_in_thousands(form: str, zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    for path in (f"returns/{record.pk}/export/", "returns/export/"):
        answer = Api(alice).get(f"{path}?as={form}&units=thousand")
        assert answer.status_code == 200
        if form == "xlsx":
            rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
        else:
            rows = [line.split(",") for line in answer.content.decode("utf-8-sig").splitlines()]
        spent = next(row for row in rows if row[4] == "public_spend_yuan")
        assert (spent[5], Decimal(str(spent[8]))) == ("本期财政资金支出额", Decimal(400))
    is_problem(Api(alice).get("returns/export/?as=pdf"), 422, "invalid")


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_no_name_is_run_as_a_formula(form: str, zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.make_return(zhangjiang, bob)
    zhangjiang.name_zh = zhangjiang.name_en = "=cmd|'/c calc'!A1"
    zhangjiang.save()
    content = Api(alice).get(f"returns/{record.pk}/export/?as={form}").content
    if form == "xlsx":
        first = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)[1][0]
    else:
        first = content.decode("utf-8-sig").splitlines()[1].split(",")[0]
    assert first == "'=cmd|'/c calc'!A1"


def test_periods_are_closed_and_reopened(park: Park, zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.make_return(zhangjiang, bob)
    admin = Api(bob)
    is_problem(Api(alice).post("period-closes/", {"park": "jiangyin", "period": "2021-Q2"}), 403, "refused")
    closed = admin.post("period-closes/", {"park": "jiangyin", "period": "2021-Q2"})
    assert closed.status_code == 201
    refused = Api(alice).patch(f"returns/{record.pk}/", typed(), If_Match='"v1"')
    is_problem(refused, 409, "period_closed")
    is_problem(admin.post("period-closes/", {"park": "jiangyin", "period": "2021-Q2"}), 409, "already_closed")
    reopened = admin.post(f"period-closes/{closed.json()['id']}/reopen/", {"reason": "One is missing."})
    assert reopened.json()["reopened_by"] == "bob"
    assert Api(alice).patch(f"returns/{record.pk}/", typed(), If_Match='"v1"').status_code == 200


def test_duties_are_changed_by_the_park(zhangjiang: Incubator, alice: User, bob: User) -> None:
    duty = cases.make_duty(zhangjiang, bob)
    path = f"return-duties/{duty.pk}/"
    is_problem(Api(alice).patch(path, {"due_days": 12}, If_Match='"v1"'), 403, "refused")
    changed = Api(bob).patch(path, {"due_days": 12, "lines": ["signed"]}, If_Match='"v1"')
    assert (changed.json()["due_days"], changed.json()["lines"]) == (12, ["signed"])
    assert len(Api(alice).get("return-lines/").json()) > 20


def test_duties_are_added_by_the_park_that_manages_the_contract(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User
) -> None:
    duty = cases.make_duty(zhangjiang, bob)
    values = {
        "contract": duty.contract_id,
        "frequency": "quarter",
        "due_days": 15,
        "starts_on": "2021-04-01",
        "lines": ["events_held", "landed"],
    }
    is_problem(Api(alice).post("return-duties/", values), 403, "refused")
    made = Api(bob).post("return-duties/", values)
    assert (made.status_code, made.json()["lines"]) == (201, ["landed", "events_held"])
    assert Api(alice).get(made["Location"]).json()["frequency"] == "quarter"
    is_problem(Api(bob).post("return-duties/", values), 409, "returns_duty_once")
    unknown = Api(bob).post("return-duties/", {**values, "frequency": "year", "contract": 999999})
    is_problem(unknown, 422, "invalid")
