"""What an indicator of a scheme is worth for one incubator in one period, over frozen inputs only.

``CALCULATIONS`` maps the code that a scheme's indicator names to the function that carries it out. Every
function is pure: the same frozen inputs give the same value and records. Only verified records count.
"""

from evaluation.indicators.evaluated import (
    Evaluated,
    evaluate,
    explanation_of,
    park_totals,
    total_explanation,
)
from evaluation.indicators.registry import CALCULATIONS, Calculation, measure_indicator
from evaluation.indicators.values import IndicatorValue, Inputs, InputValue, RecordRef, inputs_of, target_of

__all__ = [
    "CALCULATIONS",
    "Calculation",
    "Evaluated",
    "IndicatorValue",
    "InputValue",
    "Inputs",
    "RecordRef",
    "evaluate",
    "explanation_of",
    "inputs_of",
    "measure_indicator",
    "park_totals",
    "target_of",
    "total_explanation",
]
