"""What ends when: in sentences, from the rule after expiry."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from sharing.calculator import HUNDRED
from sharing.enums import TailRule
from sharing.models import SharingVersion


@dataclass(frozen=True)
class Phase:
    """Years of figures and the percent of the rate that applies in them; ``words`` say for whom."""

    years: str
    factor: Decimal
    words: str
    is_over: bool = False


def phases_of(version: SharingVersion, *, this_year: int) -> list[Phase]:
    """The life of agreed terms: the full years, each year after expiry, and the end."""
    last = version.valid_until.year - 1
    begins = version.valid_from.year
    before = _("only what landed before %(day)s") % {"day": version.valid_until.isoformat()}
    phases = [
        Phase(_span(begins, last), HUNDRED, _("all enterprises that the terms count"), last < this_year)
    ]
    if version.tail == TailRule.RUNS_ON:
        end = last + version.tail_years
        phases.append(Phase(_span(last + 1, end), HUNDRED, before, end < this_year))
    for place, rate in enumerate(version.tail_rates, start=1):
        phases.append(Phase(str(last + place), Decimal(rate), before, last + place < this_year))
    first_free = last + version.tail_years + 1
    phases.append(
        Phase(
            _("from %(year)d on") % {"year": first_free},
            Decimal(0),
            _("nothing new accrues; what is open stays owed"),
        )
    )
    return phases


def _span(first: int, last: int) -> str:
    return str(first) if last <= first else f"{first}–{last}"
