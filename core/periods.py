"""Calendar periods: month, quarter, half-year and year, half open ``[start, end)``.

A period has a code that sorts within its kind and is used in addresses, commands and reports:
``2021-04``, ``2021-Q2``, ``2021-H1``, ``2021``.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["month", "quarter", "half", "year"]

_MONTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_CODE = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?:-(?:(?P<month>\d\d)|Q(?P<quarter>\d)|H(?P<half>\d)))?")
_ORDINALS_ZH = "一二三四"


class BadPeriod(ValueError):
    """The text is not the code of a period."""


@dataclass(frozen=True, order=True)
class Period:
    """One calendar period; ``number`` counts from 1 within the year."""

    year: int
    kind: Kind
    number: int

    @classmethod
    def parse(cls, code: str) -> "Period":
        """``Period.parse("2021-Q2")``; raises ``BadPeriod`` with an example on anything else."""
        match = _CODE.fullmatch(code.strip().upper())
        if match:
            year = int(match["year"])
            for kind in ("month", "quarter", "half"):
                if match[kind]:
                    number = int(match[kind])
                    if 1 <= number <= 12 // _MONTHS[kind]:
                        return cls(year, kind, number)
                    break
            else:
                return cls(year, "year", 1)
        raise BadPeriod(f"{code!r} is not a period; write 2021, 2021-H1, 2021-Q2 or 2021-04")

    @classmethod
    def containing(cls, day: date, kind: Kind) -> "Period":
        """The period of this kind in which ``day`` lies."""
        return cls(day.year, kind, (day.month - 1) // _MONTHS[kind] + 1)

    @property
    def code(self) -> str:
        suffix = {
            "month": f"-{self.number:02}",
            "quarter": f"-Q{self.number}",
            "half": f"-H{self.number}",
            "year": "",
        }
        return f"{self.year}{suffix[self.kind]}"

    @property
    def months(self) -> int:
        """Length in months."""
        return _MONTHS[self.kind]

    @property
    def start(self) -> date:
        return date(self.year, (self.number - 1) * self.months + 1, 1)

    @property
    def end(self) -> date:
        """The first day that is no longer in the period."""
        return self.next().start

    def next(self) -> "Period":
        last = self.number == 12 // self.months
        return Period(self.year + last, self.kind, 1 if last else self.number + 1)

    def previous(self) -> "Period":
        first = self.number == 1
        return Period(self.year - first, self.kind, 12 // self.months if first else self.number - 1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def label(self, language: str) -> str:
        """``2021年第二季度`` or ``Q2 2021``."""
        if language.startswith("zh"):
            return {
                "month": f"{self.year}年{self.number}月",
                "quarter": f"{self.year}年第{_ORDINALS_ZH[(self.number - 1) % 4]}季度",
                "half": f"{self.year}年{'上下'[(self.number - 1) % 2]}半年",
                "year": f"{self.year}年",
            }[self.kind]
        return {
            "month": self.start.strftime("%B %Y"),
            "quarter": f"Q{self.number} {self.year}",
            "half": f"H{self.number} {self.year}",
            "year": f"{self.year}",
        }[self.kind]

    def __str__(self) -> str:
        return self.code


def recent_periods(kind: Kind, *, until: date, count: int) -> list[Period]:
    """The ``count`` periods up to and including the one that holds ``until``, newest first."""
    periods = [Period.containing(until, kind)]
    while len(periods) < count:
        periods.append(periods[-1].previous())
    return periods
