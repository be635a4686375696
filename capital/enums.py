"""Vocabulary of funds and credit."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FundStage(models.TextChoices):
    """At which age of an enterprise a fund or a bank comes in."""

    SEED = "seed", _("seed and angel stage")
    EARLY = "early", _("early stage")
    GROWTH = "growth", _("growth stage")
    MATURE = "mature", _("mature stage")


class ExitKind(models.TextChoices):
    """How money comes back to a fund."""

    DISTRIBUTION = "distribution", _("dividend or distribution")
    TRANSFER = "transfer", _("transfer of the shares")
    BUYBACK = "buyback", _("buyback by the founders")
    LISTING = "listing", _("sale after the listing")
    LIQUIDATION = "liquidation", _("liquidation")


class MatchStage(models.TextChoices):
    CONTACTED = "contacted", _("brought together")
    MET = "met", _("met for talks")
    OFFERED = "offered", _("offer on the table")
    GRANTED = "granted", _("financing granted")
    DECLINED = "declined", _("came to nothing")


class SubsidyState(models.TextChoices):
    """Where a claim stands; once money is committed the ledger says it."""

    CLAIMED = "claimed", _("claim to be verified")
    RETURNED = "returned", _("claim returned")
    VERIFIED = "verified", _("verified, not committed yet")
    COMMITTED = "committed", _("committed, to be paid")
    PAID = "paid", _("subsidy paid")
    RELEASED = "released", _("commitment given back")
    WITHDRAWN = "withdrawn", _("claim withdrawn")


class Fit(models.TextChoices):
    """Whether an offer suits an enterprise: nothing against it, something unknown, something against it."""

    FITS = "fits", _("suits")
    OPEN = "open", _("to be found out")
    AGAINST = "against", _("something stands against it")
