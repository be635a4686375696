"""Reads of the outreach app."""

from outreach.selectors.due import due_of_outreach
from outreach.selectors.leads import (
    Funnel,
    Lookalike,
    funnel_by,
    funnel_by_place,
    funnel_of,
    leads_by_stage,
    leads_matching,
    lookalikes,
)
from outreach.selectors.mandates import Progress, progress_of, waiting_introductions
from outreach.selectors.records import (
    agreements_matching,
    contacts_matching,
    events_held,
    events_matching,
    interactions_matching,
    mandates_matching,
    next_to_do,
)

__all__ = [
    "Funnel",
    "Lookalike",
    "Progress",
    "agreements_matching",
    "contacts_matching",
    "due_of_outreach",
    "events_held",
    "events_matching",
    "funnel_by",
    "funnel_by_place",
    "funnel_of",
    "interactions_matching",
    "leads_by_stage",
    "leads_matching",
    "lookalikes",
    "mandates_matching",
    "next_to_do",
    "progress_of",
    "waiting_introductions",
]
