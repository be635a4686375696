"""Writes of the accounts app."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.enums import TokenScope
from accounts.models import ApiToken, Notice, User
from core import history
from core.errors import FieldError, Invalid, Refused
from core.saving import clean_text, clean_value, save_checked

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
    token = ApiToken(
        user=user,
        name=clean_text(name, field="name") or _("unnamed"),
        prefix=text[:8],
        digest=ApiToken.digest_of(text),
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=at + lifetime,
    )
    save_checked(token)
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


@transaction.atomic
def change_profile(*, user: User, display_name: str, language: str, actor: User, at: datetime) -> User:
    """Change one's own name as shown and the language of the pages."""
    if actor != user and not actor.is_superuser:
        raise Refused(_("You can change your own profile only."))
    known = [code for code, _name in settings.LANGUAGES]
    if language and language not in known:
        raise Invalid(
            _("This language is not available."),
            fields=[FieldError("language", _("Choose one of: %(known)s.") % {"known": ", ".join(known)})],
        )
    before = {"display_name": user.display_name, "language": user.language}
    user.display_name, user.language = clean_value(User, "display_name", display_name), language
    changes = history.changed_fields(before, {"display_name": user.display_name, "language": user.language})
    if changes:
        save_checked(user, update_fields=list(changes))
        history.record(
            chain=chain_of(user), action="profile.changed", subject=user, changes=changes, actor=actor, at=at
        )
    return user


@transaction.atomic
def change_email(*, user: User, email: str, actor: User, at: datetime) -> User:
    """Change one's own address for mail; empty means no mail. The history says that, not what, changed."""
    if actor != user and not actor.is_superuser:
        raise Refused(_("You can change your own profile only."))
    email = clean_text(email, field="email")
    if email == user.email:
        return user
    changes = {"email": [bool(user.email), bool(email)]}
    user.email = email
    save_checked(user, update_fields=["email"])
    history.record(
        chain=chain_of(user), action="email.changed", subject=user, changes=changes, actor=actor, at=at
    )
    return user


def notify(
    *, users: Iterable[User], kind: str, text: Callable[[], str], url: str = "", key: str = "", at: datetime
) -> None:
    """Write the same news to several people, in every language of the product.

    ``text`` is called once per language with that language active. With a ``key`` nobody is told twice,
    however often the caller is repeated. Part of the caller's transaction: what is rolled back was never
    announced.
    """
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = text()
    Notice.objects.bulk_create(
        [
            Notice(user=user, kind=kind, texts=texts, url=url, key=key, created_at=at)
            for user in {user.pk: user for user in users}.values()
        ],
        ignore_conflicts=True,
    )


def mark_notices_read(*, user: User, ids: Iterable[int] | None = None, at: datetime) -> int:
    """Mark one's notices (all, or these) as read; returns how many were unread."""
    unread = Notice.objects.filter(user=user, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=at)
