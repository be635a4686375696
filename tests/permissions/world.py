"""The demonstration data with ids that name their table, and one record of Zhangjiang of every kind.

Each table counts from a million of its own, so an id fits an address as one kind of record only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection, models
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from evaluation.services import request_report
from incubators.models import Incubator
from tests.architecture.test_models import our_models
from tests.exchange.loop import bring

OWNER, STRANGER = "op-zhangjiang", "op-shenzhen"
ROLES = {
    "nobody": "",
    "operator": OWNER,
    "other operator": STRANGER,
    "park": "park-jiangyin",
    "other park": "park-wuxi",
    "finance": "finance-jiangyin",
    "auditor": "auditor",
    "expert": "expert-1",
}


@dataclass
class World:
    """People by role, and the records that are Zhangjiang's alone, by model."""

    people: dict[str, User | None]
    private: dict[type[models.Model], Any] = field(default_factory=dict)
    shared: dict[type[models.Model], Any] = field(default_factory=dict)

    def first(self, label: str) -> Any:
        for records in (self.private, self.shared):
            for model, record in records.items():
                if model._meta.label == label:
                    return record
        return None


def build() -> World:
    """Load the demonstration data and look for one record of every kind."""
    _count_from_millions()
    with override_settings(DEMO_ACCOUNTS_ALLOWED=True):
        call_command("load_demo", stdout=StringIO())
    people = {role: User.objects.get(username=name) if name else None for role, name in ROLES.items()}
    _record_what_people_make(people["operator"])
    world = World(people)
    for model in our_models():
        manager: Any = model._default_manager
        if not hasattr(manager.all(), "visible_to"):
            continue
        owned = manager.visible_to(people["operator"])
        others = manager.visible_to(people["other operator"]).values("pk")
        record = owned.exclude(pk__in=others).order_by("pk").first()
        if record is not None:
            world.private[model] = record
        elif (record := manager.visible_to(people["park"]).order_by("pk").first()) is not None:
            world.shared[model] = record
    return world


def _record_what_people_make(operator: Any) -> None:
    """An import and a report: made by people as they work, so the demonstration data have none."""
    site = Incubator.objects.get(code="jy-zhangjiang")
    bring(operator, site, ["", "W-1", "示例甲号材料", "", ""], ["", "W-2", "", "", ""])
    request_report(
        park=None,
        incubator=site,
        period="2021",
        format="pdf",
        language="zh-hans",
        actor=operator,
        at=timezone.now(),
        dispatch=False,
    )


def _count_from_millions() -> None:
    with connection.cursor() as cursor:
        for place, model in enumerate(sorted(our_models(), key=lambda found: found._meta.label), start=1):
            key = model._meta.pk
            if isinstance(key, models.AutoField | models.BigAutoField):
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    [model._meta.db_table, key.column, place * 1_000_000],
                )


def children_of(record: Any, wanted: type[models.Model]) -> Iterator[Any]:
    """Records of a kind that hang on this one directly."""
    for relation in wanted._meta.get_fields():
        if isinstance(relation, models.ForeignKey) and relation.related_model is type(record):
            yield from wanted._default_manager.filter(**{relation.name: record}).order_by("pk")[:1]
