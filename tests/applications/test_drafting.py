"""Writing an application when things go wrong: two tabs, a policy that changes, files and figures."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from applications import services
from applications.models import Application, Programme
from core.errors import Conflict, Invalid
from incubators.models import Incubator, Park
from ledger.models import Budget
from tests import factories
from tests.api import Api
from tests.applications.cases import NOW, again, make_draft, make_programme
from tests.applications.test_web import page, text
from tests.funding.applicants import fixed
from tests.funding.cast import make_policy, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def programme(bob: User, park: Park, budget: Budget) -> Programme:
    return make_programme(bob, park, budget=budget)


@pytest.fixture
def draft(alice: User, zhangjiang: Incubator, programme: Programme) -> Application:
    return make_draft(alice, programme, factories.make_project(alice, zhangjiang))


def test_two_tabs_show_both_versions_and_the_next_save_goes_through(alice: User, draft: Application) -> None:
    client, edit = page(alice), f"/applications/{draft.pk}/edit/"
    assert client.post(edit, {"title": "第一", "requested_amount": "10万", "version": "1"}).status_code == 302
    late = client.post(edit, {"title": "第二", "requested_amount": "20万", "version": "1"})
    shown = text(late)
    assert late.status_code == 409
    for words in ("Both versions", "第一", "第二", "100,000", "200,000"):
        assert words in shown, words
    assert 'name="version" value="2"' in shown
    knowing = client.post(edit, {"title": "第二", "requested_amount": "20万", "version": "2"})
    assert (knowing.status_code, again(draft).title) == (302, "第二")


@pytest.mark.parametrize("amount", ["0", "-5", "0.00"])
def test_an_amount_that_is_none_is_named_at_its_field(alice: User, draft: Application, amount: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_draft(
            application=draft, values={"requested_amount": Decimal(amount)}, actor=alice, at=NOW
        )
    assert [one.field for one in refused.value.fields] == ["requested_amount"]


def test_a_field_of_work_that_nobody_knows_is_refused(alice: User, draft: Application) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_draft(application=draft, values={"field": "nope"}, actor=alice, at=NOW)
    assert [one.field for one in refused.value.fields] == ["field"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("病毒.exe", b"MZ\x90\x00" + b"0" * 99, "“病毒.exe” is not a kind of file"),
        ("空.txt", b"", "“空.txt” is empty"),
    ],
)
def test_a_file_that_cannot_be_kept_is_named_beside_the_files(
    alice: User, draft: Application, name: str, content: bytes, words: str
) -> None:
    typed: dict[str, Any] = {"title": "示例", "summary": "写了很久的文字", "version": "1"}
    answer = page(alice).post(
        f"/applications/{draft.pk}/edit/", {**typed, "files": SimpleUploadedFile(name, content)}
    )
    shown = text(answer)
    assert answer.status_code == 422
    assert words in shown
    assert "写了很久的文字" in shown
    assert 'id="id_files-error"' in shown


def test_the_amount_is_not_called_optional_where_it_is_needed(alice: User, draft: Application) -> None:
    shown = text(page(alice).get(f"/applications/{draft.pk}/edit/"))
    label = shown[shown.index('for="id_requested_amount"') :]
    assert "optional" not in label[: label.index("</label>")]


def test_a_new_version_of_the_policy_asks_its_new_facts_in_a_draft_of_before(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = make_policy(park, bob)
    make_version(policy, bob, terms=fixed(200_000, "is_good"), cases=[])
    programme = make_programme(bob, park, policy=policy, award_rule="policy")
    draft = make_draft(alice, programme, factories.make_project(alice, zhangjiang))
    make_version(
        policy, bob, terms=fixed(200_000, "is_good", "is_new"), cases=[], valid_from=date(2021, 6, 5)
    )
    later = NOW.replace(day=10)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    client = page(alice)
    typed = {"title": "示例", "version": "1", "q-is_good": "yes", "q-is_new": "yes"}
    assert client.post(f"/applications/{draft.pk}/edit/", typed).status_code == 302
    assert [again(draft).facts[key]["value"] for key in ("is_good", "is_new")] == [True, True]
    services.submit_application(application=draft, actor=alice, at=later)
    handed_in = again(draft)
    assert (handed_in.policy_version_id, handed_in.answer["amount"] is not None) == (
        policy.versions.get(number=2).pk,
        True,
    )


def test_a_draft_of_before_is_handed_in_under_the_new_version_with_all_its_facts(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    policy = make_policy(park, bob)
    make_version(policy, bob, terms=fixed(200_000, "is_good"), cases=[])
    programme = make_programme(bob, park, policy=policy, award_rule="policy")
    draft = make_draft(alice, programme, factories.make_project(alice, zhangjiang))
    make_version(
        policy, bob, terms=fixed(200_000, "is_good", "is_new"), cases=[], valid_from=date(2021, 6, 5)
    )
    services.submit_application(application=draft, actor=alice, at=NOW.replace(day=10))
    assert sorted(again(draft).facts) == ["is_good", "is_new"]


def test_the_history_says_facts_in_words(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> None:
    policy = make_policy(park, bob)
    make_version(policy, bob, cases=[])
    programme = make_programme(bob, park, policy=policy)
    draft = make_draft(alice, programme, factories.make_project(alice, zhangjiang))
    services.save_draft(
        application=draft,
        values={"requested_amount": Decimal(300_000)},
        facts={"landed": True, "rd_yuan": Decimal(1_200_000)},
        actor=alice,
        at=NOW,
    )
    shown = text(page(alice).get(f"/applications/{draft.pk}/"))
    history = shown[shown.index('id="history"') :]
    for words in ("R&amp;D expense", "1,200,000", "300,000"):
        assert words in history, words
    for words in ("rd_yuan", "True"):
        assert words not in history, words


def test_a_draft_is_thrown_away_by_rest_and_nothing_else_is(alice: User, draft: Application) -> None:
    api = Api(alice)
    address = f"applications/{draft.pk}/"
    tag = api.get(address)["ETag"]
    assert api.send("delete", address).status_code == 428
    assert api.send("delete", address, If_Match=tag).status_code == 204
    assert Application.objects.count() == 0


def test_what_was_handed_in_is_not_thrown_away(alice: User, draft: Application) -> None:
    services.submit_application(application=draft, actor=alice, at=NOW)
    with pytest.raises(Conflict):
        services.delete_draft(application=draft, actor=alice, at=NOW)
    api = Api(alice)
    address = f"applications/{draft.pk}/"
    assert api.send("delete", address, If_Match=api.get(address)["ETag"]).status_code == 409
