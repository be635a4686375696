"""Each rule of the database broken by its name, past Python's own checks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from applications import services
from applications.models import (
    Application,
    AwardRelease,
    Decision,
    GrantAgreement,
    Meeting,
    Programme,
    ProgrammeStep,
    StepBatch,
    StepLog,
)
from ledger.services import Part
from tests import factories
from tests.applications import cases
from tests.applications.cases import CHECK, DAY, MEETING, NOTICE, NOW, REVIEW, again
from tests.constraints import broken
from tests.ledger.cases import make_budget, make_finance

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(kept: None) -> dict[str, Any]:
    """One record of every kind, made once: the long way to an award is not what is tested here."""
    park = factories.make_park("jiangyin")
    zhangjiang = factories.make_incubator(park, "zhangjiang")
    alice, bob = factories.make_operator(zhangjiang, "alice"), factories.make_park_admin(park, "bob")
    gina, fiona = factories.make_park_admin(park, "gina"), make_finance(park)
    budget = make_budget(park, fiona, bob)
    programme = cases.make_programme(bob, park, budget=budget, needs_agreement=True)
    award = cases.approved(programme, alice, bob, gina, zhangjiang)
    agreement = services.sign_agreement(
        application=award,
        values={"number": "协议1号", "signed_on": DAY},
        plan=[Part(Decimal(100_000), DAY)],
        actor=fiona,
        at=NOW,
    )
    standing = cases.handed_in(alice, programme, factories.make_project(alice, zhangjiang))
    outside = cases.make_draft(gina, programme)
    waiting = cases.handed_in(alice, programme, factories.make_project(alice, zhangjiang))
    cases.pass_on([waiting], bob)
    meeting = cases.put_to_meeting(programme, bob, [again(waiting)])
    other = cases.approved(programme, alice, bob, gina, zhangjiang)
    back = services.propose_release(application=other, amount=Decimal(1), reason="示例", actor=fiona, at=NOW)
    services.confirm_release(release=back, actor=bob, at=NOW)
    proposed = services.propose_release(application=other, reason="示例", actor=fiona, at=NOW)
    draft = cases.make_programme(bob, park, is_open=False, steps=(CHECK, REVIEW, NOTICE, MEETING))
    shown = cases.make_programme(bob, park, steps=(NOTICE, MEETING))
    cases.applied(alice, shown, zhangjiang)
    batch = services.open_step_notice(
        step=shown.steps.get(kind="public_notice"), title="公示", on=DAY, actor=bob, at=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return {
        "alice": alice,
        "bob": bob,
        "open": programme,
        "draft": draft,
        "award": again(award),
        "standing": again(standing),
        "outside": outside,
        "agreement": agreement,
        "held": Decision.objects.get(application=award).meeting,
        "meeting": meeting,
        "release": proposed,
        "released": AwardRelease.objects.get(pk=back.pk),
        "finance": fiona,
        "decided": Decision.objects.get(application=award),
        "line": Decision.objects.get(application=waiting),
        "row": StepLog.objects.get(application=standing),
        "past": StepLog.objects.filter(application=award, step__isnull=False).order_by("pk")[0],
        "batch": batch,
        "check": draft.steps.get(kind="formal_check"),
        "review": draft.steps.get(kind="professional_review"),
        "notice": draft.steps.get(kind="public_notice"),
        "decides": draft.steps.get(kind="meeting"),
        "frozen": programme.steps.get(kind="meeting"),
    }


@pytest.fixture
def world(made: dict[str, Any], db: None) -> dict[str, Any]:
    return made


CHANGED: list[tuple[str, str, dict[str, Any]]] = [
    ("draft", "applications_programme_dates", {"closes_on": date(2021, 1, 1)}),
    ("draft", "applications_programme_year", {"year": 1990}),
    (
        "draft",
        "applications_programme_takes_somebody",
        {"takes_enterprises": False, "takes_projects": False, "takes_outside": False},
    ),
    ("draft", "applications_programme_cap", {"cap": 0}),
    ("draft", "applications_programme_quota", {"quota": 0}),
    ("draft", "applications_programme_award_rule", {"award_rule": "policy"}),
    ("draft", "applications_programme_opened_pair", {"opened_at": NOW, "opened_by": None}),
    ("open", "applications_programme_closed_pair", {"closed_at": NOW, "closed_by": None, "state": "closed"}),
    ("draft", "applications_programme_state", {"state": "open"}),
    ("open", "applications_open_programme_is_frozen", {"cap": 1}),
    ("open", "applications_open_programme_is_frozen", {"tie_rule": "all_in"}),
    ("frozen", "applications_open_programme_is_frozen", {"days_allowed": 3}),
    ("check", "applications_step_formal_check_first", {"position": 9}),
    ("check", "applications_step_position_once", {"position": 2, "kind": "site_visit"}),
    ("check", "applications_step_one_meeting", {"kind": "meeting"}),
    ("notice", "applications_step_notice_days", {"notice_days": None}),
    ("check", "applications_step_marks", {"marks_needed": 2}),
    ("review", "applications_step_marks", {"method": "trimmed_mean"}),
    ("outside", "applications_one_applicant", {"outside_name": ""}),
    ("outside", "applications_amounts_positive", {"requested_amount": 0}),
    ("outside", "applications_handed_in_has_number", {"number": 9}),
    ("standing", "applications_in_the_chain", {"current_step": None}),
    ("standing", "applications_award_complete", {"approved_amount": 5}),
    ("standing", "applications_rejected_with_reason", {"state": "rejected", "current_step": None}),
    ("standing", "applications_submitted_pair", {"submitted_by": None}),
    ("standing", "applications_decided_pair", {"decided_at": NOW}),
    ("standing", "applications_stands_where_logged", {"state": "returned", "current_step": None}),
    ("standing", "applications_handed_in_is_frozen", {"title": "另一个题目"}),
    ("standing", "applications_handed_in_is_frozen", {"requested_amount": 7}),
    ("standing", "applications_handed_in_is_frozen", {"number": 77}),
    ("award", "applications_award_is_committed", {"approved_amount": 99_999}),
    ("row", "applications_log_left_pair", {"left_at": NOW, "left_on": DAY, "result": "passed"}),
    ("row", "applications_log_result", {"result": "passed"}),
    ("past", "applications_log_never_changes", {"reason": "另一个理由"}),
    ("row", "applications_log_never_changes", {"entered_on": date(2020, 1, 1)}),
    ("meeting", "applications_meeting_confirmed_pair", {"confirmed_at": NOW}),
    ("held", "applications_confirmed_meeting_is_frozen", {"note": "另一个"}),
    ("decided", "applications_confirmed_meeting_is_frozen", {"amount": 1}),
    ("line", "applications_decision_complete", {"amount": 0}),
    ("line", "applications_decision_complete", {"amount": None}),
    ("line", "applications_decision_complete", {"outcome": "rejected", "amount": None, "reason": ""}),
    ("agreement", "applications_agreement_has_number", {"number": ""}),
    ("release", "applications_release_amount", {"amount": 0}),
    ("release", "applications_release_has_reason", {"reason": ""}),
    ("released", "applications_confirmed_release_is_frozen", {"amount": 5}),
]


@pytest.mark.parametrize(("key", "name", "values"), CHANGED, ids=lambda value: str(value)[:60])
def test_the_database_refuses_a_change(
    world: dict[str, Any], key: str, name: str, values: dict[str, Any]
) -> None:
    record: Model = world[key]
    with broken(name):
        type(record)._default_manager.filter(pk=record.pk).update(**values)


def copied(record: Any, **values: Any) -> Any:
    """The same row once more, as a new record."""
    fresh = type(record)._default_manager.get(pk=record.pk)
    fresh.pk, fresh._state.adding = None, True
    for name, value in values.items():
        setattr(fresh, name, value)
    return fresh


def test_the_database_refuses_what_is_added(world: dict[str, Any]) -> None:
    alice, bob = world["alice"], world["bob"]
    standing, outside, award = world["standing"], world["outside"], world["award"]
    with broken("applications_number_once"):
        copied(standing, project=factories.make_project(alice, standing.incubator)).save()
    with broken("applications_one_per_project"):
        copied(standing, number=50).save()
    with broken("applications_one_per_outside"):
        copied(outside).save()
    firm = factories.make_enterprise(alice, standing.incubator)
    own = {"applicant_kind": "enterprise", "project": None, "outside_name": "", "enterprise": firm}
    copied(outside, **own).save()
    with broken("applications_one_per_enterprise"):
        copied(outside, **own).save()
    with broken("applications_external_id_once"):
        for name in ("甲", "乙"):
            copied(outside, outside_name=name, external_id="same").save()
    with broken("applications_decided_second_person"):
        Application.objects.filter(pk=standing.pk).update(decided_at=NOW, decided_by=alice)
    with broken("applications_programme_code_once"):
        copied(world["draft"]).save()
    with broken("applications_decision_once"):
        copied(world["line"]).save()
    with broken("applications_meeting_second_person"):
        Meeting.objects.filter(pk=world["meeting"].pk).update(confirmed_at=NOW, confirmed_by=bob)
    fiona = world["finance"]
    with broken("applications_release_second_person"):
        AwardRelease.objects.filter(pk=world["release"].pk).update(
            confirmed_at=NOW, confirmed_by=fiona, entry=award.commitment.entries.get()
        )
    with broken("applications_release_confirmed_pair"):
        AwardRelease.objects.filter(pk=world["release"].pk).update(
            confirmed_at=NOW, entry=award.commitment.entries.get()
        )
    with broken("applications_release_booked"):
        AwardRelease.objects.filter(pk=world["release"].pk).update(confirmed_at=NOW, confirmed_by=bob)
    with broken("applications_release_one_open"):
        copied(world["release"]).save()
    with broken("applications_confirmed_release_is_frozen"):
        world["released"].delete()
    with broken("applications_log_one_open"):
        copied(world["row"]).save()
    left = {"left_at": NOW, "left_by": bob, "result": "passed"}
    with broken("applications_log_dates"):
        copied(world["row"], left_on=date(2020, 1, 1), **left).save()
    with broken("applications_log_with_reason"):
        copied(world["row"], left_on=DAY, **{**left, "result": "failed"}).save()
    with broken("applications_log_second_person"):
        copied(world["row"], left_on=DAY, **{**left, "left_by": alice}).save()
    with broken("applications_log_step_of_chain"):
        copied(world["row"], left_on=DAY, **left, step=None).save()
    with broken("applications_batch_round_or_notice"):
        batch = world["batch"]
        review = cases.review_cases.make_round(bob, award.programme.park)
        StepBatch.objects.filter(pk=batch.pk).update(round=review)
    with broken("applications_log_never_changes"):
        world["row"].delete()
    with broken("applications_batch_once"):
        StepBatch.objects.create(step=world["batch"].step, number=1, created_at=NOW)
    with broken("applications_minutes_once"):
        Meeting.objects.filter(pk=world["meeting"].pk).update(number=world["held"].number)
    with broken("applications_open_programme_is_frozen"):
        ProgrammeStep.objects.create(programme=world["open"], position=7, kind="site_visit")
    with broken("applications_stands_where_logged"):
        StepLog.objects.create(
            application=outside, state="returned", entered_at=NOW, entered_on=DAY, handed_in_by=alice
        )


def test_the_database_alone_refuses_an_award_without_its_own_commitment(
    world: dict[str, Any],
) -> None:
    """Past every service: state, amount and somebody else's commitment written by hand."""
    with broken("applications_award_is_committed"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        Application.objects.filter(pk=world["award"].pk).update(commitment=None, state="rejected")


def test_every_rule_has_words(db: None) -> None:
    from core.saving import DATABASE_RULES

    for model in (
        Programme,
        ProgrammeStep,
        StepBatch,
        Application,
        StepLog,
        Meeting,
        Decision,
        GrantAgreement,
        AwardRelease,
    ):
        for constraint in model._meta.constraints:
            assert str(constraint.get_violation_error_message())
    assert {
        "applications_open_programme_is_frozen",
        "applications_handed_in_is_frozen",
        "applications_award_is_committed",
        "applications_log_never_changes",
        "applications_stands_where_logged",
        "applications_confirmed_meeting_is_frozen",
        "applications_confirmed_release_is_frozen",
        "applications_release_needs_two",
    } <= set(DATABASE_RULES)
