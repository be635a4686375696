"""Lists and the project page ask the database as often for three rows as for one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from incubators.models import Incubator
from projects import services
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def queries_of(client: Any, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def add(alice: User, zhangjiang: Incubator, shenzhen: Incubator, number: int) -> int:
    """A project that returned, with a proposal and a twin that looks like it."""
    project = factories.make_project(alice, zhangjiang, name_zh=f"归航示例{number}号机")
    factories.make_project(alice, zhangjiang, name_zh=f"歸航示例{number}號機")
    services.save_leg(
        project=project,
        sequence=1,
        values={
            "from_place": "Uppsala",
            "to_place": "上海",
            "from_country": "SE",
            "to_country": "CN",
            "departed_on": date(2021, 4, 1),
            "arrived_on": date(2021, 5, 1),
        },
        actor=alice,
        at=NOW,
    )
    services.propose_credit(
        project=project,
        shares={zhangjiang: Decimal(60), shenzhen: Decimal(40)},
        actor=alice,
        at=NOW,
    )
    return project.pk


@pytest.mark.parametrize(
    "path", ["/projects/returned/", "/projects/credit/", "/projects/follow-ups/", "/projects/duplicates/"]
)
def test_queries_do_not_grow(
    path: str, alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator, client: Any
) -> None:
    client.force_login(alice)
    add(alice, zhangjiang, shenzhen, 1)
    one = queries_of(client, path)
    for number in (2, 3):
        add(alice, zhangjiang, shenzhen, number)
    assert queries_of(client, path) == one


def test_a_longer_checklist_asks_no_more(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator, client: Any
) -> None:
    client.force_login(alice)
    pk = add(alice, zhangjiang, shenzhen, 1)
    url = f"/projects/{pk}/"
    one = queries_of(client, url)
    project = factories.Project.objects.get(pk=pk)
    for sequence in (2, 3):
        values = {"from_place": "上海", "to_place": "江阴", "planned_on": date(2021, 7, 1)}
        services.save_leg(project=project, sequence=sequence, values=values, actor=alice, at=NOW)
    # Steps come with the first leg that has any, whatever their number.
    assert queries_of(client, url) <= one + 1
