"""Budgets, their accounts, and the proposals that change their amount."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person
from core.enums import Currency
from incubators.models import Named, Park, Tracked
from incubators.scope import Action, scope_of
from ledger.enums import AccountKind, ChangeKind, ChangeState
from ledger.models.places import OfBudgetQuerySet, ParkMoneyQuerySet, document, money, person


class Budget(Named, Tracked):
    """Money of one programme and year. Its amount is what was booked, never a number typed over another."""

    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="budgets")
    code = models.SlugField(_("programme code"), max_length=60)
    policy_code = models.CharField(_("policy code"), max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(_("budget year"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    forbid_same_base = models.BooleanField(
        _("no second grant for the same purpose"),
        default=True,
        help_text=_("refuse money for something the same beneficiary already has money for"),
    )
    note = models.CharField(_("budget note"), max_length=300, blank=True)

    objects = ParkMoneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "code", "year"],
                name="ledger_budget_once",
                violation_error_message=_("This programme already has a budget for this year."),
            ),
            models.CheckConstraint(
                name="ledger_budget_year",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message=_("Enter a year between 2000 and 2100."),
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="ledger_budget_pull")]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"

    @property
    def chain(self) -> str:
        return self.park.chain


class Account(models.Model):
    """One of the five accounts of a budget. ``balance`` is kept by the database as postings come in."""

    budget = models.ForeignKey(
        Budget, verbose_name=_("budget"), on_delete=models.PROTECT, related_name="accounts"
    )
    kind = models.CharField(_("ledger account"), max_length=14, choices=AccountKind.choices)
    balance = money(_("balance"), default=0, editable=False)

    objects = OfBudgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "kind"],
                name="ledger_account_once",
                violation_error_message=_("A budget has each of its accounts once."),
            ),
            models.CheckConstraint(
                name="ledger_account_kind_known",
                condition=Q(kind__in=AccountKind.values),
                violation_error_message=_("This is not an account of a budget."),
            ),
            models.CheckConstraint(
                name="ledger_account_not_overdrawn",
                condition=Q(kind="appropriation", balance__lte=0)
                | (~Q(kind="appropriation") & Q(balance__gte=0)),
                violation_error_message=_("There is not that much money left in this budget."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget} · {self.get_kind_display()}"


class BudgetChange(models.Model):
    """A proposal to change the amount of a budget: why, by which document. Only what is booked counts."""

    budget = models.ForeignKey(
        Budget, verbose_name=_("budget"), on_delete=models.PROTECT, related_name="changes"
    )
    kind = models.CharField(_("kind of change"), max_length=14, choices=ChangeKind.choices)
    amount = money(_("amount"))
    on = models.DateField(_("booking day"))
    reason = models.CharField(_("reason for the change"), max_length=300)
    evidence = document(_("approving document"))
    state = models.CharField(
        _("state of the change"), max_length=8, choices=ChangeState.choices, default=ChangeState.PENDING
    )
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = person(_("proposed by"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = person(_("decided by"))
    remark = models.CharField(_("words of the decision"), max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OfBudgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget change")
        verbose_name_plural = _("budget changes")
        constraints = [
            models.CheckConstraint(
                name="ledger_change_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("A change of a budget lies above zero."),
            ),
            models.CheckConstraint(
                name="ledger_change_has_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why the budget changes."),
            ),
            paired("decided_at", "decided_by", name="ledger_change_decided_pair"),
            models.CheckConstraint(
                name="ledger_change_second_person",
                condition=Q(decided_by=None)
                | Q(kind="decrease")
                | Q(state="refused")
                | (Q(proposed_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                violation_error_message=_("A second person has to approve it when a budget grows."),
            ),
            models.CheckConstraint(
                name="ledger_change_state",
                condition=Q(state="pending", decided_at=None)
                | Q(state__in=["booked", "refused"], decided_at__isnull=False),
                violation_error_message=_("The state of a change and its decision do not fit."),
            ),
        ]
        indexes = [
            models.Index(fields=["proposed_at"], condition=Q(state="pending"), name="ledger_change_waits")
        ]

    def __str__(self) -> str:
        return f"{self.budget} · {self.get_kind_display()} {self.amount}"


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def visible_to(self, user: Any) -> Self:
        places = scope_of(user).places(Action.READ)
        return self.filter(places.filter(park="park", incubator="enterprise__incubator"))


class BankAccount(models.Model):
    """Where money for a beneficiary goes. It is never changed: a new one is entered, the old one retired.

    Whoever confirms it is not the one who entered it: a changed account is how money is stolen.
    """

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="bank_accounts"
    )
    enterprise = models.ForeignKey(
        "enterprises.Enterprise",
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bank_accounts",
    )
    organisation = models.ForeignKey(
        "incubators.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bank_accounts",
    )
    holder = models.CharField(_("account holder"), max_length=160)
    bank = models.CharField(_("account bank"), max_length=160)
    number = models.CharField(_("account number"), max_length=40)
    swift = models.CharField(_("SWIFT code"), max_length=11, blank=True, help_text=_("for payments abroad"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    evidence = document(_("confirmation of the account"))
    entered_at = models.DateTimeField(_("entered"))
    entered_by = person(_("entered by"))
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = person(_("verified by"))
    retired_at = models.DateTimeField(_("no longer used since"), null=True, blank=True)
    retired_by = person(_("retired by"))
    updated_at = models.DateTimeField(auto_now=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.CheckConstraint(
                name="ledger_bank_account_of_one",
                condition=Q(enterprise=None, organisation__isnull=False)
                | Q(enterprise__isnull=False, organisation=None),
                violation_error_message=_("A bank account belongs to one enterprise or one organisation."),
            ),
            models.UniqueConstraint(
                fields=["park", "enterprise", "organisation", "number"],
                condition=Q(retired_at=None),
                nulls_distinct=False,
                name="ledger_bank_account_once",
                violation_error_message=_("This bank account is already recorded."),
            ),
            models.CheckConstraint(
                name="ledger_bank_account_complete",
                condition=~Q(holder="") & ~Q(bank="") & ~Q(number=""),
                violation_error_message=_("Holder, bank and number of an account are all needed."),
            ),
            paired("verified_at", "verified_by", name="ledger_bank_account_verified_pair"),
            paired("retired_at", "retired_by", name="ledger_bank_account_retired_pair"),
            second_person("entered_by", "verified_by", name="ledger_bank_account_second_person"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} · {self.bank}"

    @property
    def chain(self) -> str:
        return self.enterprise.chain if self.enterprise else self.park.chain

    @property
    def incubator_id(self) -> int | None:
        return self.enterprise.incubator_id if self.enterprise else None
