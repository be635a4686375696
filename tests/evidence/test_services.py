"""Evidence: what is accepted, stored once, confirmed by a second person, and never altered unseen."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from evidence.models import EvidenceFile
from evidence.services import open_evidence, store_evidence, verify_evidence
from incubators.models import Incubator
from tests import factories
from tests.concurrency import together
from tests.factories import NOW, PDF
from tests.remembered import history_of, last_changes, refused

pytestmark = pytest.mark.django_db

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = f"{OFFICE}wordprocessingml.document"
XLSX = f"{OFFICE}spreadsheetml.sheet"
PPTX = f"{OFFICE}presentationml.presentation"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """A folder of files for this test alone."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def office(main: str, *names: str) -> bytes:
    """A zip with the list of contents of an office file whose main part has this type."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{main}"/></Types>')
    return buffer.getvalue()


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "/"), content)
    return buffer.getvalue()


def real_workbook() -> bytes:
    from openpyxl import Workbook

    buffer = io.BytesIO()
    Workbook().save(buffer)
    return buffer.getvalue()


def real_document() -> bytes:
    from docx import Document

    buffer = io.BytesIO()
    Document().save(buffer)
    return buffer.getvalue()


def store(
    actor: User, place: Incubator, content: bytes = PDF, name: str = "proof.pdf", **more: Any
) -> EvidenceFile:
    assert place.park is not None
    values = {"park": place.park, "incubator": place, "actor": actor, "at": NOW, **more}
    return store_evidence(content=io.BytesIO(content), name=name, **values)


def test_a_stored_file_has_its_hash_its_history_and_its_bytes(alice: User, zhangjiang: Incubator) -> None:
    file = store(alice, zhangjiang, name="营业执照.pdf", kind="licence")
    digest = hashlib.sha256(PDF).hexdigest()
    assert (file.sha256, file.size, file.content_type) == (digest, len(PDF), "application/pdf")
    assert (file.title, file.original_name, file.uploaded_by) == ("营业执照", "营业执照.pdf", alice)
    assert history_of(file) == [("incubator:zhangjiang", "alice", "evidence.stored")]
    assert last_changes(file) == {
        "sha256": [None, digest],
        "size": [None, len(PDF)],
        "kind": [None, "licence"],
    }
    with open_evidence(file) as content:
        assert content.read() == PDF


def test_the_name_on_disk_is_random(alice: User, zhangjiang: Incubator, media: Path) -> None:
    store(alice, zhangjiang, name="secret-merger.pdf")
    [path] = files_in(media)
    assert (path.suffix, len(path.stem), "secret" in str(path.name)) == (".pdf", 32, False)


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "scan.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "scan.exe", "image/jpeg"),
        ("江阴高新区".encode(), "note", "text/plain"),
        ("江阴高新区，营业执照复印件。".encode("gbk"), "note.txt", "text/plain"),
        (("江阴" * 5000).encode("gbk"), "long.txt", "text/plain"),
        (b"a" + "江阴".encode("gbk") * 5000, "odd.txt", "text/plain"),
        (office(f"{DOCX}.main+xml", "word/document.xml"), "a.zip", DOCX),
        (office(f"{PPTX}.main+xml", "ppt/presentation.xml"), "a", PPTX),
    ],
)
def test_the_type_is_what_the_bytes_are(
    alice: User, zhangjiang: Incubator, content: bytes, name: str, media_type: str
) -> None:
    assert store(alice, zhangjiang, content, name).content_type == media_type


def test_files_of_real_office_programs_are_known(alice: User, zhangjiang: Incubator) -> None:
    types = [store(alice, zhangjiang, content).content_type for content in (real_workbook(), real_document())]
    assert types == [XLSX, DOCX]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<!doctype html><script>alert(1)</script>", "licence.pdf"),
        (b"\xef\xbb\xbf \n<html>", "licence.txt"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "logo.png"),
        ("<html>".encode("utf-16"), "a.txt"),
        (b"MZ\x90\x00" + b"\0" * 400, "licence.pdf"),
        (b"\x7fELF" + b"\0" * 400, "licence.png"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.doc"),
        (zipped(a_txt=b"x"), "licence.docx"),
        (b"PK\x03\x04 broken", "licence.docx"),
        (office("application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml"), "a.docx"),
        (office(f"{XLSX}.main+xml", "xl/workbook.xml", "xl/vbaProject.bin"), "a.xlsx"),
        (zipped(**{"[Content_Types].xml": b"<" * 9_000_000}), "bomb.docx"),
        (b"\xff\xfe\xfd\xfc\xfb" * 20, "noise.txt"),
    ],
)
def test_what_could_run_or_is_no_paper_is_refused(
    alice: User, zhangjiang: Incubator, media: Path, content: bytes, name: str
) -> None:
    with refused(Invalid, "file:file_type"):
        store(alice, zhangjiang, content, name)
    assert (files_in(media), EvidenceFile.objects.count()) == ([], 0)


def test_empty_and_too_large_files_are_refused(
    alice: User, zhangjiang: Incubator, settings: Any, media: Path
) -> None:
    settings.EVIDENCE_MAX_BYTES = len(PDF)
    with refused(Invalid, "file:file_empty"):
        store(alice, zhangjiang, b"")
    with refused(Invalid, "file:file_size"):
        store(alice, zhangjiang, PDF + b"\n")
    assert files_in(media) == []
    assert store(alice, zhangjiang).size == len(PDF)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\alice\\licence.pdf", "licence.pdf"),
        ("licence\u202efdp.exe", "licencefdp.exe"),
        ("照" * 300 + ".pdf", "照" * 251 + ".pdf"),
        ("..", "未命名"),
        ("", "未命名"),
    ],
)
def test_a_name_is_only_a_name(alice: User, zhangjiang: Incubator, name: str, kept: str) -> None:
    file = store(alice, zhangjiang, name=name)
    assert file.original_name in (kept, "unnamed")
    assert len(file.title) <= 200


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"name": "a\x00.pdf"}, "file:characters"),
        ({"name": "a\ud800.pdf"}, "file:characters"),
        ({"name": "a\r\nSet-Cookie: b.pdf\x07"}, "file:characters"),
        ({"title": "a\x00"}, "title:characters"),
        ({"kind": "rumour"}, "kind:invalid"),
    ],
)
def test_wrong_words_about_a_file_are_named(
    alice: User, zhangjiang: Incubator, media: Path, more: dict[str, str], named: str
) -> None:
    with refused(Invalid, named):
        store(alice, zhangjiang, **more)
    assert files_in(media) == []


def test_the_same_bytes_are_stored_once_in_each_place(
    alice: User, bob: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator, media: Path
) -> None:
    first = store(alice, zhangjiang)
    again = store(bob, zhangjiang, name="other.pdf", title="另一个")
    theirs = store(charlie, shenzhen)
    assert (again.pk, again.title, again.uploaded_by) == (first.pk, "proof", alice)
    assert theirs.pk != first.pk
    assert (len(files_in(media)), history_of(first)) == (
        2,
        [("incubator:zhangjiang", "alice", "evidence.stored")],
    )


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_uploads_of_the_same_bytes(
    alice: User, bob: User, zhangjiang: Incubator, media: Path
) -> None:
    stored = together(lambda: store(alice, zhangjiang), lambda: store(bob, zhangjiang))
    assert stored == ["EvidenceFile", "EvidenceFile"]
    assert (EvidenceFile.objects.count(), len(files_in(media))) == (1, 1)
    assert len(history_of(EvidenceFile.objects.get())) == 1


def test_a_failed_record_leaves_no_file(
    alice: User, zhangjiang: Incubator, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.services.history.record", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store(alice, zhangjiang)
    assert (files_in(media), EvidenceFile.objects.count()) == ([], 0)


def test_strangers_and_readers_store_nothing(
    alice: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    for person in (charlie, dora, erik):
        with refused(Refused, "refused"):
            store(person, zhangjiang)
    with refused(Refused, "refused"):
        store(alice, zhangjiang, incubator=None)


def test_an_incubator_of_another_park_is_no_place(erik: User, zhangjiang: Incubator) -> None:
    wuxi = erik.memberships.get().park
    with refused(Invalid, "incubator:invalid"):
        store(erik, zhangjiang, park=wuxi)


def test_a_second_person_verifies_once(alice: User, bob: User, zhangjiang: Incubator) -> None:
    file = store(alice, zhangjiang)
    with refused(Refused, "refused"):
        verify_evidence(file=file, actor=alice, at=NOW)
    verified = verify_evidence(file=file, actor=bob, at=NOW)
    assert (verified.verified_by, verified.verified_at) == (bob, NOW)
    assert history_of(file)[1:] == [("incubator:zhangjiang", "bob", "evidence.verified")]
    assert last_changes(file) == {"verified_by": [None, "bob"]}
    with refused(Conflict, "already_verified"):
        verify_evidence(file=file, actor=bob, at=NOW)


def test_nobody_verifies_what_they_uploaded_or_cannot_manage(
    bob: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    file = store(bob, zhangjiang)
    for person in (bob, charlie, dora, erik):
        with refused(Refused, "refused"):
            verify_evidence(file=file, actor=person, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_verifications_one_counts(alice: User, bob: User, zhangjiang: Incubator) -> None:
    assert zhangjiang.park is not None
    bella = factories.make_park_admin(zhangjiang.park, "bella")
    file = store(alice, zhangjiang)
    outcomes = together(
        *(lambda who=who: verify_evidence(file=file, actor=who, at=NOW) for who in (bob, bella))
    )
    assert sorted(outcomes) == ["Conflict", "EvidenceFile"]
    assert [action for _chain, _actor, action in history_of(file)] == ["evidence.stored", "evidence.verified"]


def test_the_audit_finds_files_that_were_changed_or_are_gone(
    alice: User, zhangjiang: Incubator, media: Path
) -> None:
    first, second = (store(alice, zhangjiang, PDF + tail) for tail in (b"1", b"2"))
    call_command("verify_evidence")
    (media / "evidence" / first.storage_name).write_bytes(PDF + b"3")
    (media / "evidence" / second.storage_name).unlink()
    with pytest.raises(CommandError) as caught:
        call_command("verify_evidence")
    _title, changed, gone = str(caught.value).splitlines()
    assert (changed.split()[2], gone.split()[2], caught.value.returncode) == (
        str(first.pk),
        str(second.pk),
        1,
    )
    assert changed.endswith(hashlib.sha256(PDF + b"3").hexdigest())
