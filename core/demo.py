"""What loading demonstration data tells of each kind of record."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Loaded:
    """A section, how many records it has, and how many of them this load created or corrected."""

    name: str
    count: int
    touched: int
