"""ETag and If-Match: nobody overwrites a change that he has not seen."""

import hashlib
from typing import Any

from core.api.problems import PreconditionFailed, PreconditionRequired
from core.api.renderers import dumps


def etag_of(record: Any) -> str:
    """``"v7"`` where the record counts its versions, else a digest of when it changed or of all it holds."""
    version = getattr(record, "version", None)
    if isinstance(version, int):
        return f'"v{version}"'
    if hasattr(record, "updated_at"):
        return digest_etag([record._meta.label_lower, record.pk, record.updated_at])
    return digest_etag([getattr(record, field.attname) for field in record._meta.concrete_fields])


def digest_etag(content: Any) -> str:
    return f'"{hashlib.sha256(dumps(content)).hexdigest()[:20]}"'


def check_if_match(request: Any, *, etag: str, current: Any) -> None:
    """Raise 428 without If-Match, 412 when it names another version; ``current()`` gives the body."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        raise PreconditionRequired()
    if sent == "*":
        return
    if etag not in {part.strip().removeprefix("W/") for part in sent.split(",")}:
        raise PreconditionFailed(current=current(), submitted=request.data, etag=etag)
