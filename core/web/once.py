"""A form that creates something is accepted once, however often its button was pressed."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from core.models import IdempotencyKey


def new_token() -> str:
    """For a hidden field ``once`` of the form."""
    return secrets.token_urlsafe(18)


def submit_once(request: HttpRequest, token: str, write: Callable[[], str]) -> str:
    """Run ``write``, which answers the address to go to; the same token again only gives that address.

    Two posts at the same moment: the second waits for the first and gets its address. A refusal leaves the
    token unused, so that the corrected form can be sent.
    """
    if not token or len(token) > 60 or not token.isascii() or "\x00" in token:
        return write()
    user: Any = request.user
    key = f"form:{token}"
    try:
        with transaction.atomic():
            record = IdempotencyKey.objects.create(
                user=user,
                key=key,
                method="POST",
                path=request.path[:300],
                request_sha256=hashlib.sha256(key.encode()).hexdigest(),
                created_at=timezone.now(),
            )
            target = write()
            record.status, record.headers = 302, {"Location": target}
            record.save(update_fields=["status", "headers"])
            return target
    except IntegrityError:
        earlier = IdempotencyKey.objects.filter(user=user, key=key).first()
        if earlier is None:
            raise
        return str(earlier.headers["Location"])
