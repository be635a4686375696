"""Writes of rounds, loans, whitelists, shared risks and stated facts: see ``records`` for how."""

from datetime import date

from django.utils.translation import gettext as _

from core.errors import FieldError, Invalid
from enterprises.ladder import STATED, UNITS, YES_NO
from enterprises.models import FinancingEvent, Loan, RiskShare, StatedFact, WhitelistEntry
from enterprises.services.records import Kind, register


def _check_risk(risk: RiskShare, today: date) -> None:
    if risk.compensated_amount is not None and risk.loss_amount is None:
        raise Invalid(
            _("Without a loss there is nothing to compensate."),
            fields=[FieldError("loss_amount", _("Enter the loss."), "required")],
        )


def _check_stated(fact: StatedFact, today: date) -> None:
    if fact.key not in STATED:
        raise Invalid(
            _("This value is computed from the records of the enterprise."),
            fields=[FieldError("key", _("Correct the yearly figures instead."), "computed")],
        )
    if UNITS[fact.key] == YES_NO and fact.value not in (0, 1):
        raise Invalid(
            _("The answer is yes or no."), fields=[FieldError("value", _("Enter 1 for yes, 0 for no."))]
        )


FINANCING = register(
    Kind(
        FinancingEvent,
        "financing",
        ("round", "on", "amount", "currency", "investors", "event_name", "evidence"),
        anchor="financing",
        past=("on",),
    )
)
LOAN = register(
    Kind(
        Loan,
        "loan",
        (
            "bank",
            "product",
            "line_amount",
            "drawn_amount",
            "currency",
            "rate_percent",
            "starts_on",
            "ends_on",
            "guarantee",
            "event_name",
            "evidence",
        ),
        anchor="financing",
    )
)
WHITELIST = register(
    Kind(
        WhitelistEntry,
        "whitelist",
        ("list_name", "authority", "starts_on", "ends_on", "evidence"),
        anchor="financing",
    )
)
RISK_SHARE = register(
    Kind(
        RiskShare,
        "risk_share",
        (
            "bank_percent",
            "government_percent",
            "insurer_percent",
            "loss_amount",
            "lost_on",
            "compensated_amount",
            "compensated_on",
            "evidence",
        ),
        anchor="financing",
        parent="loan",
        past=("lost_on", "compensated_on"),
        check=_check_risk,
    )
)
STATED_FACT = register(
    Kind(
        StatedFact,
        "stated_fact",
        ("key", "on", "value", "note", "evidence"),
        anchor="ladder",
        past=("on",),
        check=_check_stated,
    )
)
