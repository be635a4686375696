"""From the draft to the money received, and every way off that road."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.models import Notice, User
from applications import services
from applications.enums import MoneyStage
from applications.models import Application, Programme, StepLog
from applications.selectors import money_stage, ranking_of, standing_of, trail_of
from applications.services import Line
from core.errors import Conflict, Incomplete, Invalid, Refused
from core.history import verify
from incubators.models import Incubator, Park
from ledger.models import Budget, Commitment
from ledger.selectors import budget_standing
from ledger.services import Part
from reviews import services as reviews
from tests import factories
from tests.applications import cases
from tests.applications.cases import CHECK, DAY, MEETING, NOTICE, NOW, REVIEW, VISIT, again, later
from tests.ledger import cases as money
from tests.reviews.cases import make_expert

pytestmark = pytest.mark.django_db

LONG = (CHECK, REVIEW, VISIT, NOTICE, MEETING)


@pytest.fixture
def programme(bob: User, park: Park, budget: Budget) -> Programme:
    """Formal check, review by two experts, visit, notice, meeting; with an agreement."""
    return cases.make_programme(bob, park, budget=budget, steps=LONG, needs_agreement=True)


def stays(application: Application) -> list[tuple[str, str]]:
    rows = StepLog.objects.filter(application=application).order_by("pk")
    return [(row.step.kind if row.step else row.state, row.result) for row in rows]


def test_the_whole_way_from_draft_to_money_received_and_closed(
    programme: Programme,
    alice: User,
    bob: User,
    gina: User,
    fiona: User,
    park: Park,
    zhangjiang: Incubator,
    budget: Budget,
) -> None:
    project = cases.with_firm(alice, zhangjiang)
    draft = cases.make_draft(alice, programme, project, values={"requested_amount": Decimal(300_000)})
    assert (draft.state, draft.number) == ("draft", None)
    one = services.submit_application(application=draft, actor=alice, at=NOW)
    assert (one.number, one.submitted_on) == (1, DAY)
    services.check_application(application=one, result="passed", actor=bob, at=later(2))
    step = again(one).current_step
    assert step is not None
    batch = services.start_review(step=step, actor=bob, at=later(2))
    grace, henry = make_expert(bob, park), make_expert(bob, park, "henry")
    cases.review(batch, one, {grace: ("50", "30"), henry: ("52", "34")}, bob)
    cases.pass_on([again(one)], bob, at=later(9))
    cases.pass_on([again(one)], bob, at=later(12))  # the visit has no marks: a person says that it passed
    step = again(one).current_step
    assert step is not None
    services.open_step_notice(
        step=step, title="拟支持项目公示", on=date(2021, 6, 14), actor=bob, at=later(13)
    )
    with pytest.raises(Conflict) as refused:
        cases.pass_on([again(one)], bob, at=later(15))
    assert refused.value.code == "on_show"
    cases.pass_on([again(one)], bob, at=later(20))
    ranking = ranking_of(programme)
    (row,) = ranking.rows
    assert (row.suggested.mark, row.suggested.place, row.suggested.amount, row.is_in) == (
        Decimal("83.00"),
        1,
        Decimal("300000.00"),
        True,
    )
    meeting = services.propose_meeting(
        programme=programme,
        values={"held_on": date(2021, 6, 22), "number": "会纪1号"},
        actor=bob,
        at=later(21),
    )
    services.confirm_meeting(meeting=meeting, actor=fiona, at=later(22))
    approved = again(one)
    assert (approved.state, approved.approved_amount) == ("approved", Decimal(300_000))
    commitment = approved.commitment
    assert commitment is not None
    assert (commitment.subject_kind, commitment.subject_id, commitment.amount) == (
        "application",
        one.pk,
        Decimal(300_000),
    )
    assert budget_standing(budget).committed == Decimal(300_000)
    with pytest.raises(Incomplete):
        services.close_application(application=approved, actor=bob, at=later(23))
    services.sign_agreement(
        application=approved,
        values={"number": "协议1号", "signed_on": date(2021, 6, 23)},
        plan=[Part(Decimal(200_000), date(2021, 7, 1)), Part(Decimal(100_000), date(2021, 9, 1), "验收合格")],
        actor=fiona,
        at=later(23),
    )
    assert money_stage(again(one)) == MoneyStage.COMMITTED
    for number in (1, 2):
        cases.receive(one, number, alice, bob, fiona)
    closed = services.close_application(application=again(one), actor=bob, at=later(40))
    assert (closed.state, money_stage(again(closed))) == ("closed", MoneyStage.RECEIVED)
    assert stays(one) == [
        ("formal_check", "passed"),
        ("professional_review", "passed"),
        ("site_visit", "passed"),
        ("public_notice", "passed"),
        ("meeting", "passed"),
        ("approved", "passed"),
        ("agreed", "passed"),
        ("closed", ""),
    ]
    with translation.override("en"):
        trail = trail_of(again(one), DAY + timedelta(days=50))
    assert [(row.label, row.days) for row in trail.rows[:3]] == [
        ("formal check", 2),
        ("review by experts", 7),
        ("visit on site", 3),
    ]
    assert [point.code for point in trail.line if point.reached_on] == [
        "received",
        "formal_check",
        "professional_review",
        "site_visit",
        "public_notice",
        "meeting",
        "approved",
        "agreement",
        "payment",
        "received_money",
        "closed",
    ]
    assert trail.days_to_money == 0  # the money of the tests is received on the day of submission
    assert standing_of(programme, DAY).approved == 1
    assert list(verify()) == []


def test_sent_back_with_words_for_each_field_and_handed_in_again(
    programme: Programme, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    (one,) = cases.applied(alice, programme, zhangjiang)
    with pytest.raises(Invalid):
        services.check_application(application=one, result="returned", actor=bob, at=NOW)
    words = {"summary": "请补充产业化计划", "files": "缺少营业执照"}
    services.check_application(application=one, result="returned", remarks=words, actor=bob, at=NOW)
    assert again(one).remarks == words
    services.save_draft(application=again(one), values={"summary": "示例：计划"}, actor=alice, at=NOW)
    late = services.submit_application(application=again(one), actor=alice, at=later(60))
    assert (late.number, late.remarks, late.submitted_on) == (1, {}, DAY)
    assert stays(one) == [("formal_check", "returned"), ("returned", "mended"), ("formal_check", "")]
    assert StepLog.objects.get(application=one, result="returned").remarks == words
    assert Notice.objects.filter(user=alice, kind="application").count() == 1


def test_nothing_is_handed_in_before_the_first_or_after_the_last_day(
    programme: Programme, alice: User, zhangjiang: Incubator
) -> None:
    draft = cases.make_draft(alice, programme, factories.make_project(alice, zhangjiang))
    for at, code in ((later(-40), "too_early"), (later(30), "too_late")):
        with pytest.raises(Conflict) as refused:
            services.submit_application(application=draft, actor=alice, at=at)
        assert refused.value.code == code
    services.submit_application(application=draft, actor=alice, at=later(29))  # the last day counts


def test_one_open_application_for_each_applicant(
    programme: Programme, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang)
    one = cases.handed_in(alice, programme, project)
    with pytest.raises((Conflict, Invalid)):
        cases.make_draft(alice, programme, project)
    services.withdraw_application(application=one, reason="示例：条件有变", actor=alice, at=NOW)
    cases.make_draft(alice, programme, project)


def test_nobody_checks_what_he_entered_himself(
    programme: Programme, bob: User, gina: User, alice: User
) -> None:
    one = cases.handed_in(bob, programme)
    with pytest.raises(Refused):
        services.check_application(application=one, result="passed", actor=bob, at=NOW)
    with pytest.raises(Refused):
        services.check_application(application=one, result="passed", actor=alice, at=NOW)
    services.check_application(application=one, result="passed", actor=gina, at=NOW)


def test_failing_needs_a_reason_and_tells_the_applicant(
    programme: Programme, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    (one,) = cases.applied(alice, programme, zhangjiang)
    with pytest.raises(Invalid):
        services.check_application(application=one, result="failed", actor=bob, at=NOW)
    services.check_application(application=one, result="failed", reason="不属申报范围", actor=bob, at=NOW)
    found = again(one)
    assert (found.state, found.decision_reason, found.decided_by) == ("rejected", "不属申报范围", bob)
    with pytest.raises(Conflict):
        services.withdraw_application(application=found, reason="x", actor=alice, at=NOW)


def test_nothing_moves_before_the_review_is_concluded(
    programme: Programme, alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    (one,) = cases.applied(alice, programme, zhangjiang)
    cases.pass_on([one], bob)
    with pytest.raises(Conflict) as refused:
        cases.pass_on([again(one)], bob)
    assert refused.value.code == "not_reviewed"
    step = again(one).current_step
    assert step is not None
    batch = services.start_review(step=step, actor=bob, at=NOW)
    with pytest.raises(Conflict) as refused:
        cases.pass_on([again(one)], bob)
    assert refused.value.code == "not_concluded"
    experts = {make_expert(bob, park): ("20", "10"), make_expert(bob, park, "henry"): ("22", "12")}
    cases.review(batch, one, experts, bob, "not_recommended")
    with pytest.raises(Invalid):  # against the review only with a reason
        cases.pass_on([again(one)], bob)
    services.move_applications(
        applications=[again(one)], result="passed", reason="示例：一事一议", actor=bob, at=NOW
    )


def test_an_upheld_objection_stops_the_line_it_is_about(
    bob: User, alice: User, park: Park, zhangjiang: Incubator, budget: Budget
) -> None:
    programme = cases.make_programme(bob, park, steps=(NOTICE, MEETING), budget=budget)
    first, second = cases.applied(alice, programme, zhangjiang, 2)
    step = programme.steps.get(kind="public_notice")
    batch = services.open_step_notice(step=step, title="公示", on=DAY, actor=bob, at=NOW)
    assert batch.notice is not None
    objection = reviews.file_objection(
        notice=batch.notice,
        values={"line": 2, "by_name": "示例某", "words": "示例：知识产权有争议"},
        actor=bob,
        at=NOW,
    )
    with pytest.raises(Conflict) as refused:
        cases.pass_on([again(first)], bob, at=later(6))
    assert refused.value.code == "objections"
    reviews.rule_objection(objection=objection, ruling="upheld", reason="属实", actor=bob, at=later(6))
    cases.pass_on([again(first)], bob, at=later(6))
    with pytest.raises(Conflict) as refused:
        cases.pass_on([again(second)], bob, at=later(6))
    assert refused.value.code == "upheld"
    services.move_applications(
        applications=[again(second)], result="failed", reason="异议成立", actor=bob, at=later(6)
    )
    assert [again(one).state for one in (first, second)] == ["submitted", "rejected"]


def test_a_step_is_left_out_with_a_reason(
    programme: Programme, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    (one,) = cases.applied(alice, programme, zhangjiang)
    cases.pass_on([one], bob)
    with pytest.raises(Invalid):
        services.move_applications(applications=[again(one)], result="skipped", actor=bob, at=NOW)
    services.move_applications(
        applications=[again(one)], result="skipped", reason="港澳人才直接入选", actor=bob, at=NOW
    )
    assert stays(one)[1:] == [("professional_review", "skipped"), ("site_visit", "")]


def test_whoever_proposes_does_not_confirm_and_the_operator_does_neither(
    alice: User, bob: User, gina: User, park: Park, zhangjiang: Incubator, budget: Budget
) -> None:
    programme = cases.make_programme(bob, park, budget=budget)
    rows = cases.applied(alice, programme, zhangjiang)
    cases.pass_on(rows, bob)
    with pytest.raises(Refused):
        cases.put_to_meeting(programme, alice, rows)
    meeting = cases.put_to_meeting(programme, bob, rows)
    for actor in (bob, alice):
        with pytest.raises(Refused):
            services.confirm_meeting(meeting=meeting, actor=actor, at=NOW)
    services.confirm_meeting(meeting=meeting, actor=gina, at=NOW)
    with pytest.raises(Conflict):
        services.confirm_meeting(meeting=meeting, actor=gina, at=NOW)
    assert Commitment.objects.count() == 1


def test_where_the_budget_ends_nothing_is_confirmed(
    alice: User, bob: User, gina: User, fiona: User, park: Park, zhangjiang: Incubator
) -> None:
    small = money.make_budget(park, fiona, bob, amount=250_000, code="small")
    programme = cases.make_programme(bob, park, budget=small)
    rows = cases.applied(alice, programme, zhangjiang, 3)
    cases.pass_on(rows, bob)
    lines = [Line(one.pk, "approved", amount=Decimal(100_000), reason="示例：一事一议") for one in rows]
    meeting = services.propose_meeting(
        programme=programme, values={"held_on": DAY, "number": "1"}, lines=lines, actor=bob, at=NOW
    )
    with translation.override("en"), pytest.raises(Conflict) as refused:
        services.confirm_meeting(meeting=meeting, actor=gina, at=NOW)
    assert refused.value.code == "budget_exhausted"
    assert "line 3" in str(refused.value)
    assert "50,000.00 are missing" in str(refused.value)
    assert {again(one).state for one in rows} == {"submitted"}
    assert budget_standing(small).committed == 0


def test_an_applicant_from_outside_becomes_a_team_with_the_award(
    bob: User, gina: User, park: Park, budget: Budget, fiona: User
) -> None:
    programme = cases.make_programme(gina, park, budget=budget)
    one = cases.handed_in(gina, programme)
    cases.pass_on([one], bob)
    meeting = cases.put_to_meeting(programme, bob, [one])
    services.confirm_meeting(meeting=meeting, actor=fiona, at=NOW)
    firm = again(one).enterprise
    assert firm is not None
    assert (firm.name_zh, firm.kind, firm.entered_by) == (one.outside_name, "team", bob)


def test_money_that_is_asked_back_shows_in_state_and_ledger(
    alice: User, bob: User, gina: User, fiona: User, park: Park, zhangjiang: Incubator, budget: Budget
) -> None:
    programme = cases.make_programme(bob, park, budget=budget)
    one = cases.approved(programme, alice, bob, gina, zhangjiang)
    cases.receive(one, 1, alice, bob, fiona)
    for _attempt in range(2):  # the same key again changes nothing
        found = services.claw_back_application(
            application=one, amount=Decimal(40_000), reason="未达约定", key="back-1", actor=fiona, at=NOW
        )
        assert found.state == "clawed_back"
    assert (money_stage(again(one)), budget_standing(budget).clawed_back) == (
        MoneyStage.RETURNED,
        Decimal(40_000),
    )


def test_double_funding_is_shown_in_the_draft_and_refused_at_the_approval(
    alice: User, bob: User, gina: User, park: Park, zhangjiang: Incubator, budget: Budget
) -> None:
    from applications.selectors import other_grants_of

    firm = factories.make_enterprise(alice, zhangjiang)
    known = money.commit(budget, bob, enterprise=firm, base="rd_expense:2021")
    programme = cases.make_programme(bob, park, budget=budget, base="rd_expense")
    draft = cases.make_draft(alice, programme, enterprise=firm)
    assert other_grants_of(draft) == [known]
    one = services.submit_application(application=draft, actor=alice, at=NOW)
    cases.pass_on([one], bob)
    meeting = cases.put_to_meeting(programme, bob, [one])
    with pytest.raises(Conflict) as refused:
        services.confirm_meeting(meeting=meeting, actor=gina, at=NOW)
    assert refused.value.code == "double_funding"
    assert again(one).state == "submitted"
