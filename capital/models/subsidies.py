"""Interest of a loan that a policy pays a part of."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from capital.enums import SubsidyState
from capital.models.base import money, percent, second_look
from core.constraints import paired
from core.enums import Provenance
from enterprises.models import Enterprise, Loan
from enterprises.models.companies import OfEnterprise, evidence_field
from enterprises.models.financing import OfLoanQuerySet
from funding.models import PolicyVersion
from incubators.models import Returnable, half_open
from ledger.enums import CommitmentState
from ledger.models import Commitment


class InterestSubsidyQuerySet(OfLoanQuerySet):
    def in_state(self, state: str) -> "InterestSubsidyQuerySet":
        return self.filter(_STATES[SubsidyState(state)]) if state in SubsidyState.values else self


_STANDS = Q(withdrawn_at=None)
_OPEN = Q(withdrawn_at=None, commitment=None)
_STATES = {
    SubsidyState.CLAIMED: _OPEN & Q(verified_at=None, returned_at=None),
    SubsidyState.RETURNED: _OPEN & Q(returned_at__isnull=False),
    SubsidyState.VERIFIED: _OPEN & Q(verified_at__isnull=False),
    SubsidyState.COMMITTED: _STANDS & Q(commitment__state=CommitmentState.OPEN),
    SubsidyState.PAID: _STANDS & Q(commitment__state=CommitmentState.CLOSED),
    SubsidyState.RELEASED: _STANDS & Q(commitment__state=CommitmentState.RELEASED),
    SubsidyState.WITHDRAWN: Q(withdrawn_at__isnull=False),
}


class InterestSubsidy(OfEnterprise, Returnable):
    """A claim for the interest of one loan in one period, half open.

    ``draws`` says from which day on how much of the loan was drawn; ``facts`` are the answers that no record
    gives. ``policy_amount`` is what the policy gives, ``amount`` what is paid: never more than the interest.
    ``answer`` keeps the policy's words for each part of the period.
    """

    loan = models.ForeignKey(
        Loan, verbose_name=_("loan"), on_delete=models.PROTECT, related_name="interest_subsidies"
    )
    policy_version = models.ForeignKey(
        PolicyVersion, verbose_name=_("terms of the policy"), on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField(_("interest from"))
    ends_on = models.DateField(_("interest until (not included)"))
    draws = models.JSONField(_("principal drawn"), default=list)
    base_rate_percent = percent(_("base rate of the period (%)"))
    interest_paid_amount = money(_("interest paid"))
    facts = models.JSONField(_("answers to the policy"), default=dict, blank=True)
    policy_amount = money(_("amount under the policy"), editable=False)
    amount = money(_("subsidy"), editable=False)
    answer = models.JSONField(default=dict, editable=False)
    evidence = evidence_field("interest_subsidies")
    commitment = models.OneToOneField(
        Commitment,
        verbose_name=_("commitment"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="interest_subsidy",
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )

    objects = InterestSubsidyQuerySet.as_manager()

    class Meta:
        verbose_name = _("interest subsidy")
        verbose_name_plural = _("interest subsidies")
        constraints = [
            models.CheckConstraint(
                name="capital_subsidy_period",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("The period of interest ends after it begins."),
            ),
            models.CheckConstraint(
                name="capital_subsidy_rate",
                condition=Q(base_rate_percent__gt=0, base_rate_percent__lte=100),
                violation_error_message=_("A base rate lies above 0% and at most at 100%."),
            ),
            models.CheckConstraint(
                name="capital_subsidy_never_above",
                condition=Q(
                    amount__gt=0,
                    amount__lte=F("interest_paid_amount"),
                    policy_amount__gte=F("amount"),
                ),
                violation_error_message=_(
                    "A subsidy is neither above what the policy gives nor above the interest paid."
                ),
            ),
            ExclusionConstraint(
                name="capital_subsidy_no_overlap",
                expressions=[
                    (OpClass("loan", "gist_int8_ops"), RangeOperators.EQUAL),
                    (half_open("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at=None),
                violation_error_message=_(
                    "A part of this period is claimed for this loan already: nothing is subsidised twice."
                ),
            ),
            models.CheckConstraint(
                name="capital_subsidy_committed_once_verified",
                condition=Q(commitment=None) | Q(verified_at__isnull=False),
                violation_error_message=_("Money is committed once a second person verified the claim."),
            ),
            paired("withdrawn_at", "withdrawn_by", name="capital_subsidy_withdrawn_pair"),
            models.CheckConstraint(
                name="capital_subsidy_withdrawn_with_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                violation_error_message=_("Whoever withdraws a claim says why."),
            ),
            *second_look("subsidy"),
        ]
        indexes = [models.Index(fields=["-starts_on", "-id"], name="capital_subsidies_newest")]

    def __str__(self) -> str:
        return f"{self.loan.enterprise} {self.starts_on} – {self.ends_on}"

    @property
    def owner(self) -> Enterprise:
        return self.loan.enterprise

    @property
    def currency(self) -> str:
        return self.loan.currency

    @property
    def state(self) -> SubsidyState:
        if self.withdrawn_at is not None:
            return SubsidyState.WITHDRAWN
        if self.commitment is not None:
            return _OF_LEDGER[CommitmentState(self.commitment.state)]
        if self.verified_at is not None:
            return SubsidyState.VERIFIED
        return SubsidyState.CLAIMED if self.returned_at is None else SubsidyState.RETURNED


_OF_LEDGER = {
    CommitmentState.OPEN: SubsidyState.COMMITTED,
    CommitmentState.CLOSED: SubsidyState.PAID,
    CommitmentState.RELEASED: SubsidyState.RELEASED,
}
