"""Pages of contests and challenges: what the public, operators, administrators and readers find there."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from contests import services
from contests.models import Contest, ContestRound, Division, Entry, KeptFile, Promotion, SealedOffer
from contests.services.entries import hash_of_secret
from contests.web import brake
from incubators.models import Incubator, Park
from reviews.models import Expert
from tests import factories
from tests.contests.cases import (
    LATER,
    by_rule,
    form_values,
    make_award,
    make_bid,
    make_challenge,
    make_division,
    make_entry,
    promoted,
    ranked,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def page(user: User | None = None, language: str = "en") -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    client.cookies["language"] = language
    return client


@pytest.fixture(autouse=True)
def _empty_brake() -> None:
    cache.clear()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The story is told on 1 June 2021; ``today(moment)`` moves on."""

    def move(at: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    move(NOW)
    return move


def enter(client: Client, contest: Contest, into: Division, **values: Any) -> Any:
    """The public form, as a browser sends it."""
    address = f"/contests/{contest.code}/enter/"
    once = re.search(r'name="once" value="([^"]+)"', client.get(address).content.decode())
    sent = form_values(
        division=into.pk, summary="示例简介", agrees="on", website="", once=once[1] if once else ""
    )
    return client.post(address, {**sent, **values})


def test_a_team_enters_without_signing_in_and_reads_its_state(
    today: Any, bob: User, contest: Contest, division: Division
) -> None:
    client = page()
    file = SimpleUploadedFile("plan.pdf", factories.PDF)
    answer = enter(client, contest, division, files=file)
    assert answer.status_code == 302
    entry = Entry.objects.get()
    assert (entry.receipt, entry.source, entry.state, entry.entered_by) == (
        "HN-001",
        "form",
        "received",
        None,
    )
    receipt = client.get(answer.url)
    assert (receipt.status_code, receipt["X-Robots-Tag"]) == (200, "noindex, nofollow")
    shown = receipt.content.decode()
    assert ("HN-001" in shown, "plan.pdf" in shown, "13800001234" in shown) == (True, True, False)
    # Only a hash of the link is kept, and another link finds nothing.
    secret = answer.url.strip("/").split("/")[-1]
    assert entry.secret_hash == hash_of_secret(secret)
    assert client.get("/contests/receipt/" + "0" * 48 + "/").status_code == 404
    services.refuse_entry(entry=entry, refusal="incomplete", words="缺少计划书", actor=bob, at=NOW)
    assert "缺少计划书" in client.get(answer.url).content.decode()


def test_pressing_twice_enters_once(today: Any, contest: Contest, division: Division) -> None:
    client = page()
    first = enter(client, contest, division, once="a" * 32)
    second = enter(client, contest, division, once="a" * 32)
    assert (first.url == second.url, Entry.objects.count()) == (True, 1)


def test_the_team_withdraws_by_its_link(today: Any, contest: Contest, division: Division) -> None:
    client = page()
    link = enter(client, contest, division).url
    assert client.get(f"{link}withdraw/").status_code == 405
    assert client.post(f"{link}withdraw/").url == link
    assert Entry.objects.get().state == "withdrawn"
    assert client.post(f"{link}withdraw/").status_code == 302
    assert "withdrawn by the team" in client.get(link).content.decode()


def test_a_robot_is_told_nothing_and_stores_nothing(today: Any, contest: Contest, division: Division) -> None:
    answer = enter(page(), contest, division, website="https://example.com")
    assert (answer.status_code, answer.url, Entry.objects.count()) == (302, f"/contests/{contest.code}/", 0)


def test_too_many_forms_from_one_address_are_braked(
    today: Any, contest: Contest, division: Division, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brake, "BY_ADDRESS", 2)
    client = page()
    found = [enter(client, contest, division, name_zh=f"示例{n}号").status_code for n in range(3)]
    assert found == [302, 302, 429]
    other = enter(Client(REMOTE_ADDR="203.0.113.9"), contest, division, name_zh="示例另一网络")
    assert (other.status_code, Entry.objects.count()) == (302, 3)


@pytest.mark.parametrize(
    "values",
    [
        {"name_zh": ""},
        {"agrees": ""},
        {"phone": ""},
        {"name_zh": "示" * 201},
        {"name_zh": "a\x00b"},
        {"email": "not-an-address"},
        {"division": "999999"},
        {"division": "x' OR 1=1"},
        {"field": "-1"},
        {"files": SimpleUploadedFile("run.exe", b"MZ\x90\x00" * 50)},
        {"files": SimpleUploadedFile("page.html", b"<script>alert(1)</script>")},
        {"files": SimpleUploadedFile("empty.pdf", b"")},
        {"files": [SimpleUploadedFile(f"{n}.pdf", factories.PDF + bytes([n])) for n in range(4)]},
    ],
)
def test_hostile_or_wrong_input_is_answered_with_words(
    today: Any, contest: Contest, division: Division, values: dict[str, Any]
) -> None:
    answer = enter(page(), contest, division, **values)
    assert (answer.status_code, Entry.objects.count(), KeptFile.objects.count()) == (422, 0, 0)
    assert "error" in answer.content.decode()


def test_markup_is_shown_as_typed(today: Any, bob: User, contest: Contest, division: Division) -> None:
    link = enter(page(), contest, division, name_zh="<script>x</script>", team="=1+1").url
    shown = page().get(link).content.decode()
    assert ("<script>x</script>" in shown, "&lt;script&gt;" in shown) == (False, True)
    entry = Entry.objects.get()
    assert "<script>x" not in page(bob).get(f"/contests/entries/{entry.pk}/").content.decode()


def test_an_empty_post_is_answered_with_words(today: Any, contest: Contest, division: Division) -> None:
    assert page().post(f"/contests/{contest.code}/enter/").status_code == 422


def test_a_closed_division_says_so(today: Any, bob: User, contest: Contest, division: Division) -> None:
    services.save_division(
        division=division, contest=contest, values={"closes_on": date(2021, 5, 20)}, actor=bob, at=NOW
    )
    client, address = page(), f"/contests/{contest.code}/enter/"
    answer = client.get(address)
    assert (answer.status_code, "2021-05-20" in answer.content.decode()) == (200, True)
    assert client.post(address, form_values(division=division.pk)).status_code == 409
    make_division(bob, contest, code="east", name_zh="华东赛区")
    assert client.get(address).status_code == 200
    assert enter(client, contest, division).status_code == 422
    assert Entry.objects.count() == 0


def test_a_contest_that_is_not_public_does_not_exist_outside(
    today: Any, bob: User, contest: Contest, division: Division
) -> None:
    services.save_contest(contest=contest, park=contest.park, values={"is_public": False}, actor=bob, at=NOW)
    for path in ("", "enter/", "results/"):
        assert page().get(f"/contests/{contest.code}/{path}").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_public_pages_answer_in_both_languages(
    today: Any, contest: Contest, division: Division, language: str
) -> None:
    client = page(language=language)
    for path in ("", "enter/", "results/"):
        answer = client.get(f"/contests/{contest.code}/{path}")
        assert answer.status_code == 200
        assert f'lang="{language}"' in answer.content.decode()


def test_results_are_public_once_on_notice(
    today: Any, bob: User, carol: User, grace: Expert, division: Division
) -> None:
    promotion = ranked(bob, grace, division, ["50", "55"])
    address = f"/contests/{division.contest.code}/results/"
    winner = Entry.objects.get(pk=by_rule(promotion)[0])
    assert winner.name_zh not in page().get(address).content.decode()
    promoted(bob, carol, promotion, by_rule(promotion))
    shown = page().get(address).content.decode()
    assert (winner.name_zh in shown, winner.phone in shown) == (True, False)


def test_an_administrator_goes_the_whole_way_by_pages(
    today: Any, bob: User, carol: User, park: Park, grace: Expert, zhangjiang: Incubator
) -> None:
    client = page(bob)
    made = client.post(
        "/contests/new/",
        {"name_zh": "示例大赛", "code": "cup-9", "number": 1, "year": 2021, "is_public": "on",
         "reported_qualifier": "exact", "park": park.pk},
    )  # fmt: skip
    contest = Contest.objects.get()
    assert made.url == f"/contests/{contest.pk}/"
    client.post(
        f"{made.url}divisions/new/",
        {
            "name_zh": "华南赛区",
            "code": "hn",
            "opens_on": "2021-05-01",
            "closes_on": "2021-06-30",
            "takes_form": "on",
        },
    )
    division = Division.objects.get()
    sheet = {"criteria-TOTAL_FORMS": 1, "criteria-INITIAL_FORMS": 0, "criteria-0-name": "技术",
             "criteria-0-max_points": "100"}  # fmt: skip
    rules = {"name_zh": "路演", "division": division.pk, "sequence": 1, "best": 1, "ties": "decide",
             "reported_in_qualifier": "exact", "reported_out_qualifier": "exact", "kind": "roadshow",
             "method": "mean", "marks_needed": 1}  # fmt: skip
    saved = client.post(f"{made.url}rounds/new/", {**rules, **sheet})
    round = ContestRound.objects.get()
    assert saved.url == f"/contests/rounds/{round.pk}/"
    for _place in range(2):
        make_entry(bob, division)
    listed = client.get(f"{made.url}entries/").content.decode()
    assert listed.count('name="entry"') == 2
    client.post(f"{made.url}entries/admit/", {"entry": list(Entry.objects.values_list("pk", flat=True))})
    client.post(f"{saved.url}fill/")
    mark_by_paper(bob, round, grace)
    client.post(f"{saved.url}propose/")
    promotion = Promotion.objects.get()
    first = promotion.lines.get(place=1)
    other = promotion.lines.get(place=2)
    refused = client.post(f"{saved.url}decide/", {"chosen": [other.entry_id], "version": promotion.version})
    assert (refused.status_code, "otherwise than the rule" in refused.content.decode()) == (422, True)
    client.post(f"{saved.url}decide/", {"chosen": [first.entry_id], "version": promotion.version})
    assert client.post(f"{saved.url}confirm/").status_code == 403
    assert page(carol).post(f"{saved.url}confirm/").status_code == 302
    client.post(f"{saved.url}announce/", {"on": "2021-06-01", "days": 3, "day_count": "calendar"})
    today(LATER)
    entry = f"/contests/entries/{first.entry_id}/"
    client = page(bob)
    assert "Open a lead" in client.get(entry).content.decode()
    lead = client.post(f"{entry}lead/", {"incubator": zhangjiang.pk})
    assert lead.url.startswith("/liaison/leads/")
    assert "became a lead" in client.get(f"{made.url}entries/").content.decode()
    assert entry in client.get(lead.url).content.decode()


def mark_by_paper(bob: User, round: ContestRound, grace: Expert) -> None:
    from reviews import services as reviews
    from reviews.services import PaperMarks
    from tests.contests.cases import reviews_scan

    review = round.review_round
    assert review is not None
    reviews.assign_panel(round=review, experts=[grace], actor=bob, at=NOW)
    sheets = [PaperMarks(number, grace.pk, {1: Decimal(60 + number)}) for number in (1, 2)]
    reviews.enter_marks(round=review, sheets=sheets, scan=reviews_scan(bob, round), actor=bob, at=NOW)


def test_operators_enter_for_their_teams_and_see_no_others(
    today: Any, alice: User, bob: User, charlie: User, division: Division, zhangjiang: Incubator
) -> None:
    contest = division.contest
    made = page(alice).post(
        f"/contests/{contest.pk}/entries/new/",
        {**form_values(division=division.pk, incubator=zhangjiang.pk), "summary": ""},
    )
    entry = Entry.objects.get()
    assert made.url == f"/contests/entries/{entry.pk}/"
    assert "138****1234" in page(alice).get(made.url).content.decode()
    assert "13800001234" in page(bob).get(made.url).content.decode()
    assert page(charlie).get(made.url).status_code == 404
    outside = make_entry(bob, division)
    assert page(alice).get(f"/contests/entries/{outside.pk}/").status_code == 404
    for deed in ("admit", "refuse", "lead", "project"):
        assert page(alice).post(f"{made.url}{deed}/").status_code == 403
    assert page(alice).get(f"/contests/{contest.pk}/").status_code == 200


def test_readers_do_not_write_and_strangers_find_nothing(
    today: Any, bob: User, dora: User, erik: User, grace: Expert, division: Division
) -> None:
    promotion = ranked(bob, grace, division, ["50"])
    contest, round = division.contest, promotion.round
    entry = Entry.objects.get()
    for path in (f"{contest.pk}/", f"{contest.pk}/entries/", f"rounds/{round.pk}/", f"entries/{entry.pk}/"):
        assert page(dora).get(f"/contests/{path}").status_code == 200, path
        assert page(erik).get(f"/contests/{path}").status_code == 404, path
        assert grace.user is not None
        assert page(grace.user).get(f"/contests/{path}").status_code == 404, path
    for path in ("fill", "propose", "decide", "confirm", "return", "announce"):
        assert page(dora).post(f"/contests/rounds/{round.pk}/{path}/").status_code == 403
    assert page(dora).get("/contests/new/").status_code == 403


def test_possible_duplicates_are_shown_and_not_ticked(today: Any, bob: User, division: Division) -> None:
    one = make_entry(bob, division, name_zh="示例飞榴科技", team="甲团队")
    make_entry(bob, division, name_zh="示例飛榴科技", team="乙团队")
    make_entry(bob, division, name_zh="示例完全不同之物", team="丙团队")
    shown = page(bob).get(f"/contests/{division.contest_id}/entries/").content.decode()
    assert shown.count('class="maybe"') == 2
    assert len(re.findall(r'name="entry"[^>]*checked', shown)) == 1
    assert "HN-002" in page(bob).get(f"/contests/entries/{one.pk}/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_as_often_whatever_they_hold(
    today: Any, bob: User, division: Division, count: int, django_assert_max_num_queries: Any
) -> None:
    for _place in range(count):
        make_entry(bob, division)
    client = page(bob)
    client.get(f"/contests/{division.contest_id}/entries/")
    with django_assert_max_num_queries(19):
        client.get(f"/contests/{division.contest_id}/entries/")


def test_a_bid_is_sealed_on_every_page(
    today: Any, alice: User, bob: User, dora: User, park: Park, zhangjiang: Incubator
) -> None:
    challenge = make_challenge(bob, park)
    file = SimpleUploadedFile("offer.pdf", factories.PDF)
    made = page(alice).post(
        f"/contests/challenges/{challenge.pk}/bid/",
        {"incubator": zhangjiang.pk, "outside_name": "示例队", "price": "787,878", "months": 7,
         "proposal": "绝密方案", "files": file},
    )  # fmt: skip
    kept = KeptFile.objects.get()
    addresses = (
        made.url,
        f"/contests/challenges/{challenge.pk}/",
        f"/contests/files/{kept.pk}/",
        "/contests/challenges/",
    )
    for person in (alice, bob, dora):
        for address in addresses:
            shown = page(person).get(address).content.decode()
            assert ("787,878" in shown, "绝密方案" in shown) == (False, False), (person, address)
        assert page(person).get(f"/contests/files/{kept.pk}/").status_code == 404
    today(LATER)
    opened = page(bob).get(made.url).content.decode()
    assert ("绝密方案" in opened, SealedOffer.objects.visible_to(bob).count()) == (True, 1)
    answer: Any = page(bob).get(f"/contests/files/{kept.pk}/")
    assert b"".join(answer) == factories.PDF


def test_a_challenge_goes_its_way_by_pages(
    today: Any, alice: User, bob: User, carol: User, park: Park, zhangjiang: Incubator
) -> None:
    made = page(bob).post(
        "/contests/challenges/new/",
        {"name_zh": "示例榜", "problem": "难题", "amount": "100万", "currency": "CNY",
         "bids_until": "2021-06-10", "targets-TOTAL_FORMS": 1, "targets-INITIAL_FORMS": 0,
         "targets-0-name": "良率",
         "targets-0-relation": "at_least", "targets-0-value": "99", "targets-0-unit": "%"},
    )  # fmt: skip
    assert page(alice).get(made.url).status_code == 404
    page(bob).post(f"{made.url}publish/")
    assert page(alice).get(made.url).status_code == 200
    assert page(alice).post(f"{made.url}publish/").status_code == 403
    from contests.models import Challenge

    challenge = Challenge.objects.get()
    bid = make_bid(alice, challenge, zhangjiang)
    assert page(bob).post(f"{made.url}award/", award_of(bid.pk)).status_code == 409
    today(LATER)
    assert page(bob).post(f"{made.url}award/", award_of(bid.pk, amount="")).status_code == 422
    page(bob).post(f"{made.url}award/", award_of(bid.pk))
    assert page(bob).post(f"{made.url}award/confirm/").status_code == 403
    page(carol).post(f"{made.url}award/confirm/")
    milestone = challenge.award.milestones.get()
    report = f"/contests/milestones/{milestone.pk}/report/"
    target = challenge.targets.get()
    proof = SimpleUploadedFile("proof.pdf", factories.PDF)
    assert page(alice).post(report, {"words": "达标", "files": proof}).status_code == 422
    proof.seek(0)
    page(alice).post(report, {"words": "达标", "files": proof, f"measured_{target.pk}": "99.6"})
    page(bob).post(f"/contests/milestones/{milestone.pk}/accept/", {"reason": ""})
    challenge.refresh_from_db()
    assert challenge.state == "solved"
    assert "99.6" in page(bob).get(made.url).content.decode()


def award_of(bid: int, **values: Any) -> dict[str, Any]:
    return {
        "bid": bid, "amount": "500000", "reason": "最优", "milestones-TOTAL_FORMS": 1,
        "milestones-INITIAL_FORMS": 0, "milestones-0-title": "验收", "milestones-0-due_on": "2021-09-01",
        "milestones-0-amount": "500000", **values,
    }  # fmt: skip


def test_buttons_posted_empty_answer_with_words(
    today: Any, bob: User, carol: User, park: Park, division: Division, grace: Expert
) -> None:
    promotion = ranked(bob, grace, division, ["50"])
    challenge = make_challenge(bob, park)
    award = make_award(bob, make_bid(bob, challenge))
    entry = Entry.objects.get()
    milestone = award.milestones.first()
    assert milestone is not None
    paths = [
        *(
            f"rounds/{promotion.round_id}/{deed}/"
            for deed in ("fill", "decide", "confirm", "return", "announce")
        ),
        *(f"entries/{entry.pk}/{deed}/" for deed in ("admit", "refuse", "lead", "project")),
        f"{division.contest_id}/entries/admit/",
        *(
            f"challenges/{challenge.pk}/{deed}/"
            for deed in ("publish", "end", "award", "award/return", "review")
        ),
        *(f"milestones/{milestone.pk}/{deed}/" for deed in ("accept", "refuse", "report")),
    ]
    for path in paths:
        assert page(carol).post(f"/contests/{path}").status_code in (200, 302, 409, 422), path
