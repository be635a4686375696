"""Vocabulary of benefit sharing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SharingBase(models.TextChoices):
    """The yearly figure of an enterprise that is shared."""

    TAX = "tax", _("tax paid")
    OUTPUT = "output", _("revenue (output)")
    RD_EXPENSE = "rd_expense", _("R&D expense")
    MAIN_BUSINESS = "main_business", _("revenue of the main business")
    HIGH_TECH = "high_tech", _("high-tech revenue")


class SharingRole(models.TextChoices):
    HOST = "host", _("host district")
    HOME = "home", _("receiving park")
    OPERATOR = "operator", _("enclave operator")
    OTHER = "other", _("further party")


class SharingVersionState(models.TextChoices):
    DRAFT = "draft", _("terms in draft")
    PROPOSED = "proposed", _("waits for the second signature")
    AGREED = "agreed", _("terms agreed")


class CountedBy(models.TextChoices):
    """Which enterprises a term counts."""

    LANDED = "landed", _("landed through the enclaves")
    LISTED = "listed", _("enterprises on a list")


class TailRule(models.TextChoices):
    """What happens to an enterprise that landed in time once the agreement has expired."""

    ENDS = "ends", _("sharing ends at once")
    RUNS_ON = "runs_on", _("runs on for what landed before")
    STEPS_DOWN = "steps_down", _("runs on at falling rates")


class MissingFigure(models.TextChoices):
    """Why an enterprise that counts has no line."""

    NO_COMPANY = "no_company", _("the project names no company")
    NO_LANDING = "no_landing", _("no landing is recorded")
    NOT_ENTERED = "not_entered", _("no figure entered")
    NOT_VERIFIED = "not_verified", _("figure not verified")
    OTHER_CURRENCY = "other_currency", _("figure in another currency")


class SharingEntryKind(models.TextChoices):
    ACCRUAL = "accrual", _("shares accrued")
    SETTLEMENT = "settlement", _("shares settled")
    REVERSAL = "reversal", _("settlement taken back")


class PostingSide(models.TextChoices):
    ACCRUED = "accrued", _("accrued side")
    SETTLED = "settled", _("settled side")


class SettlementKind(models.TextChoices):
    PAYMENT = "payment", _("money transferred")
    NETTING = "netting", _("claim set against counter-claim")


class SettlementState(models.TextChoices):
    REPORTED = "reported", _("waits for confirmation")
    CONFIRMED = "confirmed", _("settlement confirmed")
    RETURNED = "returned", _("settlement sent back")
    REVERSED = "reversed", _("settlement reversed")
