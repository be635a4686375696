"""Reads of the evaluation app."""

from evaluation.selectors.choices import (
    evaluable_incubators,
    evaluable_parks,
    measure_choices,
    period_choices,
)
from evaluation.selectors.completeness import completeness
from evaluation.selectors.estimates import Estimate, Lift, estimate_of
from evaluation.selectors.freezing import freeze_inputs, frozen_input
from evaluation.selectors.problems import run_problems
from evaluation.selectors.results import report_status, report_title, run_result

__all__ = [
    "Estimate",
    "Lift",
    "completeness",
    "estimate_of",
    "evaluable_incubators",
    "evaluable_parks",
    "freeze_inputs",
    "frozen_input",
    "measure_choices",
    "period_choices",
    "report_status",
    "report_title",
    "run_problems",
    "run_result",
]
