"""Writes of the accounts app."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import TokenScope
from accounts.models import ApiToken, User
from core import history
from core.errors import FieldError, Invalid, Refused

LONGEST_TOKEN_LIFE = timedelta(days=366)


def chain_of(user: User) -> str:
    return f"user:{user.pk}"


@transaction.atomic
def issue_token(
    *, user: User, name: str, scopes: Sequence[str], lifetime: timedelta, actor: User, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token for ``user``; its text is returned this once and cannot be shown again."""
    unknown = [scope for scope in scopes if scope not in TokenScope.values]
    if unknown or not scopes:
        raise Invalid(
            _("A token needs one or more of the scopes %(known)s.") % {"known": ", ".join(TokenScope.values)},
            fields=[FieldError("scopes", ", ".join(unknown) or _("empty"), "unknown_scope")],
        )
    if not timedelta(0) < lifetime <= LONGEST_TOKEN_LIFE:
        raise Invalid(
            _("A token lives between one day and one year."),
            fields=[FieldError("expires_at", _("Choose a day within a year."), "lifetime")],
        )
    if actor != user and not actor.is_superuser:
        raise Refused(_("You can make tokens for yourself only."))
    text = f"enc_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=name.strip() or _("unnamed"),
        prefix=text[:8],
        digest=ApiToken.digest_of(text),
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=at + lifetime,
    )
    history.record(
        chain=chain_of(user),
        action="token.issued",
        subject=token,
        changes={"scopes": [None, token.scopes], "expires_at": [None, token.expires_at]},
        actor=actor,
        at=at,
    )
    return token, text


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User, at: datetime) -> ApiToken:
    """End a token now. Revoking twice changes nothing."""
    if token.user_id != actor.pk and not actor.is_superuser:
        raise Refused(_("Only the owner of a token can revoke it."))
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at, revoked_by=actor)
    token.refresh_from_db()
    if changed:
        history.record(
            chain=chain_of(token.user),
            action="token.revoked",
            subject=token,
            changes={"revoked_at": [None, at]},
            actor=actor,
            at=at,
        )
    return token
