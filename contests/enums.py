"""Vocabulary of contests and challenges."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntrySource(models.TextChoices):
    """How an entry came in."""

    FORM = "form", _("public entry form")
    SHEET = "sheet", _("Excel table")
    TYPED = "typed", _("typed in by staff")


class EntryState(models.TextChoices):
    """Where an entry stands before the first round; further on its promotions say it."""

    RECEIVED = "received", _("entry received")
    ADMITTED = "admitted", _("admitted to the contest")
    REFUSED = "refused", _("not admitted")
    WITHDRAWN = "withdrawn", _("withdrawn by the team")


class EntryRefusal(models.TextChoices):
    """Why an entry is not admitted."""

    DUPLICATE = "duplicate", _("same entry sent twice")
    INCOMPLETE = "incomplete", _("entry is incomplete")
    NOT_ELIGIBLE = "not_eligible", _("does not meet the rules of the contest")
    LATE = "late", _("entered too late")
    OTHER = "other", _("another reason")


class RuleAnswer(models.TextChoices):
    """What the promotion rule alone says of an entry."""

    IN = "in", _("promoted by the rule")
    OUT = "out", _("not promoted by the rule")
    TIED = "tied", _("tied across the last place")
    UNMARKED = "unmarked", _("marks are missing")


class PromotionState(models.TextChoices):
    """A promotion is proposed by the rule, decided by a person and confirmed by a second one."""

    PROPOSED = "proposed", _("proposed by the rule")
    DECIDED = "decided", _("decided, to be confirmed")
    CONFIRMED = "confirmed", _("confirmed by a second person")


class ChallengeState(models.TextChoices):
    """Where a challenge (揭榜) stands."""

    DRAFT = "draft", _("challenge in preparation")
    OPEN = "open", _("challenge published")
    AWARDED = "awarded", _("challenge awarded")
    SOLVED = "solved", _("accepted and closed")
    UNAWARDED = "unawarded", _("closed without an award")
    FAILED = "failed", _("ended without acceptance")


class BidState(models.TextChoices):
    SUBMITTED = "submitted", _("bid submitted")
    WITHDRAWN = "withdrawn", _("bid withdrawn")
    AWARDED = "awarded", _("bid awarded")
    NOT_AWARDED = "not_awarded", _("bid not awarded")


class TargetRelation(models.TextChoices):
    """How a measured value meets the number of an acceptance criterion; the number itself meets it."""

    AT_LEAST = "at_least", _("at least (≥)")
    AT_MOST = "at_most", _("at most (≤)")


class MilestoneState(models.TextChoices):
    PLANNED = "planned", _("milestone ahead")
    REPORTED = "reported", _("reported as reached")
    ACCEPTED = "accepted", _("milestone accepted")
    REFUSED = "refused", _("milestone not accepted")
