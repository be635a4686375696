"""Exact numbers: decimals that never lose a digit, and one rounding at the end, half up to the fen.

No source states a rounding rule; half up to 1/100 of the unit, once and at the end, is ours (the conventions
of the policy register say so).
"""

from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation

#: Arithmetic of the terms: raises rather than rounds. Sixty digits hold 10^15 yuan times five rates.
EXACT = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Inexact])

_ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP)
FEN = Decimal("0.01")
ZERO = Decimal(0)
ONE = Decimal(1)

#: Larger sums of money are mistakes of typing: a thousand million million yuan.
LARGEST = Decimal(10) ** 15


def to_fen(amount: Decimal) -> Decimal:
    """Half up to 0.01: 0.005 becomes 0.01."""
    return amount.quantize(FEN, context=_ROUNDING)


def plain(number: Decimal) -> Decimal:
    """Without an exponent and without zeros behind the point, so that equal numbers are printed alike."""
    if number == number.to_integral_value():
        return number.quantize(ONE)
    return number.normalize()
