"""Money of an award that is not needed: one person proposes, a second confirms, the budget has it back."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import translation

from accounts.models import User
from applications import services
from applications.enums import MoneyStage
from applications.models import Application, AwardRelease, Programme, StepLog
from applications.selectors import money_stage, ranking_of, releasable, trail_of, waiting_applications
from core.errors import Conflict, Invalid, Refused
from core.history import verify
from core.models import HistoryEntry
from incubators.models import Incubator, Park
from ledger.models import Budget, Entry
from ledger.selectors import budget_standing
from ledger.services import Part, release_commitment
from tests.api import Api
from tests.applications import cases
from tests.applications.cases import DAY, NOW, again
from tests.applications.test_web import page, text
from tests.concurrency import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(bob: User, park: Park, budget: Budget) -> Programme:
    return cases.make_programme(bob, park, budget=budget, needs_agreement=True)


@pytest.fixture
def award(programme: Programme, alice: User, bob: User, gina: User, zhangjiang: Incubator) -> Application:
    """100,000 of a budget of 1,000,000, approved."""
    return cases.approved(programme, alice, bob, gina, zhangjiang)


def stands(budget: Budget) -> tuple[Decimal, Decimal]:
    found = budget_standing(budget)
    return found.available, found.committed


def test_an_applicant_gives_up_and_the_budget_has_the_money_back(
    award: Application, budget: Budget, alice: User, bob: User, fiona: User, zhangjiang: Incubator
) -> None:
    release = services.propose_release(application=award, reason="团队解散，不再实施", actor=fiona, at=NOW)
    assert (release.amount, again(award).state) == (Decimal(100_000), "approved")
    assert stands(budget) == (Decimal(900_000), Decimal(100_000))
    services.confirm_release(release=release, actor=bob, at=NOW)
    ended = again(award)
    assert (ended.state, ended.approved_amount) == ("given_up", Decimal(100_000))
    assert stands(budget) == (Decimal(1_000_000), Decimal(0))
    assert money_stage(ended) == MoneyStage.RELEASED
    last = StepLog.objects.filter(application=award, left_at=None).get()
    before = StepLog.objects.get(application=award, state="approved")
    assert (last.state, before.result, before.reason) == ("given_up", "ended", "团队解散，不再实施")
    codes = [point.code for point in trail_of(ended, DAY).line]
    assert codes == ["received", "formal_check", "meeting", "approved", "given_up"]
    assert award.project is not None
    cases.make_draft(alice, award.programme, award.project)  # he may apply once more
    assert list(verify()) == []


def test_a_place_that_was_given_up_is_free_for_the_next(
    alice: User, bob: User, gina: User, fiona: User, park: Park, zhangjiang: Incubator, budget: Budget
) -> None:
    programme = cases.make_programme(bob, park, budget=budget, quota=1)
    award = cases.approved(programme, alice, bob, gina, zhangjiang)
    assert ranking_of(programme).places == 0
    release = services.propose_release(application=award, reason="放弃", actor=fiona, at=NOW)
    services.confirm_release(release=release, actor=bob, at=NOW)
    assert ranking_of(programme).places == 1


def test_an_agreement_for_less_gives_the_rest_back(
    award: Application, budget: Budget, bob: User, fiona: User
) -> None:
    release = services.propose_release(
        application=award, amount=Decimal(30_000), reason="按实际投入核减", actor=bob, at=NOW
    )
    services.confirm_release(release=release, actor=fiona, at=NOW)
    assert (again(award).state, stands(budget)) == ("approved", (Decimal(930_000), Decimal(70_000)))
    values = {"number": "协议1号", "signed_on": DAY}
    with pytest.raises(Invalid) as refused:
        services.sign_agreement(
            application=award, values=values, plan=[Part(Decimal(100_000), DAY)], actor=fiona, at=NOW
        )
    assert "70,000" in str(refused.value)
    services.sign_agreement(
        application=award, values=values, plan=[Part(Decimal(70_000), DAY)], actor=fiona, at=NOW
    )
    assert again(award).state == "agreed"


def test_the_rest_after_a_first_payment_goes_back_and_the_application_closes(
    award: Application, budget: Budget, alice: User, bob: User, fiona: User
) -> None:
    plan = [Part(Decimal(60_000), DAY), Part(Decimal(40_000), DAY)]
    values = {"number": "协议1号", "signed_on": DAY}
    services.sign_agreement(application=award, values=values, plan=plan, actor=fiona, at=NOW)
    cases.receive(award, 1, alice, bob, fiona)
    commitment = again(award).commitment
    assert commitment is not None
    assert releasable(commitment) == Decimal(40_000)
    with pytest.raises(Invalid):
        services.propose_release(
            application=award, amount=Decimal("40000.01"), reason="超出", actor=fiona, at=NOW
        )
    release = services.propose_release(application=award, reason="第二期不再实施", actor=fiona, at=NOW)
    services.confirm_release(release=release, actor=bob, at=NOW)
    assert again(award).state == "agreed"
    services.close_application(application=award, actor=bob, at=NOW)
    assert (again(award).state, stands(budget)) == ("closed", (Decimal(940_000), Decimal(0)))


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "100000.01", "NaN", "Infinity"])
def test_a_wrong_amount_is_refused(award: Application, fiona: User, amount: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.propose_release(
            application=award, amount=Decimal(amount), reason="示例", actor=fiona, at=NOW
        )
    assert [one.field for one in refused.value.fields] == ["amount"]
    assert AwardRelease.objects.count() == 0


def test_nobody_confirms_his_own_and_operators_neither(award: Application, alice: User, fiona: User) -> None:
    with pytest.raises(Refused):
        services.propose_release(application=award, reason="示例", actor=alice, at=NOW)
    release = services.propose_release(application=award, reason="示例", actor=fiona, at=NOW)
    for person in (fiona, alice):
        with pytest.raises(Refused):
            services.confirm_release(release=release, actor=person, at=NOW)
    with pytest.raises(Conflict) as second:
        services.propose_release(application=award, reason="再来一次", actor=fiona, at=NOW)
    assert second.value.code == "release_waits"
    services.discard_release(release=release, actor=fiona, at=NOW)
    with pytest.raises(Conflict) as gone:
        services.confirm_release(release=release, actor=fiona, at=NOW)
    assert gone.value.code == "discarded"
    actions = HistoryEntry.objects.filter(action__contains="release").order_by("pk").values_list("action")
    assert [action for (action,) in actions] == [
        "application.release_proposed",
        "application.release_discarded",
    ]


def test_only_an_award_gives_money_back(
    programme: Programme, alice: User, fiona: User, zhangjiang: Incubator
) -> None:
    (one,) = cases.applied(alice, programme, zhangjiang)
    with pytest.raises(Conflict) as refused:
        services.propose_release(application=one, reason="示例", actor=fiona, at=NOW)
    assert refused.value.code == "not_in_this_state"


def test_the_ledger_alone_does_not_release_an_award(award: Application, bob: User, fiona: User) -> None:
    assert award.commitment is not None
    with pytest.raises(Conflict) as refused:
        release_commitment(commitment=award.commitment, key="r", reason="示例", actor=fiona, at=NOW)
    assert refused.value.code == "released_by_subject"
    with pytest.raises(IntegrityError, match="without a confirmed release"):
        _past_python(award, fiona)
    assert Entry.objects.filter(kind="release").count() == 0


@transaction.atomic
def _past_python(award: Application, fiona: User) -> None:
    assert award.commitment is not None
    release_commitment(
        commitment=award.commitment, key="r", reason="示例", by_subject=True, actor=fiona, at=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_two_confirm_at_once_and_it_is_booked_once(
    award: Application, budget: Budget, bob: User, gina: User, fiona: User
) -> None:
    release = services.propose_release(application=award, reason="示例", actor=fiona, at=NOW)

    def confirm(person: User) -> Any:
        return lambda: services.confirm_release(release=release, actor=person, at=NOW)

    assert sorted(together(confirm(bob), confirm(gina))) == ["AwardRelease", "Conflict"]
    assert stands(budget) == (Decimal(1_000_000), Decimal(0))


def test_on_the_page_and_in_the_chain(
    award: Application,
    alice: User,
    bob: User,
    fiona: User,
    dora: User,
    erik: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    address = f"/applications/{award.pk}/"
    with translation.override("en"):
        finance = page(fiona)
        assert "Propose to give money back to the budget" in text(finance.get(address))
        wrong = finance.post(f"{address}release/", {"amount": "20万", "reason": "超出"})
        assert wrong.status_code == 422
        assert 'value="20万"' in wrong.content.decode()
        assert finance.post(f"{address}release/", {"amount": "", "reason": ""}).status_code == 422
        assert finance.post(f"{address}release/", {"amount": "", "reason": "团队解散"}).url == address
        release = AwardRelease.objects.get()
        own = text(finance.get(address))
        assert "another administrator or the finance officer confirms" in own
        assert [one.label for one in waiting_applications(user=bob, limit=9) if "#releases" in one.url] == [
            award.title
        ]
        confirm = f"/applications/releases/{release.pk}/confirm/"
        assert page(erik).post(confirm).status_code == 404
        assert page(alice).post(confirm).status_code == 403
        assert page(dora).post(f"{address}release/", {"reason": "x"}).status_code == 403
        assert finance.post(confirm).status_code == 403
        page(bob).post(confirm)
        whole = text(page(dora).get(f"{address}chain/"))
        for words in ("Money that is not needed", "团队解散", "Award given up", "award given up"):
            assert words in whole, words
        assert f"proposed by {fiona}" in whole
        assert f"confirmed by {bob}" in whole


def test_by_rest(award: Application, alice: User, bob: User, fiona: User, erik: User) -> None:
    finance, park = Api(fiona), Api(bob)
    body = {"application": award.pk, "amount": "100000.00", "reason": "团队解散"}
    assert Api(alice).post("award-releases/", body).status_code == 403
    made = finance.post("award-releases/", body)
    assert (made.status_code, made.json()["confirmed_at"]) == (201, None)
    address = f"award-releases/{made.json()['id']}/"
    assert finance.post(f"{address}confirm/").status_code == 403
    assert Api(erik).get(address).status_code == 404
    done = park.post(f"{address}confirm/")
    assert (done.status_code, done.json()["confirmed_by"], done.json()["amount"]) == (
        200,
        "bob",
        "100000.00",
    )
    assert park.post(f"{address}confirm/").status_code == 409
    assert park.delete(address, If_Match=done["ETag"]).status_code == 409
    assert again(award).state == "given_up"
