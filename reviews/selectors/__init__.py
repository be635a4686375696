"""Reads of the reviews app."""

from reviews.selectors.choosing import GIVEN, Option, options_for, pool_of, wanted
from reviews.selectors.due import due_of_reviews, results_to_confirm, waiting_reviews
from reviews.selectors.records import (
    cases_with_counts,
    experts_matching,
    my_assignments,
    notice_state,
    notices_matching,
    rounds_matching,
)
from reviews.selectors.results import (
    Outcome,
    cases_about,
    full_mark_of,
    lines_of,
    result_of,
    results_of,
    severity_of,
)
from reviews.selectors.ties import conflicts_of
from reviews.selectors.words import (
    conflict_words,
    in_words,
    reason_of_conflict,
    sector_names,
    steps_of,
)

__all__ = [
    "GIVEN",
    "Option",
    "Outcome",
    "cases_about",
    "cases_with_counts",
    "conflict_words",
    "conflicts_of",
    "due_of_reviews",
    "experts_matching",
    "full_mark_of",
    "in_words",
    "lines_of",
    "my_assignments",
    "notice_state",
    "notices_matching",
    "options_for",
    "pool_of",
    "reason_of_conflict",
    "result_of",
    "results_of",
    "results_to_confirm",
    "rounds_matching",
    "sector_names",
    "severity_of",
    "steps_of",
    "waiting_reviews",
    "wanted",
]
