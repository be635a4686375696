from datetime import timedelta
from typing import Any

import pytest

from accounts.models import ApiToken, Notice, User
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def token(user: User, **values: Any) -> ApiToken:
    defaults = {
        "name": "BI",
        "prefix": "enc_abcd",
        "digest": "0" * 64,
        "scopes": ["read"],
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=1),
    }
    return ApiToken.objects.create(user=user, **{**defaults, **values})


def test_accounts_token_revoked_pair(alice: User) -> None:
    with broken("accounts_token_revoked_pair"):
        token(alice, revoked_at=NOW)


def test_accounts_token_ends_after_start(alice: User) -> None:
    with broken("accounts_token_ends_after_start"):
        token(alice, expires_at=NOW)


def test_accounts_token_has_a_scope(alice: User) -> None:
    with broken("accounts_token_has_a_scope"):
        token(alice, scopes=[])


def test_a_person_is_told_once_under_one_key(alice: User) -> None:
    Notice.objects.create(user=alice, kind="test", texts={}, key="once", created_at=NOW)
    with broken("accounts_notice_once"):
        Notice.objects.create(user=alice, kind="test", texts={}, key="once", created_at=NOW)


def test_a_notice_is_read_after_it_was_written(alice: User) -> None:
    with broken("accounts_notice_read_after_written"):
        Notice.objects.create(
            user=alice, kind="test", texts={}, created_at=NOW, read_at=NOW - timedelta(seconds=1)
        )
