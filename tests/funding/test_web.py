"""Pages of policies: asked, copied, edited with the answer beside it, compared, published from a day on."""

import json
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from funding import services
from funding.importers import load_register
from funding.models import Policy, PolicyRelation, PolicyVersion
from funding.web.shapes import SHAPES
from incubators.models import Park
from tests.factories import NOW
from tests.funding.cast import CASES, TERMS, make_draft, make_policy, make_version
from tests.projects.test_web_pages import signed_in, text_of

pytestmark = pytest.mark.django_db

FACTS = {"q-landed": "yes", "q-rd_yuan": "600万"}


@pytest.fixture
def policy(park: Park, bob: User) -> Policy:
    found = make_policy(park, bob)
    make_version(found, bob)
    return found


@pytest.fixture
def draft(policy: Policy, bob: User) -> PolicyVersion:
    return services.start_version(policy=policy, actor=bob, at=NOW)


def form_of(page: str) -> dict[str, str]:
    """What the editor's form would send, as a browser reads it."""
    form = page[page.index('id="policy-editor"') :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        kind = given.get("type", "text")
        if "name" in given and (kind not in ("radio", "checkbox") or " checked" in tag):
            found[given["name"]] = unescape(given.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*>([^<]*)</textarea>', form):
        found[name] = unescape(text)
    for name, body in re.findall(r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?', body)
        chosen = [value for value, mark in options if mark] or [options[0][0]]
        found[name] = unescape(chosen[0])
    return found


def editor(client: Client, draft: PolicyVersion) -> dict[str, str]:
    page = client.get(reverse("policy-version-edit", args=[draft.pk]))
    assert page.status_code == 200
    return form_of(text_of(page))


def press(client: Client, draft: PolicyVersion, form: dict[str, str], do: str) -> dict[str, str]:
    """A button of the editor; the form as it comes back."""
    answer = client.post(reverse("policy-version-edit", args=[draft.pk]), {**form, "do": do})
    assert answer.status_code == 200
    return form_of(text_of(answer))


def preview(client: Client, draft: PolicyVersion, form: dict[str, str]) -> str:
    answer = client.post(
        reverse("policy-version-preview", args=[draft.pk]), form, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    return text_of(answer)


def test_the_list_filters_and_says_the_amount_in_one_phrase(alice: User, policy: Policy) -> None:
    load_register(at=NOW)
    client = signed_in(alice)
    page = text_of(client.get(reverse("policy-list"), {"q": "WX-TAIHU-TEAM"}))
    assert "太湖人才计划 创新创业领军团队项目支持" in page
    assert "at most CNY 10 million" in page
    own = text_of(client.get(reverse("policy-list"), {"place": "own"}))
    assert "示例研发支持" in own
    assert "太湖" not in own
    only = {row.code for row in client.get(reverse("policy-list"), {"in_force": "on"}).context["page"].rows}
    assert "JY-RD" in only
    assert not Policy.objects.filter(code__in=only, status="proposal").exists()
    every = text_of(client.get(reverse("policy-list")))
    assert 'href="?cursor=' in every or "50+" in every


def test_every_policy_of_the_library_has_a_page_and_a_question(alice: User) -> None:
    load_register(at=NOW)
    client = signed_in(alice)
    for policy in Policy.objects.all():
        assert client.get(reverse("policy-detail", args=[policy.code])).status_code == 200
        assert client.post(reverse("policy-ask", args=[policy.code]), {}).status_code == 200


def test_a_proposal_is_never_shown_as_a_rule(alice: User) -> None:
    load_register(at=NOW)
    proposal = Policy.objects.filter(status="proposal").first()
    assert proposal is not None
    page = text_of(signed_in(alice).get(reverse("policy-detail", args=[proposal.code])))
    assert "Only proposed, never issued" in page
    assert "Ask this policy" not in page
    assert ("in force" in page, "only proposed" in page) == (False, True)
    version = reverse("policy-version", args=[proposal.versions.get().pk])
    assert "in force" not in text_of(signed_in(alice).get(version))


def test_a_question_is_answered_beside_the_form(alice: User, policy: Policy) -> None:
    client = signed_in(alice)
    url = reverse("policy-ask", args=[policy.code])
    answer = text_of(client.post(url, FACTS, headers={"HX-Request": "true"}))
    assert "<html" not in answer
    for words in ("entitled", "CNY 500,000", "第四条", "CNY 6 million", "is above the ceiling of 500,000"):
        assert words in answer
    nearly = text_of(client.post(url, {"q-landed": "no", "q-rd_yuan": "6000000"}))
    assert "nearly entitled" in nearly
    assert "If everything open were met: CNY 500,000" in nearly
    missing = text_of(client.post(url, {"q-rd_yuan": "6000000"}))
    assert "facts missing" in missing
    wrong = client.post(url, {"q-rd_yuan": "about 3"})
    assert wrong.status_code == 422
    assert "about 3" in text_of(wrong)
    early = client.post(url, {**FACTS, "as_of": "2020-01-01"})
    assert "On 2020-01-01 no version of this policy holds" in text_of(early)


def test_strangers_find_nothing_and_readers_do_not_write(
    policy: Policy, draft: PolicyVersion, alice: User, erik: User, charlie: User
) -> None:
    code, pk = [policy.code], [draft.pk]
    version = [policy.versions.get(state="published").pk]
    stranger = signed_in(erik)
    for name, args in (
        ("policy-detail", code),
        ("policy-ask", code),
        ("policy-version", version),
        ("policy-version-diff", version),
    ):
        assert stranger.get(reverse(name, args=args)).status_code == 404
    reader = signed_in(alice)
    assert reader.get(reverse("policy-version", args=version)).status_code == 200
    for name in ("policy-edit", "policy-relate"):
        assert stranger.get(reverse(name, args=code)).status_code == 404
        assert reader.post(reverse(name, args=code), {}).status_code == 403
    for name in ("edit", "preview", "publish", "end", "discard"):
        url = reverse(f"policy-version-{name}", args=pk)
        assert stranger.post(url).status_code == 404
        assert reader.post(url).status_code == 404  # a draft is the administrators' own
    assert reader.post(reverse("policy-version-end", args=version)).status_code == 403
    assert reader.post(reverse("policy-version-start", args=code)).status_code == 403
    assert reader.get(reverse("policy-create")).status_code == 403
    assert reader.get(reverse("policy-copy", args=code)).status_code == 403
    assert reverse("policy-version-edit", args=pk) not in text_of(
        reader.get(reverse("policy-detail", args=code))
    )


def test_an_administrator_enters_describes_and_relates(park: Park, bob: User, policy: Policy) -> None:
    client = signed_in(bob)
    values = {
        "park": park.pk,
        "code": "JY-NEW",
        "name_zh": "示例新政",
        "status": "reported",
        "computability": "full",
        "once": "a",
    }
    taken = client.post(reverse("policy-create"), {**values, "code": policy.code})
    assert taken.status_code == 422
    assert "This code is taken" in text_of(taken)
    for _twice in range(2):
        assert client.post(reverse("policy-create"), values).status_code == 302
    other = Policy.objects.get(code="JY-NEW")
    relate = reverse("policy-relate", args=[policy.code])
    assert client.post(relate, {"other": other.pk, "kind": "higher", "clause": "第九条"}).status_code == 302
    assert PolicyRelation.objects.get().kind == "higher"
    assert "第九条" in text_of(client.get(reverse("policy-detail", args=["JY-NEW"])))
    edit = reverse("policy-edit", args=["JY-NEW"])
    changed = {**values, "name_zh": "示例新政二", "version": 1}
    assert client.post(edit, changed).status_code == 302
    stale = client.post(edit, {**changed, "name_zh": "另一个名称"})
    assert stale.status_code == 409
    assert "示例新政二" in text_of(stale)
    assert "另一个名称" in text_of(stale)


def test_an_example_is_copied_edited_and_published(bob: User, park: Park) -> None:
    load_register(at=NOW)
    client = signed_in(bob)
    answer = client.post(
        reverse("policy-copy", args=["WX-TAIHU-TEAM"]), {"park": park.pk, "code": "JY-TEAM", "once": "b"}
    )
    draft = PolicyVersion.objects.get(policy__code="JY-TEAM")
    assert answer["Location"] == reverse("policy-version-edit", args=[draft.pk])
    form = editor(client, draft)
    assert form["n-amount.at"] == "10,000,000"
    form |= {
        "n-amount.at": "800万",
        "k-amount": "第五条",
        "q-requested_yuan": "900万",
        "q-project_approved": "yes",
    }
    live = preview(client, draft, form)
    assert "at most CNY 8 million" in live
    assert "does not come out" in live  # the example of the register still says ten million
    draft.refresh_from_db()
    assert draft.terms["amount"]["at"] == 10_000_000  # looking stores nothing
    while json.loads(form["cases"]):
        form = press(client, draft, form, "drop:0")
    form = press(client, draft, {**form, "case_note": "above the ceiling"}, "keep")
    assert json.loads(form["cases"])[0]["expected"]["award_yuan"] == 8_000_000
    assert (
        client.post(reverse("policy-version-edit", args=[draft.pk]), {**form, "do": "save"}).status_code
        == 302
    )
    draft.refresh_from_db()
    assert (draft.terms["amount"]["at"], draft.terms["amount"]["clause"]) == (8_000_000, "第五条")
    publish = reverse("policy-version-publish", args=[draft.pk])
    assert client.get(publish).status_code == 200
    assert client.post(publish, {"valid_from": "2022-01-01", "version": draft.version}).status_code == 302
    assert client.get(reverse("policy-version-edit", args=[draft.pk])).status_code == 302  # frozen
    asked = client.post(
        reverse("policy-ask", args=["JY-TEAM"]), {"q-requested_yuan": "900万", "q-project_approved": "yes"}
    )
    assert "at most CNY 8 million" in text_of(asked)


def test_conditions_are_added_moved_and_taken_out_without_losing_a_word(
    bob: User, draft: PolicyVersion
) -> None:
    client = signed_in(bob)
    form = press(client, draft, editor(client, draft), "add:number")
    form |= {
        "c-2-text_zh": "从业人员十人以上",
        "c-2-clause": "第六条",
        "c-2-fact": "+count",
        "c-2-name": "从业人员",
        "c-2-number": "ten",
        "n-amount.at": "oops",
    }
    url = reverse("policy-version-edit", args=[draft.pk])
    refused = client.post(url, {**form, "do": "save"})
    assert refused.status_code == 422
    again = form_of(text_of(refused))
    assert (again["c-2-number"], again["n-amount.at"], again["c-2-name"]) == ("ten", "oops", "从业人员")
    form = press(client, draft, {**again, "c-2-number": "10", "n-amount.at": "50万"}, "up:2")
    assert [form[f"c-{n}-text_zh"] for n in range(3)] == ["", "从业人员十人以上", "研发费用一百万元以上"]
    assert "从业人员" in preview(client, draft, form)
    form = press(client, draft, form, "remove:0")
    assert client.post(url, {**form, "do": "save"}).status_code == 302
    draft.refresh_from_db()
    kept = [(one["key"], one["test"]["op"]) for one in draft.terms["conditions"]]
    assert kept == [("condition_1", "at_least"), ("rd", "at_least")]
    assert draft.terms["conditions"][0]["test"]["right"] == 10
    assert {one["key"] for one in draft.terms["facts"]} == {"rd_yuan", "condition_1"}


def test_another_shape_and_the_view_for_experts(bob: User, draft: PolicyVersion) -> None:
    client = signed_in(bob)
    form = press(client, draft, {**editor(client, draft), "shape": "banded_interest"}, "shape")
    assert form["n-amount.of.bands[1].share"] == "50%"
    form["n-amount.of.bands[1].share"] = "40%"
    live = preview(
        client,
        draft,
        {
            **form,
            "q-landed": "yes",
            "q-rd_yuan": "200万",
            "q-loan_yuan": "800万",
            "q-benchmark_rate": "3.85%",
            "q-years": "1",
        },
    )
    assert "CNY 238,700" in live  # (5,000,000 + 3,000,000 × 40%) × 3.85%
    text = press(client, draft, form, "expert")
    data = json.loads(text["source"])
    assert data["amount"]["of"]["bands"][1]["share"] == "0.4"
    data["amount"]["of"]["above"] = 7
    url = reverse("policy-version-edit", args=[draft.pk])
    refused = client.post(url, {**text, "source": json.dumps(data), "do": "save"})
    assert refused.status_code == 422
    assert "amount.of.above" in text_of(refused)
    assert "not JSON" in text_of(client.post(url, {**text, "source": "{", "do": "save"}))
    back = press(client, draft, text, "rows")
    assert back["n-amount.of.bands[1].share"] == "40%"


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_can_be_taken_and_saved(bob: User, draft: PolicyVersion, shape: str) -> None:
    client = signed_in(bob)
    form = press(client, draft, {**editor(client, draft), "shape": shape}, "shape")
    url = reverse("policy-version-edit", args=[draft.pk])
    answer = client.post(url, {**form, "do": "save"})
    assert answer.status_code == 302, text_of(answer)
    assert client.get(url).status_code == 200


def test_two_people_on_one_draft_see_both(bob: User, draft: PolicyVersion) -> None:
    client = signed_in(bob)
    form = editor(client, draft)
    changed = {**TERMS, "amount": {**TERMS["amount"], "at": 700_000}}
    services.save_version(version=draft, values={"terms": changed}, actor=bob, at=NOW)
    url = reverse("policy-version-edit", args=[draft.pk])
    stale = client.post(url, {**form, "n-amount.at": "60万", "do": "save"})
    assert stale.status_code == 409
    page = text_of(stale)
    assert "CNY 700,000" in page
    assert "CNY 600,000" in page
    assert client.post(url, {**form_of(page), "do": "save"}).status_code == 302
    draft.refresh_from_db()
    assert draft.terms["amount"]["at"] == 600_000


def test_what_changed_stands_side_by_side(alice: User, bob: User, policy: Policy) -> None:
    terms = json.loads(json.dumps(TERMS))
    terms["amount"]["at"], terms["amount"]["clause"] = 800_000, "第七条"
    terms["conditions"][1]["test"]["right"] = 2_000_000
    new = services.publish_version(
        version=make_draft(policy, bob, terms=terms, cases=CASES),
        valid_from=date(2022, 1, 1),
        actor=bob,
        at=NOW,
    )
    page = text_of(signed_in(alice).get(reverse("policy-version-diff", args=[new.pk])))
    for words in ("CNY 500,000", "CNY 800,000", "第五条", "第七条", "CNY 1 million", "CNY 2 million"):
        assert words in page


def test_failing_examples_stop_the_publication(bob: User, draft: PolicyVersion) -> None:
    wrong = [{**CASES[0], "expected": {"eligible": True, "award_yuan": 1}}]
    services.save_version(version=draft, values={"cases": wrong}, actor=bob, at=NOW)
    draft.refresh_from_db()
    client = signed_in(bob)
    url = reverse("policy-version-publish", args=[draft.pk])
    assert "do not come out" in text_of(client.get(url))
    answer = client.post(url, {"valid_from": "2022-01-01", "version": draft.version})
    assert answer.status_code == 422
    assert "award_yuan" in text_of(answer)


def test_a_version_is_ended_and_a_draft_thrown_away(bob: User, policy: Policy, draft: PolicyVersion) -> None:
    client = signed_in(bob)
    published = policy.versions.get(state="published")
    end = reverse("policy-version-end", args=[published.pk])
    assert client.post(end, {"on": "yesterday"}).status_code == 422
    assert client.post(end, {"on": "2025-01-01"}).status_code == 302
    published.refresh_from_db()
    assert published.valid_until == date(2025, 1, 1)
    assert client.post(reverse("policy-version-discard", args=[draft.pk])).status_code == 302
    assert not PolicyVersion.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"base": "{"},
        {"base": "[]"},
        {"base": '{"amount": 5}'},
        {
            "c-0-raw": '{"key": "x", "test": 3, "when": []}',
            "c-0-test": "at_least",
            "c-0-fact": "=",
        },
        {"cases": "nonsense"},
        {"version": "²"},
    ],
)
def test_a_spoilt_form_breaks_nothing(bob: User, draft: PolicyVersion, spoilt: dict[str, Any]) -> None:
    client = signed_in(bob)
    form = {**editor(client, draft), **spoilt}
    for do in ("save", "add:x", "remove:99", "up:0", "down:²", "shape", "keep", "expert", "unknown"):
        answer = client.post(reverse("policy-version-edit", args=[draft.pk]), {**form, "do": do})
        assert answer.status_code in (200, 302, 409, 422)
    preview(client, draft, form)


def test_the_list_asks_the_same_number_of_queries_for_one_policy_and_for_many(
    alice: User, bob: User, park: Park, policy: Policy, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(alice)
    client.get(reverse("policy-list"))
    with django_assert_max_num_queries(14) as few:
        client.get(reverse("policy-list"))
    for number in range(3):
        make_version(make_policy(park, bob, code=f"JY-{number}"), bob)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("policy-list"))


def test_search_finds_policies_in_any_script(alice: User, policy: Policy) -> None:
    page = text_of(signed_in(alice).get("/search/", {"q": "yanfa"}))
    assert reverse("policy-detail", args=[policy.code]) in page
