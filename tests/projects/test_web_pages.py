"""Pages of projects: who sees what, what the pages say, and what hostile input does to them (nothing)."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from incubators.models import Incubator
from projects.models import Project, ReportedProject
from tests import factories


def signed_in(user: User) -> Client:
    client = Client()
    client.cookies["language"] = "en"
    client.force_login(user)
    return client


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


READ = ("project-detail",)
WRITE_PAGES = ("project-edit", "project-move", "project-leg-create", "project-shares", "project-attach")


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang, name_zh="示例蓝芯", name_en="Example Blue Chip")


def test_nobody_reads_without_signing_in(project: Project) -> None:
    for url in (reverse("project-list"), reverse("project-detail", args=[project.pk])):
        response = Client().get(url)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("account_login"))


def test_a_stranger_finds_nothing_at_any_address(project: Project, charlie: User, erik: User) -> None:
    for user in (charlie, erik):
        client = signed_in(user)
        for name in READ + WRITE_PAGES:
            assert client.get(reverse(name, args=[project.pk])).status_code == 404
        assert client.post(reverse("project-edit", args=[project.pk])).status_code == 404
        assert client.post(reverse("project-move", args=[project.pk])).status_code == 404
        assert "示例蓝芯" not in text_of(client.get(reverse("project-list")))


def test_a_reader_sees_no_buttons_and_cannot_write(project: Project, dora: User) -> None:
    client = signed_in(dora)
    page = text_of(client.get(reverse("project-detail", args=[project.pk])))
    assert "Example Blue Chip" in page
    for name in WRITE_PAGES:
        url = reverse(name, args=[project.pk])
        assert url not in page
        assert client.post(url, {}).status_code == 403
    assert client.get(reverse("project-create")).status_code == 403
    assert reverse("project-create") not in text_of(client.get(reverse("project-list")))
    enter = reverse("project-fact-enter", args=[project.pk, "signed"])
    assert enter not in page
    assert client.post(enter, {}).status_code == 403


def test_the_list_shows_exactly_the_visible_projects(
    alice: User, charlie: User, bob: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    mine = {factories.make_project(alice, zhangjiang).name_zh for _number in range(3)}
    theirs = {factories.make_project(charlie, shenzhen).name_zh}
    assert listed(alice) == mine
    assert listed(charlie) == theirs
    assert listed(bob) == mine | theirs


def listed(user: User, **query: object) -> set[str]:
    response = signed_in(user).get(reverse("project-list"), query)
    assert response.status_code == 200
    return {row["project"].name_zh for row in response.context["rows"]}


@pytest.mark.parametrize("typed", ["蓝芯", "藍芯", "lanxin", "LX", "blue chip", "chip blue", "  蓝 芯 "])
def test_search_finds_every_form_of_a_name(typed: str, alice: User, zhangjiang: Incubator) -> None:
    factories.make_project(alice, zhangjiang, name_zh="蓝芯传感", name_en="Blue Chip")
    factories.make_project(alice, zhangjiang, name_zh="北辰抗体")
    assert listed(alice, q=typed) == {"蓝芯传感"}


def test_filters(alice: User, bob: User, zhangjiang: Incubator, shenzhen: Incubator, charlie: User) -> None:
    waiting = factories.make_project(alice, zhangjiang)
    factories.make_fact(alice, waiting, "signed")
    verified = factories.make_project(alice, zhangjiang)
    factories.make_fact(alice, verified, "signed", verifier=bob)
    other = factories.make_project(charlie, shenzhen)
    Project.objects.filter(pk=verified.pk).update(stage="incubating")
    Project.objects.filter(pk=other.pk).update(provenance="demonstration")
    assert listed(bob, waiting="on") == {waiting.name_zh}
    assert listed(bob, stage="incubating") == {verified.name_zh}
    assert listed(bob, stage=["incubating", "lead"]) == {waiting.name_zh, verified.name_zh, other.name_zh}
    assert listed(bob, incubator="shenzhen") == {other.name_zh}
    assert listed(bob, provenance="demonstration") == {other.name_zh}


def test_nonsense_in_the_address_filters_nothing(alice: User, zhangjiang: Incubator) -> None:
    name = factories.make_project(alice, zhangjiang).name_zh
    for query in (
        {"stage": "nowhere"},
        {"incubator": "x' OR 1=1--"},
        {"sector": "\x00"},
        {"ordering": "password"},
        {"cursor": "!!!"},
        {"cursor": "WyJhZnRlciIsIi11cGRhdGVkIiwiXHUwMDAwIiwxXQ"},
        {"cursor": "W10"},
        {"q": "\x00"},
        {"q": "x" * 5000},
    ):
        assert listed(alice, **query) == {name}, query


@pytest.mark.parametrize("ordering", ["", "name", "-name", "since", "-since", "updated", "-updated"])
def test_pages_by_key_lose_and_double_nothing(
    ordering: str, alice: User, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        # Equal sort values in the middle of a page are what pages by key lose first.
        factories.make_project(alice, zhangjiang, name_zh="同名" if number < 4 else f"名{number}")
    monkeypatch.setattr("projects.web.listing.page_of", small_pages())
    client = signed_in(alice)
    forwards, last = walk(
        client, reverse("project-list") + (f"?ordering={ordering}" if ordering else ""), "next_url"
    )
    assert sorted(forwards) == sorted(Project.objects.values_list("pk", flat=True))
    backwards, _first = walk(client, last, "previous_url")
    assert backwards[-1:] == forwards[:1] or set(backwards) == set(forwards)
    assert sorted(backwards) == sorted(forwards)


def small_pages() -> object:
    from functools import partial

    from core.web.keyset import page_of

    return partial(page_of, size=3)


def walk(client: Client, url: str, way: str) -> tuple[list[int], str]:
    found: list[int] = []
    for _page in range(10):
        context = client.get(url).context
        found += [row["project"].pk for row in context["rows"]]
        if not context[way]:
            return found, url
        url = reverse("project-list") + context[way]
    raise AssertionError("the pages never end")


def test_the_list_needs_as_many_queries_for_three_rows_as_for_one(
    alice: User, bob: User, zhangjiang: Incubator, django_assert_num_queries: object
) -> None:
    def queries(path: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client = signed_in(alice)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    first = full_project(alice, bob, zhangjiang)
    one = (queries(reverse("project-list")), queries(reverse("project-detail", args=[first.pk])))
    for _number in range(2):
        full_project(alice, bob, zhangjiang)
    for kind in ("paid_in", "paid_in"):
        factories.make_fact(alice, first, kind, amount=Decimal(5), on=date(2021, 4, 2 + first.facts.count()))
    three = (queries(reverse("project-list")), queries(reverse("project-detail", args=[first.pk])))
    assert three == one
    assert three[0] <= 20
    assert three[1] <= 44


def full_project(alice: User, bob: User, incubator: Incubator) -> Project:
    from projects import services

    project = factories.make_project(alice, incubator, enterprise=factories.make_enterprise(alice, incubator))
    factories.make_fact(alice, project, "signed", verifier=bob)
    factories.make_fact(alice, project, "paid_in", amount=Decimal("3.50"))
    services.attach_file(
        project=project, file=factories.make_evidence(alice, incubator), actor=alice, at=factories.NOW
    )
    services.save_leg(
        project=project,
        sequence=1,
        values={"from_place": "Uppsala", "to_place": "Shanghai", "departed_on": date(2021, 4, 1)},
        actor=alice,
        at=factories.NOW,
    )
    services.set_credit_shares(
        project=project, shares={incubator: Decimal(100)}, actor=alice, at=factories.NOW
    )
    return project


def test_the_list_knows_what_the_record_knows_is_missing(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    from projects.selectors import gates_of
    from projects.web.missing import gates_of_many

    for stage in ("lead", "screening", "incubating", "relocating", "landed", "industrialising", "suspended"):
        project = full_project(alice, bob, zhangjiang)
        Project.objects.filter(pk=project.pk).update(stage=stage)
    factories.make_project(alice, zhangjiang)
    rows = list(Project.objects.select_related("enterprise"))
    assert gates_of_many(rows) == {row.pk: gates_of(row) for row in rows}


def test_the_record_tells_the_whole_story(alice: User, bob: User, zhangjiang: Incubator) -> None:
    project = full_project(alice, bob, zhangjiang)
    response = signed_in(alice).get(reverse("project-detail", args=[project.pk]))
    page = text_of(response)
    for words in ("Uppsala", "Shanghai", "3.5", "verified by Bob", "100", project.code, "agreement signed"):
        assert words in page, words
    assert [card["kind"] for card in response.context["cards"]] == [
        "signed", "registered", "paid_in", "started", "producing",
    ]  # fmt: skip
    chinese = Client(headers={"accept-language": "zh-hans"})
    chinese.force_login(alice)
    assert chinese.get(reverse("project-detail", args=[project.pk])).status_code == 200


def test_what_people_typed_is_never_markup(alice: User, zhangjiang: Incubator) -> None:
    evil = "<script>alert(1)</script>\"'{{ 7|add:7 }}"
    project = factories.make_project(
        alice, zhangjiang, name_zh=evil, name_en=evil, summary=evil, team_lead=evil, contact=evil
    )
    for url in (
        reverse("project-list"),
        *(reverse(name, args=[project.pk]) for name in READ + WRITE_PAGES),
    ):
        page = text_of(signed_in(alice).get(url))
        assert "<script>alert" not in page, url
        assert "&lt;script&gt;alert(1)" in page or url.endswith("/attach/"), url


def test_numbers_that_no_record_has_are_not_found(alice: User, zhangjiang: Incubator) -> None:
    client = signed_in(alice)
    for pk in (0, 2**31, 2**63 - 1, 10**30):
        for name in READ + WRITE_PAGES:
            assert client.get(reverse(name, args=[pk])).status_code == 404
        assert client.get(reverse("reported-project-detail", args=[pk])).status_code == 404
        assert client.get(reverse("evidence-file", args=[pk])).status_code == 404


def test_reported_projects_stay_apart(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    own = ReportedProject.objects.create(
        code="prj-own",
        name_zh="张江十一个项目",
        park=zhangjiang.park,
        incubator=zhangjiang,
        stage_code="landed",
        stage_basis="reported as settled",
        batch={"projects": 11, "entries_above": 40},
        source="003.txt",
        source_lines="289-295",
        overlap_note="never add the two counts",
    )
    joint = ReportedProject.objects.create(
        code="prj-joint", name_zh="联合项目", park=zhangjiang.park, stage_code="signed"
    )
    joint.candidates.set([zhangjiang, shenzhen])
    client = signed_in(alice)
    assert listed(alice) == set()
    page = text_of(client.get(reverse("reported-project-list")))
    assert "张江十一个项目" in page
    assert "联合项目" not in page
    detail = text_of(client.get(reverse("reported-project-detail", args=[own.pk])))
    for words in ("reported as settled", "289-295", "never add the two counts", "above", "40", "11"):
        assert words in detail, words
    assert signed_in(charlie).get(reverse("reported-project-detail", args=[own.pk])).status_code == 404
    bob = factories.make_park_admin(zhangjiang.park, "bobby")
    assert "Joint credit" in text_of(signed_in(bob).get(reverse("reported-project-detail", args=[joint.pk])))


def test_the_list_names_incubators_only_where_there_are_several(
    alice: User, bob: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    factories.make_project(alice, zhangjiang, name_zh="示例蓝芯", name_en="Example Blue Chip")
    pages = [signed_in(user).get(reverse("project-list")).context["several_places"] for user in (alice, bob)]
    assert pages == [False, True]
