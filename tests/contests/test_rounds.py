"""Who moves on: the rule proposes, a person decides, a second one confirms, the notice runs out."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from contests import services
from contests.calculator import Share, rank, share_of
from contests.models import Division, Entry, Promotion, PromotionLine
from contests.selectors import contest_rounds, entries_for
from core.errors import Conflict, Invalid, Refused
from incubators.models import Incubator
from outreach.models import Lead
from reviews import services as reviews
from reviews.models import Case, Expert
from tests.concurrency import together
from tests.contests.cases import (
    LATER,
    by_rule,
    make_contest_round,
    make_entry,
    mark,
    promoted,
    ranked,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def answers(promotion: Promotion) -> list[tuple[str | None, int | None, bool, str]]:
    """Mark, place, whether shared, and what the rule says, by number of the entry."""
    rows = promotion.lines.order_by("entry__number")
    return [
        (str(line.mark) if line.mark is not None else None, line.place, line.is_tied, line.by_rule)
        for line in rows
    ]


def test_the_best_are_proposed_and_ties_are_shown(bob: User, grace: Expert, division: Division) -> None:
    promotion = ranked(bob, grace, division, ["50", "55", "40", "50", None], best=2)
    assert answers(promotion) == [
        ("50.00", 2, True, "tied"),
        ("55.00", 1, False, "in"),
        ("40.00", 4, False, "out"),
        ("50.00", 2, True, "tied"),
        (None, None, False, "unmarked"),
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"best": None, "at_least": Decimal(50)}, ["in", "in", "out", "in"]),
        ({"best": 1, "at_least": Decimal(60)}, ["out", "out", "out", "out"]),
        ({"best": 2, "ties": "all_in"}, ["in", "in", "out", "in"]),
        ({"best": 2, "ties": "all_out"}, ["out", "in", "out", "out"]),
        ({"best": 3, "at_least": Decimal(51)}, ["out", "in", "out", "out"]),
    ],
)
def test_a_rule_is_data(
    bob: User, grace: Expert, division: Division, rule: dict[str, object], expected: list[str]
) -> None:
    promotion = ranked(bob, grace, division, ["50", "55", "40", "50"], **rule)
    assert [answer for *_rest, answer in answers(promotion)] == expected


def test_the_order_of_the_input_decides_nothing() -> None:
    marks = [Decimal("9.00"), Decimal("8.50"), Decimal("9.00"), None, Decimal("7.00")]
    found = rank(marks, best=2, at_least=None, ties="decide")
    turned = rank(marks[::-1], best=2, at_least=None, ties="decide")[::-1]
    assert found == turned


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (share_of(5, 40, whole_as="at_least"), Share(Decimal("0.125"), "at_most")),
        (share_of(5, 40), Share(Decimal("0.125"), "exact")),
        (share_of(5, 40, part_as="at_least"), Share(Decimal("0.125"), "at_least")),
        (share_of(5, 40, part_as="at_least", whole_as="at_least"), Share(Decimal("0.125"), "approx")),
        (share_of(5, 40, part_as="at_most", whole_as="above"), Share(Decimal("0.125"), "at_most")),
        (share_of(None, 40), None),
        (share_of(5, 0), None),
    ],
)
def test_a_bound_stays_a_bound(share: Share | None, expected: Share | None) -> None:
    assert share == expected


def test_departing_from_the_rule_needs_a_reason(bob: User, grace: Expert, division: Division) -> None:
    promotion = ranked(bob, grace, division, ["50", "55", "40", "50"], best=2)
    first, second, third, fourth = promotion.lines.order_by("entry__number").values_list("entry", flat=True)
    with pytest.raises(Invalid) as refused:
        services.decide_promotion(promotion=promotion, chosen=[second, third], actor=bob, at=NOW)
    # Those who tie need words whichever way it goes.
    assert {error.field for error in refused.value.fields} == {
        f"reason_{pk}" for pk in (first, third, fourth)
    }
    services.decide_promotion(
        promotion=promotion,
        chosen=[second, third],
        reasons={third: "评委合议"},
        reason="并列者均不晋级",
        actor=bob,
        at=NOW,
    )
    said = dict(promotion.lines.values_list("entry", "reason"))
    assert said == {first: "并列者均不晋级", second: "", third: "评委合议", fourth: "并列者均不晋级"}


def test_a_second_person_confirms_and_the_results_of_the_review_agree(
    bob: User, carol: User, grace: Expert, division: Division
) -> None:
    promotion = ranked(bob, grace, division, ["50", "55"])
    services.decide_promotion(promotion=promotion, chosen=by_rule(promotion), actor=bob, at=NOW)
    with pytest.raises(Refused):
        services.confirm_promotion(promotion=promotion, actor=bob, at=NOW)
    services.confirm_promotion(promotion=promotion, actor=carol, at=NOW)
    cases = Case.objects.order_by("number").values_list("result", "confirmed_by__username")
    assert list(cases) == [("not_recommended", "carol"), ("recommended", "carol")]


def test_nothing_moves_before_the_notice_is_over(
    bob: User, carol: User, grace: Expert, division: Division
) -> None:
    promotion = ranked(bob, grace, division, ["50", "55"])
    second = make_contest_round(bob, division.contest, division, 2)
    assert list(entries_for(second, LATER.date())) == []
    promoted(bob, carol, promotion, by_rule(promotion))
    (winner,) = Entry.objects.filter(pk__in=by_rule(promotion))
    assert list(entries_for(second, date(2021, 6, 3))) == []
    assert list(entries_for(second, date(2021, 6, 4))) == [winner]
    with pytest.raises(Conflict):
        services.fill_round(round=second, actor=bob, at=NOW)
    (case,) = services.fill_round(round=second, actor=bob, at=LATER)
    assert case.subject_id == winner.pk
    with pytest.raises(Conflict):
        services.fill_round(round=second, actor=bob, at=LATER)


def test_an_upheld_objection_takes_the_line_out_and_an_open_one_holds_all_back(
    bob: User, carol: User, grace: Expert, division: Division
) -> None:
    promotion = ranked(bob, grace, division, ["50", "55", "40"], best=2)
    promotion = promoted(bob, carol, promotion, by_rule(promotion))
    assert promotion.notice is not None
    objection = reviews.file_objection(
        notice=promotion.notice,
        values={"line": 1, "by_name": "示例人", "words": "抄袭", "received_on": date(2021, 6, 2)},
        actor=bob,
        at=LATER,
    )
    day = LATER.date()
    assert PromotionLine.objects.in_effect(day).count() == 0
    reviews.rule_objection(objection=objection, ruling="upheld", reason="属实", actor=bob, at=LATER)
    (left,) = PromotionLine.objects.in_effect(day)
    assert (left.notice_line, str(left.mark)) == (2, "50.00")


def test_a_withdrawn_notice_lets_the_decision_be_taken_again(
    bob: User, carol: User, grace: Expert, division: Division
) -> None:
    promotion = ranked(bob, grace, division, ["50", "55"])
    promotion = promoted(bob, carol, promotion, by_rule(promotion))
    with pytest.raises(Conflict):
        services.return_promotion(promotion=promotion, reason="重议", actor=bob, at=NOW)
    assert promotion.notice is not None
    reviews.withdraw_notice(notice=promotion.notice, reason="名单有误", actor=bob, at=NOW)
    services.return_promotion(promotion=promotion, reason="重议", actor=bob, at=NOW)
    promotion.refresh_from_db()
    assert (promotion.state, promotion.notice, promotion.remark) == ("proposed", None, "重议")
    again = promoted(bob, carol, services.propose_promotion(round=promotion.round, actor=bob, at=NOW),
                     by_rule(promotion))  # fmt: skip
    assert again.notice is not None


def test_marks_that_changed_ask_for_a_new_proposal(bob: User, grace: Expert, division: Division) -> None:
    promotion = ranked(bob, grace, division, ["50", None])
    mark_left = promotion.lines.get(mark=None).entry
    review = promotion.round.review_round
    assert review is not None
    case = review.cases.get(subject_id=mark_left.pk)
    mark(bob, promotion.round, grace, [None] * (case.number - 1) + ["59"])
    with pytest.raises(Conflict) as refused:
        services.decide_promotion(promotion=promotion, chosen=by_rule(promotion), actor=bob, at=NOW)
    assert refused.value.code == "marks_changed"
    again = services.propose_promotion(round=promotion.round, actor=bob, at=NOW)
    assert by_rule(again) == [mark_left.pk]


def test_the_rule_stays_once_it_proposed(bob: User, grace: Expert, division: Division) -> None:
    promotion = ranked(bob, grace, division, ["50"])
    with pytest.raises(Conflict):
        services.save_contest_round(
            round=promotion.round, contest=division.contest, values={"best": 9}, actor=bob, at=NOW
        )


def test_counts_go_in_and_out_beside_what_was_published(
    bob: User, carol: User, grace: Expert, division: Division, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = {"reported_in": 40, "reported_in_qualifier": "at_least", "reported_out": 5}
    promotion = ranked(bob, grace, division, ["50", "55", "40", "30"], best=1, **reported)
    promoted(bob, carol, promotion, by_rule(promotion))
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    (row,) = contest_rounds(division.contest)
    assert (row["entered"], row["decided"], row["in_effect"]) == (4, 1, 1)
    assert row["share"] == Share(Decimal("0.250"), "exact")
    assert row["reported_share"] == Share(Decimal("0.125"), "at_most")


def test_a_promoted_entry_becomes_a_lead_and_a_project_once(
    bob: User, carol: User, grace: Expert, division: Division, zhangjiang: Incubator
) -> None:
    promotion = ranked(bob, grace, division, ["50", "55"])
    promoted(bob, carol, promotion, by_rule(promotion))
    (winner,) = Entry.objects.filter(pk__in=by_rule(promotion))
    loser = Entry.objects.exclude(pk=winner.pk).get()
    with pytest.raises(Conflict):
        services.make_lead(entry=winner, incubator=zhangjiang, actor=bob, at=NOW)
    with pytest.raises(Conflict):
        services.make_lead(entry=loser, incubator=zhangjiang, actor=bob, at=LATER)
    lead = services.make_lead(entry=winner, incubator=zhangjiang, actor=bob, at=LATER)
    assert (lead.source, lead.contest_entry.pk, lead.organisation_name) == ("contest", winner.pk, winner.team)
    with pytest.raises(Conflict):
        services.make_lead(entry=winner, incubator=zhangjiang, actor=bob, at=LATER)
    project = services.make_project(entry=winner, actor=bob, at=LATER)
    winner.refresh_from_db()
    assert (winner.project, Lead.objects.get().project) == (project, project)
    with pytest.raises(Conflict):
        services.make_project(entry=winner, actor=bob, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_two_people_decide_at_once_and_one_is_told(
    bob: User, carol: User, grace: Expert, division: Division
) -> None:
    promotion = ranked(bob, grace, division, ["50", "55"])
    chosen = by_rule(promotion)
    outcomes = together(
        lambda: services.decide_promotion(promotion=promotion, chosen=chosen, actor=bob, at=NOW),
        lambda: services.decide_promotion(promotion=promotion, chosen=chosen, actor=carol, at=NOW),
    )
    assert sorted(outcomes) == ["Conflict", "Promotion"]


@pytest.mark.django_db(transaction=True)
def test_two_people_propose_at_once_and_one_ranking_stands(
    bob: User, carol: User, grace: Expert, division: Division
) -> None:
    round = ranked(bob, grace, division, ["50", "55"]).round
    Promotion.objects.all().delete()
    together(
        lambda: services.propose_promotion(round=round, actor=bob, at=NOW),
        lambda: services.propose_promotion(round=round, actor=carol, at=NOW),
    )
    assert (Promotion.objects.count(), PromotionLine.objects.count()) == (1, 2)


def test_a_withdrawn_entry_leaves_the_ranking(bob: User, grace: Expert, division: Division) -> None:
    promotion = ranked(bob, grace, division, ["50", "55"])
    services.withdraw_entry(entry=Entry.objects.get(pk=by_rule(promotion)[0]), actor=bob, at=NOW)
    again = services.propose_promotion(round=promotion.round, actor=bob, at=NOW)
    assert answers(again) == [("50.00", 1, False, "in")]


def test_operators_do_not_run_contests(alice: User, bob: User, grace: Expert, division: Division) -> None:
    promotion = ranked(bob, grace, division, ["50"])
    for deed in (
        lambda: services.propose_promotion(round=promotion.round, actor=alice, at=NOW),
        lambda: services.decide_promotion(promotion=promotion, chosen=[], actor=alice, at=NOW),
        lambda: services.admit_entries(entries=[make_entry(bob, division)], actor=alice, at=NOW),
    ):
        with pytest.raises(Refused):
            deed()
