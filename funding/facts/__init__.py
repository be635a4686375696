"""What records and earlier answers say about an applicant on a day, in the terms of policies."""

from funding.facts.known import Applicant, Known, known_of, known_of_projects
from funding.facts.sources import ASKED_EACH_TIME, DEFAULTS, NEVER_ASKED, SOURCES, Found, facts_for

__all__ = [
    "ASKED_EACH_TIME",
    "DEFAULTS",
    "NEVER_ASKED",
    "SOURCES",
    "Applicant",
    "Found",
    "Known",
    "facts_for",
    "known_of",
    "known_of_projects",
]
