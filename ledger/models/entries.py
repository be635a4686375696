"""The journal: what was booked, never changed afterwards. A mistake is reversed by a new entry."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incubators.models import Park
from incubators.scope import Action, scope_of
from ledger.enums import BookingKind
from ledger.models.budgets import Account, Budget
from ledger.models.commitments import Commitment, Instalment
from ledger.models.places import document, money, person


class EntryQuerySet(models.QuerySet[Any]):
    path = ""

    def visible_to(self, user: Any) -> Self:
        places = scope_of(user).places(Action.READ)
        return self.filter(
            places.filter(park=f"{self.path}park", incubator=f"{self.path}commitment__incubator")
        )


class Entry(models.Model):
    """One booking over two accounts of a budget. ``key`` makes a retry find the entry that is there."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="ledger_entries"
    )
    budget = models.ForeignKey(
        Budget, verbose_name=_("budget"), on_delete=models.PROTECT, related_name="entries"
    )
    kind = models.CharField(_("kind of entry"), max_length=14, choices=BookingKind.choices)
    on = models.DateField(_("booking day"))
    amount = money(_("amount"))
    description = models.CharField(_("booking text"), max_length=300)
    key = models.CharField(_("idempotency key"), max_length=120)
    content_sha256 = models.CharField(max_length=64, editable=False)
    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
    )
    instalment = models.ForeignKey(
        Instalment,
        verbose_name=_("instalment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
    )
    reverses = models.OneToOneField(
        "self",
        verbose_name=_("reverses"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
    )
    evidence = document(_("booking document"))
    at = models.DateTimeField(_("booked at"))
    by = person(_("booked by"))

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "key"],
                name="ledger_entry_key_once",
                violation_error_message=_("This was booked before under the same key."),
            ),
            models.CheckConstraint(
                name="ledger_entry_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("A booking lies above zero."),
            ),
            models.CheckConstraint(
                name="ledger_entry_says_why",
                condition=~Q(description="") & ~Q(key=""),
                violation_error_message=_("A booking has a text and a key."),
            ),
            models.CheckConstraint(
                name="ledger_entry_kind_fits",
                condition=Q(
                    kind__in=["appropriation", "increase", "decrease", "reuse"],
                    commitment=None,
                    instalment=None,
                    reverses=None,
                )
                | Q(
                    kind__in=["commitment", "release", "clawback"],
                    commitment__isnull=False,
                    instalment=None,
                    reverses=None,
                )
                | Q(
                    kind="payment",
                    commitment__isnull=False,
                    instalment__isnull=False,
                    reverses=None,
                )
                | Q(kind="reversal", reverses__isnull=False),
                violation_error_message=_("This kind of booking asks for other particulars."),
            ),
        ]
        indexes = [
            models.Index(fields=["budget", "on", "id"], name="ledger_entry_of_budget"),
            models.Index(fields=["at", "id"], name="ledger_entry_pull"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    @property
    def chain(self) -> str:
        return self.park.chain

    @property
    def incubator_id(self) -> int | None:
        return self.commitment.incubator_id if self.commitment else None


class OfEntryQuerySet(EntryQuerySet):
    path = "entry__"


class Posting(models.Model):
    """What one entry takes from an account (below zero) or adds to it."""

    entry = models.ForeignKey(
        Entry, verbose_name=_("ledger entry"), on_delete=models.PROTECT, related_name="postings"
    )
    account = models.ForeignKey(
        Account, verbose_name=_("ledger account"), on_delete=models.PROTECT, related_name="postings"
    )
    amount = money(_("amount"))

    objects = OfEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "account"],
                name="ledger_posting_once",
                violation_error_message=_("An entry touches an account once."),
            ),
            models.CheckConstraint(
                name="ledger_posting_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A posting is not zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account.get_kind_display()} {self.amount}"
