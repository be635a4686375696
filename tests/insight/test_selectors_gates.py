"""States read set by set equal those read one by one."""

from dataclasses import replace

import pytest

from accounts.models import User
from incubators.models import Incubator
from insight.selectors.gates import states_of
from projects.selectors import state_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_states_of_many_equal_the_state_of_each(alice: User, bob: User, zhangjiang: Incubator) -> None:
    from decimal import Decimal

    from projects.models import Project
    from projects.services import attach_file, set_credit_shares

    bare = factories.make_project(alice, zhangjiang)
    full = factories.make_project(alice, zhangjiang, team_lead="甲", summary="概述")
    factories.make_fact(alice, full, "signed")
    factories.make_fact(alice, full, "registered", verifier=bob)
    attach_file(
        project=full,
        file=factories.make_evidence(alice, zhangjiang, kind="milestone"),
        actor=alice,
        at=factories.NOW,
    )
    set_credit_shares(project=full, shares={zhangjiang: Decimal(100)}, actor=alice, at=factories.NOW)
    projects = list(Project.objects.filter(pk__in=[bare.pk, full.pk]).select_related("enterprise"))
    states = states_of(projects)
    for project in projects:
        assert states[project.pk] == replace(state_of(project), previous_stage=None)
