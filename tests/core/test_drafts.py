"""Drafts keep what is typed, for one person and one form, and never more than fits."""

from datetime import timedelta

import pytest

from accounts.models import User
from core.drafts import LARGEST_DRAFT, MOST_DRAFTS, clear_draft, draft_of, save_draft
from core.errors import Invalid
from core.models import Draft
from tests.concurrency import together
from tests.factories import NOW, make_user
from tests.remembered import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_user("alice")


def test_a_draft_is_kept_and_replaced_for_its_owner_only(alice: User) -> None:
    save_draft(user=alice, form="project-new", data={"name_zh": ["示例一"]}, at=NOW)
    save_draft(user=alice, form="project-new", data={"name_zh": ["示例二"]}, at=NOW)
    found = draft_of(alice, "project-new")
    assert found is not None
    assert (found.data, Draft.objects.count()) == ({"name_zh": ["示例二"]}, 1)
    assert draft_of(make_user("charlie"), "project-new") is None


def test_a_sent_draft_is_forgotten(alice: User) -> None:
    save_draft(user=alice, form="project-new", data={}, at=NOW)
    clear_draft(user=alice, form="project-new")
    assert draft_of(alice, "project-new") is None


@pytest.mark.parametrize("form", ["", "Project", "a/b", "-a", "a" * 120, "项目", "a\x00"])
def test_a_form_has_a_proper_name(alice: User, form: str) -> None:
    with refused(Invalid, "form"):
        save_draft(user=alice, form=form, data={}, at=NOW)


def test_more_than_any_form_holds_is_refused(alice: User) -> None:
    save_draft(user=alice, form="a", data={"b": ["x" * (LARGEST_DRAFT - 1)]}, at=NOW)
    with refused(Invalid, "too_large"):
        save_draft(user=alice, form="a", data={"b": ["x" * LARGEST_DRAFT]}, at=NOW)


@pytest.mark.parametrize("character", ["\x00", "\ud800"])
def test_what_the_database_cannot_hold_does_not_cost_the_draft(alice: User, character: str) -> None:
    save_draft(user=alice, form="a", data={f"b{character}": [f"示{character}例"]}, at=NOW)
    found = draft_of(alice, "a")
    assert found is not None
    assert found.data == {"b": ["示例"]}


def test_the_oldest_draft_makes_room(alice: User) -> None:
    for number in range(MOST_DRAFTS + 1):
        save_draft(user=alice, form=f"project-{number}", data={}, at=NOW + timedelta(minutes=number))
    assert (draft_of(alice, "project-0"), Draft.objects.count()) == (None, MOST_DRAFTS)


@pytest.mark.django_db(transaction=True)
def test_two_windows_save_the_same_draft(alice: User) -> None:
    calls = [lambda: save_draft(user=alice, form="a", data={"b": ["c"]}, at=NOW)] * 2
    assert together(*calls) == ["Draft", "Draft"]
    assert Draft.objects.count() == 1
