"""What apps build their tables of the Excel loop from."""

from exchange.importers.finding import among, same_cell
from exchange.importers.keyed import Entry, Identity, KeyedSheet
from exchange.importers.places import INCUBATOR, incubator_choices, placed
from exchange.importers.undoing import mark_of, refuse_reviewed, users_of
from exchange.models.plain import from_plain, to_plain

__all__ = [
    "INCUBATOR",
    "Entry",
    "Identity",
    "KeyedSheet",
    "among",
    "from_plain",
    "incubator_choices",
    "mark_of",
    "placed",
    "refuse_reviewed",
    "same_cell",
    "to_plain",
    "users_of",
]
