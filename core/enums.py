"""Enumerations that more than one app speaks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Currency(models.TextChoices):
    CNY = "CNY", _("yuan (CNY)")
    HKD = "HKD", _("Hong Kong dollar (HKD)")
    SEK = "SEK", _("Swedish krona (SEK)")
    EUR = "EUR", _("euro (EUR)")
    USD = "USD", _("US dollar (USD)")


class Qualifier(models.TextChoices):
    """How a published figure is to be read; ``above 40`` is not ``40``."""

    EXACT = "exact", _("exactly")
    ABOVE = "above", _("more than")
    NEARLY = "nearly", _("nearly")
    ABOUT = "approx", _("about")
    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    TARGET = "target", _("target")
    UNKNOWN = "unknown", _("not stated")


class FigureStatus(models.TextChoices):
    """How much weight a number bears: who stands behind it."""

    REPORTED = "reported", _("reported in the press")
    ENTERED = "entered", _("entered")
    VERIFIED = "verified", _("verified")
    PUBLISHED = "published", _("published")


class Provenance(models.TextChoices):
    """Where a tracked record comes from. Press reports live in tables of their own."""

    RECORDED = "recorded", _("recorded")
    DEMONSTRATION = "demonstration", _("demonstration")
