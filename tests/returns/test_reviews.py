"""Several returns verified at once: plain ones only, each by the rules of a single verification."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from core.errors import Invalid
from incubators.models import Incubator
from returns.models import PeriodReturn
from returns.selectors import open_reviews, waiting_together
from returns.services import LineInput, Seen, open_returns, save_lines, submit_return, verify_returns
from tests import factories
from tests.api import Api, is_problem
from tests.evaluation.test_web_runs import signed_in
from tests.returns import cases
from tests.returns.cases import JULY, MAY

pytestmark = pytest.mark.django_db
ADDRESS = "/returns/reviews/"


@pytest.fixture
def plain(zhangjiang: Incubator, alice: User, bob: User) -> PeriodReturn:
    """April, with nothing to compare it to."""
    return cases.submitted(zhangjiang, alice, bob)


def explained(record: PeriodReturn, alice: User) -> PeriodReturn:
    cases.fill(record, alice)
    save_lines(
        record=record,
        lines={"events_held": LineInput(explanation="As every year.")},
        actor=alice,
        at=MAY,
    )
    return submit_return(record=record, actor=alice, at=MAY)


def verdicts(actor: User, *records: PeriodReturn) -> list[str]:
    found = verify_returns(seen=[Seen(row, row.version) for row in records], actor=actor, at=MAY)
    return [getattr(verdict.refusal, "code", "verified") for verdict in found]


def test_plain_ones_are_verified_and_the_others_wait(
    plain: PeriodReturn, shenzhen: Incubator, charlie: User, bob: User
) -> None:
    other = explained(cases.make_return(shenzhen, bob), charlie)
    assert [row.to_look_at for row in waiting_together(open_reviews(bob))] == [(), ("举办活动场次",)]
    assert verdicts(bob, other, plain) == ["asks_a_look", "verified"]
    plain.refresh_from_db()
    other.refresh_from_db()
    assert [(row.state, row.verified_by) for row in (plain, other)] == [
        ("verified", bob),
        ("submitted", None),
    ]


def test_what_changed_since_it_was_seen_or_submitted_is_not_verified(
    plain: PeriodReturn, alice: User, bob: User
) -> None:
    stale = verify_returns(seen=[Seen(plain, plain.version - 1)], actor=bob, at=MAY)
    assert getattr(stale[0].refusal, "code", "") == "stale"
    project = factories.make_project(alice, plain.incubator)
    factories.make_fact(alice, project, "registered", on=plain.starts_on, verifier=bob)
    assert verdicts(bob, plain) == ["drifted"]


def test_what_is_typed_instead_of_the_records_is_looked_at(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    lines = {"landed": LineInput(Decimal(2), has_value=True, reason="One more is being registered.")}
    save_lines(record=record, lines=lines, actor=alice, at=MAY)
    assert verdicts(bob, submit_return(record=record, actor=alice, at=MAY)) == ["asks_a_look"]


def test_a_second_person_also_for_many(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    save_lines(record=record, lines=cases.typed(events_held="4"), actor=bob, at=MAY)
    record = submit_return(record=record, actor=alice, at=MAY)
    assert verdicts(bob, record) == ["second_person"]
    assert verdicts(alice, record) == ["refused"]
    with pytest.raises(Invalid):
        verify_returns(seen=[], actor=bob, at=MAY)


def test_the_page_ticks_and_says_what_became_of_each(
    plain: PeriodReturn, shenzhen: Incubator, alice: User, charlie: User, bob: User, dora: User
) -> None:
    other = explained(cases.make_return(shenzhen, bob), charlie)
    assert [signed_in(user).get(ADDRESS).status_code for user in (alice, dora, bob)] == [403, 403, 200]
    assert signed_in(alice).post(ADDRESS, {"return": f"{plain.pk}@{plain.version}"}).status_code == 403
    client = signed_in(bob)
    html = client.get(ADDRESS).content.decode()
    assert [f'value="{row.pk}@' in html for row in (plain, other)] == [True, False]
    ticked = [f"{row.pk}@{row.version}" for row in (plain, other)]
    answer = client.post(ADDRESS, {"return": [*ticked, "x@1", "999999@1", "1"]}, follow=True)
    said = [str(message.message) for message in answer.context["messages"]]
    assert [len(said), "1" in said[0]] == [2, True]
    assert list(PeriodReturn.objects.filter(state="verified")) == [plain]
    empty = client.post(ADDRESS, {}, follow=True)
    assert [message.level_tag for message in empty.context["messages"]] == ["error"]


def test_the_page_asks_as_much_for_three_as_for_one(zhangjiang: Incubator, alice: User, bob: User) -> None:
    cases.make_duty(zhangjiang, bob)
    made = open_returns(at=JULY)
    client = signed_in(bob)
    assert client.get(reverse("return-reviews")).status_code == 200
    counts = []
    for record, rows in zip(made, (1, 2, 3), strict=True):
        save_lines(record=record, lines=cases.typed(**cases.TYPED), actor=alice, at=JULY)
        submit_return(record=record, actor=alice, at=JULY)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(ADDRESS)
        assert len(page.context["rows"]) == rows
        counts.append(len(queries))
    assert counts == [counts[0]] * 3


def test_by_rest_each_has_its_answer(
    plain: PeriodReturn, shenzhen: Incubator, alice: User, charlie: User, bob: User
) -> None:
    other = explained(cases.make_return(shenzhen, bob), charlie)
    body = {
        "returns": [{"id": row.pk, "version": row.version} for row in (other, plain)]
        + [{"id": 999999, "version": 1}]
    }
    is_problem(Api(alice).post("returns/verify/", body), 403, "refused")
    is_problem(Api(bob).post("returns/verify/", {"returns": []}), 422, "invalid")
    answer = Api(bob).post("returns/verify/", body)
    assert [(row["id"], row["verified"], row["code"]) for row in answer.json()["results"]] == [
        (other.pk, False, "asks_a_look"),
        (plain.pk, True, ""),
        (999999, False, "not_found"),
    ]
