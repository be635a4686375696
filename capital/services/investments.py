"""Investments of funds, what came back, and recoveries of pools: entered by one, verified by another."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from capital.models import Fund, FundExit, FundInvestment, PoolRecovery, ProductLoan
from capital.selectors.funds import room_of
from capital.services.acting import plain, wrong
from core.errors import Conflict
from enterprises.models import Enterprise, FinancingEvent
from enterprises.services import save_record, verify_record
from enterprises.services.records import Kind, register
from incubators.scope import Action, require

INVESTMENT_FIELDS = ("fund", "project", "amount", "equity_percent", "note", "evidence")
#: Of the round to which the investment belongs.
ROUND_FIELDS = ("round", "on")
EXIT_FIELDS = ("kind", "on", "proceeds_amount", "is_full", "evidence")
RECOVERY_FIELDS = ("on", "amount", "note", "evidence")


def _check_investment(row: FundInvestment, today: date) -> None:
    fund = Fund.objects.select_for_update(of=("self",)).get(pk=row.fund_id)
    owner, event = row.owner, row.event
    if fund.park_id not in (None, owner.park_id):
        raise wrong("fund", _("Choose a fund of this park."), "not_found")
    if fund.founded_on is not None and event.on < fund.founded_on:
        raise wrong("on", _("The fund was set up on %(day)s only.") % {"day": fund.founded_on.isoformat()})
    if row.project is not None and row.project.enterprise_id != owner.pk:
        raise wrong("project", _("This project belongs to another enterprise."), "other_enterprise")
    if row.amount is None:
        return
    if fund.currency == event.currency:
        others = FundInvestment.objects.filter(
            event=event, returned_at=None, fund__currency=event.currency
        ).exclude(pk=row.pk)
        paid = others.aggregate(total=Sum("amount"))["total"] or Decimal(0)
        if paid + row.amount > event.amount:
            raise Conflict(
                _("The round of %(day)s came to %(all)s; funds have %(paid)s of it already.")
                % {"day": event.on.isoformat(), "all": plain(event.amount), "paid": plain(paid)},
                code="round_exceeded",
            )
    room = room_of(fund, excluding=row.pk)
    if room is not None and row.amount > room:
        raise Conflict(
            _("Of the fund “%(fund)s” %(left)s are left; %(amount)s do not fit.")
            % {"fund": fund.name, "left": plain(room), "amount": plain(row.amount)},
            code="fund_exhausted",
        )


def _verify_round(row: FundInvestment, actor: User, at: datetime) -> None:
    """Whoever verifies the investment has seen the round; another person's waiting entry of it is settled
    with it."""
    event = row.event
    if event.verified_at is None and event.returned_at is None and event.entered_by_id != actor.pk:
        verify_record(record=event, actor=actor, at=at)


def _check_exit(row: FundExit, today: date) -> None:
    Fund.objects.select_for_update(of=("self",)).get(pk=row.investment.fund_id)
    if row.on is not None and row.on < row.investment.event.on:
        raise wrong("on", _("Money comes back after it was invested."))


def _exit_verified(row: FundExit, actor: User, at: datetime) -> None:
    if row.investment.verified_at is None:
        raise Conflict(_("Verify the investment first."), code="not_verified")


def _check_recovery(row: PoolRecovery, today: date) -> None:
    risk = row.risk
    if risk.compensated_amount is None:
        raise wrong("amount", _("Nothing was compensated for this loan."), "nothing_compensated")
    if row.on is not None and risk.compensated_on is not None and row.on < risk.compensated_on:
        raise wrong("on", _("Money is recovered after it was compensated."))
    if not ProductLoan.objects.filter(loan=risk.loan_id, pool__isnull=False).exists():
        raise wrong("amount", _("No pool shares the risk of this loan."), "no_pool")
    others = PoolRecovery.objects.filter(risk=risk, returned_at=None).exclude(pk=row.pk)
    left = risk.compensated_amount - (others.aggregate(total=Sum("amount"))["total"] or Decimal(0))
    if row.amount is not None and row.amount > left:
        raise Conflict(
            _("Of this compensation %(left)s can still be recovered.") % {"left": plain(left)},
            code="more_than_compensated",
        )


INVESTMENT = register(
    Kind(
        FundInvestment,
        "fundinvestment",
        INVESTMENT_FIELDS,
        anchor="capital",
        parent="event",
        check=_check_investment,
        verified=_verify_round,
    )
)
EXIT = register(
    Kind(
        FundExit,
        "fundexit",
        EXIT_FIELDS,
        anchor="capital",
        parent="investment",
        past=("on",),
        check=_check_exit,
        verified=_exit_verified,
    )
)
RECOVERY = register(
    Kind(
        PoolRecovery,
        "poolrecovery",
        RECOVERY_FIELDS,
        anchor="capital",
        parent="risk",
        past=("on",),
        check=_check_recovery,
    )
)


@transaction.atomic
def enter_investment(
    *,
    enterprise: Enterprise,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    event: FinancingEvent | None = None,
    tell: bool = True,
) -> FundInvestment:
    """Record what a fund paid. ``values`` are those of the investment and, without ``event``, ``round`` and
    ``on``: the round of that enterprise, kind, day and currency is found, or entered with this amount, so
    that the same money never stands in two rounds."""
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    given = dict(values)
    of_round = {name: given.pop(name, None) for name in ROUND_FIELDS}
    fund = given.get("fund")
    if not isinstance(fund, Fund):
        raise wrong("fund", _("Say which fund invested."), "required")
    if event is None:
        event = _round(enterprise, fund, of_round, given, actor, at)
    elif event.enterprise_id != enterprise.pk:
        raise wrong("event", _("This round belongs to another enterprise."), "other_enterprise")
    return save_record(record=FundInvestment(event=event), values=given, actor=actor, at=at, tell=tell)


def _round(
    enterprise: Enterprise,
    fund: Fund,
    of_round: Mapping[str, Any],
    given: Mapping[str, Any],
    actor: User,
    at: datetime,
) -> FinancingEvent:
    for name, words in (("round", _("Say which round it was.")), ("on", _("Say on which day it was paid."))):
        if not of_round[name]:
            raise wrong(name, words, "required")
    same = FinancingEvent.objects.filter(enterprise=enterprise, currency=fund.currency, **of_round)
    known = list(same.order_by("pk")[:2])
    if len(known) > 1:
        raise wrong("round", _("Several such rounds are recorded for this day. Merge or correct them first."))
    if known:
        return known[0]
    return save_record(
        record=FinancingEvent(enterprise=enterprise),
        values={
            **of_round,
            "amount": given.get("amount"),
            "currency": fund.currency,
            "investors": fund.name_zh[:300],
            "evidence": given.get("evidence"),
        },
        actor=actor,
        at=at,
        tell=False,
    )
