"""Vocabulary of budgets, commitments and payments."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """The five accounts of every budget. Whatever is booked leaves one of them and enters another."""

    APPROPRIATION = "appropriation", _("appropriated money")
    AVAILABLE = "available", _("available money")
    COMMITTED = "committed", _("committed money")
    PAID = "paid", _("money paid out")
    CLAWED_BACK = "clawed_back", _("money clawed back")


class BookingKind(models.TextChoices):
    APPROPRIATION = "appropriation", _("appropriation")
    INCREASE = "increase", _("increase of the budget")
    DECREASE = "decrease", _("decrease of the budget")
    REUSE = "reuse", _("clawed-back money made available")
    COMMITMENT = "commitment", _("commitment of money")
    RELEASE = "release", _("release of committed money")
    PAYMENT = "payment", _("payment")
    CLAWBACK = "clawback", _("clawback")
    REVERSAL = "reversal", _("reversal of an entry")


class ChangeKind(models.TextChoices):
    """What may happen to the amount of a budget."""

    APPROPRIATION = "appropriation", _("first appropriation")
    INCREASE = "increase", _("enlarge the budget")
    DECREASE = "decrease", _("reduce the budget")
    REUSE = "reuse", _("make clawed-back money available")


class ChangeState(models.TextChoices):
    PENDING = "pending", _("waits for a second person")
    BOOKED = "booked", _("booked")
    REFUSED = "refused", _("not approved")


class CommitmentState(models.TextChoices):
    OPEN = "open", _("money still to be paid")
    CLOSED = "closed", _("paid and settled")
    RELEASED = "released", _("given back unpaid")


class InstalmentState(models.TextChoices):
    PLANNED = "planned", _("planned payment")
    CLAIMED = "claimed", _("condition reported as met")
    READY = "ready", _("condition met")
    BATCHED = "batched", _("in a payment batch")
    SENT = "sent", _("sent to the bank")
    RECEIVED = "received", _("received by the beneficiary")
    BOUNCED = "bounced", _("came back from the bank")


class CrossBorderKind(models.TextChoices):
    """Steps of a payment across a border; the first three come before it is sent."""

    DOCUMENTS = "documents", _("documents complete")
    BANK = "bank", _("application at the bank")
    SAFE = "safe", _("registration with foreign exchange (SAFE)")
    SENT = "sent", _("sent abroad")
    RECEIVED = "received", _("arrived abroad")


class BatchState(models.TextChoices):
    DRAFT = "draft", _("being put together")
    CHECKED = "checked", _("checked by a second person")
    SENT = "sent", _("handed to the bank")
    CLOSED = "closed", _("answered by the bank")
