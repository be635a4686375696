"""Reads of the enterprises app, by theme."""

from enterprises.selectors.companies import enterprises_matching
from enterprises.selectors.due import due_of
from enterprises.selectors.financing import financing_received, loans_granted, totals_of
from enterprises.selectors.ip import filings_made, rights_matching
from enterprises.selectors.ladder import counts_by_rung, ladder_rows, titles_held
from enterprises.selectors.spaces import occupancy_on, occupancy_rate, spaces_of
from enterprises.selectors.talents import people_matching, talents_selected
from enterprises.selectors.waiting import returned_records, waiting_of

__all__ = [
    "counts_by_rung",
    "due_of",
    "enterprises_matching",
    "filings_made",
    "financing_received",
    "ladder_rows",
    "loans_granted",
    "occupancy_on",
    "occupancy_rate",
    "people_matching",
    "returned_records",
    "rights_matching",
    "spaces_of",
    "talents_selected",
    "titles_held",
    "totals_of",
    "waiting_of",
]
