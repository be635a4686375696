"""Entries: by staff and from Excel, admitted or not, changed and withdrawn; what programs see of them."""

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from contests import services
from contests.importers import ContestEntrySheet
from contests.models import Contest, Division, Entry
from contests.services import NewEntry
from core.errors import Conflict, Invalid, Refused
from core.models import HistoryEntry
from exchange.sheets import Place, Row
from incubators.models import Incubator, Park
from reviews.models import Expert
from tests.api import Api, is_problem
from tests.contests.cases import by_rule, make_bid, make_challenge, make_division, make_entry, ranked
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def rows(*cells: dict[str, Any]) -> list[Row]:
    return [Row(number, values) for number, values in enumerate(cells, start=2)]


def cells(of: Division, name: str = "示例表格项目", **values: Any) -> dict[str, Any]:
    code = f"{of.contest.code}/{of.code}"
    return {"division": code, "name_zh": name, "team": f"{name}团队", "phone": "13900000000", **values}


@pytest.fixture
def place(park: Park, zhangjiang: Incubator) -> Place:
    return Place(park, None, (zhangjiang,))


def test_a_table_brings_entries_in_and_finds_them_again(bob: User, division: Division, place: Place) -> None:
    sheet = ContestEntrySheet()
    written = sheet.write(
        place=place,
        rows=rows(
            cells(division, external_id="A-1"), cells(division, "示例另一项目", incubator="zhangjiang")
        ),
        actor=bob,
        at=NOW,
    )
    assert [one.action for one in written] == ["created", "created"]
    first, second = Entry.objects.order_by("number")
    assert (first.receipt, first.source, first.phone, second.incubator_id is None) == (
        "HN-001", "sheet", "13900000000", False,
    )  # fmt: skip
    exported = list(sheet.export(user=bob, filters={"contest": str(division.contest_id)}))
    assert [(row["receipt"], row["phone"]) for row in exported] == [("HN-001", None), ("HN-002", None)]
    # What was exported comes back unchanged: the empty telephone leaves the stored one.
    (same, changed) = sheet.check(
        place=place, rows=rows(exported[0], {**exported[1], "team": "更名团队"}), actor=bob, at=NOW
    )
    assert (same.status, changed.status, list(changed.changes)) == ("unchanged", "update", ["team"])


def test_a_table_asks_about_the_same_name_and_names_what_is_wrong(
    bob: User, division: Division, place: Place
) -> None:
    make_entry(bob, division, name_zh="示例飞榴科技")
    verdicts = ContestEntrySheet().check(
        place=place,
        rows=rows(
            cells(division, "示例飞榴科技"),
            cells(division, division="nowhere/x"),
            cells(division, receipt="HN-099"),
            cells(division, "示例已准予", state="admitted"),
        ),
        actor=bob,
        at=NOW,
    )
    assert [verdict.status for verdict in verdicts] == ["duplicate", "error", "error", "error"]


def test_marks_and_places_go_out_with_the_table(bob: User, grace: Expert, division: Division) -> None:
    ranked(bob, grace, division, ["50", "55"])
    exported = list(ContestEntrySheet().export(user=bob, filters={}))
    assert [row["rounds"] for row in exported] == ["第1轮 50.00（2）", "第1轮 55.00（1）"]


def test_an_import_is_taken_back_until_somebody_judged(bob: User, division: Division) -> None:
    entry = make_entry(bob, division)
    services.admit_entries(entries=[entry], actor=bob, at=NOW)
    with pytest.raises(Conflict):
        services.delete_entry(entry=entry, actor=bob, at=NOW)
    other = make_entry(bob, division)
    services.delete_entry(entry=other, actor=bob, at=NOW)
    assert Entry.objects.get() == entry


def test_operators_enter_in_time_and_the_park_also_later(
    alice: User, bob: User, contest: Contest, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    closed = make_division(bob, contest, code="old", closes_on=date(2021, 5, 20))
    make_entry(bob, closed)
    with pytest.raises(Conflict):
        make_entry(alice, closed, zhangjiang)
    open_one = make_division(bob, contest)
    make_entry(alice, open_one, zhangjiang)
    for incubator in (shenzhen, None):
        with pytest.raises(Refused):
            make_entry(alice, open_one, incubator)


def test_numbers_count_by_division_and_all_or_none_are_entered(
    bob: User, contest: Contest, division: Division
) -> None:
    items = [NewEntry({"name_zh": "示例甲", "team": "甲"}), NewEntry({"name_zh": "", "team": "乙"})]
    with pytest.raises(Invalid):
        services.enter_entries(division=division, items=items, source="typed", actor=bob, at=NOW)
    assert Entry.objects.count() == 0
    east = make_division(bob, contest, code="east")
    receipts = [make_entry(bob, one).receipt for one in (division, division, east)]
    assert receipts == ["HN-001", "HN-002", "EAST-001"]


def test_a_refusal_has_a_reason_and_may_be_taken_back(bob: User, division: Division) -> None:
    entry = make_entry(bob, division)
    with pytest.raises(Invalid):
        services.refuse_entry(entry=entry, refusal="late", words="", actor=bob, at=NOW)
    services.refuse_entry(entry=entry, refusal="late", words="逾期", actor=bob, at=NOW)
    services.admit_entries(entries=[entry], actor=bob, at=NOW)
    entry.refresh_from_db()
    assert (entry.state, entry.refusal, entry.refusal_words) == ("admitted", "", "")
    with pytest.raises(Conflict):
        services.admit_entries(entries=[entry], actor=bob, at=NOW)


def test_once_before_a_round_an_entry_is_not_turned_down(
    bob: User, grace: Expert, division: Division
) -> None:
    promotion = ranked(bob, grace, division, ["50"])
    entry = Entry.objects.get(pk=by_rule(promotion)[0])
    with pytest.raises(Conflict):
        services.refuse_entry(entry=entry, refusal="late", words="x", actor=bob, at=NOW)


def test_the_history_keeps_no_personal_data(bob: User, division: Division) -> None:
    entry = make_entry(bob, division, phone="13912345678", contact_name="示例保密人")
    services.update_entry(entry=entry, values={"phone": "13987654321", "team": "新团队"}, actor=bob, at=NOW)
    told = " ".join(
        str(row.changes) for row in HistoryEntry.objects.filter(action__startswith="contestentry.")
    )
    assert "新团队" in told
    for word in ("13912345678", "13987654321", "示例保密人"):
        assert word not in told


def test_programs_see_contacts_masked_unless_they_run_the_park(
    alice: User, bob: User, division: Division, zhangjiang: Incubator
) -> None:
    entry = make_entry(alice, division, zhangjiang)
    path = f"contest-entries/{entry.pk}/"
    assert Api(alice).get(path).json()["phone"] == "138****1234"
    assert Api(bob).get(path).json()["phone"] == "13800001234"


def test_programs_enter_admit_and_promote(
    alice: User, bob: User, carol: User, grace: Expert, division: Division, zhangjiang: Incubator
) -> None:
    open_one = make_division(bob, division.contest, code="east", closes_on=date(2199, 1, 1))
    sent = {"incubator": "zhangjiang", "name_zh": "示例接口项目", "team": "接口团队"}
    made = Api(alice).post("contest-entries/", {"division": open_one.pk, **sent}, Idempotency_Key="one")
    again = Api(alice).post("contest-entries/", {"division": open_one.pk, **sent}, Idempotency_Key="one")
    assert (made.status_code, made.json()["id"]) == (201, again.json()["id"])
    entry = Entry.objects.get()
    path = f"contest-entries/{entry.pk}/"
    is_problem(Api(alice).post(f"{path}admit/"), 403, "refused")
    assert Api(bob).post(f"{path}admit/").json()["state"] == "admitted"
    is_problem(Api(bob).post(f"{path}refuse/", {"refusal": "nonsense", "words": "x"}), 422, "invalid")
    promotion = ranked(bob, grace, division, ["50", "40"])
    round = f"contest-rounds/{promotion.round_id}/"
    assert Api(alice).get(round).json()["promotion"] is None
    shown = Api(bob).get(round).json()["promotion"]
    assert [line["by_rule"] for line in shown["lines"]] == ["in", "out"]
    chosen = [line["entry"] for line in shown["lines"] if line["by_rule"] == "in"]
    is_problem(Api(bob).post(f"{round}decide/", {"chosen": []}), 422, "invalid")
    assert Api(bob).post(f"{round}decide/", {"chosen": chosen}).json()["promotion"]["state"] == "decided"
    is_problem(Api(bob).post(f"{round}confirm/"), 403, "refused")
    assert Api(carol).post(f"{round}confirm/").json()["promotion"]["confirmed_by"] == "carol"


def test_programs_find_no_offer_before_the_deadline(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = make_challenge(bob, park, bids_until=date(2199, 1, 1))
    bid = make_bid(alice, challenge, zhangjiang)
    for person in (alice, bob):
        assert Api(person).get(f"bids/{bid.pk}/").json()["offer"] is None
        assert [row["offer"] for row in Api(person).get("bids/").json()["results"]] == [None]
    is_problem(
        Api(bob).post(
            f"bids/{bid.pk}/award/",
            {
                "amount": "1.00",
                "reason": "x",
                "milestones": [{"title": "x", "due_on": "2199-02-01", "amount": "1.00"}],
            },
        ),
        409,
        "sealed",
    )
