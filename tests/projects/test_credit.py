"""The credit for a landing is divided by agreement: every side answers, the park decides disputes."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Notice, User
from core.errors import Conflict, Invalid, Refused
from incubators.models import Incubator, Park
from projects import services
from projects.models import CreditProposal, CreditShare, Project
from tests import factories
from tests.api import Api, is_problem
from tests.concurrency import together
from tests.factories import NOW
from tests.remembered import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang, summary="秘密")


@pytest.fixture
def split(zhangjiang: Incubator, shenzhen: Incubator) -> dict[Incubator, Any]:
    return {zhangjiang: Decimal(60), shenzhen: Decimal(40)}


def propose(project: Project, split: dict[Incubator, Any], actor: User) -> CreditProposal:
    return services.propose_credit(project=project, shares=split, words="示例", actor=actor, at=NOW)


def respond(
    proposal: CreditProposal, actor: User, side: Incubator | None, answer: str = "agree", words: str = ""
) -> CreditProposal:
    return services.answer_proposal(
        proposal=proposal, answer=answer, words=words, incubator=side, actor=actor, at=NOW
    )


def in_force(project: Project) -> dict[str, Decimal]:
    return dict(project.credit_shares.values_list("incubator__code", "percent"))


def test_shares_are_in_force_when_every_side_agreed(
    project: Project, split: Any, alice: User, bob: User, charlie: User, shenzhen: Incubator
) -> None:
    proposal = propose(project, split, alice)
    assert (proposal.state, in_force(project)) == ("open", {})
    assert set(Notice.objects.values_list("user__username", flat=True)) == {"bob", "charlie"}
    proposal = respond(proposal, charlie, shenzhen)
    assert (proposal.state, in_force(project)) == ("open", {})
    proposal = respond(proposal, bob, None)
    assert (proposal.state, in_force(project)) == ("agreed", {"zhangjiang": 60, "shenzhen": 40})
    with refused(Conflict, "over"):
        respond(proposal, charlie, shenzhen, "object", "x")


def test_an_objection_says_why_and_the_park_decides(
    project: Project, split: Any, alice: User, bob: User, charlie: User, shenzhen: Incubator
) -> None:
    proposal = propose(project, split, alice)
    with refused(Invalid, "words:required"):
        respond(proposal, charlie, shenzhen, "object")
    with refused(Conflict, "not_disputed"):
        services.decide_proposal(proposal=proposal, accept=True, reason="x", actor=bob, at=NOW)
    proposal = respond(proposal, charlie, shenzhen, "object", "应为一半")
    assert proposal.state == "objected"
    with refused(Refused, "refused"):
        services.decide_proposal(proposal=proposal, accept=True, reason="x", actor=alice, at=NOW)
    with refused(Invalid, "reason:required"):
        services.decide_proposal(proposal=proposal, accept=True, reason=" ", actor=bob, at=NOW)
    proposal = services.decide_proposal(proposal=proposal, accept=False, reason="协商", actor=bob, at=NOW)
    assert (proposal.state, in_force(project)) == ("rejected", {})
    again = propose(project, split, alice)
    respond(again, charlie, shenzhen, "object", "x")
    services.decide_proposal(proposal=again, accept=True, reason="依据协议", actor=bob, at=NOW)
    assert in_force(project) == {"zhangjiang": 60, "shenzhen": 40}
    assert project.credit_proposals.count() == 2


def test_a_side_may_change_its_mind(
    project: Project, split: Any, alice: User, bob: User, charlie: User, shenzhen: Incubator
) -> None:
    proposal = propose(project, split, alice)
    respond(proposal, charlie, shenzhen, "object", "x")
    respond(proposal, bob, None)
    assert respond(proposal, charlie, shenzhen).state == "agreed"


def test_nobody_answers_for_another_side(
    project: Project, split: Any, alice: User, bob: User, charlie: User, dora: User, shenzhen: Incubator
) -> None:
    proposal = propose(project, split, alice)
    for person, side in ((alice, shenzhen), (bob, shenzhen), (alice, None), (charlie, None), (dora, None)):
        with refused(Refused, "refused"):
            respond(proposal, person, side)
    with refused(Refused, "refused"):
        services.withdraw_proposal(proposal=proposal, actor=charlie, at=NOW)
    services.withdraw_proposal(proposal=proposal, actor=alice, at=NOW)


def test_one_open_proposal_at_a_time_and_always_100(
    project: Project, split: Any, alice: User, zhangjiang: Incubator
) -> None:
    with refused(Invalid, "credit_shares:total"):
        propose(project, {zhangjiang: Decimal(99)}, alice)
    propose(project, split, alice)
    with refused(Conflict, "proposal_open"):
        propose(project, split, alice)


def test_the_other_operator_sees_the_proposal_and_nothing_else(
    project: Project, split: Any, alice: User, charlie: User, dora: User, shenzhen: Incubator
) -> None:
    proposal = propose(project, split, alice)
    stranger = factories.make_operator(factories.make_incubator(project.park, "kista"), "grace")
    assert list(CreditProposal.objects.visible_to(charlie)) == [proposal]
    assert list(CreditProposal.objects.visible_to(stranger)) == []
    api = Api(charlie)
    body = api.get(f"credit-proposals/{proposal.pk}/").json()
    assert body["project_code"] == project.code
    assert "秘密" not in str(body)
    is_problem(api.get(f"projects/{project.pk}/"), 404, "not_found")
    is_problem(Api(stranger).get(f"credit-proposals/{proposal.pk}/"), 404, "not_found")
    answered = api.post(
        f"credit-proposals/{proposal.pk}/answers/", {"answer": "agree", "incubator": "shenzhen"}
    )
    assert (answered.status_code, answered.json()["state"]) == (200, "open")
    is_problem(
        Api(dora).post(f"credit-proposals/{proposal.pk}/answers/", {"answer": "agree"}), 403, "refused"
    )


def test_the_page_of_a_proposal(
    project: Project, split: Any, alice: User, bob: User, charlie: User, client: Any
) -> None:
    proposal = propose(project, split, alice)
    client.force_login(charlie)
    page = client.get(f"/projects/credit/{proposal.pk}/")
    assert page.status_code == 200
    assert f"/projects/{project.pk}/" not in page.content.decode()
    sent = {"side": proposal.shares.get(incubator__code="shenzhen").incubator_id, "answer": "object"}
    assert client.post(f"/projects/credit/{proposal.pk}/", sent).status_code == 422
    assert client.post(f"/projects/credit/{proposal.pk}/", {**sent, "words": "x"}).status_code == 302
    client.force_login(bob)
    decision = {"accept": "yes", "reason": "依据协议"}
    assert client.post(f"/projects/credit/{proposal.pk}/decide/", decision).status_code == 302
    assert CreditShare.objects.count() == 2
    for path in ("credit/", "credit/?state=all", f"{project.pk}/credit/propose/", f"{project.pk}/shares/"):
        assert client.get(f"/projects/{path}").status_code == 200


def test_an_incubator_without_an_operator_is_spoken_for_by_the_park(
    project: Project, park: Park, bob: User, alice: User, zhangjiang: Incubator
) -> None:
    empty = factories.make_incubator(park, "empty")
    proposal = propose(project, {zhangjiang: Decimal(50), empty: Decimal(50)}, alice)
    assert respond(proposal, bob, None).state == "agreed"


@pytest.mark.django_db(transaction=True)
def test_two_last_answers_at_once_put_the_shares_in_force_once(
    project: Project, split: Any, alice: User, bob: User, charlie: User, shenzhen: Incubator
) -> None:
    proposal = propose(project, split, alice)
    assert (
        together(lambda: respond(proposal, bob, None), lambda: respond(proposal, charlie, shenzhen))
        == ["CreditProposal"] * 2
    )
    proposal.refresh_from_db()
    assert (proposal.state, sum(in_force(project).values())) == ("agreed", 100)
