"""Vocabularies of policies and funding."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyStatus(models.TextChoices):
    """How far the text of a policy can be relied on."""

    REPORTED = "reported", _("as reported, check against the issued text")
    CONFIRMED = "confirmed", _("checked against the issued text")
    PROPOSAL = "proposal", _("proposal, not a policy")


class Computability(models.TextChoices):
    """How much of an amount the text itself settles."""

    FULL = "full", _("every number is in the text")
    CEILING = "ceiling", _("only the upper limit is in the text")
    PARTIAL = "partial", _("some numbers have to be supplied")
    NONE = "none", _("described, nothing to compute")


class VersionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class AnswerKind(models.TextChoices):
    """The five answers to a condition; ``funding.calculator.Answer`` in words."""

    MET = "met", _("condition is met")
    UNMET = "unmet", _("condition is not met")
    UNKNOWN = "unknown", _("fact missing")
    NEEDS_DECISION = "needs_decision", _("needs a decision")
    NOT_APPLICABLE = "not_applicable", _("does not apply")


class Entitlement(models.TextChoices):
    """What a policy is for one enterprise or project on one day."""

    ENTITLED = "entitled", _("entitled")
    NEARLY = "nearly", _("nearly entitled")
    MISSING = "missing", _("facts missing")
    DECISION = "decision", _("a decision is needed")
    NOT_ENTITLED = "not_entitled", _("not entitled")


class RelationKind(models.TextChoices):
    """How two policies stand to each other for one applicant and period."""

    EXCLUSIVE = "exclusive", _("one or the other")
    HIGHER = "higher", _("the higher one only")
    SAME_BASE = "same_base", _("computed from the same base")
    STACKS = "stacks", _("may be added")


class TieRule(models.TextChoices):
    """What becomes of applicants who tie across the last place (``funding.calculator.Ties``)."""

    ALL_IN = "all_in", _("all of them are in")
    ALL_OUT = "all_out", _("none of them is in")
    DECIDE = "decide", _("they wait for a decision")


class CutRule(models.TextChoices):
    """What a budget does with the first applicant it cannot pay in full (``funding.calculator.Cut``)."""

    STOP = "stop", _("nobody after the last who fits")
    SKIP = "skip", _("go on with smaller amounts")
    PART = "part", _("pay what is left")


class FactOrigin(models.TextChoices):
    """Where a value that a policy was asked with comes from."""

    RECORD = "record", _("from the records")
    STATED = "stated", _("from an answer")
    CHANGED = "changed", _("changed for this run")


class GrantProposalState(models.TextChoices):
    """What becomes of a proposal to grant something without an application."""

    OPEN = "open", _("proposed, not decided yet")
    ACCEPTED = "accepted", _("proposal accepted")
    DISMISSED = "dismissed", _("proposal dismissed")


class PortfolioState(models.TextChoices):
    """How far a portfolio run is."""

    WAITING = "waiting", _("waits for its turn")
    RUNNING = "running", _("being computed")
    DONE = "done", _("computed")
    FAILED = "failed", _("could not be computed")
