"""Reads of the accounts app."""

from datetime import datetime

from accounts.models import ApiToken


def live_token(text: str, *, at: datetime) -> ApiToken | None:
    """The token with this text, if it is neither expired nor revoked and its user is active."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=ApiToken.digest_of(text), user__is_active=True)
        .first()
    )
    return token if token and token.is_live(at) else None
