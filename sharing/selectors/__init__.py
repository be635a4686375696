"""Reads of the sharing app."""

from sharing.selectors.computing import Computation, ComputedLine, MissingLine, compute_year, terms_for
from sharing.selectors.due import due_shares, waiting_shares
from sharing.selectors.ending import Phase, phases_of
from sharing.selectors.lists import (
    Seen,
    agreements_matching,
    computations_seen,
    entries_seen,
    entry_parts,
    version_parts,
    whole_version,
)
from sharing.selectors.standing import PartyYear, Standing, YearStanding, standing_of, standings_of

__all__ = [
    "Computation",
    "ComputedLine",
    "MissingLine",
    "PartyYear",
    "Phase",
    "Seen",
    "Standing",
    "YearStanding",
    "agreements_matching",
    "computations_seen",
    "compute_year",
    "due_shares",
    "entries_seen",
    "entry_parts",
    "phases_of",
    "standing_of",
    "standings_of",
    "terms_for",
    "version_parts",
    "waiting_shares",
    "whole_version",
]
