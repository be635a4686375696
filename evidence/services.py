"""Writes of the evidence app."""

import hashlib
import re
import secrets
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import filetype
from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import clean_text
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park
from incubators.scope import Action, require

#: What may be stored, by content: office files, PDF, pictures and plain text. Nothing that runs.
ACCEPTED_TYPES = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "text/plain": ".txt",
}
HEAD_BYTES = 8192
#: The parts that make a zip file a Word, Excel or PowerPoint file, and the types of files without macros.
OFFICE_TYPES = {
    f"{kind}.main+xml": kind
    for kind in ACCEPTED_TYPES
    if kind.startswith("application/vnd.openxmlformats-officedocument.")
}
LARGEST_CONTENTS = 1024 * 1024  # bytes of the list of contents of an office file


def storage() -> FileSystemStorage:
    """Files lie outside the web root under random names and leave only through a permission check."""
    return FileSystemStorage(location=Path(settings.MEDIA_ROOT) / "evidence", base_url=None)


def detect_type(content: BinaryIO) -> str | None:
    """The media type by the bytes, never by the name; None for what may not be stored."""
    content.seek(0)
    head = content.read(HEAD_BYTES)
    if head.startswith(b"PK"):
        return _office_type(content)
    kind = filetype.guess(head)
    if kind is not None:
        return kind.mime if kind.mime in ACCEPTED_TYPES else None
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or b"\x00" in head:
        return None  # markup could run in a browser, zero bytes are no text
    return _text_type(head)


def _office_type(content: BinaryIO) -> str | None:
    """What the list of contents of an office file says it is; None for one with macros and any other zip."""
    try:
        with zipfile.ZipFile(content) as archive:
            names = archive.namelist()
            listed = archive.getinfo("[Content_Types].xml")
            if listed.file_size > LARGEST_CONTENTS:
                return None
            contents = archive.read(listed).decode("utf-8", errors="replace")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error):
        return None
    if any("vbaproject" in name.lower() for name in names) or "macroenabled" in contents.lower():
        return None
    return next((kind for part, kind in OFFICE_TYPES.items() if f'"{part}"' in contents), None)


def _text_type(head: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            head[: len(head) // 2 * 2].decode(encoding, errors="strict")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4:
                continue
        return "text/plain"
    return None


def store_evidence(
    *,
    park: Park,
    incubator: Incubator | None,
    content: BinaryIO,
    name: str,
    title: str = "",
    kind: str = EvidenceKind.OTHER,
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
    right: Action = Action.ENTER,
) -> EvidenceFile:
    """Store a file once per park and incubator; the same bytes again give the record that is there.

    ``right``: what the person must be allowed to do there, such as paying for the papers of a payment.

    Raises ``Invalid`` for a file that is empty, larger than ``EVIDENCE_MAX_BYTES`` or of a type that is not
    accepted (decided by content).
    """
    require(right, user=actor, park_id=park.pk, incubator_id=incubator.pk if incubator else None)
    if incubator is not None and incubator.park_id != park.pk:
        raise Invalid(
            _("The incubator does not belong to this park."),
            fields=[FieldError("incubator", _("other park"))],
        )
    if kind not in EvidenceKind.values:
        raise Invalid(
            _("“%(kind)s” is not a kind of evidence.") % {"kind": kind},
            fields=[
                FieldError("kind", _("Choose one of: %(known)s.") % {"known": ", ".join(EvidenceKind.values)})
            ],
        )
    title, name = clean_text(title, field="title"), _clean_name(name)
    digest, size = _measure(content, name)
    known = EvidenceFile.objects.filter(park=park, incubator=incubator, sha256=digest).first()
    if known:
        return known
    media_type = detect_type(content)
    if media_type is None and _is_phone_photo(name):
        raise Invalid(
            _("“%(name)s” is a photo in a format of the telephone that cannot be stored.") % {"name": name},
            fields=[FieldError("file", _phone_remedy(), "file_type")],
        )
    if media_type is None:
        raise Invalid(
            _("“%(name)s” is not a kind of file that can serve as evidence.") % {"name": name},
            fields=[
                FieldError(
                    "file",
                    _("Upload a PDF, a picture, a Word, Excel or PowerPoint file, or plain text."),
                    "file_type",
                )
            ],
        )
    stored = _write(content, suffix=ACCEPTED_TYPES[media_type])
    record = EvidenceFile(
        park=park,
        incubator=incubator,
        kind=kind,
        title=(title or Path(name).stem)[:200],
        original_name=name,
        storage_name=stored,
        content_type=media_type,
        size=size,
        sha256=digest,
        provenance=provenance,
        uploaded_at=at,
        uploaded_by=actor,
    )
    try:
        with transaction.atomic():
            record.save()
            history.record(
                chain=record.chain,
                action="evidence.stored",
                subject=record,
                changes={"sha256": [None, digest], "size": [None, size], "kind": [None, kind]},
                actor=actor,
                at=at,
            )
    except IntegrityError:  # somebody stored the same bytes at the same moment
        storage().delete(stored)
        return EvidenceFile.objects.get(park=park, incubator=incubator, sha256=digest)
    except BaseException:
        storage().delete(stored)
        raise
    return record


def _is_phone_photo(name: str) -> bool:
    return name.lower().endswith((".heic", ".heif", ".hif"))


def _phone_remedy() -> str:
    return _(
        "Send it as JPEG: on an iPhone choose Settings › Camera › Formats › Most Compatible, "
        "or share the photo by e-mail or WeChat, which turns it into JPEG."
    )


def hint_of(file: EvidenceFile) -> str:
    """What whoever uploaded this should know: browsers cannot show it, so the second person cannot look."""
    if file.content_type != "image/heic":
        return ""
    return _("It is stored, but browsers cannot show HEIC photos.") + " " + _phone_remedy()


def known_evidence(
    *, park: Park, incubator: Incubator | None, sha256: str, actor: User
) -> EvidenceFile | None:
    """The file with these bytes that is already stored for this place; nothing is told of other places."""
    require(Action.ENTER, user=actor, park_id=park.pk, incubator_id=incubator.pk if incubator else None)
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        return None
    return EvidenceFile.objects.filter(park=park, incubator=incubator, sha256=sha256).first()


def _clean_name(name: str) -> str:
    """The last part of a path, without what cannot be seen or stored; at most 255 characters, end kept."""
    last = re.split(r"[\\/]", clean_text(name, field="file"))[-1].strip(" .")
    stem, suffix = Path(last).stem, Path(last).suffix[:20]
    return stem[: 255 - len(suffix)] + suffix if last else _("unnamed")


def _measure(content: BinaryIO, name: str) -> tuple[str, int]:
    """SHA-256 and size, read in pieces; refuses what is empty or too large."""
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    limit = settings.EVIDENCE_MAX_BYTES
    while piece := content.read(1024 * 1024):
        size += len(piece)
        if size > limit:
            raise Invalid(
                _("“%(name)s” is larger than %(limit)d MB.") % {"name": name, "limit": limit // 1024 // 1024},
                fields=[FieldError("file", _("Upload a smaller file, or split it."), "file_size")],
            )
        digest.update(piece)
    if size == 0:
        raise Invalid(
            _("“%(name)s” is empty.") % {"name": name},
            fields=[FieldError("file", _("Choose a file with content."), "file_empty")],
        )
    return digest.hexdigest(), size


def _write(content: BinaryIO, *, suffix: str) -> str:
    content.seek(0)
    random = secrets.token_hex(16)
    return storage().save(f"{random[:2]}/{random}{suffix}", File(content))


@transaction.atomic
def verify_evidence(*, file: EvidenceFile, actor: User, at: datetime) -> EvidenceFile:
    """A second person confirms that the file is what it claims to be."""
    locked = (
        EvidenceFile.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .get(pk=file.pk)
    )
    require(Action.VERIFY, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    if locked.uploaded_by_id == actor.pk:
        raise Refused(_("You uploaded this file yourself, so a second person has to verify it."))
    if locked.is_verified:
        raise Conflict(_("This file is already verified."), code="already_verified")
    mark_verified(file=locked, actor=actor, at=at)
    return locked


@transaction.atomic
def classify_evidence(*, file: EvidenceFile, kind: str, actor: User, at: datetime) -> EvidenceFile:
    """Say what an unverified file is; what a second person confirmed stays what it is."""
    locked = (
        EvidenceFile.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .get(pk=file.pk)
    )
    require(Action.ENTER, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    if locked.is_verified or locked.kind == kind or kind not in EvidenceKind.values:
        return locked
    before, locked.kind = locked.kind, kind
    locked.save(update_fields=["kind", "updated_at"])
    history.record(
        chain=locked.chain,
        action="evidence.classified",
        subject=locked,
        changes={"kind": [before, kind]},
        actor=actor,
        at=at,
    )
    return locked


def mark_verified(*, file: EvidenceFile, actor: User, at: datetime) -> None:
    """Set the second person on a file inside the caller's transaction and write its history."""
    file.verified_at, file.verified_by = at, actor
    file.save(update_fields=["verified_at", "verified_by", "updated_at"])
    history.record(
        chain=file.chain,
        action="evidence.verified",
        subject=file,
        changes={"verified_by": [None, actor.get_username()]},
        actor=actor,
        at=at,
    )


def open_evidence(file: EvidenceFile) -> "File[bytes]":
    """The stored bytes, for whoever passed the permission check."""
    return storage().open(file.storage_name, "rb")
