"""Vocabulary of period returns."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Frequency(models.TextChoices):
    """How often a return is due; the values are the kinds of ``core.periods``."""

    MONTH = "month", _("monthly")
    QUARTER = "quarter", _("quarterly")
    HALF = "half", _("half-yearly")
    YEAR = "year", _("yearly")


class ReturnState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("handed in")
    RETURNED = "returned", _("returned to be put right")
    VERIFIED = "verified", _("verified")
    PUBLISHED = "published", _("published")


class ReturnAct(models.TextChoices):
    """What people do with a return; one log row each."""

    OPEN = "open", _("opened as due")
    SUBMIT = "submit", _("handed in")
    RETURN = "return", _("returned to be put right")
    VERIFY = "verify", _("verified")
    PUBLISH = "publish", _("published")
    CORRECT = "correct", _("corrected as a new version")
