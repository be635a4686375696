"""Writes of the exchange app."""

from exchange.services.changing import change_cells, decide_rows, set_mapping
from exchange.services.committing import commit_run
from exchange.services.leases import enqueue, unattended_runs
from exchange.services.starting import reupload, start_empty, start_import, start_pasted
from exchange.services.undoing import discard_run, undo_run
from exchange.services.work import Outcome, carry_on

__all__ = [
    "Outcome",
    "carry_on",
    "change_cells",
    "commit_run",
    "decide_rows",
    "discard_run",
    "enqueue",
    "reupload",
    "set_mapping",
    "start_empty",
    "start_import",
    "start_pasted",
    "unattended_runs",
    "undo_run",
]
