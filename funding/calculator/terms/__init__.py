"""The terms an amount is built of. Each says once how one case is computed and how many are computed at once.

A term gives an exact number; nothing is rounded before the end. ``row`` answers for one case (None: a fact is
missing) and notes its step for the trace; ``columns`` answers for many. Both must agree to the last digit: a
property test holds them to it.
"""

from funding.calculator.terms.base import Origin, Term, walk
from funding.calculator.terms.choices import Bands, Choose, Decided, Tiers
from funding.calculator.terms.limits import Cap, Floor, Place, Range, Within
from funding.calculator.terms.sums import Fact, Factor, Fixed, Increase, Positive, Sum, Times, Total

__all__ = [
    "Bands",
    "Cap",
    "Choose",
    "Decided",
    "Fact",
    "Factor",
    "Fixed",
    "Floor",
    "Increase",
    "Origin",
    "Place",
    "Positive",
    "Range",
    "Sum",
    "Term",
    "Tiers",
    "Times",
    "Total",
    "Within",
    "walk",
]
