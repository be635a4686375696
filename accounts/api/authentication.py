"""Who is asking: ``Authorization: Bearer enc_…``."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken
from accounts.selectors import live_token

NOTED_EVERY = timedelta(minutes=1)


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
