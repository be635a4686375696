"""Pages of the overview for every role: they open, keep to their scope, and ask few queries."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from evaluation.services import ObservationRow, enter_observations
from incubators.enums import OrganisationKind
from incubators.models import Incubator, Organisation, Park, ReportedFigure
from projects.models import ReportedProject
from returns.services import submit_return
from tests import factories
from tests.returns import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_page(client: Client) -> Callable[..., Any]:
    def fetch(user: User | None, name: str, *args: Any, query: str = "", status: int = 200) -> Any:
        if user is None:
            client.logout()
        else:
            client.force_login(user)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        response = client.get(reverse(name, args=args) + query)
        assert response.status_code == status, response.content.decode()[-1500:]
        return response

    return fetch


def make_figure(incubator: Incubator, code: str, value: int, **values: Any) -> ReportedFigure:
    return ReportedFigure.objects.create(
        code=code,
        incubator=incubator,
        entity_code=incubator.code,
        name_zh="落户项目",
        name_en="projects landed",
        value=Decimal(value),
        unit="projects",
        **{"as_of": "2021-05", "source": "003_x.txt", "source_lines": "24-32", **values},
    )


def queries_of(fetch: Callable[[], Any]) -> int:
    fetch()  # caches of content types and sessions are warm from here on
    with CaptureQueriesContext(connection) as captured:
        fetch()
    return len(captured)


# --- home --------------------------------------------------------------------------------------------
def test_everyone_has_a_home(open_page: Any, alice: User, bob: User, dora: User, park: Park) -> None:
    people = {
        alice: "What is to be done today",
        bob: "Waiting for your verification",
        dora: "Heads of the history chains",
        factories.make_user("fiona", Role.FINANCE, park=park): "Paid-in capital by currency",
        factories.make_user("emil", Role.EXPERT): "No review is assigned to you",
        factories.make_user("robot", Role.API_CLIENT, park=park): "Access for programs",
        factories.make_user("nobody"): "You have no role yet",
    }
    for person, words in people.items():
        assert words in open_page(person, "home").content.decode()


def test_the_last_changes_name_the_person_and_the_period(
    client: Client, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    submit_return(record=record, actor=alice, at=cases.MAY)
    client.force_login(alice)
    changes = client.get("/").context["s"]["changes"]
    label = f"{zhangjiang.name} · 2021年4月"
    found = [(str(row["words"]), row["label"], row["by"]) for row in changes]
    assert found[0] == ("期间报表 · 已提交", label, str(alice))
    assert ("期间报表 · 新建", label, "系统") in found


def test_a_visitor_is_sent_to_the_entrance(client: Client, zhangjiang: Incubator) -> None:
    for name, args in (("home", []), ("search", []), ("incubator-detail", ["zhangjiang"]), ("settings", [])):
        assert client.get(reverse(name, args=args)).status_code == 302


def test_the_operator_reads_the_words_with_which_a_fact_came_back(
    open_page: Any, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    from projects.services import return_fact

    project = factories.make_project(alice, zhangjiang)
    fact = factories.make_fact(alice, project, "signed")
    return_fact(fact=fact, reason="The second page is missing.", actor=bob, at=factories.NOW)
    page = open_page(alice, "home").content.decode()
    assert "The second page is missing." in page


def test_the_inbox_holds_what_waits_oldest_first_and_not_what_is_verified(
    open_page: Any, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang, name_zh="示例甲")
    factories.make_fact(alice, project, "signed")
    factories.make_fact(alice, project, "registered", verifier=bob)
    response = open_page(bob, "home")
    (section,) = response.context["sections"]
    assert [(row["item"].kind, row["item"].label) for row in section["inbox"]] == [("fact", "示例甲")]
    assert (section["total"].total, section["total"].landings) == (1, 1)


def test_months_of_one_incubator_wait_as_one_line(
    open_page: Any, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    rows = [ObservationRow("returns_due", f"2021-0{month}", Decimal(1)) for month in (2, 3, 4)]
    enter_observations(incubator=zhangjiang, rows=rows, actor=alice, at=factories.NOW)
    (row,) = open_page(bob, "home").context["sections"][0]["inbox"]
    assert (row["item"].label, row["item"].upto) == ("2021-02", "2021-04")
    assert row["url"].endswith("?incubator=zhangjiang&year=2021")


def test_a_park_administrator_of_another_park_sees_nothing_of_it(
    open_page: Any, alice: User, erik: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang, name_zh="示例甲")
    factories.make_fact(alice, project, "signed")
    response = open_page(erik, "home")
    assert response.context["sections"][0]["inbox"] == []
    assert "示例甲" not in response.content.decode()


def test_a_project_one_step_from_its_gate_is_named(
    open_page: Any, alice: User, zhangjiang: Incubator
) -> None:
    from projects.models import Sector

    factories.make_project(
        alice, zhangjiang, name_zh="示例近门", team_lead="甲", sector=Sector.objects.first(), lead_source=""
    )
    (near,) = open_page(alice, "home").context["sections"][0]["near"]
    assert near["label"] == "示例近门"
    assert "Say where the lead came from." in near["message"]


def test_money_of_two_currencies_is_not_added(
    open_page: Any, alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    fiona = factories.make_user("fiona", Role.FINANCE, park=park)
    project = factories.make_project(alice, zhangjiang)
    factories.make_fact(alice, project, "paid_in", amount=Decimal("1000000"), verifier=bob)
    factories.make_fact(alice, project, "paid_in", amount=Decimal("500000"))
    (section,) = open_page(fiona, "home").context["sections"]
    (row,) = section["totals"]
    assert (row["currency"], row["verified"], row["waiting"]) == (
        "CNY",
        Decimal("1000000"),
        Decimal("500000"),
    )
    assert [payment.amount for payment in section["payments"]] == [Decimal("500000")]


# --- places -------------------------------------------------------------------------------------------
def test_press_figures_and_tracked_projects_stand_apart(
    open_page: Any, alice: User, zhangjiang: Incubator
) -> None:
    make_figure(zhangjiang, "zj-landed", 11)
    factories.make_project(alice, zhangjiang)
    response = open_page(alice, "incubator-detail", "zhangjiang")
    (figure,) = response.context["published"]["figure"]
    assert (str(figure["value"]), str(figure["unit"]), figure["as_of"]) == ("11", "projects", "2021-05")
    assert figure["source"] == "China High-Tech Industry Herald, May 2021, lines 24-32"
    assert response.context["pipeline"].total == 1


def test_a_stranger_gets_404_and_a_reader_403(
    open_page: Any, client: Client, charlie: User, alice: User, zhangjiang: Incubator
) -> None:
    open_page(charlie, "incubator-detail", "zhangjiang", status=404)
    open_page(charlie, "incubator-edit", "zhangjiang", status=404)
    open_page(alice, "incubator-edit", "zhangjiang", status=403)
    client.force_login(alice)
    for name in ("incubator-edit", "contract-create", "space-create", "incubator-title-create"):
        assert client.post(reverse(name, args=["zhangjiang"]), {}).status_code == 403


def test_the_list_holds_only_what_one_may_see(
    open_page: Any, charlie: User, shenzhen: Incubator, zhangjiang: Incubator
) -> None:
    response = open_page(charlie, "incubator-list")
    found = [row["incubator"].code for _park, rows in response.context["groups"] for row in rows]
    assert found == ["shenzhen"]


def test_a_figure_of_anothers_incubator_is_not_listed(
    open_page: Any, charlie: User, alice: User, zhangjiang: Incubator
) -> None:
    make_figure(zhangjiang, "zj-landed", 11)
    assert [row["code"] for row in open_page(alice, "reported-figure-list").context["figures"]] == [
        "zj-landed"
    ]
    assert open_page(charlie, "reported-figure-list").context["figures"] == []
    open_page(charlie, "reported-figure-list", query="?about=zhangjiang", status=404)


def test_pages_of_parks_and_organisations_open(open_page: Any, alice: User, park: Park) -> None:
    park.details = {
        "carriers": [{"zh": "加速器", "en": "accelerator", "count": 1}],
        "focus_sectors": [{"zh": "生命健康", "en": "life and health"}],
    }
    park.save()
    Organisation.objects.create(code="techcode", name_zh="太库", kind=OrganisationKind.OPERATOR)
    page = open_page(alice, "park-detail", park.code).content.decode()
    assert "accelerator" in page
    assert "life and health" in page
    assert "太库" in open_page(alice, "organisation-list").content.decode()
    open_page(alice, "park-detail", "nowhere", status=404)


# --- search -------------------------------------------------------------------------------------------
def test_search_finds_pinyin_and_keeps_to_the_scope(
    open_page: Any, alice: User, charlie: User, zhangjiang: Incubator
) -> None:
    factories.make_project(alice, zhangjiang, name_zh="示例光电")
    ReportedProject.objects.create(
        code="press", name_zh="光电报道", incubator=zhangjiang, park=zhangjiang.park
    )
    for text in ("光电", "guangdian", "光電"):
        groups = open_page(alice, "search", query=f"?q={text}").context["groups"]
        assert [entry["group"].key for entry in groups] == ["projects", "reported"]
    assert open_page(charlie, "search", query="?q=光电").context["groups"] == []


def test_search_counts_to_five_and_a_plus(open_page: Any, alice: User, zhangjiang: Incubator) -> None:
    for _number in range(6):
        factories.make_project(alice, zhangjiang)
    (entry,) = open_page(alice, "search", query="?q=示例项目").context["groups"]
    assert (entry["group"].count, len(entry["group"].records)) == ("5+", 5)


@pytest.mark.parametrize(
    "text", ["%00", "%", "%25", "_", "'", "%5C", "a" * 5000, "%F0%9F%92%A9", "%ff", "<script>", "(", " "]
)
def test_hostile_search_texts_are_just_texts(open_page: Any, alice: User, text: str) -> None:
    for name in ("search", "incubator-list", "reported-figure-list", "organisation-list", "enterprise-list"):
        open_page(
            alice, name, query=f"?q={text}&kind={text}&about=&cursor={text}&ordering={text}&incubator={text}"
        )


# --- records ------------------------------------------------------------------------------------------
def test_the_history_check_finds_a_changed_row(
    open_page: Any, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    factories.make_project(alice, zhangjiang)
    response = open_page(bob, "history-check", query="?check=1")
    assert (response.context["breaks"], len(response.context["rows"])) == ([], 1)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE core_historyentry SET actor = 'mallory'")
        cursor.execute("SET session_replication_role = DEFAULT")
    (broken,) = open_page(bob, "history-check", query="?check=1").context["breaks"]
    assert (broken.chain, broken.sequence) == ("incubator:zhangjiang", 1)


def test_only_park_staff_and_auditors_check_the_history(
    open_page: Any, alice: User, erik: User, dora: User, zhangjiang: Incubator
) -> None:
    factories.make_project(alice, zhangjiang)
    open_page(alice, "history-check", status=403)
    assert open_page(erik, "history-check").context["rows"] == []
    assert len(open_page(dora, "history-check").context["rows"]) == 1


def test_exchange_rates_are_open_to_read(open_page: Any, alice: User) -> None:
    from core.services import record_rate

    record_rate(
        currency="SEK", to_currency="CNY", on=date(2021, 5, 31), rate=Decimal("0.77"), source="example",
        actor=None, at=factories.NOW,
    )  # fmt: skip
    assert "0.77" in open_page(alice, "exchange-rate-list").content.decode()


# --- speed --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["home", "search", "incubator-list", "incubator-detail", "enterprise-list",
                                  "park-detail", "reported-figure-list"])  # fmt: skip
@pytest.mark.parametrize("who", ["alice", "bob"])
def test_queries_do_not_grow_with_rows(
    client: Client, alice: User, bob: User, park: Park, zhangjiang: Incubator, name: str, who: str
) -> None:
    client.force_login({"alice": alice, "bob": bob}[who])
    args = {"incubator-detail": ["zhangjiang"], "park-detail": [park.code]}.get(name, [])
    address = reverse(name, args=args) + ("?q=示例" if name == "search" else "")

    def add(number: int) -> None:
        project = factories.make_project(alice, zhangjiang, team_lead="甲", lead_source="event")
        factories.make_fact(alice, project, "signed")
        enterprise = factories.make_enterprise(alice, zhangjiang)
        from enterprises.services import enter_recognition, enter_yearly_figures

        enter_yearly_figures(
            enterprise=enterprise, year=2020, values={"staff_count": 3}, actor=alice, at=factories.NOW
        )
        enter_recognition(
            enterprise=enterprise, values={"kind": "hnte", "granted_on": date(2020, 1, 1)}, actor=alice,
            at=factories.NOW,
        )  # fmt: skip
        make_figure(zhangjiang, f"figure-{number}", number)
        factories.make_incubator(park, f"site-{number}")

    add(1)
    one = queries_of(lambda: client.get(address))
    add(2)
    add(3)
    assert queries_of(lambda: client.get(address)) == one
