"""Stored files leave only for those who may see them, and never as something that could run."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from evidence.models import EvidenceFile
from evidence.services import storage, store_evidence
from incubators.models import Incubator
from tests import factories

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"


def store(actor: User, incubator: Incubator, name: str, content: bytes) -> EvidenceFile:
    assert incubator.park is not None
    return store_evidence(
        park=incubator.park, incubator=incubator, content=io.BytesIO(content), name=name, actor=actor,
        at=factories.NOW,
    )  # fmt: skip


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(user: User, url: str) -> tuple[Any, bytes]:
    """The answer and its bytes; reading to the end closes the file."""
    response = client_of(user).get(url)
    content = b"".join(response.streaming_content)
    return response, content


def test_only_the_scope_of_a_file_reads_it(
    alice: User, bob: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    file = store(alice, zhangjiang, "proof.pdf", factories.PDF)
    url = reverse("evidence-file", args=[file.pk])
    for user in (alice, bob, dora):
        assert read(user, url)[1] == factories.PDF
    for user in (charlie, erik):
        assert client_of(user).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert client_of(alice).post(url).status_code == 405


@pytest.mark.parametrize(
    ("name", "content", "shown", "sandboxed"),
    [
        ("a.pdf", factories.PDF, True, False),
        ("a.png", PNG, True, True),
        ("a.html", b"plain words, not markup", False, True),
        ("报告.txt", "中文说明".encode(), False, True),
    ],
    ids=["pdf", "picture", "named like a page", "text"],
)
def test_headers_keep_a_file_from_running(
    name: str, content: bytes, shown: bool, sandboxed: bool, alice: User, zhangjiang: Incubator
) -> None:
    file = store(alice, zhangjiang, name, content)
    url = reverse("evidence-file", args=[file.pk])
    response, _content = read(alice, url)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert ("sandbox" in response["Content-Security-Policy"]) is sandboxed
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Content-Type"].split(";")[0] in ("application/pdf", "image/png", "text/plain")
    assert read(alice, url + "?download=1")[0]["Content-Disposition"].startswith("attachment")


def test_a_name_cannot_add_headers(alice: User, zhangjiang: Incubator) -> None:
    file = store(alice, zhangjiang, 'a"\r\nSet-Cookie: x=1.pdf', factories.PDF)
    response, _content = read(alice, reverse("evidence-file", args=[file.pk]))
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers or "x=1" not in response.headers["Set-Cookie"]


def test_a_lost_file_is_not_found(alice: User, zhangjiang: Incubator) -> None:
    file = store(alice, zhangjiang, "proof.pdf", factories.PDF)
    storage().delete(file.storage_name)
    assert client_of(alice).get(reverse("evidence-file", args=[file.pk])).status_code == 404
