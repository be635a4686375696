"""Models of the outreach app, by theme."""

from outreach.models.agreements import AgreementAction, AgreementParty, TrackedAgreement
from outreach.models.base import Placed, PlacedQuerySet
from outreach.models.contacts import Contact, Interaction
from outreach.models.events import Event
from outreach.models.leads import Lead, LeadStageLog
from outreach.models.mandates import Introduction, Mandate

__all__ = [
    "AgreementAction",
    "AgreementParty",
    "Contact",
    "Event",
    "Interaction",
    "Introduction",
    "Lead",
    "LeadStageLog",
    "Mandate",
    "Placed",
    "PlacedQuerySet",
    "TrackedAgreement",
]
