"""Rules of the database for reviews and notices, broken past Python."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from accounts.models import User
from incubators.models import Park
from reviews.models import (
    Assignment,
    Case,
    Criterion,
    Expert,
    Objection,
    PublicNotice,
    ReviewRound,
    Score,
    ScoreLine,
)
from reviews.services import file_objection
from tests.constraints import broken
from tests.factories import NOW
from tests.reviews.cases import give_marks, invite, make_case, make_expert, make_notice, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace(bob: User, park: Park) -> Expert:
    return make_expert(bob, park, external_id="E-1")


@pytest.fixture
def case(bob: User, park: Park) -> Case:
    return make_case(bob, make_round(bob, park))


@pytest.fixture
def score(bob: User, case: Case, grace: Expert) -> Score:
    return give_marks(invite(bob, case, grace)[0], "50", "30")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"agreement_until": date(2020, 1, 1)}, "reviews_expert_agreement_dates"),
        ({"at_once": 0}, "reviews_expert_limits"),
        ({"per_year": 1}, "reviews_expert_limits"),
    ],
)
def test_an_expert_keeps_his_rules(values: dict[str, Any], rule: str, grace: Expert) -> None:
    with broken(rule):
        Expert.objects.filter(pk=grace.pk).update(**values)


@pytest.mark.parametrize(
    ("copied", "rule"),
    [("user", "reviews_expert_account_once"), ("external_id", "reviews_expert_external_id_once")],
)
def test_an_expert_is_in_the_pool_once(copied: str, rule: str, bob: User, park: Park, grace: Expert) -> None:
    henry = make_expert(bob, park, "henry")
    with broken(rule):
        Expert.objects.filter(pk=henry.pk).update(**{copied: getattr(grace, copied)})


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"closes_on": date(2021, 4, 1)}, "reviews_round_dates"),
        ({"marks_needed": 0}, "reviews_round_marks_needed"),
        ({"method": "trimmed_mean"}, "reviews_round_marks_needed"),
        ({"closed_at": NOW}, "reviews_round_closed_pair"),
    ],
)
def test_a_round_keeps_its_rules(values: dict[str, Any], rule: str, bob: User, park: Park) -> None:
    draft = make_round(bob, park, is_open=False)
    with broken(rule):
        ReviewRound.objects.filter(pk=draft.pk).update(**values)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"position": 1}, "reviews_criterion_position_once"),
        ({"max_points": 0}, "reviews_criterion_counts"),
        ({"weight": 0}, "reviews_criterion_counts"),
    ],
)
def test_a_criterion_keeps_its_rules(values: dict[str, Any], rule: str, bob: User, park: Park) -> None:
    draft = make_round(bob, park, is_open=False)
    with broken(rule):
        Criterion.objects.filter(round=draft, position=2).update(**values)


def test_an_open_round_is_frozen(case: Case) -> None:
    with broken("reviews_open_round_is_frozen"):
        Criterion.objects.filter(round=case.round).update(max_points=1)
    with broken("reviews_open_round_is_frozen"):
        Criterion.objects.filter(round=case.round).delete()
    with broken("reviews_open_round_is_frozen"):
        Criterion.objects.create(round=case.round, position=9, name="加项", max_points=1)
    for values in ({"state": "draft"}, {"marks_needed": 1}, {"is_anonymous": False}):
        with broken("reviews_open_round_is_frozen"):
            ReviewRound.objects.filter(pk=case.round_id).update(**values)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"result_at": NOW}, "reviews_case_result_pair"),
        ({"result": "recommended", "result_reason": "好", "result_at": NOW, "result_by": F("created_by"),
          "confirmed_at": NOW}, "reviews_case_confirmed_pair"),
        ({"result": "recommended", "result_reason": "好", "result_at": NOW, "result_by": F("created_by"),
          "confirmed_at": NOW, "confirmed_by": F("created_by")}, "reviews_case_second_person"),
        ({"result": "recommended", "result_at": NOW, "result_by": F("created_by")},
         "reviews_case_result_with_reason"),
    ],
)  # fmt: skip
def test_a_case_keeps_its_rules(values: dict[str, Any], rule: str, case: Case) -> None:
    with broken(rule):
        Case.objects.filter(pk=case.pk).update(**values)


def test_a_subject_is_a_case_once(bob: User, case: Case) -> None:
    other = make_case(bob, case.round)
    with broken("reviews_case_once"):
        Case.objects.filter(pk=other.pk).update(subject_id=case.subject_id)
    with broken("reviews_case_number_once"):
        Case.objects.filter(pk=other.pk).update(number=case.number)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"invited_at": NOW}, "reviews_assignment_invited_pair"),
        ({"state": "recused"}, "reviews_recused_says_why"),
        ({"conflict": "employer"}, "reviews_recused_says_why"),
        ({"state": "accepted"}, "reviews_reviewing_was_declared"),
    ],
)
def test_an_assignment_keeps_its_rules(
    values: dict[str, Any], rule: str, bob: User, case: Case, grace: Expert
) -> None:
    task = Assignment.objects.create(case=case, expert=grace, created_at=NOW, created_by=bob, updated_at=NOW)
    with broken(rule):
        Assignment.objects.filter(pk=task.pk).update(**values)
    with broken("reviews_assignment_once"):
        Assignment.objects.create(case=case, expert=grace, created_at=NOW, created_by=bob, updated_at=NOW)


def test_a_recused_assignment_holds_no_marks_that_count(bob: User, score: Score) -> None:
    task = Assignment.objects.filter(pk=score.assignment_id)
    recused = {"state": "recused", "conflict": "park"}
    with broken("reviews_recused_holds_no_score"):
        task.update(**recused)
    with transaction.atomic():
        Score.objects.filter(pk=score.pk).update(is_current=False)
        task.update(**recused)
    with broken("reviews_recused_holds_no_score"):
        Score.objects.create(assignment=task.get(), edition=2, mark=90, submitted_at=NOW, submitted_by=bob)
    with broken("reviews_recusal_is_final"):
        task.update(state="submitted", conflict="")


def test_an_assignment_stays_with_its_case(bob: User, score: Score) -> None:
    other = make_case(bob, score.assignment.case.round)
    with broken("reviews_assignment_stays"):
        Assignment.objects.filter(pk=score.assignment_id).update(case=other)


def test_submitted_marks_never_change(score: Score) -> None:
    rows = Score.objects.filter(pk=score.pk)
    with broken("reviews_scores_never_change"):
        rows.update(mark=100)
    with broken("reviews_scores_never_change"):
        rows.delete()
    with broken("reviews_scores_never_change"):
        score.lines.update(points=1)
    with broken("reviews_mark_not_negative"):
        Score.objects.create(assignment=score.assignment, edition=2, mark=-1, is_current=False,
                             submitted_at=NOW, submitted_by=score.submitted_by)  # fmt: skip
    with transaction.atomic():
        rows.update(is_current=False)
    with broken("reviews_scores_never_change"):
        rows.update(is_current=True)


def test_one_version_counts(score: Score) -> None:
    values = {
        "assignment": score.assignment,
        "mark": 1,
        "submitted_at": NOW,
        "submitted_by": score.submitted_by,
    }
    with broken("reviews_score_edition_once"):
        Score.objects.create(edition=1, is_current=False, **values)
    with broken("reviews_one_score_counts"):
        Score.objects.create(edition=2, **values)


def test_points_stay_within_their_criterion(bob: User, park: Park, score: Score) -> None:
    line = score.lines.order_by("criterion__position").first()
    assert line is not None
    with broken("reviews_criterion_scored_once"):
        ScoreLine.objects.create(score=score, criterion=line.criterion, points=1)
    fresh = Score.objects.create(assignment=score.assignment, edition=2, mark=1, is_current=False,
                                 submitted_at=NOW, submitted_by=bob)  # fmt: skip
    with broken("reviews_points_within_criterion"):
        ScoreLine.objects.create(score=fresh, criterion=line.criterion, points=Decimal("60.01"))
    with broken("reviews_points_not_negative"):
        ScoreLine.objects.create(score=fresh, criterion=line.criterion, points=-1)
    foreign = make_round(bob, park).criteria.first()
    with broken("reviews_points_within_criterion"):
        ScoreLine.objects.create(score=fresh, criterion=foreign, points=1)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"days": 0}, "reviews_notice_days"),
        ({"ends_on": date(2021, 5, 1)}, "reviews_notice_days"),
        ({"withdrawn_at": NOW, "withdrawn_reason": "x"}, "reviews_notice_withdrawn_pair"),
        ({"withdrawn_at": NOW, "withdrawn_by": F("created_by")}, "reviews_notice_withdrawn_with_reason"),
    ],
)
def test_a_notice_keeps_its_rules(values: dict[str, Any], rule: str, bob: User, park: Park) -> None:
    notice = make_notice(bob, park)
    with broken(rule):
        PublicNotice.objects.filter(pk=notice.pk).update(**values)


def test_a_thing_is_on_show_once(bob: User, park: Park) -> None:
    first, second = make_notice(bob, park), make_notice(bob, park)
    with broken("reviews_notice_once"):
        PublicNotice.objects.filter(pk=second.pk).update(subject_id=first.subject_id)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"ruled_at": NOW, "ruling": "upheld", "ruling_reason": "x"}, "reviews_objection_ruled_pair"),
        ({"ruled_at": NOW, "ruling": "upheld", "ruled_by": F("entered_by")},
         "reviews_objection_ruled_with_reason"),
        ({"words": ""}, "reviews_objection_has_words"),
    ],
)  # fmt: skip
def test_an_objection_keeps_its_rules(values: dict[str, Any], rule: str, bob: User, park: Park) -> None:
    objection = file_objection(
        notice=make_notice(bob, park),
        values={"by_name": "示例人", "words": "异议", "received_on": date(2021, 6, 1)},
        actor=bob,
        at=NOW,
    )
    with broken(rule):
        Objection.objects.filter(pk=objection.pk).update(**values)
