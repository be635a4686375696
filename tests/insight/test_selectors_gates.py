"""Projects that one thing keeps from their next stage."""

import pytest

from accounts.models import User
from incubators.models import Incubator
from insight.selectors.gates import near_gates
from projects.models import Project
from tests import factories

pytestmark = pytest.mark.django_db


def test_only_projects_that_miss_one_thing_are_near(alice: User, zhangjiang: Incubator) -> None:
    factories.make_project(alice, zhangjiang, team_lead="甲")  # sector and source are missing
    near = factories.make_project(alice, zhangjiang, team_lead="乙", lead_source="event")
    projects = list(Project.objects.select_related("enterprise").order_by("pk"))
    assert [(found.project, found.to_stage, found.missing.field) for found in near_gates(projects)] == [
        (near, "screening", "sector")
    ]
