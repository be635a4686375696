"""Several operations of one migration applied as one step, so that Django draws its picture of all models
once and not after each of them: with this many models that is most of what a first ``migrate`` costs."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation


class Together(Operation):
    """Operations as ``makemigrations`` lists them. Each sees the models before and after all of them.

    A table that the group creates is created as it will be in the end; what the group adds to it afterwards
    is there already.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)
        self.reversible = all(operation.reversible for operation in self.operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__qualname__, [self.operations], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # drawn again, once, when somebody looks
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self._needed():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(list(self._needed())):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def _needed(self) -> Iterator[Operation]:
        created: set[str] = set()
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                created.add(operation.name_lower)
            elif getattr(operation, "model_name", "").lower() in created:
                if isinstance(operation, AddField | AddIndex | AddConstraint):
                    continue
                raise ValueError(f"{operation.describe()}: write it into the CreateModel.")
            yield operation

    def describe(self) -> str:
        return "; ".join(str(operation.describe()) for operation in self.operations)
