"""The page and the addresses with which a panel is run in one go."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from incubators.models import Incubator, Park
from reviews.models import Assignment, Case, Expert, ReviewRound, Score
from tests import factories
from tests.api import Api, is_problem
from tests.reviews.cases import make_case, make_expert, make_round

pytestmark = pytest.mark.django_db

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def carol(park: Park) -> User:
    """A second administrator of Bob's park."""
    return factories.make_park_admin(park, "carol")


@pytest.fixture
def round(bob: User, park: Park) -> ReviewRound:
    return make_round(bob, park)


@pytest.fixture
def panel(bob: User, park: Park) -> list[Expert]:
    year = {"agreement_until": "2100-01-01", "at_once": 10}
    return [make_expert(bob, park, name, **year) for name in ("grace", "henry")]


def filled(table: bytes, *points: tuple[Any, Any]) -> SimpleUploadedFile:
    """The downloaded table with points for the first rows."""
    book = openpyxl.load_workbook(io.BytesIO(table))
    sheet = book.active
    assert sheet is not None
    for row, (first, second) in enumerate(points, start=2):
        sheet.cell(row, 5).value = first
        sheet.cell(row, 6).value = second
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("marks.xlsx", stream.getvalue(), EXCEL)


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("签名评分表.pdf", b"%PDF-1.4\n% signed\n%%EOF", "application/pdf")


def test_a_panel_from_the_invitation_to_final_results(
    bob: User, carol: User, round: ReviewRound, panel: list[Expert]
) -> None:
    cases = [make_case(bob, round, title="示例甲"), make_case(bob, round, title="示例乙")]
    client, base = page(bob), f"/reviews/{round.pk}/panel/"
    assert client.get(base).status_code == 200
    client.post(f"{base}invite/", {"expert": [expert.pk for expert in panel]})
    assert Assignment.objects.filter(state="invited").count() == 4
    table = client.get(f"{base}marks.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(table)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == [
        "No.", "Expert no.", "Case", "Expert", "创新性", "产业化", "Comment",
    ]  # fmt: skip
    sent = {"file": filled(table, (50, 30), ("４０", 20), (55.5, 30)), "scan": scan()}
    assert client.post(f"{base}marks/", sent).status_code == 302
    assert sorted(Score.objects.values_list("mark", flat=True)) == [60, 80, 85.5]
    again = client.post(f"{base}marks/", {"file": filled(table, (50, 30)), "scan": scan()})
    assert again.status_code == 422
    assert "is not open to this expert" in again.content.decode()
    client.post(
        f"{base}marks/", {"file": filled(client.get(f"{base}marks.xlsx").content, (1, 2)), "scan": scan()}
    )
    ids = [case.pk for case in cases]
    assert client.post(f"{base}results/", {"case": ids, "result": "recommended"}).status_code == 422
    assert client.post(f"{base}results/", {"result": "recommended", "reason": "好"}).status_code == 422
    assert Case.objects.filter(result="").count() == 2
    client.post(f"{base}results/", {"case": ids, "result": "recommended", "reason": "专家一致"})
    assert client.post(f"{base}results/", {"case": ids, "deed": "confirm"}).status_code == 403
    page(carol).post(f"{base}results/", {"case": ids, "deed": "confirm"})
    assert [case.is_final for case in Case.objects.select_related("round")] == [True, True]
    assert "Every result is final" in client.get(base).content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello", "No."),
        ("编号,专家号,创新性,产业化\n1,x,5,5\n".encode(), "Row 2"),
        ("编号,专家号,创新性,产业化\n1,1,,\n".encode(), "No row of the table holds points"),
        ("编号,专家号,创新性,产业化\n1,1,5,5\n".encode("gb18030"), "Case 1 is not open"),
    ],
    ids=["empty", "no table", "letters", "nothing filled in", "unknown expert"],
)
def test_a_wrong_table_is_explained(bob: User, round: ReviewRound, content: bytes, words: str) -> None:
    make_case(bob, round)
    sent = {"file": SimpleUploadedFile("marks.csv", content, "text/csv"), "scan": scan()}
    answer = page(bob).post(f"/reviews/{round.pk}/panel/marks/", sent)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert Score.objects.count() == 0


def test_only_the_administrator_runs_a_panel(alice: User, dora: User, erik: User, round: ReviewRound) -> None:
    base = f"/reviews/{round.pk}/panel/"
    for address in ("", "marks.xlsx"):
        assert [page(user).get(base + address).status_code for user in (dora, erik, alice)] == [403, 404, 404]
    for address in ("invite/", "marks/", "results/"):
        assert [page(user).post(base + address).status_code for user in (dora, erik)] == [403, 404]


def test_a_panel_by_program(
    bob: User, carol: User, erik: User, round: ReviewRound, panel: list[Expert], zhangjiang: Incubator
) -> None:
    make_case(bob, round, title="示例甲")
    api, base = Api(bob), f"review-rounds/{round.pk}/"
    grace, henry = panel
    assert api.post(f"{base}panel/", {"experts": [grace.pk, henry.pk]}).json() == {"invited": 2, "barred": []}
    is_problem(api.post(f"{base}panel/", {}), 422, "invalid")
    evidence = factories.make_evidence(bob, zhangjiang)
    sheets = [
        {"number": 1, "expert": grace.pk, "points": {"1": "50.00", "2": "30.00"}},
        {"number": 1, "expert": henry.pk, "points": {"1": "60.00", "2": "40.00"}},
    ]
    bad = [{**sheets[0], "points": {"1": "61", "2": "30"}}]
    is_problem(api.post(f"{base}marks/", {"scan": evidence.pk, "sheets": bad}), 422, "invalid")
    made = api.post(f"{base}marks/", {"scan": evidence.pk, "sheets": sheets})
    assert made.json() == {"entered": 2, "set_aside": 0}
    case = Case.objects.get()
    conclusions = [{"case": case.pk, "result": "recommended", "reason": "均分 90"}]
    assert api.post(f"{base}results/", {"conclusions": conclusions}).status_code == 200
    is_problem(api.post(f"{base}confirmations/", {"cases": [case.pk]}), 403, "refused")
    assert Api(carol).post(f"{base}confirmations/", {"cases": [case.pk]}).status_code == 200
    is_problem(api.post(f"{base}confirmations/", {"cases": [case.pk]}), 409, "final")
    for address in ("panel", "marks", "results", "confirmations"):
        is_problem(Api(erik).post(f"{base}{address}/", {}), 404, "not_found")
