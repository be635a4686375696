"""A contest from its first line to a bid with papers, written by a program."""

import io
from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from contests.models import Contest, Division, Entry, KeptFile
from core.models import HistoryEntry
from incubators.models import Incubator, Park
from tests import factories
from tests.api import Api, is_problem
from tests.contests import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The story is told on 1 June 2021; ``today(moment)`` moves on."""

    def move(at: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    move(cases.NOW)
    return move


EDITION = {"code": "cup-2021", "name_zh": "示例大赛", "name_en": "Example cup", "number": 4, "year": 2021}
DIVISION = {"code": "hn", "name_zh": "华南赛区", "opens_on": "2021-05-01", "closes_on": "2021-06-30"}
SHEET = {
    "kind": "professional",
    "method": "mean",
    "marks_needed": 1,
    "criteria": [{"name": "技术", "max_points": "60"}, {"name": "市场", "max_points": "40"}],
}


def send(api: Api, path: str, **fields: Any) -> Any:
    """multipart/form-data."""
    return api.client.post(f"/api/v1/{path}", fields, headers=api.headers)


def paper(more: bytes = b"", name: str = "plan.pdf") -> io.BytesIO:
    file = io.BytesIO(factories.PDF + more)
    file.name = name
    return file


def test_a_contest_its_division_and_a_round_are_written_and_changed(
    park: Park, alice: User, bob: User, dora: User, erik: User
) -> None:
    api = Api(bob)
    new = {"park": park.code, **EDITION}
    for somebody in (alice, dora, erik):
        is_problem(Api(somebody).post("contests/", new), 403, "refused")
    made = api.post("contests/", new, Idempotency_Key="c-1")
    assert (made.status_code, api.post("contests/", new, Idempotency_Key="c-1").json()) == (201, made.json())
    is_problem(api.post("contests/", {**new, "code": "with space"}), 422, "invalid")
    contest = made.json()
    path = f"contests/{contest['id']}/"
    is_problem(api.patch(path, {"name_zh": "示例大赛二"}), 428, "if_match_required")
    changed = api.patch(path, {"name_zh": "示例大赛二"}, If_Match=made["ETag"])
    assert (changed.json()["name_zh"], changed.json()["version"]) == ("示例大赛二", 2)
    is_problem(api.patch(path, {"name_zh": "示例"}, If_Match=made["ETag"]), 412, "stale")

    division = api.post("contest-divisions/", {"contest": contest["id"], **DIVISION})
    assert division.status_code == 201
    other = {"contest": contest["id"], **DIVISION, "code": "x"}
    is_problem(Api(erik).post("contest-divisions/", other), 422, "invalid")  # no contest that he sees
    is_problem(Api(alice).post("contest-divisions/", other), 403, "refused")
    one = f"contest-divisions/{division.json()['id']}/"
    assert api.patch(one, {"region": "广东"}, If_Match="*").json()["region"] == "广东"
    is_problem(Api(alice).patch(one, {"region": "北京"}, If_Match="*"), 403, "refused")

    rule = {"name_zh": "专家评定", "sequence": 1, "best": 5, "ties": "decide"}
    round = api.post(
        "contest-rounds/",
        {"contest": contest["id"], "division": division.json()["id"], **rule, "review": SHEET},
    )
    assert (round.status_code, round.json()["best"]) == (201, 5)
    assert round.json()["review_round"] is not None
    place = f"contest-rounds/{round.json()['id']}/"
    assert api.patch(place, {"best": 6}, If_Match="*").json()["best"] == 6
    is_problem(api.patch(place, {"review": SHEET}, If_Match="*"), 409, "has_review")
    actions = ("contest.created", "contest.changed", "division.created", "contestround.created")
    assert {
        action: HistoryEntry.objects.filter(action=action, actor="bob").count() for action in actions
    } == dict.fromkeys(actions, 1)
    assert Contest.objects.count() == Division.objects.count() == 1


def test_an_entry_comes_with_its_papers(
    today: Any, alice: User, charlie: User, division: Division, zhangjiang: Incubator
) -> None:
    fields = {"division": division.pk, "incubator": zhangjiang.code, **cases.form_values()}
    api = Api(alice)
    made = send(api, "contest-entries/", **fields, files=[paper(), paper(b"two", "team.pdf")])
    assert made.status_code == 201
    files = made.json()["files"]
    assert [row["original_name"] for row in files] == ["plan.pdf", "team.pdf"]
    download = api.get(f"contest-files/{files[0]['id']}/")
    assert (download.status_code, download.whole) == (200, factories.PDF)
    assert download["Content-Disposition"].startswith("attachment")
    is_problem(Api(charlie).get(f"contest-files/{files[0]['id']}/"), 404, "not_found")
    page = io.BytesIO(b"<html><script>alert(1)</script>")
    page.name = "plan.pdf"
    is_problem(send(api, "contest-entries/", **fields, files=[page]), 422, "invalid")
    is_problem(send(api, "contest-entries/", **fields, files=[paper() for _ in range(4)]), 422, "invalid")
    assert (Entry.objects.count(), KeptFile.objects.count()) == (1, 2)


def test_a_bid_with_papers_is_sealed_for_everybody(
    today: Any, alice: User, bob: User, dora: User, zhangjiang: Incubator
) -> None:
    assert zhangjiang.park is not None
    challenge = cases.make_challenge(bob, zhangjiang.park)
    made = send(
        Api(alice),
        "bids/",
        challenge=challenge.pk,
        incubator=zhangjiang.code,
        outside_name="示例团队",
        price="120000.00",
        months="6",
        proposal="示例方案",
        files=[paper()],
    )
    assert (made.status_code, made.json()["offer"], made.json()["files"]) == (201, None, None)
    (file,) = KeptFile.objects.all()
    for somebody in (alice, bob, dora):
        api = Api(somebody)
        is_problem(api.get(f"contest-files/{file.pk}/"), 404, "not_found")
        assert api.get(f"bids/{made.json()['id']}/").json()["files"] is None
    today(cases.LATER)
    opened = Api(bob).get(f"bids/{made.json()['id']}/").json()
    assert ([row["id"] for row in opened["files"]], opened["offer"]["price"]) == ([file.pk], "120000.00")
    assert Api(bob).get(f"contest-files/{file.pk}/").whole == factories.PDF


def test_a_challenge_is_changed_until_it_is_published_and_then_only_later(
    today: Any, alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    api, challenge = Api(bob), cases.make_challenge(bob, park, is_open=False)
    path = f"challenges/{challenge.pk}/"
    is_problem(Api(alice).patch(path, {"amount": "1.00"}, If_Match="*"), 404, "not_found")  # a draft
    assert api.patch(path, {"amount": "900000.00"}, If_Match="*").json()["amount"] == "900000.00"
    assert api.post(f"{path}publish/").status_code == 200
    is_problem(api.patch(path, {"amount": "1.00"}, If_Match="*"), 422, "invalid")
    is_problem(api.patch(path, {"bids_until": "2021-06-09"}, If_Match="*"), 422, "invalid")
    later = api.patch(path, {"bids_until": "2021-06-12"}, If_Match="*")
    assert later.json()["bids_until"] == "2021-06-12"
