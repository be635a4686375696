"""First contact, tokens and their scopes."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.selectors import live_token as slow_live_token
from accounts.services import issue_token
from core.models import HistoryEntry
from incubators.models import Incubator
from tests.api import Api, is_problem


@pytest.fixture(autouse=True)
def fresh_brakes() -> None:
    cache.clear()


def sign_in(username: str, password: str, **more: object) -> object:
    return Api(None).post("auth/token/", {"username": username, "password": password, **more})


def test_a_password_buys_a_token_that_works(alice: User, zhangjiang: Incubator) -> None:
    answer = sign_in("alice", "password")
    body = answer.json()
    assert answer.status_code == 200
    assert body["scopes"] == ["read", "reports", "write"]
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {body['token']}"}).json()
    assert (me["username"], me["roles"], me["token_scopes"]) == ("alice", ["operator"], body["scopes"])
    assert me["memberships"][0]["incubator"]["code"] == "zhangjiang"


def test_a_wrong_password_is_a_problem_and_says_no_more(alice: User) -> None:
    wrong = is_problem(sign_in("alice", "wrong"), 401, "wrong_password")
    unknown = is_problem(sign_in("nobody", "wrong"), 401, "wrong_password")
    assert wrong == unknown


def test_guessing_ends_in_a_pause_even_for_the_right_password(alice: User) -> None:
    answers = [sign_in("alice", "wrong") for _try in range(9)]
    assert answers[0].status_code == 401
    locked = sign_in("alice", "password")
    is_problem(locked, 429, "throttled")
    assert int(locked["Retry-After"]) > 0


def test_many_requests_for_one_name_are_slowed(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.api.throttling import PerUsername

    monkeypatch.setattr(PerUsername, "rate", "2/min")
    assert [sign_in("alice", "password").status_code for _try in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "alice"},
        {"username": ["a"], "password": {}},
        {"username": "a\x00", "password": "b"},
        [],
    ],
)
def test_malformed_sign_ins_are_named(body: object, db: None) -> None:
    is_problem(Api(None).post("auth/token/", body), 422, "invalid")


def test_tokens_are_made_listed_and_revoked(alice: User) -> None:
    api = Api(alice)
    made = api.post("tokens/", {"name": "platform", "scopes": ["read"], "lifetime_days": 30})
    body = made.json()
    assert (made.status_code, body["scopes"]) == (201, ["read"])
    assert "digest" not in body
    assert HistoryEntry.objects.filter(chain=f"user:{alice.pk}", action="token.issued").count() == 2
    headers = {"Authorization": f"Bearer {body['token']}"}
    assert Client().get("/api/v1/me/", headers=headers).status_code == 200
    assert body["id"] in [row["id"] for row in api.get("tokens/").json()["results"]]
    assert all("token" not in row for row in api.get("tokens/").json()["results"])
    assert api.delete(f"tokens/{body['id']}/").status_code == 204
    is_problem(Client().get("/api/v1/me/", headers=headers), 401, "bad_token")


def test_nobody_sees_another_persons_tokens(alice: User, bob: User) -> None:
    Api(alice)
    token = ApiToken.objects.get(user=alice)
    is_problem(Api(bob).delete(f"tokens/{token.pk}/"), 404, "not_found")


def test_token_lookup_equals_the_selector(alice: User) -> None:
    from accounts.api.authentication import live_token

    at = timezone.now()
    token, text = issue_token(
        user=alice, name="t", scopes=["read"], lifetime=timedelta(days=1), actor=alice, at=at
    )

    def both(text: str, when: object) -> None:
        fast, slow = live_token(text, at=when), slow_live_token(text, at=when)
        assert fast == slow
        if fast is not None and slow is not None:
            for name in ("scopes", "expires_at", "last_used_at", "created_at"):
                assert getattr(fast, name) == getattr(slow, name)
            assert vars(fast.user).keys() == vars(slow.user).keys()

    both(text, at)
    both(text + "x", at)
    both(text, token.expires_at)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    both(text, at)
    User.objects.filter(pk=alice.pk).update(is_active=True)
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=at, revoked_by=alice)
    both(text, at)


def test_last_use_is_noted_once_a_minute(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    api.get("me/")
    first = ApiToken.objects.get(user=alice).last_used_at
    api.get("me/")
    assert ApiToken.objects.get(user=alice).last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    api.get("me/")
    assert ApiToken.objects.get(user=alice).last_used_at > first


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer enc_nonsense", "Bearer \xff\xfe"])
def test_bad_tokens_are_refused_with_a_challenge(header: str, db: None) -> None:
    answer = Client().get("/api/v1/me/", headers={"Authorization": header})
    is_problem(answer, 401, "bad_token")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_pages_may_use_the_api_with_their_session_and_csrf(alice: User, zhangjiang: Incubator) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/v1/me/").json()["token_scopes"] is None
    answer = client.post("/api/v1/projects/", {"name_zh": "x"}, content_type="application/json")
    is_problem(answer, 403, "permission_denied")
