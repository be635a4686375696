"""The numbers and switches of a register's formula, read key by key; what is wrong is named by its key."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from funding.calculator.brief import brief
from funding.calculator.facts import BadFacts, FactSpec
from funding.calculator.numbers import ONE, ZERO


class BadFormula(ValueError):
    """The register's formula cannot be read; ``key`` names what is wrong."""

    def __init__(self, key: str, code: str, value: object = None) -> None:
        super().__init__(f"{key}: {code} ({brief(value)})")
        self.key, self.code, self.value = key, code, value


class Given:
    """One mapping of a formula. ``close`` names the keys that nobody asked for; ``notes`` accompany a formula
    and compute nothing."""

    def __init__(self, data: object, path: str, notes: Iterable[str] = ()) -> None:
        if not isinstance(data, Mapping):
            raise BadFormula(path, "wrong_type", data)
        self.data, self.path, self.seen = data, path, set(notes)

    def wrong(self, key: str, code: str, value: object = None) -> BadFormula:
        return BadFormula(f"{self.path}.{key}", code, value)

    def get(self, key: str) -> Any:
        self.seen.add(key)
        if self.data.get(key) is None:
            raise self.wrong(key, "missing")
        return self.data[key]

    def number(self, key: str, kind: str, *, zero: bool = True) -> Any:
        """As terms write it: a whole number or text."""
        value = self.get(key)
        try:
            number = FactSpec(key, kind).read(value)
        except BadFacts as error:
            raise self.wrong(key, error.problems[0].code, value) from None
        if number == ZERO and not zero:
            raise self.wrong(key, "not_positive", value)
        return value if isinstance(value, int | str) else f"{Decimal(str(value)):f}"

    def money(self, key: str) -> Any:
        return self.number(key, "money")

    def rate(self, key: str) -> Any:
        return self.number(key, "rate")

    def share(self, key: str) -> Any:
        value = self.rate(key)
        if Decimal(str(value)) > ONE:
            raise self.wrong(key, "not_a_share", value)
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        self.seen.add(key)
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(key, "wrong_type", value)
        return value

    def text(self, key: str) -> str:
        value = self.get(key)
        if not isinstance(value, str):
            raise self.wrong(key, "wrong_type", value)
        return value

    def rows(self, key: str) -> list["Given"]:
        value = self.get(key)
        if not isinstance(value, list):
            raise self.wrong(key, "wrong_type", value)
        if not value:
            raise self.wrong(key, "empty", value)
        return [Given(one, f"{self.path}.{key}[{number}]") for number, one in enumerate(value)]

    def mapping(self, key: str) -> "Given":
        found = Given(self.get(key), f"{self.path}.{key}")
        if not found.data:
            raise self.wrong(key, "empty", found.data)
        for name in found.data:
            if not isinstance(name, str):
                raise found.wrong(str(name), "wrong_type", name)
        return found

    def close(self) -> None:
        for key in self.data:
            if key not in self.seen:
                raise self.wrong(str(key), "unknown_key", self.data[key])
