"""Answers of policies, as pages, programs and records show them."""

from funding.report.answers import Asked, ask, asked_as_data
from funding.report.kept import recompute
from funding.report.matching import matches_of, matches_of_enterprises, matches_of_projects, prefilled

__all__ = [
    "Asked",
    "ask",
    "asked_as_data",
    "matches_of",
    "matches_of_enterprises",
    "matches_of_projects",
    "prefilled",
    "recompute",
]
