"""Files through the API: uploaded, confirmed by a second person, served only to whoever may see them."""

import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from incubators.models import Incubator
from tests import factories
from tests.api import Api, is_problem


def pdf(name: str = "证明.pdf", content: bytes = factories.PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_upload_download_and_confirm(alice: User, bob: User, charlie: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    answer = api.upload("evidence/", {"file": pdf(), "incubator": "zhangjiang", "kind": "licence"})
    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["content_type"], body["sha256"]) == (
        "application/pdf",
        hashlib.sha256(factories.PDF).hexdigest(),
    )
    path = f"evidence/{body['id']}/"
    got = api.get(body["content_url"])
    assert got.whole == factories.PDF
    assert got["Content-Disposition"].startswith("attachment")
    assert (got["X-Content-Type-Options"], got["Content-Type"]) == ("nosniff", "application/pdf")
    is_problem(Api(charlie).get(path + "content/"), 404, "not_found")
    is_problem(api.post(path + "verify/"), 403, "refused")
    stale = Api(bob).post(path + "verify/", If_Match='"other"')
    is_problem(stale, 412, "stale")
    assert Api(bob).post(path + "verify/", If_Match=answer["ETag"]).json()["verified_by"] == "bob"
    is_problem(Api(bob).post(path + "verify/"), 409, "already_verified")


def test_the_same_bytes_are_stored_once(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    ids = {api.upload("evidence/", {"file": pdf(name)}).json()["id"] for name in ("a.pdf", "b.pdf")}
    assert len(ids) == 1


def test_what_may_not_be_stored_is_named(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    for upload in (pdf(content=b""), pdf("x.pdf", b"<html><script>1</script>"), pdf("x.pdf", b"MZ\x00\x01")):
        body = is_problem(api.upload("evidence/", {"file": upload}), 422, "invalid")
        assert [error["field"] for error in body["errors"]] == ["file"]
    body = is_problem(api.upload("evidence/", {"kind": "nonsense"}), 422, "invalid")
    assert {error["field"] for error in body["errors"]} == {"file", "kind"}


def test_a_repeated_upload_with_a_key_is_one(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    first = api.upload("evidence/", {"file": pdf()}, **{"Idempotency-Key": "u"})
    again = api.upload("evidence/", {"file": pdf()}, **{"Idempotency-Key": "u"})
    assert (again.status_code, again.json()) == (201, first.json())
    other = api.upload("evidence/", {"file": pdf(content=factories.PDF + b"2")}, **{"Idempotency-Key": "u"})
    is_problem(other, 422, "idempotency_key_reused")


def test_filters(alice: User, bob: User, zhangjiang: Incubator) -> None:
    file = factories.make_evidence(alice, zhangjiang, kind="lease")
    api = Api(bob)
    for query, found in (
        ("kind=lease", 1),
        ("kind=bank", 0),
        ("verified=true", 0),
        ("verified=false", 1),
        (f"sha256={file.sha256}", 1),
    ):
        assert len(api.get(f"evidence/?{query}").json()["results"]) == found, query
