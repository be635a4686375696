"""Vocabulary of liaison: leads, events, contacts, mandates, agreements."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LeadStage(models.TextChoices):
    """The funnel. Signed and landed follow from the project that a lead became; nobody ticks them by hand."""

    CONTACT = "contact", _("contacted")
    TALK = "talk", _("in talks")
    SIGNED = "signed", _("agreement signed")
    LANDED = "landed", _("landed in the park")
    DROPPED = "dropped", _("dropped")


class LeadOrigin(models.TextChoices):
    """The one main source of a lead; each but the last names its record."""

    EVENT = "event", _("event")
    CONTEST = "contest", _("contest")
    MANDATE = "mandate", _("recruitment mandate")
    CONTACT = "contact", _("contact person")
    ORGANISATION = "organisation", _("organisation")
    DIRECT = "direct", _("direct contact")


class DropReason(models.TextChoices):
    NO_ANSWER = "no_answer", _("no answer")
    NOT_INTERESTED = "not_interested", _("not interested")
    WENT_ELSEWHERE = "went_elsewhere", _("went to another place")
    NOT_SUITABLE = "not_suitable", _("does not fit the park")
    CONDITIONS = "conditions", _("conditions could not be met")
    DUPLICATE = "duplicate", _("entered twice")
    PROJECT_ENDED = "project_ended", _("its project ended")


class EventKind(models.TextChoices):
    PROMOTION = "promotion", _("promotion meeting")
    BRIEFING = "briefing", _("policy briefing")
    VISIT = "visit", _("visit")
    ROADSHOW = "roadshow", _("roadshow")
    RECRUITMENT = "recruitment", _("talent and investment recruitment")
    DELEGATION = "delegation", _("delegation")
    MATCHING = "matching", _("matchmaking meeting")
    OTHER = "other", _("other event")


class InteractionKind(models.TextChoices):
    CALL = "call", _("telephone call")
    VISIT = "visit", _("visit to them")
    HOSTED = "hosted", _("visit to us")
    MEETING = "meeting", _("meeting")
    MAIL = "mail", _("mail")
    MESSAGE = "message", _("message")


class SuccessStage(models.TextChoices):
    """What the agent's fee is owed for."""

    SIGNED = "signed", _("a signed lead")
    LANDED = "landed", _("a landed project")


class AgreementKind(models.TextChoices):
    MOU = "mou", _("memorandum of understanding")
    FRAMEWORK = "framework", _("framework agreement")
    STRATEGIC = "strategic", _("strategic cooperation")
    CO_BUILD = "co_build", _("co-building agreement")
    INVESTMENT = "investment", _("investment agreement")
    SERVICE = "service", _("service agreement")
    OTHER = "other", _("other agreement")
