"""Storing what comes with an entry or a bid, bounded in size, number and kind as evidence is."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contests.models import Bid, Entry, KeptFile
from contests.services.acting import wrong
from core.saving import clean_text
from evidence.models import EvidenceFile
from evidence.services import ACCEPTED_TYPES, detect_type, storage, store_evidence
from incubators.models import Incubator, Park

MOST_FILES = 3
LARGEST = 20 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """What somebody sends: the name it had, and its bytes."""

    name: str
    content: BinaryIO


def keep_files(
    uploads: Sequence[Upload], *, entry: Entry | None = None, bid: Bid | None = None, at: datetime
) -> list[KeptFile]:
    """Store the files beside the entry or bid. All are checked before any is written; ``Invalid`` names the
    first that is empty, too large or of a kind that is not taken."""
    if len(uploads) > MOST_FILES:
        raise wrong("files", _("Send at most %(most)d files.") % {"most": MOST_FILES}, "too_many")
    checked = [_checked(upload) for upload in uploads]
    kept: dict[str, KeptFile] = {}
    written: list[str] = []
    try:
        for upload, (name, digest, size, media_type) in zip(uploads, checked, strict=True):
            if digest in kept:
                continue
            upload.content.seek(0)
            random = secrets.token_hex(16)
            path = storage().save(
                f"contests/{random[:2]}/{random}{ACCEPTED_TYPES[media_type]}", File(upload.content)
            )
            written.append(path)
            kept[digest] = KeptFile(
                entry=entry,
                bid=bid,
                original_name=name,
                storage_name=path,
                content_type=media_type,
                size=size,
                sha256=digest,
                received_on=at,
            )
        return KeptFile.objects.bulk_create(kept.values())
    except BaseException:
        for path in written:
            storage().delete(path)
        raise


def _checked(upload: Upload) -> tuple[str, str, int, str]:
    """Name, hash, size and kind of a file; the kind by its content, never by its name."""
    name = re.split(r"[\\/]", clean_text(upload.name, field="files"))[-1].strip(" .")[-200:] or _("unnamed")
    limit = min(LARGEST, settings.EVIDENCE_MAX_BYTES)
    upload.content.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := upload.content.read(1024 * 1024):
        size += len(piece)
        if size > limit:
            message = _("“%(name)s” is larger than %(limit)d MB.")
            raise wrong("files", message % {"name": name, "limit": limit // 1024 // 1024}, "file_size")
        digest.update(piece)
    if size == 0:
        raise wrong("files", _("“%(name)s” is empty.") % {"name": name}, "file_empty")
    media_type = detect_type(upload.content)
    if media_type is None:
        message = _("“%(name)s” is not taken. Send a PDF, a picture, a Word, Excel or PowerPoint file.")
        raise wrong("files", message % {"name": name}, "file_type")
    return name, digest.hexdigest(), size, media_type


def open_kept(file: KeptFile) -> BinaryIO:
    return storage().open(file.storage_name, "rb")  # type: ignore[return-value]


@transaction.atomic
def take_in(
    file: KeptFile, *, park: Park, incubator: Incubator | None, actor: User, at: datetime, provenance: str
) -> EvidenceFile:
    """Make the file evidence of the park, so that experts can read it; whoever takes it in answers for it."""
    if file.evidence is not None:
        return file.evidence
    with open_kept(file) as content:
        found = store_evidence(
            park=park,
            incubator=incubator,
            content=content,
            name=Path(file.original_name).name,
            actor=actor,
            at=at,
            provenance=provenance,
        )
    file.evidence = found
    file.save(update_fields=["evidence"])
    return found


def taken_in(files: Any, *, actor: User, at: datetime, provenance: str) -> dict[int, list[EvidenceFile]]:
    """Many files of entries, by entry."""
    found: dict[int, list[EvidenceFile]] = {}
    for file in files.select_related("entry__park", "entry__incubator", "evidence").order_by("pk"):
        entry = file.entry
        proof = take_in(
            file, park=entry.park, incubator=entry.incubator, actor=actor, at=at, provenance=provenance
        )
        found.setdefault(entry.pk, []).append(proof)
    return found
