from datetime import timedelta
from typing import Any

import pytest

from accounts.models import ApiToken, User
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
