"""Liaison over REST."""

from outreach.api.views.agreements import AgreementActionViewSet, TrackedAgreementViewSet
from outreach.api.views.leads import LeadStageLogViewSet, LeadViewSet
from outreach.api.views.mandates import IntroductionViewSet, MandateViewSet
from outreach.api.views.records import ContactViewSet, EventViewSet, InteractionViewSet

__all__ = [
    "AgreementActionViewSet",
    "ContactViewSet",
    "EventViewSet",
    "InteractionViewSet",
    "IntroductionViewSet",
    "LeadStageLogViewSet",
    "LeadViewSet",
    "MandateViewSet",
    "TrackedAgreementViewSet",
]
