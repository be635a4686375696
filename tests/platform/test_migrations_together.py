"""Large migrations are applied in one step; what they may hold is checked here."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from core.migrations._together import Together

NUMBER = models.IntegerField(default=0)
BOX = migrations.CreateModel("Box", [("id", models.BigAutoField(primary_key=True))])


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def applied(*groups: Together) -> list[ProjectState]:
    states = [ProjectState()]
    for group in groups:
        after = states[-1].clone()
        group.state_forwards("shelf", after)
        with connection.schema_editor() as editor:
            group.database_forwards("shelf", editor, states[-1], after)
        states.append(after)
    return states


@pytest.mark.django_db
def test_a_table_is_made_whole_and_undone() -> None:
    first = Together(
        [
            BOX,
            migrations.AddField("Box", "size", NUMBER),
            migrations.AddIndex("Box", models.Index(fields=["size"], name="shelf_size")),
            migrations.AddConstraint(
                "Box", models.CheckConstraint(name="shelf_small", condition=models.Q(size__lt=9))
            ),
        ]
    )
    second = Together(
        [migrations.AddField("Box", "depth", NUMBER), migrations.AddField("Box", "age", NUMBER)]
    )
    states = applied(first, second)
    assert columns("shelf_box") == ["id", "size", "depth", "age"]
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "shelf_box")
    assert {"shelf_size", "shelf_small"} <= found.keys()
    with connection.schema_editor() as editor:
        second.database_backwards("shelf", editor, states[2], states[1])
    assert columns("shelf_box") == ["id", "size"]
    with connection.schema_editor() as editor:
        first.database_backwards("shelf", editor, states[1], states[0])
    assert "shelf_box" not in connection.introspection.table_names()


def test_a_table_is_not_made_and_changed_at_once() -> None:
    group = Together([BOX, migrations.AlterField("Box", "id", models.AutoField(primary_key=True))])
    with pytest.raises(ValueError, match="CreateModel"):
        list(group._needed())
