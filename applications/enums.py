"""Vocabulary of applications."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProgrammeState(models.TextChoices):
    """From the desk to the call; the rules of an open programme are frozen."""

    DRAFT = "draft", _("programme being prepared")
    OPEN = "open", _("open for applications")
    CLOSED = "closed", _("no longer takes applications")


class StepKind(models.TextChoices):
    """What a step of the chain is. The order is each programme's own; the meeting decides and comes last."""

    FORMAL_CHECK = "formal_check", _("formal check")
    PROFESSIONAL_REVIEW = "professional_review", _("review by experts")
    DEFENCE = "defence", _("defence before a panel")
    SITE_VISIT = "site_visit", _("visit on site")
    PUBLIC_NOTICE = "public_notice", _("public notice of the list")
    MEETING = "meeting", _("decision by the meeting")


class ApplicantKind(models.TextChoices):
    """Who applies: somebody on record, or somebody who comes from outside."""

    ENTERPRISE = "enterprise", _("enterprise on record")
    PROJECT = "project", _("project on record")
    OUTSIDE = "outside", _("applicant from outside")


class AwardRule(models.TextChoices):
    """Where the amount of an award comes from."""

    REQUESTED = "requested", _("as assessed, up to the cap")
    POLICY = "policy", _("as the policy computes it")
    CLASSES = "classes", _("a fixed sum for each class")


class MarkBasis(models.TextChoices):
    """Which marks rank the applications before the meeting."""

    MEAN = "mean", _("mean of all review steps")
    LAST = "last", _("the last review step alone")


class ApplicationState(models.TextChoices):
    """Where an application stands. Whether money is on its way is read from its commitment, never stored."""

    DRAFT = "draft", _("application being written")
    SUBMITTED = "submitted", _("application handed in")
    RETURNED = "returned", _("sent back to the applicant")
    APPROVED = "approved", _("application approved")
    AGREED = "agreed", _("award agreement signed")
    CLOSED = "closed", _("application closed")
    REJECTED = "rejected", _("application rejected")
    WITHDRAWN = "withdrawn", _("application withdrawn")
    CLAWED_BACK = "clawed_back", _("award clawed back")
    GIVEN_UP = "given_up", _("award given up")


class StepResult(models.TextChoices):
    """How an application left the place where it stood."""

    PASSED = "passed", _("passed on")
    FAILED = "failed", _("did not pass")
    RETURNED = "returned", _("sent back to be completed")
    SKIPPED = "skipped", _("step left out")
    MENDED = "mended", _("completed and handed in again")
    WITHDRAWN = "withdrawn", _("taken back by the applicant")
    ENDED = "ended", _("award ended")


class DecisionOutcome(models.TextChoices):
    """What the meeting says about one application."""

    APPROVED = "approved", _("to be approved")
    REJECTED = "rejected", _("to be rejected")


class MoneyStage(models.TextChoices):
    """How far the money of an approved application has come, read from its commitment."""

    NONE = "none", _("no money committed")
    COMMITTED = "committed", _("money committed, nothing received")
    PART = "part", _("part of the money received")
    RECEIVED = "received", _("all of the money received")
    RETURNED = "returned", _("money asked back")
    RELEASED = "released", _("money given back to the budget unpaid")
