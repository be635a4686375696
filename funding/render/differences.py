"""What is different between the terms of two versions: numbers, conditions, clauses, side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from funding.calculator import Terms, read_terms
from funding.calculator.parameters import parameters_of
from funding.render.parameters import ParameterWords, parameter_words
from funding.render.trace import label_of_fact
from funding.render.wording import Wording, condition_words, explained


@dataclass(frozen=True, slots=True)
class Difference:
    """``what``: added, removed or changed; ``part``: condition, amount, number, clause, fact or other."""

    part: str
    what: str
    name: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every difference in the order of the terms. Both have to be terms that can be read."""
    old, new = read_terms(before), read_terms(after)
    return [*_conditions(old, new), *_amount(before, after, old, new), *_others(old, new), *_facts(old, new)]


def _conditions(old: Terms, new: Terms) -> Iterator[Difference]:
    was = {one.key: one for one in old.conditions}
    now = {one.key: one for one in new.conditions}
    for key in {**was, **now}:
        one, other = was.get(key), now.get(key)
        before = _condition(one, old) if one else ""
        after = _condition(other, new) if other else ""
        if before != after:
            what = "changed" if one and other else "added" if other else "removed"
            yield Difference("condition", what, _("condition"), before, after)


def _condition(condition: Any, terms: Terms) -> str:
    """Its words, what it tests where the words do not say so, and its clause."""
    words = [condition_words(condition, terms), Wording(terms).test(condition.test)]
    if condition.when is not None:
        words.append(_("only if: %(test)s") % {"test": Wording(terms).test(condition.when)})
    return " · ".join(dict.fromkeys(filter(None, [*words, condition.clause])))


def _numbers(data: Mapping[str, Any]) -> dict[str, ParameterWords]:
    return {
        one.path: parameter_words(data, one)
        for one in parameters_of(data)
        if not one.path.startswith("conditions")
    }


def _amount(
    before: Mapping[str, Any], after: Mapping[str, Any], old: Terms, new: Terms
) -> Iterator[Difference]:
    was, now = _numbers(before), _numbers(after)
    if list(was) != list(now) or _form(before) != _form(after):
        told = [" → ".join(step.text for step in explained(terms)) for terms in (old, new)]
        what = "changed" if all(told) else "added" if told[1] else "removed"
        yield Difference("amount", what, _("how the amount comes about"), *told)
        return
    for path, number in was.items():
        other = now[path]
        if number.shown != other.shown:
            yield Difference("number", "changed", other.label, number.shown, other.shown)
        if number.clause != other.clause:
            yield Difference(
                "clause",
                "changed",
                _("clause of “%(name)s”") % {"name": other.label},
                number.clause,
                other.clause,
            )


def _form(data: Mapping[str, Any]) -> object:
    """The amount without its numbers and words."""
    numbers = {one.path for one in parameters_of(data)}

    def bare(value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return {
                key: bare(inner, f"{path}.{key}")
                for key, inner in value.items()
                if f"{path}.{key}" not in numbers and key not in ("clause", "label_zh", "label_en")
            }
        if isinstance(value, list):
            return [bare(inner, f"{path}[{place}]") for place, inner in enumerate(value)]
        return value

    return [bare(data.get(key), key) for key in ("amount", "otherwise")]


def _others(old: Terms, new: Terms) -> Iterator[Difference]:
    yes_no = {True: _("yes"), False: _("no")}
    if old.currency != new.currency:
        yield Difference("other", "changed", _("currency"), old.currency, new.currency)
    if old.up_to != new.up_to:
        name = _("the amount is a ceiling; what is granted is decided")
        yield Difference("other", "changed", name, yes_no[old.up_to], yes_no[new.up_to])


def _facts(old: Terms, new: Terms) -> Iterator[Difference]:
    for key in {**old.facts, **new.facts}:
        was, now = old.facts.get(key), new.facts.get(key)
        before, after = (label_of_fact(one) if one else "" for one in (was, now))
        if before != after:
            what = "changed" if was and now else "added" if now else "removed"
            yield Difference("fact", what, _("fact that is asked"), before, after)
