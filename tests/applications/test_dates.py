"""Days that would go round a rule: a notice of the past, a round that is over before it begins."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import User
from applications import services
from applications.models import Application, Meeting, Programme
from core.errors import Invalid
from incubators.models import Incubator, Park
from ledger.models import Budget
from ledger.services import Part
from reviews.models import PublicNotice, ReviewRound
from tests.applications import cases
from tests.applications.cases import DAY, MEETING, NOTICE, NOW, REVIEW, again, later
from tests.applications.test_web import page, text

pytestmark = pytest.mark.django_db


def test_a_notice_entered_after_it_began_says_so(
    alice: User, bob: User, dora: User, park: Park, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: later(9))
    programme = cases.make_programme(bob, park, steps=(NOTICE, MEETING))
    (one,) = cases.applied(alice, programme, zhangjiang)
    step = programme.steps.get(kind="public_notice")
    services.open_step_notice(step=step, title="公示", on=date(2021, 5, 20), actor=bob, at=NOW)
    notice = PublicNotice.objects.get()
    for address in (f"/reviews/notices/{notice.pk}/", f"/applications/{one.pk}/chain/"):
        assert "entered on 2021-06-01, after it had begun" in text(page(dora).get(address)), address
    notice.starts_on = DAY
    assert notice.entered_late_on is None


def fields(error: Invalid) -> list[str]:
    return [one.field for one in error.fields]


@pytest.mark.parametrize("on", [date(1, 1, 1), date(2021, 4, 30)])
def test_a_notice_does_not_begin_before_the_programme(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, on: date
) -> None:
    programme = cases.make_programme(bob, park, steps=(NOTICE, MEETING))
    cases.applied(alice, programme, zhangjiang, 2)
    step = programme.steps.get(kind="public_notice")
    with pytest.raises(Invalid) as refused:
        services.open_step_notice(step=step, title="公示", on=on, actor=bob, at=later(2))
    assert (fields(refused.value), PublicNotice.objects.count()) == (["on"], 0)
    services.open_step_notice(step=step, title="公示", on=DAY, actor=bob, at=later(2))
    assert PublicNotice.objects.get().starts_on == DAY


@pytest.mark.parametrize("closes_on", [date(1, 1, 1), date(2021, 4, 30)])
def test_a_review_does_not_end_before_the_programme_began(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, closes_on: date
) -> None:
    programme = cases.make_programme(bob, park, steps=(REVIEW, MEETING))
    cases.applied(alice, programme, zhangjiang)
    step = programme.steps.get(kind="professional_review")
    with pytest.raises(Invalid) as refused:
        services.start_review(step=step, values={"closes_on": closes_on}, actor=bob, at=NOW)
    assert (fields(refused.value), ReviewRound.objects.count()) == (["closes_on"], 0)
    services.start_review(step=step, values={"closes_on": DAY}, actor=bob, at=NOW)


@pytest.mark.parametrize("held_on", [date(1, 1, 1), date(2021, 4, 30)])
def test_a_meeting_is_not_held_before_the_programme_opened(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, held_on: date
) -> None:
    programme = cases.make_programme(bob, park, steps=(MEETING,))
    (one,) = cases.applied(alice, programme, zhangjiang)
    with pytest.raises(Invalid) as refused:
        cases.put_to_meeting(programme, bob, [one], held_on=held_on)
    assert (fields(refused.value), Meeting.objects.count()) == (["held_on"], 0)


def test_an_agreement_is_not_signed_before_the_application(
    alice: User,
    bob: User,
    gina: User,
    fiona: User,
    park: Park,
    zhangjiang: Incubator,
    budget: Budget,
) -> None:
    programme: Programme = cases.make_programme(bob, park, budget=budget, needs_agreement=True)
    award: Application = cases.approved(programme, alice, bob, gina, zhangjiang)

    def sign(on: date) -> Any:
        plan = [Part(award.approved_amount or 0, DAY)]  # type: ignore[arg-type]
        values = {"number": "协议1号", "signed_on": on}
        return services.sign_agreement(application=award, values=values, plan=plan, actor=fiona, at=NOW)

    with pytest.raises(Invalid) as refused:
        sign(DAY - timedelta(days=1))
    assert (fields(refused.value), again(award).state) == (["signed_on"], "approved")
    sign(DAY)
