"""Each rule of the database over policies and matching, broken by its name past Python's own checks."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from funding import services
from funding.models import (
    Policy,
    PolicyAnswer,
    PolicyRelation,
    PolicyVersion,
    PortfolioRun,
    Proposal,
    StatedPolicyFact,
)
from incubators.models import Incubator, Park
from tests.constraints import broken
from tests.factories import NOW, make_project
from tests.funding.applicants import DAY, fixed, make_firm, make_title, offer
from tests.funding.cast import make_draft

pytestmark = pytest.mark.django_db


def twin(record: Any, **values: Any) -> None:
    """The same row again, with a few values changed."""
    record.pk = None
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


@pytest.fixture
def version(park: Park, bob: User) -> PolicyVersion:
    return offer(park, bob, "JY-FREE", fixed(50_000, "recognised"), without_application=True)


def test_policies_and_versions(park: Park, bob: User, version: PolicyVersion) -> None:
    with broken("funding_policy_code_once"):
        twin(Policy.objects.get())
    with broken("funding_version_number_once"):
        twin(PolicyVersion.objects.get(), valid_from=date(2030, 1, 1))
    draft = make_draft(version.policy, bob)
    drafts = PolicyVersion.objects.filter(pk=draft.pk)
    with broken("funding_version_one_draft"):
        twin(drafts.get(), number=9)
    with broken("funding_draft_is_not_published"):
        drafts.update(published_at=NOW, published_by=bob)
    with broken("funding_version_budget_not_negative"):
        drafts.update(budget_yuan=-1)
    with broken("funding_version_published_pair"):
        drafts.update(published_at=NOW, state="published", valid_from=date(2010, 1, 1), valid_until=DAY)
    with broken("funding_version_dates"):
        drafts.update(valid_from=date(2021, 2, 1), valid_until=date(2021, 1, 1))
    with broken("funding_versions_do_not_overlap"):
        drafts.update(state="published", published_at=NOW, published_by=bob, valid_from=date(2022, 1, 1))
    with broken("funding_published_versions_are_frozen"):
        PolicyVersion.objects.filter(pk=version.pk).update(note="x")


def test_relations(park: Park, bob: User, version: PolicyVersion) -> None:
    other = offer(park, bob, "JY-B", fixed(1, "a"))
    services.relate_policies(policy=version.policy, other=other.policy, kind="higher", actor=bob, at=NOW)
    with broken("funding_relation_once"):
        twin(PolicyRelation.objects.get())
    with broken("funding_relation_in_order"):
        PolicyRelation.objects.update(other=version.policy)


def test_stated_facts(alice: User, zhangjiang: Incubator, version: PolicyVersion) -> None:
    services.state_policy_fact(
        applicant=make_firm(alice, zhangjiang),
        version=version,
        key="recognised",
        value=True,
        on=DAY,
        actor=alice,
        at=NOW,
    )
    rows = StatedPolicyFact.objects.all()
    with broken("funding_stated_facts_stay_as_said"):
        rows.update(value=False)
    with broken("funding_stated_fact_of_one"):
        rows.update(enterprise=None)
    with broken("funding_stated_fact_second_person"):
        rows.update(verified_at=NOW, verified_by=alice)
    with broken("funding_stated_fact_verified_pair"):
        rows.update(verified_at=NOW)


def test_answers_and_proposals(alice: User, bob: User, zhangjiang: Incubator, version: PolicyVersion) -> None:
    make_title(make_firm(alice, zhangjiang), alice, bob)
    services.sweep(at=NOW)
    answers, proposals = PolicyAnswer.objects.all(), Proposal.objects.all()
    with broken("funding_kept_answers_are_frozen"):
        answers.update(sha256="0" * 64)
    with broken("funding_answer_of_one"):
        answers.update(project=make_project(alice, zhangjiang))
    copy = PolicyAnswer.objects.get()
    twin(copy)
    with broken("funding_proposal_once"):
        twin(Proposal.objects.get(), answer=copy)
    with broken("funding_proposal_decided_pair"):
        proposals.update(decided_at=NOW)
    with broken("funding_proposal_state_fits"):
        proposals.update(state="accepted")
    with broken("funding_proposal_dismissed_with_reason"):
        proposals.update(state="dismissed", decided_at=NOW, decided_by=bob)
    with broken("funding_proposal_amount_not_negative"):
        proposals.update(amount=-1)


def test_portfolio_runs(park: Park, bob: User, version: PolicyVersion) -> None:
    services.start_run(park=park, version=version, as_of=DAY, name="x", actor=bob, at=NOW)
    rows = PortfolioRun.objects.all()
    with broken("funding_finished_runs_are_frozen"):
        rows.update(name="y")
    half = PortfolioRun.objects.get()
    twin(half, state="waiting", progress=0, result=None)
    waiting = rows.filter(state="waiting")
    with broken("funding_run_done_is_whole"):
        waiting.update(state="done")
    with broken("funding_run_progress_percent"):
        waiting.update(progress=101)


def test_nothing_of_it_is_left_to_python(db: None) -> None:
    """The rules over time and freezing are triggers and an exclusion: they stand in the database itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'funding\\_%' ORDER BY tgname")
        found = [name for (name,) in cursor.fetchall()]
    assert found == [
        "funding_finished_runs_are_frozen",
        "funding_kept_answers_are_frozen",
        "funding_published_versions_are_frozen",
        "funding_stated_facts_stay_as_said",
    ]
