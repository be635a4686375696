"""What every term has: where it stands in the text, how one case is computed and how many are."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from funding.calculator.facts import Words
from funding.calculator.running import Batch, Column, Run


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a term stands in the policy's text, and what it is called there."""

    clause: str = ""
    label: Words = Words()


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an amount. ``output`` names its value as a result of its own, such as ``free_m2``."""

    origin: Origin
    output: str

    op = ""

    def row(self, run: Run) -> Decimal | None:
        raise NotImplementedError

    def columns(self, batch: Batch) -> Column:
        raise NotImplementedError

    def parts(self) -> tuple["Term", ...]:
        return ()

    def keys(self) -> tuple[str, ...]:
        """Facts this term reads by itself, without those of its parts."""
        return ()

    def results(self) -> Iterator[tuple[str, bool]]:
        """Results this term leaves besides the amount, and whether each is a flag."""
        if self.output:
            yield self.output, False


def walk(term: Term) -> Iterator[Term]:
    yield term
    for part in term.parts():
        yield from walk(part)
