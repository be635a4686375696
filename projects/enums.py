"""Vocabulary of projects."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    LEAD = "lead", _("lead")
    SCREENING = "screening", _("screening")
    INCUBATING = "incubating", _("incubating")
    ACCELERATING = "accelerating", _("accelerating")
    RELOCATING = "relocating", _("relocating")
    LANDED = "landed", _("landed")
    INDUSTRIALISING = "industrialising", _("industrialising")
    INDUSTRIALISED = "industrialised", _("industrialised")
    ALUMNI = "alumni", _("alumni follow-up")
    SUSPENDED = "suspended", _("suspended")
    MOVED_ELSEWHERE = "moved_elsewhere", _("moved elsewhere")
    TERMINATED = "terminated", _("terminated")


class Cause(models.TextChoices):
    """Why a project died."""

    FUNDING = "funding", _("funding")
    POLICY = "policy", _("policy")
    SERVICE = "service", _("service")
    TECHNOLOGY = "technology", _("technology")
    TEAM = "team", _("team")
    MARKET = "market", _("market")


class FactKind(models.TextChoices):
    """Dated facts that are never summed with one another: signed ≠ registered ≠ paid in ≠ producing."""

    SIGNED = "signed", _("agreement signed")
    REGISTERED = "registered", _("company registered")
    PAID_IN = "paid_in", _("capital paid in")
    STARTED = "started", _("construction started")
    PRODUCING = "producing", _("in production")


class LeadSource(models.TextChoices):
    EVENT = "event", _("event")
    CONTEST = "contest", _("contest")
    MANDATE = "mandate", _("recruitment mandate")
    REFERRAL = "referral", _("referral")
    UNIVERSITY = "university", _("university partner")
    INVESTOR = "investor", _("investor")
    DIRECT = "direct", _("direct contact")
