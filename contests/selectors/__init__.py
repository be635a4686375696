"""Reads of the contests app."""

from contests.selectors.due import due_of_contests, waiting_contests
from contests.selectors.records import (
    alike,
    bids_of,
    challenges_matching,
    contest_rounds,
    contests_matching,
    entries_matching,
    entry_counts,
    lines_of,
    public_promotions,
    reported_share,
    sites_of,
)
from contests.selectors.rounds import (
    SUBJECT,
    cases_of_round,
    entries_for,
    previous_round,
    ranked_cases,
    steps_of_entries,
)

__all__ = [
    "SUBJECT",
    "alike",
    "bids_of",
    "cases_of_round",
    "challenges_matching",
    "contest_rounds",
    "contests_matching",
    "due_of_contests",
    "entries_for",
    "entries_matching",
    "entry_counts",
    "lines_of",
    "previous_round",
    "public_promotions",
    "ranked_cases",
    "reported_share",
    "sites_of",
    "steps_of_entries",
    "waiting_contests",
]
