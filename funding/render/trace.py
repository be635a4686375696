"""Steps of an answer in words that a layman can follow: the clause, the numbers of the text, the
arithmetic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from funding.calculator import FactSpec, Terms, Words
from funding.calculator.numbers import ONE, plain
from funding.calculator.running import Line
from funding.calculator.terms import Factor, Times


@dataclass(frozen=True, slots=True)
class Said:
    """One step: what was done (``step``), where it stands, in words, and what came out."""

    step: str
    clause: str
    label: str
    text: str
    value: Any


def said(lines: list[Line], terms: Terms) -> list[Said]:
    """Every step in the language that is active. Sums that were only read stand in the step that uses
    them."""
    teller = Teller(terms)
    return [teller.tell(line) for line in lines if line.term.op != "fixed" or line.term.origin.label.zh]


def in_language(words: Words) -> str:
    """The text in the language that is active, or the other one where it is missing."""
    chinese = (get_language() or "").startswith("zh")
    return (words.zh or words.en) if chinese else (words.en or words.zh)


def label_of_fact(spec: FactSpec) -> str:
    return in_language(spec.label) or str(FACT_NAMES[spec.key]() if spec.key in FACT_NAMES else spec.key)


def choice_words(choice: str) -> str:
    """A track in words where it is one that many policies know; otherwise as the policy writes it."""
    return str(CHOICE_NAMES[choice]()) if choice in CHOICE_NAMES else choice


def number(value: Any) -> str:
    """1234567.5 as 1,234,567.50; whole numbers without a point; a list with plus signs."""
    if value is None:
        return "—"
    if isinstance(value, tuple):
        return " + ".join(number(one) for one in value) or "0"
    if not isinstance(value, Decimal):
        return str(value)
    shown = plain(value)
    places = max(0, -int(shown.as_tuple().exponent))
    return f"{shown:,.{2 if places == 1 else places}f}"


def percent(value: Decimal) -> str:
    return f"{plain(value * 100):f}%"


class Teller:
    """Puts words to steps; one method for each kind of term."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def tell(self, line: Line) -> Said:
        term = line.term
        tells: Callable[[Any, tuple[Any, ...], Any], str] = getattr(self, f"_{term.op}")
        label = in_language(term.origin.label)
        return Said(term.op, term.origin.clause, label, tells(term, line.values, line.result), line.result)

    def _name(self, key: str) -> str:
        spec = self.terms.facts.get(key)
        return key if spec is None else label_of_fact(spec)

    def _fixed(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        return _("a fixed sum of %(sum)s") % {"sum": number(result)}

    def _fact(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        return f"{self._name(term.key)}: {number(result)}"

    def _positive(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        if values[0] < 0:
            return _("%(sum)s is a loss and counts as 0") % {"sum": number(values[0])}
        return number(result)

    def _increase(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        current, prior = values
        words = f"{self._name(term.current)} {number(current)} − {self._name(term.prior)} {number(prior)}"
        if current < prior:
            return _("%(difference)s: a fall counts as 0") % {"difference": words}
        return f"{words} = {number(result)}"

    def _total(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        return f"{self._name(term.key)}: {number(values[0])} = {number(result)}"

    def _sum(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        return f"{' + '.join(number(value) for value in values)} = {number(result)}"

    def _times(self, term: Times, values: tuple[Any, ...], result: Any) -> str:
        factors = [self._factor(factor, value) for factor, value in zip(term.by, values[1:], strict=True)]
        return f"{number(values[0])} × {' × '.join(factors)} = {number(result)}"

    def _factor(self, factor: Factor, value: Decimal) -> str:
        is_rate = factor.kind == "rate" or (factor.key and self.terms.facts[factor.key].kind == "rate")
        shown = percent(value) if is_rate else number(value)
        if not factor.key:
            return shown
        if factor.at_most is None:
            return f"{shown} ({self._name(factor.key)})"
        most = percent(factor.at_most) if is_rate else number(factor.at_most)
        return _("%(value)s (%(name)s, at most %(most)s)") % {
            "value": shown,
            "name": self._name(factor.key),
            "most": most,
        }

    def _cap(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        value, limit = (number(one) for one in values)
        if values[0] > values[1]:
            return _("%(value)s is above the ceiling of %(limit)s: %(limit)s") % {
                "value": value,
                "limit": limit,
            }
        return _("%(value)s is within the ceiling of %(limit)s") % {"value": value, "limit": limit}

    def _within(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        value, limit, used, left = values
        given = {"limit": number(limit), "used": number(used), "left": number(left), "value": number(value)}
        words = _("%(limit)s − %(used)s taken = %(left)s left") % given
        if value is not None and value > left:
            return _("%(words)s; %(value)s is more than that: %(left)s") % {**given, "words": words}
        return _("%(words)s; %(value)s fits") % {**given, "words": words}

    def _bands(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        parts = [f"{number(part)} × {percent(share)}" for part, share in values[1]]
        return f"{' + '.join(parts) or '0'} = {number(result)}"

    def _tiers(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        if values[1] is None:
            return _("%(value)s does not reach the first step: 0") % {"value": number(values[0])}
        given = {"value": number(values[0]), "step": number(values[1]), "result": number(result)}
        return _("%(value)s reaches the step from %(step)s: %(result)s") % given

    def _choose(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        return f"{self._name(term.by)}: {choice_words(str(values[0]))}"

    def _range(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        value, low, high = values
        given = {"value": number(value), "low": number(low), "high": number(high)}
        if low <= value <= high:
            return _("%(value)s lies from %(low)s to %(high)s") % given
        return _("%(value)s lies outside %(low)s to %(high)s; check the assessment") % given

    def _floor(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        given = {"value": number(values[0]), "least": number(values[1]), "name": self._name(term.key)}
        if values[0] >= values[1]:
            return _("%(name)s: %(value)s, not less than %(least)s as promised") % given
        return _("%(name)s: %(value)s, less than the %(least)s promised") % given

    def _decided(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        return _("decided case by case; no formula gives an amount")

    def _place(self, term: Any, values: tuple[Any, ...], result: Any) -> str:
        given = {"rank": number(values[0]), "places": number(values[1])}
        if result == ONE:
            return _("place %(rank)s of %(places)s") % given
        return _("place %(rank)s, and there are %(places)s") % given


#: Names of facts that many policies ask for, where the terms give none of their own.
FACT_NAMES: Mapping[str, Callable[[], str]] = {
    "requested_yuan": lambda: _("amount asked for"),
    "assessed_yuan": lambda: _("amount assessed"),
    "committed_yuan": lambda: _("committed so far"),
    "existing_line_yuan": lambda: _("credit lines so far"),
    "rank": lambda: _("place in the ranking"),
    "track": lambda: _("track"),
    "prior_yuan": lambda: _("amount of the year before"),
    "current_yuan": lambda: _("amount of this year"),
    "applied_rate": lambda: _("rate applied"),
    "deductible_rd_yuan": lambda: _("deductible R&D expense"),
    "taxable_income_yuan": lambda: _("taxable income"),
    "loan_yuan": lambda: _("loan"),
    "loans_yuan": lambda: _("loans in the order drawn"),
    "subsidy_rate": lambda: _("rate of the subsidy"),
    "benchmark_rate": lambda: _("benchmark rate"),
    "years": lambda: _("years"),
    "months": lambda: _("months"),
    "area_m2": lambda: _("area, m²"),
    "offered_m2": lambda: _("area offered, m²"),
    "rent_yuan_m2_month": lambda: _("rent per m² and month"),
    "grant_yuan": lambda: _("grant received elsewhere"),
    "city_yuan": lambda: _("share of the city"),
    "district_yuan": lambda: _("share of the district"),
    "size_yuan": lambda: _("size of the fund"),
    "firms": lambda: _("number of enterprises"),
    "with_one_off": lambda: _("enterprises with the one-off support"),
}

#: Tracks that many policies know.
CHOICE_NAMES: Mapping[str, Callable[[], str]] = {
    "startup": lambda: _("start-up track"),
    "innovation": lambda: _("innovation track"),
    "rd": lambda: _("R&D track"),
    "industrialisation": lambda: _("industrialisation track"),
}
