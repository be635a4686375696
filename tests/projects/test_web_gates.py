"""Pages and addresses of gate tables, files sent one by one, and what a proof hangs on."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park
from projects import services
from projects.models import GateTable, Project
from projects.selectors import table_of
from projects.stages import DEFAULT
from tests import factories
from tests.api import Api, is_problem
from tests.projects.test_web_pages import signed_in, text_of

pytestmark = pytest.mark.django_db

CONTACT = {"kind": "field", "key": "contact", "clause": "第八条", "words_en": "Name a contact."}


def form_of(table: GateTable, stage: str, *extra: dict[str, Any], **rules: Any) -> dict[str, Any]:
    """What the editor sends: the rows as they stand, and more."""
    gate = table_of(table).gate(stage)
    values: dict[str, Any] = {
        "movers": list(gate.movers),
        "days": gate.days or "",
        "version": table.version,
        **({"second_person": "on"} if gate.second_person else {}),
        **rules,
    }
    rows: list[dict[str, Any]] = [
        {
            "asked": f"{item.kind}:{item.key}",
            **({"proof": "on"} if item.proof else {}),
            **({"verify": "on"} if item.verify else {}),
        }
        for item in gate.requirements
    ]
    rows += extra
    values |= {"rows-TOTAL_FORMS": len(rows), "rows-INITIAL_FORMS": 0}
    for place, row in enumerate(rows):
        values |= {f"rows-{place}-{name}": value for name, value in row.items()}
    return values


def test_a_park_administrator_drafts_compares_and_publishes(park: Park, bob: User, alice: User) -> None:
    client = signed_in(bob)
    assert client.get(reverse("gate-table-list")).status_code == 200
    answer = client.post(reverse("gate-table-start", args=[park.code]))
    table = GateTable.objects.get(park=park)
    detail = reverse("gate-table-detail", args=[table.pk])
    assert answer["Location"] == detail
    edit = reverse("gate-table-stage", args=[table.pk, "screening"])
    assert client.get(edit).status_code == 200
    row = {"asked": "field:contact", "words_en": "Name a contact.", "clause": "第八条", "ORDER": "1"}
    taken_out = {"asked": "field:summary", "DELETE": "on"}
    assert client.post(edit, form_of(table, "screening", row, taken_out, days="5")).status_code == 302
    gate = table_of(table).gate("screening")
    assert ([item.key for item in gate.requirements][0], len(gate.requirements), gate.days) == (
        "sector",
        4,
        5,
    )
    page = client.get(detail)
    assert [change["what"] for change in page.context["changes"]] == ["changed", "added"]
    publish = reverse("gate-table-publish", args=[table.pk])
    yesterday = timezone.localdate() - timedelta(days=1)
    assert client.post(publish, {"valid_from": yesterday.isoformat()}).status_code == 422
    today = timezone.localdate().isoformat()
    assert client.post(publish, {"valid_from": today, "note": "示例"}).status_code == 302
    table.refresh_from_db()
    assert (table.status, table.published_by, table.note) == ("published", bob, "示例")
    assert client.get(edit)["Location"] == detail
    assert "Name a contact." in text_of(signed_in(alice).get(detail))


def test_the_editor_keeps_the_second_person(park: Park, bob: User) -> None:
    client = signed_in(bob)
    table = services.start_gate_table(park=park, actor=bob, at=timezone.now())
    edit = reverse("gate-table-stage", args=[table.pk, "landed"])
    values = form_of(table, "landed")
    values.pop("second_person")
    assert client.post(edit, values).status_code == 422
    for name in [name for name in values if name.endswith("-verify")]:
        values.pop(name)
    assert client.post(edit, {**values, "second_person": "on"}).status_code == 422
    assert table_of(table).gates == DEFAULT.gates


def test_two_editors_of_one_draft_notice_each_other(park: Park, bob: User) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=timezone.now())
    edit = reverse("gate-table-stage", args=[table.pk, "screening"])
    values = form_of(table, "screening", days="3")
    assert signed_in(bob).post(edit, values).status_code == 302
    assert signed_in(bob).post(edit, {**values, "days": "4"}).status_code == 409


def test_readers_look_and_strangers_do_not(
    park: Park, alice: User, bob: User, dora: User, erik: User, charlie: User
) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=timezone.now())
    detail = reverse("gate-table-detail", args=[table.pk])
    for person in (alice, charlie, dora, erik):
        client = signed_in(person)
        assert client.get(reverse("gate-table-list")).status_code == 200
        assert client.get(detail).status_code == 404, person
        start = client.post(reverse("gate-table-start", args=[park.code]))
        assert start.status_code == (404 if person == erik else 403), person
    services.publish_gate_table(
        table=table, valid_from=timezone.localdate() + timedelta(days=1), actor=bob, at=timezone.now()
    )
    statuses = {
        person.username: [
            signed_in(person).get(detail).status_code,
            signed_in(person).post(reverse("gate-table-discard", args=[table.pk])).status_code,
        ]
        for person in (alice, dora, erik)
    }
    assert statuses == {"alice": [200, 403], "dora": [200, 403], "erik": [404, 404]}


# --- by REST ----------------------------------------------------------------------------------------------
def test_a_table_is_drafted_changed_and_published_by_rest(park: Park, bob: User) -> None:
    api = Api(bob)
    gate = {"stage": "accelerating", "movers": ["operator"], "second_person": False, "days": 5}
    made = api.post("gate-tables/", {"park": park.code, "gates": [{**gate, "rows": [CONTACT]}]})
    assert made.status_code == 201, made.content
    body = made.json()
    [stored] = [gate for gate in body["gates"] if gate["stage"] == "accelerating"]
    assert (stored["days"], [row["key"] for row in stored["rows"]]) == (5, ["contact"])
    path = f"gate-tables/{body['id']}/"
    assert api.patch(path, {"gates": [{**gate, "rows": []}]}).status_code == 428
    changed = api.patch(path, {"gates": [{**gate, "rows": []}]}, If_Match=made["ETag"])
    assert changed.status_code == 200, changed.content
    is_problem(api.patch(path, {"gates": [{**gate, "rows": []}]}, If_Match=made["ETag"]), 412, "stale")
    bare = {"stage": "landed", "movers": ["operator"], "second_person": True, "days": None, "rows": []}
    is_problem(api.patch(path, {"gates": [bare]}, If_Match=changed["ETag"]), 422, "invalid")
    day = timezone.localdate() + timedelta(days=2)
    done = api.post(f"{path}publish/", {"valid_from": day.isoformat()})
    assert (done.status_code, done.json()["status"]) == (200, "published")
    assert len(api.pages("gate-tables/?limit=1")) == 2


def test_gates_keep_their_shape_and_say_who_and_by_when(
    park: Park, alice: User, zhangjiang: Incubator
) -> None:
    lead = factories.make_project(alice, zhangjiang)
    [gate] = Api(alice).get(f"projects/{lead.pk}/gates/").json()["gates"]
    assert (gate["to_stage"], gate["is_open"], len(gate["missing"])) == ("screening", False, 3)
    assert set(gate["missing"][0]) == {"field", "message"}
    assert gate["movers"] == ["operator", "park_admin", "api_client"]
    assert (gate["decided_by"], gate["days"], gate["due_on"], gate["must_request"]) == ([], None, None, False)


def test_only_the_parks_administrator_writes_by_rest(
    park: Park, alice: User, dora: User, erik: User, bob: User
) -> None:
    for person, status in ((alice, 403), (dora, 403), (erik, 422)):
        answer = Api(person).post("gate-tables/", {"park": park.code})
        assert answer.status_code in (status, 403), (person, answer.content)
    table = services.start_gate_table(park=park, actor=bob, at=timezone.now())
    for person in (alice, dora, erik):
        assert Api(person).get(f"gate-tables/{table.pk}/").status_code == 404
        assert Api(person).post(f"gate-tables/{table.pk}/publish/", {}).status_code == 404


# --- files one by one ---------------------------------------------------------------------------------------
@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


def send(client: Any, project: Project, name: str, content: bytes, **values: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("project-upload", args=[project.pk]), {"file": file, **values})


def test_a_file_is_sent_once_and_found_by_its_hash(project: Project, alice: User) -> None:
    client, content = signed_in(alice), factories.PDF + b"once"
    url = reverse("project-upload", args=[project.pk])
    digest = {"sha256": hashlib.sha256(content).hexdigest()}
    assert client.post(url, digest).status_code == 404
    first = send(client, project, "执照.pdf", content, kind="licence").json()
    assert (first["title"], first["known"], first["hint"]) == ("执照", False, "")
    assert client.post(url, digest).json() == {**first, "known": True}
    assert send(client, project, "again.pdf", content).json() == {**first, "known": True}
    assert EvidenceFile.objects.get().kind == "licence"


def test_what_is_refused_says_why_and_phones_get_a_remedy(project: Project, alice: User) -> None:
    client = signed_in(alice)
    for name, content in (("a.exe", b"MZ\x00"), ("empty.pdf", b""), ("x.html", b"<html>")):
        answer = send(client, project, name, content)
        assert (answer.status_code, name in answer.json()["error"]) == (422, True), name
    odd = send(client, project, "IMG_1.HEIC", b"\x00\x00\x00\x18ftypxxxx").json()["error"]
    assert "JPEG" in odd
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
    stored = send(client, project, "IMG_2.HEIC", heic)
    assert (stored.status_code, "JPEG" in stored.json()["hint"]) == (200, True)


def test_strangers_and_readers_send_nothing(
    project: Project, charlie: User, dora: User, erik: User, alice: User, zhangjiang: Incubator
) -> None:
    file = factories.make_evidence(alice, zhangjiang)
    for person, status in ((charlie, 404), (erik, 404), (dora, 403)):
        client = signed_in(person)
        assert send(client, project, "a.pdf", factories.PDF).status_code == status
        url = reverse("project-upload", args=[project.pk])
        assert client.post(url, {"sha256": file.sha256}).status_code == status


def test_a_stored_file_proves_a_fact_and_is_taken_off_again(
    project: Project, alice: User, bob: User, dora: User, zhangjiang: Incubator
) -> None:
    client = signed_in(alice)
    fact = factories.make_fact(alice, project, "signed")
    file = factories.make_evidence(alice, zhangjiang)
    proof = reverse("project-fact-evidence", args=[project.pk, fact.pk])
    assert client.post(proof, {"existing": [file.pk]}).status_code == 302
    assert fact.evidence.count() == 2
    off = reverse("project-fact-unprove", args=[project.pk, fact.pk, file.pk])
    assert signed_in(dora).post(off).status_code == 403
    assert client.post(off).status_code == 302
    assert (fact.evidence.count(), EvidenceFile.objects.filter(pk=file.pk).count()) == (1, 1)
    fact.refresh_from_db()
    services.verify_fact(fact=fact, actor=bob, at=factories.NOW)
    kept = fact.evidence.get()
    client.post(reverse("project-fact-unprove", args=[project.pk, fact.pk, kept.pk]))
    assert fact.evidence.count() == 1


def test_an_attached_file_is_what_the_form_says(project: Project, alice: User, zhangjiang: Incubator) -> None:
    file = factories.make_evidence(alice, zhangjiang)
    attach = reverse("project-attach", args=[project.pk])
    assert signed_in(alice).post(attach, {"kind": "lease", "existing": [file.pk]}).status_code == 302
    file.refresh_from_db()
    assert (file.kind, project.attachments.count()) == ("lease", 1)


def test_only_the_preview_may_stand_in_a_frame(alice: User, charlie: User, zhangjiang: Incubator) -> None:
    file = factories.make_evidence(alice, zhangjiang)
    client = signed_in(alice)
    bytes_of, preview = (
        client.get(reverse(name, args=[file.pk])) for name in ("evidence-file", "evidence-preview")
    )
    assert (bytes_of["X-Frame-Options"], preview["X-Frame-Options"]) == ("DENY", "SAMEORIGIN")
    assert "frame-ancestors 'none'" in bytes_of["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert preview["X-Content-Type-Options"] == "nosniff"
    assert preview["Content-Disposition"].startswith("inline")
    for answer in (bytes_of, preview):
        b"".join(answer.streaming_content)
    assert signed_in(charlie).get(reverse("evidence-preview", args=[file.pk])).status_code == 404
