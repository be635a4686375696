"""Idempotency-Key: a write that is sent twice happens once, and both senders get the same answer.

The key is inserted in the transaction of the effect itself. A second request with the same key waits in that
INSERT until the first one ends: then it replays the stored answer, or, when the first one was rolled back,
carries out the write. Only successful answers are kept: after a refusal the same key may be tried again.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from core.api.renderers import dumps
from core.errors import FieldError, Invalid
from core.models import IdempotencyKey
from core.services import ANSWERS_KEPT_FOR

_KEPT_HEADERS = ("Location", "ETag", "Retry-After")


def key_of(request: Any) -> str:
    """The key sent, checked; empty when none was."""
    key = str(request.headers.get("Idempotency-Key", "")).strip()
    if len(key) > 120 or not (key.isascii() and key.isprintable()):
        raise Invalid(
            _("The idempotency key cannot be used."),
            fields=[FieldError("Idempotency-Key", _("Use up to 120 ASCII characters, such as a UUID."))],
        )
    return key


def once(request: Any, key: str, execute: Callable[[], Response], at: datetime | None = None) -> Any:
    """The answer of ``execute``, or the one stored when this key was used before."""
    moment = at or timezone.now()
    digest = fingerprint(request)
    with transaction.atomic():
        IdempotencyKey.objects.filter(
            user_id=request.user.pk, key=key, created_at__lt=moment - ANSWERS_KEPT_FOR
        ).delete()
        row = IdempotencyKey(
            user_id=request.user.pk,
            key=key,
            method=request.method,
            path=request.get_full_path()[:300],
            request_sha256=digest,
            created_at=moment,
        )
        IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
        stored = IdempotencyKey.objects.select_for_update().get(user_id=request.user.pk, key=key)
        if stored.status is not None:
            return replay(stored, digest)
        response = execute()
        stored.status = response.status_code
        stored.body = dumps(response.data) if response.data is not None else b""
        stored.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
        stored.save(update_fields=["status", "body", "headers"])
        return response


def replay(stored: IdempotencyKey, digest: str) -> HttpResponse:
    if stored.request_sha256 != digest:
        raise Invalid(
            _("This idempotency key was used for another request."),
            code="idempotency_key_reused",
            fields=[FieldError("Idempotency-Key", _("Use a new key for a new request."), "reused")],
        )
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    return HttpResponse(
        bytes(stored.body), status=stored.status, headers=headers, content_type="application/json"
    )


def fingerprint(request: Any) -> str:
    """A digest of method, address and content: the same however the client orders or spaces its JSON."""
    total = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if files := getattr(request, "FILES", None):
        fields = {name: value for name, value in request.data.items() if name not in files}
        total.update(canonical_body(fields))
        for name in sorted(files):
            upload = files[name]
            total.update(f"\n{name}\n{upload.name}\n".encode())
            for chunk in upload.chunks():
                total.update(chunk)
            upload.seek(0)
    else:
        total.update(canonical_body(request.data))
    return total.hexdigest()


def canonical_body(data: Any) -> bytes:
    import orjson

    return orjson.dumps(data, default=str, option=orjson.OPT_SORT_KEYS)
