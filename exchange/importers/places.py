"""The incubator column that many tables have."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from exchange.importers.keyed import Entry
from exchange.sheets import Choice, Column, Kind, Place, Row
from incubators.models import Incubator

INCUBATOR = Column(
    name="incubator",
    label_zh="孵化器",
    label_en="Incubator",
    kind=Kind.CHOICE,
    note_zh="留空即为本次导入所属的孵化器",
    note_en="Leave it empty for the incubator that this table is brought in for",
    aliases=("飞地", "科创飞地", "所属孵化器", "载体", "enclave"),
    width=20,
)


def incubator_choices(place: Place | None) -> list[Choice]:
    """The incubators of the place; without a place, all of them."""
    if place is None:
        found: Iterable[Any] = Incubator.objects.order_by("code")
    else:
        found = [place.incubator] if place.incubator is not None else place.incubators
    return [
        Choice(incubator.code, incubator.name_zh, incubator.name_en or incubator.name_zh, (incubator.code,))
        for incubator in found
    ]


def placed(place: Place, row: Row) -> Entry:
    """An entry where its incubator column says, else where the import goes."""
    entry = Entry(row, place.park, place.incubator)
    code = row.values.get("incubator")
    if not code:
        return entry
    found = next((incubator for incubator in place.incubators if code == incubator.code), None)
    if found is None:
        message = _("“%(code)s” is not an incubator in which you can enter records here.")
        entry.refuse("incubator", message % {"code": code}, "not_found")
    elif place.incubator is not None and found.pk != place.incubator.pk:
        message = _("This table is for %(name)s. Leave the cell empty, or bring the row in there.")
        entry.refuse("incubator", message % {"name": place.incubator}, "other_place")
    else:
        entry.incubator = found
    return entry
