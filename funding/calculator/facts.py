"""The facts a policy asks for: what kind of value each is, and how a value is read without guessing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from funding.calculator.brief import brief
from funding.calculator.numbers import EXACT, LARGEST, ZERO

Value: TypeAlias = bool | Decimal | str | tuple[Decimal, ...]
Facts: TypeAlias = Mapping[str, Value | None]

#: Digits behind the point by kind. Portfolios compute with whole numbers of the last digit, so it is fixed.
PLACES: Mapping[str, int] = {
    "money": 2,
    "signed_money": 2,
    "money_list": 2,
    "count": 0,
    "number": 2,
    "rate": 6,
}
KINDS = ("flag", *PLACES, "choice")
MONEY_KINDS = ("money", "signed_money")
FACTOR_KINDS = ("rate", "number", "count")

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class FactProblem:
    """Why a value was refused. ``code`` is stable: unknown_fact, wrong_type, negative, too_precise,
    too_large, unknown_choice. ``expected`` says what would be accepted: a kind, a number of digits, the
    choices."""

    key: str
    code: str
    value: object
    expected: str = ""


class BadFacts(ValueError):
    """Some of the values given are not what the policy asks for."""

    def __init__(self, problems: list[FactProblem]) -> None:
        super().__init__("; ".join(f"{one.key}: {one.code} ({brief(one.value)})" for one in problems))
        self.problems = problems


class _Refused(Exception):
    def __init__(self, code: str, expected: str = "") -> None:
        self.code, self.expected = code, expected


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact. ``cost`` orders the questions: what is cheap to answer is asked first (1 is cheapest).

    ``source`` names where the product can look the fact up itself, such as ``enterprise.rd_expense``.
    """

    key: str
    kind: str
    label: Words = Words()
    choices: tuple[str, ...] = ()
    cost: int = 1
    source: str = ""
    _read: Callable[[object], Value] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_read", self._reader())

    @property
    def places(self) -> int:
        return PLACES.get(self.kind, 0)

    def read(self, value: object) -> Value | None:
        """The value, exact; None stays None: it is absent. Raises ``BadFacts``."""
        if value is None:
            return None
        try:
            return self._read(value)
        except _Refused as error:
            raise BadFacts([FactProblem(self.key, error.code, value, error.expected)]) from None

    def _reader(self) -> Callable[[object], Value]:
        if self.kind == "flag":
            return _flag
        if self.kind == "choice":
            return self._choice
        places, signed = self.places, self.kind == "signed_money"
        if self.kind == "money_list":
            return lambda value: _numbers(value, places)
        return lambda value: _number(value, places, signed=signed)

    def _choice(self, value: object) -> str:
        if not isinstance(value, str):
            raise _Refused("wrong_type", "choice")
        if value not in self.choices:
            raise _Refused("unknown_choice", ", ".join(self.choices))
        return value


def read_facts(specs: Mapping[str, FactSpec], given: Mapping[str, object]) -> dict[str, Value | None]:
    """Every value given, read by its spec; facts that are not given are absent. Raises ``BadFacts`` with
    every problem at once."""
    read: dict[str, Value | None] = {}
    problems: list[FactProblem] = []
    for key, value in given.items():
        spec = specs.get(key)
        if spec is None:
            problems.append(FactProblem(str(key)[:80], "unknown_fact", value, ", ".join(specs)))
            continue
        try:
            read[key] = spec.read(value)
        except BadFacts as error:
            problems += error.problems
    if problems:
        raise BadFacts(problems)
    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Refused("wrong_type", "flag")
    return value


def _numbers(value: object, places: int) -> tuple[Decimal, ...]:
    if not isinstance(value, list | tuple):
        raise _Refused("wrong_type", "money_list")
    return tuple(_number(one, places, signed=False) for one in value)


def _number(value: object, places: int, *, signed: bool) -> Decimal:
    number = _decimal(value)
    if number < ZERO and not signed:
        raise _Refused("negative")
    if abs(number) > LARGEST:
        raise _Refused("too_large", f"{LARGEST:f}")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places and number != round(number, places):
        raise _Refused("too_precise", str(places))
    return number


def _decimal(value: object) -> Decimal:
    """A whole number, a decimal, or one written as text; a float as it is printed, never as it is stored."""
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise _Refused("wrong_type", "number")
        return value
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, str) and len(value) <= 40 and _NUMBER.fullmatch(value):
        try:
            return EXACT.create_decimal(value)
        except InvalidOperation:  # pragma: no cover - the pattern leaves nothing that could fail
            pass
    raise _Refused("wrong_type", "number")
