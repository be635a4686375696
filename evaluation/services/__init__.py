"""Writes of the evaluation app: schemes, monthly measures, runs, reports."""

from evaluation.services.files import open_report, report_file_name
from evaluation.services.leases import unattended_reports
from evaluation.services.observations import (
    ObservationRow,
    enter_observation,
    enter_observations,
    verify_observation,
    verify_observations,
)
from evaluation.services.requests import enqueue, request_file, request_report
from evaluation.services.runs import score_run
from evaluation.services.schemes import DEMONSTRATION, install_scheme, publish_scheme
from evaluation.services.work import Outcome, work_on_report

__all__ = [
    "DEMONSTRATION",
    "ObservationRow",
    "Outcome",
    "enqueue",
    "enter_observation",
    "enter_observations",
    "install_scheme",
    "open_report",
    "publish_scheme",
    "report_file_name",
    "request_file",
    "request_report",
    "score_run",
    "unattended_reports",
    "verify_observation",
    "verify_observations",
    "work_on_report",
]
