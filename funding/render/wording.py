"""Terms in words: sums with their units, what a condition asks, how an amount comes about, the amount in one
phrase."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.templatetags.fmt import CURRENCY_WORDS
from funding.calculator import Terms
from funding.calculator.conditions import Condition, Test
from funding.calculator.facts import MONEY_KINDS
from funding.calculator.numbers import EXACT, ONE, ZERO
from funding.calculator.terms import Factor, Fixed, Term
from funding.render.trace import choice_words, in_language, label_of_fact, number, percent

#: A larger unit is used where it needs no more than two digits behind the point.
_SCALES_ZH = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))
_SCALES_EN = ((Decimal(10) ** 6, " million"),)


def sum_words(value: Decimal, currency: str = "CNY") -> str:
    """1000 万元, CNY 10 million: exact, in the largest unit that takes no more than two digits."""
    chinese = (get_language() or "").startswith("zh")
    word = CURRENCY_WORDS.get(currency, (currency, currency))[0 if chinese else 1]
    scale, unit = ONE, ""
    for size, name in _SCALES_ZH if chinese else _SCALES_EN:
        if abs(value) >= size and value % (size / 100) == 0:
            scale, unit = size, name
            break
    figure = number(value / scale)
    return f"{figure} {unit}{word}" if chinese else f"{word} {figure}{unit}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step towards an amount: how deep it is nested, where it stands in the text, in words."""

    depth: int
    clause: str
    label: str
    text: str


def explained(terms: Terms) -> list[Step]:
    """How the amount comes about, step by step; empty where the policy computes nothing."""
    teller = Wording(terms)
    steps = teller.steps(terms.amount) if terms.amount is not None else []
    if terms.otherwise is not None:
        steps.append(Step(0, "", "", _("For those who are left out:")))
        steps += [replace(step, depth=step.depth + 1) for step in teller.steps(terms.otherwise)]
    if steps and terms.outcome in ("award", "line", "tax", "exposure"):
        steps.append(Step(0, "", "", _("Rounded half up to the fen, once, at the end.")))
    if terms.up_to:
        steps.append(Step(0, "", "", _("The result is a ceiling: what is granted is decided.")))
    return steps


def condition_words(condition: Condition, terms: Terms) -> str:
    """What the condition asks, in the words of the policy or, without any, after its test."""
    return in_language(condition.words) or Wording(terms).test(condition.test)


def in_short(terms: Terms) -> str:
    """The amount in one phrase for a list: 最高 1,000 万元. Empty where nothing is computed."""
    if terms.outcome == "compliance":
        return "；".join(condition_words(one, terms) for one in terms.conditions)
    if terms.amount is None:
        return ""
    return Wording(terms).short(terms.amount)


def most_of(term: Term) -> Decimal | None:
    """The highest amount that the term can give, where the text itself sets one."""
    return _LIMITS[term.op](term) if term.op in _LIMITS else None


def _least(values: Iterable[Decimal | None]) -> Decimal | None:
    return min((value for value in values if value is not None), default=None)


def _all(values: list[Decimal | None], join: Any) -> Decimal | None:
    return None if any(value is None for value in values) or not values else join(values)


def _product(term: Any) -> Decimal | None:
    value = most_of(term.of)
    for factor in term.by:
        most = factor.number if factor.number is not None else factor.at_most
        value = None if value is None or most is None else EXACT.multiply(value, most)
    return value


def _banded(term: Any) -> Decimal | None:
    if term.above:
        return None
    total, start = ZERO, ZERO
    for end, share in term.bands:
        total, start = total + (end - start) * share, end
    return total


_LIMITS: dict[str, Any] = {
    "fixed": lambda term: term.amount,
    "positive": lambda term: most_of(term.of),
    "sum": lambda term: _all([most_of(part) for part in term.of], sum),
    "times": _product,
    "cap": lambda term: _least([most_of(term.of), most_of(term.at)]),
    "within": lambda term: _least([most_of(term.of), term.limit]),
    "bands": _banded,
    "tiers": lambda term: _all([most_of(inner) for _start, inner in term.steps], max),
    "choose": lambda term: _all([most_of(inner) for inner in term.cases.values()], max),
    "range": lambda term: term.high,
    "floor": lambda term: most_of(term.of),
    "decided": lambda term: most_of(term.of),
}


class Wording:
    """Puts words to the terms of one policy; one method for each kind of term."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def name(self, key: str) -> str:
        spec = self.terms.facts.get(key)
        return key if spec is None else label_of_fact(spec)

    def kind(self, key: str) -> str:
        spec = self.terms.facts.get(key)
        return spec.kind if spec is not None else "money"

    def sum(self, value: Decimal) -> str:
        return sum_words(value, self.terms.currency)

    def value(self, value: Decimal, kind: str) -> str:
        if kind == "rate":
            return percent(value)
        return self.sum(value) if kind in (*MONEY_KINDS, "money_list") else number(value)

    # --- conditions -------------------------------------------------------------------------------
    def test(self, test: Test) -> str:
        found: str = getattr(self, f"_test_{test.op}", self._compared)(test)
        return found

    def _test_is(self, test: Any) -> str:
        return self.name(test.key)

    def _test_decision(self, test: Any) -> str:
        return _("a recorded decision: %(fact)s") % {"fact": self.name(test.key)}

    def _test_one_of(self, test: Any) -> str:
        return _("%(fact)s is one of: %(choices)s") % {
            "fact": self.name(test.key),
            "choices": "、".join(choice_words(one) for one in test.choices),
        }

    def _test_ranked(self, test: Any) -> str:
        return _("among the first %(places)s") % {"places": number(test.places)}

    def _test_all(self, test: Any) -> str:
        return _(" and ").join(self.test(one) for one in test.of)

    def _test_any(self, test: Any) -> str:
        return _(" or ").join(self.test(one) for one in test.of)

    def _test_not(self, test: Any) -> str:
        return _("not: %(test)s") % {"test": self.test(test.of)}

    def _compared(self, test: Any) -> str:
        if not isinstance(test.right, Fixed):
            return self._side_by_side(test)
        words = {
            "at_least": _("%(left)s of at least %(right)s"),
            "more_than": _("%(left)s of more than %(right)s"),
            "at_most": _("%(left)s of at most %(right)s"),
            "less_than": _("%(left)s of less than %(right)s"),
            "equals": _("%(left)s of exactly %(right)s"),
        }
        right = self.value(test.right.amount, self.kind_of(test.left))
        return words[test.op] % {"left": self.phrase(test.left), "right": right}

    def _side_by_side(self, test: Any) -> str:
        words = {
            "at_least": _("“%(left)s” is not below “%(right)s”"),
            "more_than": _("“%(left)s” is above “%(right)s”"),
            "at_most": _("“%(left)s” is not above “%(right)s”"),
            "less_than": _("“%(left)s” is below “%(right)s”"),
            "equals": _("“%(left)s” equals “%(right)s”"),
        }
        return words[test.op] % {"left": self.phrase(test.left), "right": self.phrase(test.right)}

    def kind_of(self, term: Term) -> str:
        """The kind of the first fact that the term reads."""
        own, parts = term.keys(), term.parts()
        if own:
            return self.kind(own[0])
        return self.kind_of(parts[0]) if parts else "money"

    # --- a phrase -----------------------------------------------------------------------------------
    def phrase(self, term: Term) -> str:
        label = in_language(term.origin.label)
        told = getattr(self, f"_phrase_{term.op}", None)
        return label or (str(told(term)) if told else "；".join(step.text for step in self.steps(term)))

    def _phrase_fixed(self, term: Any) -> str:
        return self.sum(term.amount)

    def _phrase_fact(self, term: Any) -> str:
        return self.name(term.key)

    def _phrase_positive(self, term: Any) -> str:
        return self.phrase(term.of)

    def _phrase_increase(self, term: Any) -> str:
        return _("growth of “%(current)s” over “%(prior)s”") % {
            "current": self.name(term.current),
            "prior": self.name(term.prior),
        }

    def _phrase_total(self, term: Any) -> str:
        return _("total of “%(fact)s”") % {"fact": self.name(term.key)}

    def _phrase_sum(self, term: Any) -> str:
        return " + ".join(self.phrase(part) for part in term.of)

    def _phrase_times(self, term: Any) -> str:
        return f"{self.phrase(term.of)} × {self.factors(term.by)}"

    def _phrase_cap(self, term: Any) -> str:
        return _("%(value)s, at most %(limit)s") % {
            "value": self.phrase(term.of),
            "limit": self.phrase(term.at),
        }

    def factors(self, factors: Iterable[Factor]) -> str:
        return " × ".join(self._factor(one) for one in factors)

    def _factor(self, factor: Factor) -> str:
        if factor.number is not None:
            return percent(factor.number) if factor.kind == "rate" else number(factor.number)
        name = self.name(factor.key)
        if factor.at_most is None:
            return name
        return _("%(name)s (at most %(most)s)") % {
            "name": name,
            "most": self.value(factor.at_most, self.kind(factor.key)),
        }

    # --- in one phrase --------------------------------------------------------------------------------
    def short(self, term: Term) -> str:
        told = getattr(self, f"_short_{term.op}", None)
        if told is not None:
            return str(told(term))
        most = most_of(term)
        return self.phrase(term) if most is None else _("at most %(sum)s") % {"sum": self.sum(most)}

    def _short_fixed(self, term: Any) -> str:
        return self.sum(term.amount)

    def _short_range(self, term: Any) -> str:
        return _("%(low)s to %(high)s") % {"low": self.sum(term.low), "high": self.sum(term.high)}

    def _short_within(self, term: Any) -> str:
        return _("within a total of %(sum)s") % {"sum": self.sum(term.limit)}

    def _short_place(self, term: Any) -> str:
        return _("%(places)s places") % {"places": number(term.places)}

    def _short_choose(self, term: Any) -> str:
        return " / ".join(dict.fromkeys(self.short(inner) for inner in term.cases.values()))

    def _short_bands(self, term: Any) -> str:
        return self._shares(term)

    # --- step by step -----------------------------------------------------------------------------------
    def steps(self, term: Term, depth: int = 0) -> list[Step]:
        told = getattr(self, f"_steps_{term.op}", None)
        if told is None:
            return [self._step(term, depth, self.phrase(term))]
        found: list[Step] = told(term, depth)
        return found

    def _step(self, term: Term, depth: int, text: str) -> Step:
        return Step(depth, term.origin.clause, in_language(term.origin.label), text)

    def _then(self, term: Any, depth: int, text: str) -> list[Step]:
        return [*self.steps(term.of, depth), self._step(term, depth, text)]

    def _steps_fixed(self, term: Any, depth: int) -> list[Step]:
        return [self._step(term, depth, _("a fixed sum of %(sum)s") % {"sum": self.sum(term.amount)})]

    def _steps_positive(self, term: Any, depth: int) -> list[Step]:
        return self._then(term, depth, _("a loss counts as 0"))

    def _steps_sum(self, term: Any, depth: int) -> list[Step]:
        found = [self._step(term, depth, _("the parts are added:"))]
        for part in term.of:
            found += self.steps(part, depth + 1)
        return found

    def _steps_times(self, term: Any, depth: int) -> list[Step]:
        return self._then(term, depth, f"× {self.factors(term.by)}")

    def _steps_cap(self, term: Any, depth: int) -> list[Step]:
        return self._then(term, depth, _("at most %(sum)s") % {"sum": self.phrase(term.at)})

    def _steps_within(self, term: Any, depth: int) -> list[Step]:
        words = _("no more than what is left of %(limit)s after “%(used)s”")
        return self._then(term, depth, words % {"limit": self.sum(term.limit), "used": self.name(term.used)})

    def _steps_bands(self, term: Any, depth: int) -> list[Step]:
        return self._then(term, depth, self._shares(term))

    def _shares(self, term: Any) -> str:
        parts, start = [], ZERO
        for end, share in term.bands:
            given = {"start": self.sum(start), "end": self.sum(end), "share": percent(share)}
            words = _("part from %(start)s to %(end)s: %(share)s") if start else _("up to %(end)s: %(share)s")
            parts.append(words % given)
            start = end
        parts.append(
            _("part above %(end)s: %(share)s") % {"end": self.sum(start), "share": percent(term.above)}
        )
        return "；".join(parts)

    def _steps_tiers(self, term: Any, depth: int) -> list[Step]:
        found = self.steps(term.of, depth)
        kind = self.kind_of(term.of)
        for start, inner in term.steps:
            words = _("from %(start)s on:") % {"start": self.value(start, kind)}
            found += [self._step(term, depth, words), *self.steps(inner, depth + 1)]
        return found

    def _steps_choose(self, term: Any, depth: int) -> list[Step]:
        found = [self._step(term, depth, _("depends on “%(fact)s”:") % {"fact": self.name(term.by)})]
        for choice, inner in term.cases.items():
            found.append(Step(depth + 1, "", "", f"{choice_words(choice)}: {self.phrase(inner)}"))
        return found

    def _steps_range(self, term: Any, depth: int) -> list[Step]:
        words = _("from %(low)s to %(high)s; an assessment outside is a mistake and gives no amount")
        return self._then(term, depth, words % {"low": self.sum(term.low), "high": self.sum(term.high)})

    def _steps_floor(self, term: Any, depth: int) -> list[Step]:
        words = _("“%(fact)s” has to be at least %(least)s: a duty of whoever provides it")
        least = self.value(term.at_least, self.kind(term.key))
        return self._then(term, depth, words % {"fact": self.name(term.key), "least": least})

    def _steps_decided(self, term: Any, depth: int) -> list[Step]:
        words = _("where “%(fact)s” holds, a person decides the amount; otherwise:")
        return [
            self._step(term, depth, words % {"fact": self.name(term.when)}),
            *self.steps(term.of, depth + 1),
        ]

    def _steps_place(self, term: Any, depth: int) -> list[Step]:
        words = _("a place for each of the first %(places)s by “%(rank)s”")
        return [
            self._step(term, depth, words % {"places": number(term.places), "rank": self.name(term.rank)})
        ]
