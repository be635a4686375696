"""Who is asking: ``Authorization: Bearer enc_…``."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken, User

NOTED_EVERY = timedelta(minutes=1)


def _columns(model: Any) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


_TOKEN, _USER = _columns(ApiToken), _columns(User)
_LOOKUP = (
    f"SELECT {', '.join(f't.{name}' for name in _TOKEN)}, {', '.join(f'u.{name}' for name in _USER)} "
    f"FROM {ApiToken._meta.db_table} t JOIN {User._meta.db_table} u ON u.id = t.user_id "
    "WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND u.is_active"
)


def live_token(text: str, *, at: datetime) -> ApiToken | None:
    """The token with this text, with its user, if neither has ended; the same as ``selectors.live_token``.

    Every request passes here, so the query is written out: building it costs more than answering it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOOKUP, [ApiToken.digest_of(text), at])
        row = cursor.fetchone()
    if row is None:
        return None
    token = ApiToken.from_db(connection.alias, _TOKEN, row[: len(_TOKEN)])
    token.user = User.from_db(connection.alias, _USER, row[len(_TOKEN) :])
    return token


class TokenAuthentication(BaseAuthentication):
    """A token is looked up by its digest; when it was last used is noted at most once a minute."""

    def authenticate(self, request: Any) -> tuple[Any, ApiToken] | None:
        scheme, _space, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        at = timezone.now()
        token = live_token(text.strip(), at=at)
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."), code="bad_token")
        if token.last_used_at is None or token.last_used_at < at - NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'
