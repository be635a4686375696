"""免申即享: the nightly sweep proposes what needs no application, once; the park decides."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, User
from core.errors import Conflict, Invalid, Refused
from funding import services
from funding.models import PolicyAnswer, Proposal
from funding.report import recompute
from funding.tasks import sweep as task
from incubators.models import Incubator, Park
from tests.api import Api
from tests.factories import NOW
from tests.funding.applicants import fixed, make_firm, make_title, offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def entitled(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> Any:
    """One enterprise with the title, one without, and policies with and without application."""
    firm = make_firm(alice, zhangjiang)
    make_title(firm, alice, bob)
    make_firm(alice, zhangjiang)
    offer(park, bob, "JY-FREE", fixed(50_000, "recognised"), without_application=True)
    offer(park, bob, "JY-ASKED", fixed(90_000, "recognised"))
    return firm


def test_everybody_entitled_is_proposed_once(alice: User, bob: User, charlie: User, entitled: Any) -> None:
    assert (services.sweep(at=NOW), services.sweep(at=NOW + timedelta(days=1))) == (1, 0)
    proposal = Proposal.objects.get()
    assert (proposal.version.policy.code, proposal.enterprise, proposal.period, proposal.amount) == (
        "JY-FREE",
        entitled,
        "2021",
        50_000,
    )
    assert recompute(PolicyAnswer.objects.get()).is_identical
    told = Notice.objects.filter(kind="policy_proposal").order_by("user__username")
    assert [notice.user.username for notice in told] == ["alice", "bob"]
    assert services.sweep(at=NOW + timedelta(days=365)) == 1


def test_the_task_of_the_night_is_scheduled(settings: Any, db: None) -> None:
    assert {"task": "funding.sweep", "schedule": 24 * 3600.0} in settings.CELERY_BEAT_SCHEDULE.values()
    assert task() == 0


def test_a_new_version_does_not_propose_again(bob: User, park: Park, entitled: Any) -> None:
    services.sweep(at=NOW)
    policy = Proposal.objects.get().version.policy
    draft = services.start_version(policy=policy, actor=bob, at=NOW)
    services.publish_version(version=draft, valid_from=NOW.date(), actor=bob, at=NOW)
    assert services.sweep(at=NOW) == 0


def test_the_park_decides_and_says_why(alice: User, bob: User, entitled: Any) -> None:
    services.sweep(at=NOW)
    proposal = Proposal.objects.get()
    with pytest.raises(Refused):
        services.decide_proposal(proposal=proposal, accept=True, actor=alice, at=NOW)
    with pytest.raises(Invalid), transaction.atomic():
        services.decide_proposal(proposal=proposal, accept=False, actor=bob, at=NOW)
    services.decide_proposal(proposal=proposal, accept=False, reason="示例：已享受", actor=bob, at=NOW)
    with pytest.raises(Conflict):
        services.decide_proposal(proposal=proposal, accept=True, actor=bob, at=NOW)


def test_pages_and_rest(alice: User, bob: User, charlie: User, entitled: Any) -> None:
    services.sweep(at=NOW)
    proposal = Proposal.objects.get()
    url = reverse("entitlement-proposals")
    for user, seen in ((alice, True), (bob, True), (charlie, False)):
        client = Client()
        client.force_login(user)
        assert (entitled.name in client.get(url).content.decode()) is seen
    decide = f"policy-proposals/{proposal.pk}/decision/"
    assert Api(charlie).post(decide, {"decision": "accepted"}).status_code == 404
    assert Api(alice).post(decide, {"decision": "accepted"}).status_code == 403
    assert Api(bob).post(decide, {"decision": "accepted"}).json()["state"] == "accepted"
    assert [row["policy"] for row in Api(alice).get("policy-proposals/").json()["results"]] == ["JY-FREE"]
    client = Client()
    client.force_login(bob)
    answer = client.post(reverse("entitlement-proposal-decide", args=[proposal.pk]), {"decision": "accept"})
    assert answer.status_code == 302
