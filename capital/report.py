"""What a policy gives for the interest of a loan: asked part by part of the period, and added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from capital.calculator import Draw, Part, parts_of
from core.errors import FieldError, Invalid
from core.money import round_to_cent
from funding.calculator import Terms
from funding.models import PolicyVersion
from funding.render.trace import label_of_fact
from funding.report.answers import Asked, ask_version, change_words

#: How policies call the principal, the principals of all loans in the order of drawing, the rate, the time.
PRINCIPAL, PRINCIPALS, RATES, YEARS = "loan_yuan", "loans_yuan", ("benchmark_rate", "subsidy_rate"), "years"
COMPUTED = frozenset({PRINCIPAL, PRINCIPALS, YEARS, *RATES})


@dataclass(frozen=True)
class PartAnswer:
    """One part of the period with the policy's answer for a whole year of it. ``before`` is what the policy
    gives for the earlier loans alone, where it counts a running total; the part gets the difference."""

    part: Part
    asked: Asked
    before: Asked | None
    amount: Decimal


@dataclass(frozen=True)
class Computed:
    parts: list[PartAnswer]
    currency: str

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.parts), Decimal(0))

    def as_data(self, *, prior: Sequence[Decimal]) -> dict[str, Any]:
        """What is kept with the claim, without words."""
        return {
            "prior": [f"{one:f}" for one in prior],
            "parts": [
                {
                    "starts_on": one.part.starts_on.isoformat(),
                    "ends_on": one.part.ends_on.isoformat(),
                    "days": one.part.days,
                    "principal": f"{one.part.principal:f}",
                    "years": f"{one.part.years:f}",
                    "amount": f"{one.amount:f}",
                }
                for one in self.parts
            ],
        }


def is_about_interest(version: PolicyVersion) -> bool:
    """Whether the terms compute from the principal of a loan, a rate and a time."""
    keys = version.compiled().facts.keys()
    return YEARS in keys and bool({PRINCIPAL, PRINCIPALS} & keys) and any(rate in keys for rate in RATES)


def other_facts(version: PolicyVersion) -> dict[str, Any]:
    """What the terms ask beside the loan itself, by key."""
    return {key: spec for key, spec in version.compiled().facts.items() if key not in COMPUTED}


def draws_from(data: Sequence[Mapping[str, Any]]) -> list[Draw]:
    """As a claim keeps them: ``[{"on": "2021-01-01", "principal": "4000000"}]``."""
    return [Draw(date.fromisoformat(one["on"]), Decimal(str(one["principal"]))) for one in data]


def compute(
    *,
    version: PolicyVersion,
    starts_on: date,
    ends_on: date,
    draws: Sequence[Draw],
    base_rate_percent: Decimal,
    facts: Mapping[str, Any],
    prior: Sequence[Decimal] = (),
) -> Computed:
    """What the terms give. ``prior`` are earlier loans under the same policy, for terms with a running total.

    Raises ``Invalid`` that names what is missing or what stands against it.
    """
    if not is_about_interest(version):
        message = _("This policy does not compute from the interest of a loan.")
        raise Invalid(message, fields=[FieldError("policy", message, "other_policy")])
    parts = parts_of(starts_on, ends_on, draws)
    if not parts:
        message = _("Nothing of the loan was drawn in this period.")
        raise Invalid(message, fields=[FieldError("draws", message, "no_principal")])
    given = {**facts, **{rate: base_rate_percent / 100 for rate in _rates(version.compiled())}}
    return Computed([_answer(version, part, given, prior) for part in parts], version.compiled().currency)


def _rates(terms: Terms) -> list[str]:
    return [rate for rate in RATES if rate in terms.facts]


def _answer(
    version: PolicyVersion, part: Part, facts: Mapping[str, Any], prior: Sequence[Decimal]
) -> PartAnswer:
    asks = {**facts, YEARS: 1}
    if PRINCIPALS not in version.compiled().facts:
        asked = ask_version(version=version, facts={**asks, PRINCIPAL: _exact(part.principal)})
        return PartAnswer(part, asked, None, _for_part(_amount_of(asked), part))
    loans = [_exact(one) for one in prior]
    asked = ask_version(version=version, facts={**asks, PRINCIPALS: [*loans, _exact(part.principal)]})
    before = ask_version(version=version, facts={**asks, PRINCIPALS: loans}) if loans else None
    yearly = _amount_of(asked) - (_amount_of(before) if before is not None else Decimal(0))
    return PartAnswer(part, asked, before, _for_part(yearly, part))


def _for_part(yearly: Decimal, part: Part) -> Decimal:
    """The policy is asked for one year; the part gets its days of it, rounded to the fen."""
    return round_to_cent(yearly * part.years)


def _exact(value: Decimal) -> int | str:
    """A number as terms read it: whole ones as such, others as text."""
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"


def _amount_of(asked: Asked) -> Decimal:
    result = asked.result
    if result.eligible is False:
        words = "; ".join(change_words(one, result.terms) for one in asked.changes.obstacles)
        message = _("Under this policy nothing is due. %(words)s") % {"words": words}
        raise Invalid(message, fields=[FieldError("facts", message, "not_eligible")])
    if result.amount is None or result.eligible is None:
        names = [label_of_fact(result.terms.facts[key]) for key in asked.questions]
        message = _("The policy also asks: %(names)s.") % {"names": "; ".join(names) or "—"}
        raise Invalid(message, fields=[FieldError("facts", message, "missing")])
    return result.amount
