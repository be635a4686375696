"""Looking for the records of many rows at once, and telling whether two cells say the same."""

from collections.abc import Collection
from typing import Any

from django.db.models import Func, TextField
from django.utils.translation import get_language

from core.saving import clean_text
from exchange.sheets import Column

#: Up to so many keys the index on ``name_keys`` is asked; above, each key would be looked for in all that
#: waits to be merged into it, and joining the keys of the records to a hash of the wanted ones is far faster.
MOST_KEYS_BY_INDEX = 50


def with_any_key(records: Any, keys: Collection[str]) -> Any:
    """Those of ``records`` that have at least one of these name keys.

    Above a few keys as a join, which is hashed whether or not the database knows the keys when it plans.
    """
    if len(keys) <= MOST_KEYS_BY_INDEX:
        return records.filter(name_keys__overlap=sorted(keys))
    own = records.annotate(one_key=Func("name_keys", function="unnest", output_field=TextField()))
    named, params = own.order_by().values("pk", "one_key").query.sql_with_params()
    table = records.model._meta.db_table
    condition = (
        f'"{table}"."id" IN (SELECT own.pk FROM ({named}) AS own(pk, name_key)'
        " WHERE own.name_key IN (SELECT unnest(%s::text[])))"
    )
    return records.model._base_manager.extra(where=[condition], params=[*params, sorted(keys)])


def among(records: Any, column: str, values: Collection[Any]) -> Any:
    """Those whose column holds one of these values: one parameter, however many thousands there are."""
    table, name = records.model._meta.db_table, records.model._meta.get_field(column).column
    return records.extra(where=[f'"{table}"."{name}" = ANY(%s)'], params=[list(values)])


def label_of(column: Column) -> str:
    """The heading of a column in the language of the reader."""
    return column.label_zh if (get_language() or "zh").startswith("zh") else column.label_en


def same_cell(one: Any, other: Any) -> bool:
    """Whether two cells say the same: unseen marks, spaces around and ways to write nothing don't count."""
    return _bare(one) == _bare(other)


def _bare(value: Any) -> Any:
    return (clean_text(value, field="") or None) if isinstance(value, str) else value
