"""Records by their name keys: few keys by the index, thousands by a join, the same answer."""

import pytest

from accounts.models import User
from exchange.importers import finding
from incubators.models import Incubator
from projects.models import Project
from projects.services import create_project
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("most_by_index", [50, 0])
def test_every_way_of_asking_finds_the_same_records(
    alice: User, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch, most_by_index: int
) -> None:
    monkeypatch.setattr(finding, "MOST_KEYS_BY_INDEX", most_by_index)
    sensors, _battery = (
        create_project(
            park=zhangjiang.park, incubator=zhangjiang, values={"name_zh": name}, actor=alice, at=NOW
        )
        for name in ("示例传感器", "示例电池")
    )
    seen = Project.objects.visible_to(alice).filter(incubator=zhangjiang)
    found = finding.with_any_key(seen, {*sensors.name_keys, 'a "quoted" \\ {key}', "another"})
    assert list(found.order_by("pk").values_list("pk", "name_keys")) == [(sensors.pk, sensors.name_keys)]
    assert list(finding.with_any_key(seen, {"another"})) == []
    assert list(finding.with_any_key(seen.filter(park=None), set(sensors.name_keys))) == []
