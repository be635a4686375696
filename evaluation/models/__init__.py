"""Models of the evaluation app."""

from evaluation.models.observations import Observation
from evaluation.models.runs import EvaluationRun, EvaluationScore, ReportRun
from evaluation.models.schemes import Indicator, Scheme, SchemeNode

__all__ = [
    "EvaluationRun",
    "EvaluationScore",
    "Indicator",
    "Observation",
    "ReportRun",
    "Scheme",
    "SchemeNode",
]
