"""Tokens are issued for oneself, live a while, end at once, and are shown once; profiles are one's own."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import ApiToken, User
from accounts.selectors import live_token
from accounts.services import change_profile, issue_token, revoke_token
from core.errors import Invalid, Refused
from core.models import HistoryEntry
from tests.concurrency import together
from tests.factories import NOW, make_user
from tests.remembered import history_of, last_changes, refused

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def alice() -> User:
    return make_user("alice")


@pytest.fixture
def charlie() -> User:
    return make_user("charlie")


def issue(user: User, actor: User | None = None, **values: Any) -> tuple[ApiToken, str]:
    values = {"name": "excel", "scopes": ["read"], "lifetime": DAY, **values}
    return issue_token(user=user, actor=actor or user, at=NOW, **values)


def test_a_token_is_remembered_by_its_hash_alone(alice: User) -> None:
    token, text = issue(alice, scopes=["write", "read", "read"])
    assert (token.digest, token.scopes) == (hashlib.sha256(text.encode()).hexdigest(), ["read", "write"])
    assert (token.prefix, token.expires_at) == (text[:8], NOW + DAY)
    assert history_of(token) == [(f"user:{alice.pk}", "alice", "token.issued")]
    stored = f"{ApiToken.objects.values().get()}{list(HistoryEntry.objects.values())}"
    assert text[8:] not in stored


def test_no_two_tokens_are_alike(alice: User) -> None:
    assert len({issue(alice)[1] for _time in range(20)}) == 20


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"scopes": []}, "scopes:unknown_scope"),
        ({"scopes": ["read", "root"]}, "scopes:unknown_scope"),
        ({"scopes": "read"}, "scopes:unknown_scope"),
        ({"lifetime": timedelta(0)}, "expires_at:lifetime"),
        ({"lifetime": -DAY}, "expires_at:lifetime"),
        ({"lifetime": timedelta(days=367)}, "expires_at:lifetime"),
        ({"name": "a" * 81}, "name:max_length"),
        ({"name": "a\x00"}, "name:characters"),
        ({"name": 7}, "name:invalid"),
    ],
)
def test_wrong_tokens_are_named(alice: User, values: dict[str, Any], named: str) -> None:
    with refused(Invalid, named):
        issue(alice, **values)
    assert ApiToken.objects.count() == 0


def test_a_token_lives_until_its_last_moment(alice: User) -> None:
    token, text = issue(alice)
    assert live_token(text, at=NOW + DAY - timedelta(microseconds=1)) == token
    assert live_token(text, at=NOW + DAY) is None
    assert live_token(text + "x", at=NOW) is None
    assert live_token(token.digest, at=NOW) is None


def test_the_token_of_somebody_who_left_is_dead(alice: User) -> None:
    _token, text = issue(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert live_token(text, at=NOW) is None


def test_a_revoked_token_is_dead_at_once_and_revoked_once(alice: User) -> None:
    token, text = issue(alice)
    for later in (0, 1):
        revoke_token(token=token, actor=alice, at=NOW + later * DAY / 2)
    assert (token.revoked_at, token.revoked_by, live_token(text, at=NOW)) == (NOW, alice, None)
    assert [action for *_, action in history_of(token)] == ["token.issued", "token.revoked"]


def test_tokens_are_ones_own(alice: User, charlie: User) -> None:
    token, text = issue(alice)
    with refused(Refused, "refused"):
        issue(alice, charlie)
    with refused(Refused, "refused"):
        revoke_token(token=token, actor=charlie, at=NOW)
    assert live_token(text, at=NOW) == token


def test_a_superuser_acts_for_others_under_their_own_name(alice: User, charlie: User) -> None:
    charlie.is_superuser = True
    token, _text = issue(alice, charlie)
    revoke_token(token=token, actor=charlie, at=NOW)
    assert [actor for _chain, actor, _action in history_of(token)] == ["charlie", "charlie"]


@pytest.mark.django_db(transaction=True)
def test_two_revocations_are_one(alice: User) -> None:
    token, _text = issue(alice)
    copies = [ApiToken.objects.get(pk=token.pk) for _copy in range(2)]
    outcomes = together(*(lambda copy=copy: revoke_token(token=copy, actor=alice, at=NOW) for copy in copies))
    assert (outcomes, len(history_of(token))) == (["ApiToken", "ApiToken"], 2)


def test_a_profile_is_changed_and_remembered(alice: User) -> None:
    change_profile(user=alice, display_name=" 爱丽丝 ", language="en", actor=alice, at=NOW)
    change_profile(user=alice, display_name="爱丽丝", language="en", actor=alice, at=NOW)
    assert history_of(alice) == [(f"user:{alice.pk}", "alice", "profile.changed")]
    assert last_changes(alice) == {"display_name": ["Alice", "爱丽丝"], "language": ["", "en"]}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"display_name": "a\x00"}, "display_name:characters"),
        ({"display_name": "a" * 81}, "display_name:max_length"),
        ({"language": "xx"}, "language:invalid"),
    ],
)
def test_wrong_profiles_are_named(alice: User, values: dict[str, str], named: str) -> None:
    with refused(Invalid, named):
        change_profile(user=alice, **{"display_name": "Alice", "language": "", **values}, actor=alice, at=NOW)


def test_a_profile_is_ones_own(alice: User, charlie: User) -> None:
    with refused(Refused, "refused"):
        change_profile(user=alice, display_name="x", language="", actor=charlie, at=NOW)
