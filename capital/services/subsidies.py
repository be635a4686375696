"""Claims for interest: computed by the policy, verified by a second person, paid through the ledger."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from capital.models import InterestSubsidy
from capital.report import compute, draws_from
from capital.selectors.subsidies import prior_principals
from capital.services.acting import needed_words, plain, remember, wrong
from core.enums import Provenance
from core.errors import Conflict
from core.saving import save_checked
from enterprises.models import Enterprise, Loan
from enterprises.services import save_record
from enterprises.services.records import Kind, register
from incubators.scope import Action, require
from ledger.enums import CommitmentState
from ledger.models import Budget, Commitment
from ledger.selectors import other_grants
from ledger.services import commit_money

CLAIM_FIELDS = (
    "policy_version",
    "starts_on",
    "ends_on",
    "draws",
    "base_rate_percent",
    "interest_paid_amount",
    "facts",
    "evidence",
)
SUBJECT = "interest-subsidy"


def base_of(subsidy: InterestSubsidy) -> str:
    """What the money is for, as the ledger compares it."""
    return f"loan_interest:{subsidy.loan_id}:{subsidy.starts_on.isoformat()}"


def _check_claim(row: InterestSubsidy, today: date) -> None:
    """Everything a claim has to hold, and the amounts that follow from it."""
    if row.commitment_id is not None:
        raise Conflict(_("Money is committed for this claim; it stays as it is."), code="committed")
    if row.withdrawn_at is not None:
        raise Conflict(_("This claim was withdrawn."), code="withdrawn")
    row.draws = _read_draws(row.draws)
    _check_period(row, today)
    _check_policy(row)
    if row.interest_paid_amount is None or row.interest_paid_amount <= 0:
        raise wrong("interest_paid_amount", _("Enter the interest that was paid."), "required")
    if row.base_rate_percent is None or not 0 < row.base_rate_percent <= 100:
        raise wrong("base_rate_percent", _("Enter the base rate of the period in percent."), "required")
    prior = prior_principals(row)
    computed = compute(
        version=row.policy_version,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        draws=draws_from(row.draws),
        base_rate_percent=row.base_rate_percent,
        facts=row.facts or {},
        prior=prior,
    )
    row.policy_amount = computed.amount
    row.amount = min(row.policy_amount, row.interest_paid_amount)
    row.answer = computed.as_data(prior=prior)
    if row.amount <= 0:
        raise wrong("draws", _("Under this policy nothing is due for this period."), "nothing_due")


def _read_draws(data: Any) -> list[dict[str, str]]:
    """The steps of the principal in their order, as they are kept."""
    found: dict[date, Decimal] = {}
    message = _("Say from which day on how much was drawn, such as 2021-01-01 and 4,000,000.")
    if not isinstance(data, list) or not data:
        raise wrong("draws", message, "required")
    for one in data:
        try:
            day, principal = date.fromisoformat(one["on"]), Decimal(str(one["principal"]))
        except (TypeError, KeyError, ValueError, InvalidOperation):
            raise wrong("draws", message) from None
        if not principal.is_finite() or principal < 0 or principal != principal.quantize(Decimal("0.01")):
            raise wrong("draws", _("A principal is an amount of money, to the fen at most."))
        if day in found:
            raise wrong("draws", _("%(day)s stands there twice.") % {"day": day.isoformat()})
        found[day] = principal
    return [{"on": day.isoformat(), "principal": plain_number(found[day])} for day in sorted(found)]


def plain_number(value: Decimal) -> str:
    return str(int(value)) if value == value.to_integral_value() else f"{value:f}"


def _check_period(row: InterestSubsidy, today: date) -> None:
    loan = row.loan
    for name, day in (("starts_on", row.starts_on), ("ends_on", row.ends_on)):
        if day is None:
            raise wrong(name, _("Enter a day."), "required")
    if row.ends_on <= row.starts_on:
        raise wrong("ends_on", _("The period of interest ends after it begins."))
    if row.ends_on > today:
        raise wrong(
            "ends_on", _("Interest is subsidised once it is paid: enter a day up to today."), "future"
        )
    if row.starts_on < loan.starts_on or (loan.ends_on is not None and row.ends_on > loan.ends_on):
        raise wrong("starts_on", _("The period lies within the time of the loan."), "outside_loan")
    for draw in draws_from(row.draws):
        if draw.principal > loan.line_amount:
            raise wrong(
                "draws",
                _("No more is drawn than the credit line of %(line)s.") % {"line": plain(loan.line_amount)},
                "above_line",
            )


def _check_policy(row: InterestSubsidy) -> None:
    version = row.policy_version
    if version.policy.park_id not in (None, row.owner.park_id):
        raise wrong("policy_version", _("Choose a policy of this park."), "not_found")
    begun = version.valid_from is None or version.valid_from <= row.starts_on
    if (
        not version.is_published
        or not begun
        or (version.valid_until is not None and row.starts_on >= version.valid_until)
    ):
        raise wrong("policy_version", _("These terms do not hold on the first day of the period."))
    if version.compiled().currency != row.loan.currency:
        raise wrong("policy_version", _("The policy counts in another currency than the loan."))


def _verified(row: InterestSubsidy, actor: User, at: datetime) -> None:
    if row.evidence_id is None:
        raise Conflict(_("The proof of the interest paid is missing."), code="no_evidence")
    if row.loan.verified_at is None:
        raise Conflict(_("Verify the loan first."), code="not_verified")


def _gone(row: InterestSubsidy, actor: User, at: datetime) -> None:
    if row.commitment_id is not None:
        raise Conflict(_("Money is committed for this claim; it stays as it is."), code="committed")


SUBSIDY = register(
    Kind(
        InterestSubsidy,
        "interestsubsidy",
        (*CLAIM_FIELDS, "policy_amount", "amount"),
        anchor="capital",
        parent="loan",
        check=_check_claim,
        verified=_verified,
        gone=_gone,
    )
)


def claim_subsidy(
    *,
    loan: Loan,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> InterestSubsidy:
    """Claim the interest of a period. The amounts are computed, never taken from ``values``."""
    return correct_claim(
        subsidy=InterestSubsidy(loan=loan, provenance=provenance), values=values, actor=actor, at=at
    )


def correct_claim(
    *, subsidy: InterestSubsidy, values: Mapping[str, Any], actor: User, at: datetime
) -> InterestSubsidy:
    """Change a claim; computed anew, and to be verified anew."""
    if unknown := sorted(set(values) - set(CLAIM_FIELDS)):
        raise wrong(unknown[0], _("This field cannot be set here."), "unknown_field")
    return save_record(record=subsidy, values=values, actor=actor, at=at)


@transaction.atomic
def commit_subsidy(
    *, subsidy: InterestSubsidy, budget: Budget, actor: User, at: datetime, reference: str = ""
) -> Commitment:
    """Promise the money of a verified claim. Asked again, it gives the same commitment.

    Raises ``Conflict``: ``not_verified``, ``double_funding``, and whatever the ledger refuses.
    """
    require(Action.PAY, user=actor, park_id=budget.park_id)
    row = locked_claim(subsidy)
    if budget.park_id != row.owner.park_id:
        raise wrong("budget", _("Choose a budget of this park."), "not_found")
    if row.commitment is not None:
        if row.commitment.budget_id != budget.pk:
            raise Conflict(_("Money of another budget is committed for this claim."), code="committed")
        return row.commitment
    if row.withdrawn_at is not None:
        raise Conflict(_("This claim was withdrawn."), code="withdrawn")
    if row.verified_at is None:
        raise Conflict(_("Money is committed once a second person verified the claim."), code="not_verified")
    if row.currency != budget.currency:
        raise wrong("budget", _("The budget is in another currency than the claim."), "currency")
    _refuse_other_grants(row)
    commitment = commit_money(
        budget=budget,
        amount=row.amount,
        purpose=_("Interest subsidy: %(what)s") % {"what": str(row)},
        key=f"{SUBJECT}:{row.pk}",
        enterprise=row.owner,
        base=base_of(row),
        reference=reference,
        subject_kind=SUBJECT,
        subject_id=row.pk,
        submitted_on=row.entered_at.date(),
        provenance=row.provenance,
        actor=actor,
        at=at,
    )
    row.commitment = commitment
    save_checked(row, update_fields=["commitment", "updated_at"])
    remember(row, "interestsubsidy.committed", {"amount": [None, row.amount], "budget": ["", str(budget)]},
             actor, at)  # fmt: skip
    return commitment


def _refuse_other_grants(row: InterestSubsidy) -> None:
    """Other programmes name the interest of a whole year: such a grant is for the same interest."""
    for year in range(row.starts_on.year, row.ends_on.year + 1):
        other = other_grants(row.owner, base=f"loan_interest:{year}").first()
        if other is not None:
            raise Conflict(
                _("There is money for the interest of %(year)d already: %(other)s.")
                % {"year": year, "other": other.purpose},
                code="double_funding",
            )


@transaction.atomic
def withdraw_subsidy(*, subsidy: InterestSubsidy, reason: str, actor: User, at: datetime) -> InterestSubsidy:
    """Let the claim go; its period can be claimed again. Not while money is committed for it."""
    row = locked_claim(subsidy)
    require(Action.MANAGE, user=actor, park_id=row.owner.park_id)
    words = needed_words(reason, "reason", _("Say why."))
    if row.withdrawn_at is not None:
        raise Conflict(_("This claim was withdrawn."), code="withdrawn")
    if row.commitment is not None and row.commitment.state != CommitmentState.RELEASED:
        raise Conflict(_("Give the committed money back first."), code="committed")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = at, actor, words
    save_checked(row, update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "updated_at"])
    remember(row, "interestsubsidy.withdrawn", {"reason": ["", words]}, actor, at)
    return row


def locked_claim(subsidy: InterestSubsidy) -> InterestSubsidy:
    """The claim, locked after its enterprise, as every record of an enterprise is."""
    Enterprise.objects.select_for_update(of=("self",)).get(pk=subsidy.loan.enterprise_id)
    found: InterestSubsidy | None = (
        InterestSubsidy.objects.select_for_update(of=("self",))
        .select_related("loan__enterprise__park", "loan__enterprise__incubator", "commitment__budget")
        .filter(pk=subsidy.pk)
        .first()
    )
    if found is None:
        raise Conflict(_("This record has been deleted."), code="deleted")
    return found
