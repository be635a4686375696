"""Many projects at once: good rows in, bad rows named, nothing twice, nothing on a dry run."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core import history
from core.errors import Invalid, Refused
from incubators.models import Incubator
from projects.models import Project, StageLog
from projects.services import RowResult, bulk, create_project, create_projects
from tests import factories
from tests.concurrency import together
from tests.factories import NOW
from tests.remembered import chain_lengths, history_of, refused

pytestmark = pytest.mark.django_db

Row = dict[str, Any]


def take_in(actor: User, incubator: Incubator, rows: Any, **more: Any) -> list[RowResult]:
    place = {"park": incubator.park, "incubator": incubator}
    return create_projects(rows=rows, actor=actor, at=NOW, **{**place, **more})


def named(results: list[RowResult]) -> list[tuple[str, list[str]]]:
    """What became of each row: its status, and ``field:code`` of each error."""
    assert [result.index for result in results] == list(range(len(results)))
    return [(result.status, [f"{error.field}:{error.code}" for error in result.errors]) for result in results]


def test_a_thousand_rows_in_a_handful_of_queries(alice: User, zhangjiang: Incubator) -> None:
    rows = [{"name_zh": f"示例{number}", "external_id": f"A-{number}"} for number in range(1000)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        results = take_in(alice, zhangjiang, rows)
    assert len(queries) < 25
    stored = dict(Project.objects.values_list("external_id", "pk"))
    assert [result.id for result in results] == [stored[f"A-{number}"] for number in range(1000)]
    assert StageLog.objects.filter(sequence=1, to_stage="lead", on=NOW.date()).count() == 1000
    assert chain_lengths() == {"incubator:zhangjiang": 1000}
    assert list(history.verify()) == []


def test_a_row_is_stored_and_remembered_like_a_single_project(alice: User, zhangjiang: Incubator) -> None:
    values = {"name_zh": " 示例 ", "first_contact_on": "2021-03-01", "summary": "e\u0301"}
    [result] = take_in(alice, zhangjiang, [values])
    single = create_project(park=zhangjiang.park, incubator=zhangjiang, values=values, actor=alice, at=NOW)
    row = Project.objects.get(pk=result.id)
    columns = [field.attname for field in Project._meta.concrete_fields if field.name not in ("id", "code")]
    single.refresh_from_db()
    pairs = [(getattr(row, name), getattr(single, name)) for name in columns if name != "search_text"]
    assert [one for one, _other in pairs] == [other for _one, other in pairs]
    assert history_of(row) == history_of(single)


def test_bad_rows_are_named_and_good_rows_stay(alice: User, charlie: User, zhangjiang: Incubator) -> None:
    theirs = factories.make_enterprise(charlie, charlie.memberships.get().incubator)
    rows: list[Any] = [
        {"name_zh": "示例一"},
        {"name_zh": ""},
        {},
        {"name_zh": "a\x00", "summary": "b\ud800"},
        {"name_zh": "示" * 201},
        {"name_zh": "示例", "summary": "示" * 10_000_000},
        {"name_zh": ["示例"], "first_contact_on": {"day": 1}},
        {"name_zh": "示例", "first_contact_on": date(2021, 6, 2)},
        {"name_zh": "示例", "first_contact_on": "2021-02-30"},
        {"name_zh": "示例", "enterprise": theirs},
        {"name_zh": "示例", "sector": "life-health"},
        {"name_zh": "示例", "stage": "landed", "id": 1},
        {"name_zh": "示例", "external_id": 7},
        ["示例"],
        None,
        {"name_zh": "示例二"},
    ]
    assert named(take_in(alice, zhangjiang, rows)) == [
        ("created", []),
        ("error", ["name_zh:blank"]),
        ("error", ["name_zh:blank"]),
        ("error", ["name_zh:characters", "summary:characters"]),
        ("error", ["name_zh:max_length"]),
        ("error", ["summary:max_length"]),
        ("error", ["name_zh:invalid", "first_contact_on:invalid"]),
        ("error", ["first_contact_on:future"]),
        ("error", ["first_contact_on:invalid_date"]),
        ("error", ["enterprise:not_found"]),
        ("error", ["sector:invalid"]),
        ("error", ["id:unknown_field", "stage:unknown_field"]),
        ("error", ["external_id:invalid"]),
        ("error", [":not_an_object"]),
        ("error", [":not_an_object"]),
        ("created", []),
    ]
    names = list(Project.objects.order_by("pk").values_list("name_zh", flat=True))
    assert (names, chain_lengths()["incubator:zhangjiang"]) == (["示例一", "示例二"], 2)


def test_a_number_is_taken_once_in_the_batch_and_known_the_next_time(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    take_in(charlie, shenzhen, [{"name_zh": "示例", "external_id": "A-1"}])
    rows = [{"name_zh": "示例", "external_id": number} for number in ("A-1", " A-1\u200b", "", None)]
    results = take_in(alice, zhangjiang, rows)
    assert named(results) == [
        ("created", []),
        ("error", ["external_id:repeated"]),
        ("created", []),
        ("created", []),
    ]
    [again] = take_in(alice, zhangjiang, [{"name_zh": "anders", "external_id": "A-1 "}])
    assert (again.status, again.id) == ("unchanged", results[0].id)
    assert Project.objects.filter(incubator=zhangjiang).count() == 3


def test_a_dry_run_says_the_same_and_keeps_nothing(alice: User, zhangjiang: Incubator) -> None:
    rows = [{"name_zh": "示例", "external_id": "A-1"}, {"name_zh": ""}]
    results = take_in(alice, zhangjiang, rows, dry_run=True)
    assert [(result.status, result.id) for result in results] == [("created", None), ("error", None)]
    assert (Project.objects.count(), StageLog.objects.count(), chain_lengths()) == (0, 0, {})


def test_a_batch_has_an_end_and_a_place(
    alice: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    with refused(Invalid, "too_many_rows"):
        take_in(alice, zhangjiang, [{"name_zh": "示例"}] * 1001)
    for person in (charlie, dora, erik):
        with refused(Refused, "refused"):
            take_in(person, zhangjiang, [{"name_zh": "示例"}])
    with refused(Invalid, "incubator:invalid"):
        take_in(erik, zhangjiang, [{"name_zh": "示例"}], park=erik.memberships.get().park)
    assert (take_in(alice, zhangjiang, []), Project.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_two_batches_with_the_same_numbers_crosswise(alice: User, bob: User, zhangjiang: Incubator) -> None:
    rows = [{"name_zh": "示例", "external_id": f"A-{number}"} for number in range(300)]
    found: list[list[RowResult]] = []
    outcomes = together(
        lambda: found.append(take_in(alice, zhangjiang, rows)),
        lambda: found.append(take_in(bob, zhangjiang, rows[::-1])),
    )
    assert outcomes == ["NoneType", "NoneType"]
    statuses = sorted(result.status for results in found for result in results)
    assert statuses == ["created"] * 300 + ["unchanged"] * 300
    assert (Project.objects.count(), chain_lengths()) == (300, {"incubator:zhangjiang": 300})


@pytest.mark.django_db(transaction=True)
def test_a_number_entered_between_check_and_insert_is_known_after_all(
    alice: User, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"name_zh": "示例", "external_id": "A-1"}
    insert: Callable[..., None] = bulk._insert
    single: list[Project] = []

    def insert_after_another(*args: Any) -> None:
        if not single:
            entered = lambda: single.append(factories.make_project(alice, zhangjiang, **row))  # noqa: E731
            assert together(entered) == ["NoneType"]
        insert(*args)

    monkeypatch.setattr(bulk, "_insert", insert_after_another)
    results = take_in(alice, zhangjiang, [row, {"name_zh": "示例二"}])
    assert [(result.status, result.errors) for result in results] == [("unchanged", []), ("created", [])]
    assert (results[0].id, chain_lengths()) == (single[0].pk, {"incubator:zhangjiang": 2})


def test_the_short_way_takes_a_row_exactly_as_the_fields_do(
    alice: User, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = factories.make_enterprise(alice, zhangjiang)
    rows: list[Any] = [
        {"name_zh": "示例甲", "summary": " e\u0301\n", "lead_source": "event", "enterprise": company},
        {"name_zh": "示例乙", "first_contact_on": date(2021, 1, 1), "sector": None, "name_en": ""},
        {"name_zh": "示例丙", "lead_source": "nonsense"},
        {"name_zh": "\u200b "},
        {"name_zh": "示" * 200, "team_lead": "示" * 81},
        {"name_zh": "示例丁", "contact": None, "enterprise": None},
        {"name_zh": "示例戊", "sector": company},
        {"name_zh": "示例己", "first_contact_on": date(2031, 1, 1)},
        {"name_zh": "示例庚\x00"},
    ]

    def outcome() -> Any:
        results = take_in(alice, zhangjiang, rows)
        names = [field.attname for field in Project._meta.concrete_fields]
        kept = [name for name in names if name not in ("id", "code", "search_text")]
        stored = list(Project.objects.order_by("pk").values_list(*kept))
        Project.objects.all().delete()
        return named(results), stored

    short = outcome()
    monkeypatch.setattr(bulk, "_plain_values", lambda values: None)
    assert short == outcome()
    assert [status for status, _errors in short[0]].count("created") == 3
