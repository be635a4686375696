"""Working on the project pages: create, change, move, prove, verify; nothing typed is lost."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from core.models import Draft, HistoryEntry
from evidence.models import EvidenceFile
from incubators.models import Incubator
from projects import services
from projects.models import Project, ProjectFact
from tests import factories
from tests.projects.test_web_pages import signed_in, text_of

PDF = factories.PDF


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang, name_zh="示例蓝芯")


def new_values(incubator: Incubator, **values: str) -> dict[str, str]:
    defaults = {"place": f"incubator-{incubator.pk}", "name_zh": "新项目", "first_contact_on": "2021-03-01"}
    return {**defaults, **values}


def edit_values(project: Project, **values: str) -> dict[str, str]:
    defaults = {"name_zh": project.name_zh, "first_contact_on": "2021-03-01", "version": str(project.version)}
    return {**defaults, **values}


# --- create -------------------------------------------------------------------------------------------
def test_a_new_project_is_recorded_once_however_often_it_is_sent(alice: User, zhangjiang: Incubator) -> None:
    client = signed_in(alice)
    values = new_values(zhangjiang, once="one-token")
    first = client.post(reverse("project-create"), values)
    again = client.post(reverse("project-create"), values)
    project = Project.objects.get()
    assert first["Location"] == again["Location"] == reverse("project-detail", args=[project.pk])
    assert (project.name_zh, project.incubator, project.stage) == ("新项目", zhangjiang, "lead")


def test_nobody_creates_in_another_incubator(alice: User, zhangjiang: Incubator, shenzhen: Incubator) -> None:
    for place in (f"incubator-{shenzhen.pk}", f"park-{shenzhen.park_id}", "incubator-x", "\x00", "park-"):
        response = signed_in(alice).post(reverse("project-create"), new_values(zhangjiang, place=place))
        assert response.status_code == 422, place
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_contact_on", "2021-05-32"),
        ("first_contact_on", "0001-01-01"),
        ("first_contact_on", "99999-01-01"),
        ("first_contact_on", "2999-01-01"),
        ("first_contact_on", "\x00"),
        ("name_zh", ""),
        ("name_zh", "   "),
        ("name_zh", "长" * 201),
        ("name_zh", "a\x00b"),
        ("summary", "x" * 5001),
        ("sector", "99999999999999999999"),
        ("sector", "x"),
        ("lead_source", "nowhere"),
        ("enterprise", "no such company"),
        ("enterprise", "\x00"),
    ],
)
def test_what_cannot_be_stored_comes_back_with_everything_typed(
    field: str, typed: str, alice: User, zhangjiang: Incubator
) -> None:
    values = new_values(zhangjiang, team_lead="Zhang San", **{field: typed})
    response = signed_in(alice).post(reverse("project-create"), values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert 'value="Zhang San"' in text_of(response)
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    "typed", ["2021-5-3", "2021.5.3", "2021/05/03", "2021年5月3日", "２０２１-０５-０３"]
)
def test_days_are_understood_as_people_write_them(typed: str, alice: User, zhangjiang: Incubator) -> None:
    signed_in(alice).post(reverse("project-create"), new_values(zhangjiang, first_contact_on=typed))
    assert Project.objects.get().first_contact_on == date(2021, 5, 3)


def test_the_check_of_one_field_stores_nothing(alice: User, zhangjiang: Incubator) -> None:
    client = signed_in(alice)
    values = new_values(zhangjiang, first_contact_on="2021-05-32", field="first_contact_on")
    assert "2021-05-32" in client.post(reverse("project-check"), values).json()["error"]
    assert client.post(reverse("project-check"), {**values, "field": "name_zh"}).json() == {"error": ""}
    assert client.post(reverse("project-check"), {"field": "password"}).json() == {"error": ""}
    assert not Project.objects.exists()


def test_suggestions_name_only_enterprises_in_reach(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    mine = factories.make_enterprise(alice, zhangjiang, name_zh="蓝芯科技")
    factories.make_enterprise(charlie, shenzhen, name_zh="蓝芯科技深圳")
    found = signed_in(alice).get(reverse("project-enterprises"), {"q": "lanxin"}).json()
    assert found == {"options": [f"蓝芯科技 · {mine.credit_code}"]}


# --- drafts ---------------------------------------------------------------------------------------------
def test_a_draft_comes_back_and_goes_when_the_form_is_accepted(alice: User, zhangjiang: Incubator) -> None:
    client = signed_in(alice)
    kept = client.post(reverse("draft-save", args=["project-new"]), {"name_zh": "半个名字", "once": "secret"})
    assert list(kept.json()) == ["saved_at"]
    assert Draft.objects.get().data == {"name_zh": ["半个名字"]}
    page = text_of(client.get(reverse("project-create")))
    assert "半个名字" in page
    assert "This is your draft of" in page
    client.post(reverse("project-create"), new_values(zhangjiang))
    assert not Draft.objects.exists()
    assert "半个名字" not in text_of(client.get(reverse("project-create")))


def test_drafts_are_private_and_bounded(alice: User, charlie: User, zhangjiang: Incubator) -> None:
    url = reverse("draft-save", args=["project-new"])
    signed_in(alice).post(url, {"name_zh": "秘密"})
    bob_like = signed_in(charlie)
    assert "秘密" not in text_of(bob_like.get(reverse("project-create")))
    assert signed_in(alice).post(url, {"summary": "x" * 300_000}).status_code == 422
    assert signed_in(alice).post(url, {"summary": "a\x00b"}).status_code == 200
    assert signed_in(alice).get(url).status_code == 405
    assert Client().post(url, {"name_zh": "x"}).status_code == 302
    discarded = signed_in(alice).post(url, {"discard": "1", "next": "https://elsewhere.example/"})
    assert discarded.status_code == 204
    assert not Draft.objects.filter(user=alice).exists()


# --- edit and conflict --------------------------------------------------------------------------------------
def test_a_conflict_shows_both_versions_and_keeps_the_choice(
    project: Project, alice: User, bob: User
) -> None:
    client = signed_in(alice)
    stale = edit_values(project, team_lead="Alice's lead", contact="alice@example.org")
    services.update_project(project=project, values={"team_lead": "Bob's lead"}, actor=bob, at=factories.NOW)
    response = client.post(reverse("project-edit", args=[project.pk]), stale)
    assert response.status_code == 409
    differing = [(row["name"], row["mine"], row["theirs"]) for row in response.context["differing"]]
    assert differing == [
        ("team_lead", "Alice's lead", "Bob's lead"),
        ("contact", "alice@example.org", ""),
    ]
    project.refresh_from_db()
    chosen = {
        **stale, "version": str(project.version), "resolve": "1",
        "keep_team_lead": "theirs", "keep_contact": "mine",
    }  # fmt: skip
    assert client.post(reverse("project-edit", args=[project.pk]), chosen).status_code == 302
    project.refresh_from_db()
    assert (project.team_lead, project.contact) == ("Bob's lead", "alice@example.org")


def test_a_form_without_its_version_changes_nothing(project: Project, alice: User) -> None:
    for version in ("", "x", "-1", "9" * 30):
        values = edit_values(project, team_lead="x", version=version)
        assert signed_in(alice).post(reverse("project-edit", args=[project.pk]), values).status_code == 409
    project.refresh_from_db()
    assert project.team_lead == ""


def test_the_enterprise_is_linked_by_name_or_number(
    project: Project, alice: User, zhangjiang: Incubator
) -> None:
    enterprise = factories.make_enterprise(alice, zhangjiang, name_zh="蓝芯科技")
    for typed in ("蓝芯科技", enterprise.credit_code, f"蓝芯科技 · {enterprise.credit_code}"):
        Project.objects.filter(pk=project.pk).update(enterprise=None)
        project.refresh_from_db()
        signed_in(alice).post(
            reverse("project-edit", args=[project.pk]), edit_values(project, enterprise=typed)
        )
        project.refresh_from_db()
        assert project.enterprise == enterprise, typed


# --- moves --------------------------------------------------------------------------------------------------
def move(client: Client, project: Project, **values: str) -> object:
    defaults = {"from_stage": project.stage, "on": "2021-05-01", "reason": ""}
    return client.post(reverse("project-move", args=[project.pk]), {**defaults, **values})


def test_a_move_says_what_is_missing_with_links_and_keeps_what_was_typed(
    project: Project, alice: User
) -> None:
    response = move(signed_in(alice), project, to_stage="screening", reason="ready now")
    assert response.status_code == 409  # type: ignore[attr-defined]
    page = text_of(response)
    assert "ready now" in page
    for field in ("sector", "team_lead", "lead_source"):
        assert f"{reverse('project-edit', args=[project.pk])}?focus={field}#id_{field}" in page
    project.refresh_from_db()
    assert project.stage == "lead"


def test_a_complete_project_moves(project: Project, alice: User) -> None:
    from projects.models import Sector

    services.update_project(
        project=project,
        values={"sector": Sector.objects.first(), "team_lead": "Zhang", "lead_source": "event"},
        actor=alice,
        at=factories.NOW,
    )
    response = move(signed_in(alice), project, to_stage="screening")
    assert response.status_code == 302  # type: ignore[attr-defined]
    project.refresh_from_db()
    assert (project.stage, project.stage_since) == ("screening", date(2021, 5, 1))


def test_who_moves_second_is_told(project: Project, alice: User, bob: User) -> None:
    services.move_project(
        project=project,
        to_stage="suspended",
        on=date(2021, 4, 1),
        reason="pause",
        actor=bob,
        at=factories.NOW,
    )
    response = signed_in(alice).post(
        reverse("project-move", args=[project.pk]),
        {"from_stage": "lead", "to_stage": "moved_elsewhere", "on": "2021-05-01", "reason": "my words",
         "destination": "Suzhou"},
    )  # fmt: skip
    assert response.status_code == 409
    page = text_of(response)
    assert "Somebody moved this project meanwhile" in page
    assert "my words" in page
    assert "Suzhou" in page


def test_an_end_is_read_back_before_it_happens(project: Project, alice: User) -> None:
    client = signed_in(alice)
    values = {"to_stage": "terminated", "reason": "no money", "cause": "funding"}
    first = move(client, project, **values)
    assert first.status_code == 200  # type: ignore[attr-defined]
    assert "Check before you move the project" in text_of(first)
    project.refresh_from_db()
    assert project.stage == "lead"
    assert move(client, project, **values, confirmed="1").status_code == 302  # type: ignore[attr-defined]
    project.refresh_from_db()
    assert project.stage == "terminated"


@pytest.mark.parametrize(
    "values",
    [
        {"to_stage": "nowhere"},
        {"to_stage": "\x00"},
        {"to_stage": ""},
        {"to_stage": "alumni"},
        {"to_stage": "suspended"},
        {"to_stage": "terminated", "reason": "x"},
        {"to_stage": "moved_elsewhere", "reason": "x"},
        {"to_stage": "suspended", "reason": "x", "on": "2021-05-32"},
        {"to_stage": "suspended", "reason": "x", "on": "2999-01-01"},
        {"to_stage": "suspended", "reason": "x", "on": "2001-01-01"},
        {"to_stage": "suspended", "reason": "x" * 3000},
        {"to_stage": "screening", "from_stage": "x" * 500},
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(
    values: dict[str, str], project: Project, alice: User
) -> None:
    assert move(signed_in(alice), project, **values).status_code in (409, 422)  # type: ignore[attr-defined]
    project.refresh_from_db()
    assert project.stage == "lead"


# --- facts --------------------------------------------------------------------------------------------------
def upload(name: str = "agreement.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_a_fact_is_entered_with_its_proof_and_verified_by_a_second_person(
    project: Project, alice: User, bob: User
) -> None:
    enter = reverse("project-fact-enter", args=[project.pk, "paid_in"])
    values = {
        "on": "2021-05-03",
        "amount": "500万",
        "currency": "CNY",
        "files": [upload(), upload("b.pdf", PDF + b"b")],
    }
    assert signed_in(alice).post(enter, values).status_code == 302
    fact = ProjectFact.objects.get()
    assert (fact.amount, fact.currency, fact.on) == (Decimal("5000000.00"), "CNY", date(2021, 5, 3))
    assert fact.evidence.count() == 2
    verify = reverse("project-verify-fact", args=[project.pk, fact.pk])
    own = text_of(signed_in(alice).get(reverse("project-detail", args=[project.pk])))
    assert verify not in own
    assert "You entered this yourself." in own
    assert signed_in(alice).post(verify).status_code == 403
    assert verify in text_of(signed_in(bob).get(reverse("project-detail", args=[project.pk])))
    assert signed_in(bob).post(verify).status_code == 302
    fact.refresh_from_db()
    assert fact.verified_by == bob


def test_a_returned_fact_shows_the_words_beside_it(
    project: Project, alice: User, bob: User, dora: User
) -> None:
    fact = factories.make_fact(alice, project, "signed")
    url = reverse("project-verify-return", args=[project.pk, fact.pk])
    assert signed_in(dora).post(url, {"reason": "x"}).status_code == 403
    assert signed_in(alice).post(url, {"reason": "x"}).status_code == 403
    assert signed_in(bob).post(url, {"reason": " "}).status_code == 422
    assert signed_in(bob).post(url, {"reason": "the seal is missing"}).status_code == 302
    assert "the seal is missing" in text_of(
        signed_in(alice).get(reverse("project-detail", args=[project.pk]))
    )
    correct = reverse("project-fact-edit", args=[project.pk, fact.pk])
    assert "the seal is missing" in text_of(signed_in(alice).get(correct))
    assert signed_in(alice).post(correct, {"on": "2021-04-02"}).status_code == 302
    fact.refresh_from_db()
    assert (fact.returned_at, fact.return_reason, fact.on) == (None, "", date(2021, 4, 2))


def test_files_that_arrived_are_kept_when_the_fact_is_refused(project: Project, alice: User) -> None:
    enter = reverse("project-fact-enter", args=[project.pk, "signed"])
    response = signed_in(alice).post(enter, {"on": "2999-01-01", "files": [upload()]})
    assert response.status_code == 422
    response = signed_in(alice).post(
        enter, {"on": "2021-05-03", "files": [upload(), upload("x.html", b"<p>")]}
    )
    assert response.status_code == 422
    assert "x.html" in text_of(response)
    file = EvidenceFile.objects.get()
    assert f'value="{file.pk}"' in text_of(response)
    assert signed_in(alice).post(enter, {"on": "2021-05-03", "existing": [file.pk]}).status_code == 302
    assert list(ProjectFact.objects.get().evidence.all()) == [file]


def test_proof_of_a_stranger_is_no_proof(
    project: Project, alice: User, charlie: User, shenzhen: Incubator
) -> None:
    theirs = factories.make_evidence(charlie, shenzhen)
    enter = reverse("project-fact-enter", args=[project.pk, "signed"])
    response = signed_in(alice).post(enter, {"on": "2021-05-03", "existing": [theirs.pk]})
    assert response.status_code in (302, 422)
    assert not theirs.facts.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [("amount", "-5"), ("amount", "NaN"), ("amount", "1e30"), ("amount", "五百万"), ("amount", ""),
     ("on", "2021-05-32"), ("currency", "XXX"), ("note", "x" * 400), ("amount", "0")],
)  # fmt: skip
def test_payments_that_are_none(field: str, typed: str, project: Project, alice: User) -> None:
    values = {"on": "2021-05-03", "amount": "5", "currency": "CNY", "note": "", field: typed}
    enter = reverse("project-fact-enter", args=[project.pk, "paid_in"])
    assert signed_in(alice).post(enter, values).status_code == 422
    assert not ProjectFact.objects.exists()


def test_a_fact_of_another_project_is_not_found(project: Project, alice: User, zhangjiang: Incubator) -> None:
    fact = factories.make_fact(alice, factories.make_project(alice, zhangjiang), "signed")
    for name in ("project-fact-edit", "project-fact-evidence", "project-verify-return"):
        assert signed_in(alice).get(reverse(name, args=[project.pk, fact.pk])).status_code == 404
    unknown = reverse("project-fact-enter", args=[project.pk, "nonsense"])
    assert signed_in(alice).get(unknown).status_code == 404


# --- files, legs, shares ----------------------------------------------------------------------------------
def test_good_files_are_attached_even_when_another_is_refused(project: Project, alice: User) -> None:
    url = reverse("project-attach", args=[project.pk])
    response = signed_in(alice).post(
        url, {"kind": "lease", "files": [upload(), upload("bad.html", b"<script>")]}
    )
    assert response.status_code == 422
    assert "bad.html" in text_of(response)
    assert [link.file.kind for link in project.attachments.all()] == ["lease"]
    file = EvidenceFile.objects.get()
    assert signed_in(alice).post(reverse("project-detach", args=[project.pk, file.pk])).status_code == 302
    assert not project.attachments.exists()


def test_a_leg_is_planned_travelled_and_drawn(project: Project, alice: User) -> None:
    client = signed_in(alice)
    url = reverse("project-leg-create", args=[project.pk])
    assert client.post(url, {"from_place": "Uppsala", "to_place": "Shanghai"}).status_code == 422
    values = {"from_place": "Uppsala", "to_place": "Shanghai", "planned_on": "2021-04-01"}
    assert client.post(url, values).status_code == 302
    leg = project.legs.get()
    edit = reverse("project-leg-edit", args=[project.pk, leg.pk])
    assert client.post(edit, {**values, "arrived_on": "2021-05-01"}).status_code in (409, 422)
    assert (
        client.post(edit, {**values, "departed_on": "2021-04-02", "arrived_on": "2021-05-01"}).status_code
        == 302
    )
    page = text_of(client.get(reverse("project-detail", args=[project.pk])))
    assert "Arrived in Shanghai from Uppsala" in page
    assert client.post(reverse("project-leg-remove", args=[project.pk, leg.pk])).status_code == 302
    assert project.legs.count() == 1


def test_shares_total_a_hundred_and_belong_to_the_park_after_the_landing(
    project: Project, alice: User, bob: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    url = reverse("project-shares", args=[project.pk])
    mine, theirs = f"share_{zhangjiang.pk}", f"share_{shenzhen.pk}"
    for values in (
        {mine: "60", theirs: "39.99"},
        {},
        {mine: "101"},
        {mine: "NaN"},
        {mine: "-1", theirs: "101"},
    ):
        assert signed_in(alice).post(url, values).status_code == 422, values
    assert signed_in(alice).post(url, {mine: "100"}).status_code == 302
    Project.objects.filter(pk=project.pk).update(stage="landed")
    assert signed_in(alice).get(url).status_code == 403
    assert signed_in(alice).post(url, {mine: "100"}).status_code == 403
    assert signed_in(bob).post(url, {mine: "50", theirs: "50"}).status_code == 302
    assert {share.percent for share in project.credit_shares.all()} == {Decimal(50)}


def test_a_lead_entered_by_mistake_can_go(project: Project, alice: User) -> None:
    assert signed_in(alice).post(reverse("project-delete", args=[project.pk])).status_code == 302
    assert not Project.objects.exists()


def test_the_history_speaks_words(project: Project, alice: User) -> None:
    services.update_project(project=project, values={"team_lead": "李四"}, actor=alice, at=factories.NOW)
    response = signed_in(alice).get(reverse("project-detail", args=[project.pk]))
    newest = response.context["history"][0]
    with override("en"):  # labels speak the language in which they are read
        assert (newest["who"], str(newest["action"])) == ("Alice", "Project changed")
    assert newest["changes"] == [{"label": "Team lead", "before": "", "after": "李四"}]
    assert json.dumps(HistoryEntry.objects.order_by("-pk")[0].changes)
