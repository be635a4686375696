"""Writes of the returns app."""

from returns.services.closing import close_period, reopen_period
from returns.services.corrections import correct_return
from returns.services.duties import create_default_duties, save_duty
from returns.services.filing import LineInput, attach_evidence, detach_evidence, parse_value, save_lines
from returns.services.moves import publish_return, return_return, submit_return, verify_return
from returns.services.opening import open_returns
from returns.services.reviews import MOST_TOGETHER, Seen, Verdict, verify_returns

__all__ = [
    "MOST_TOGETHER",
    "LineInput",
    "Seen",
    "Verdict",
    "attach_evidence",
    "close_period",
    "correct_return",
    "create_default_duties",
    "detach_evidence",
    "open_returns",
    "parse_value",
    "publish_return",
    "reopen_period",
    "return_return",
    "save_duty",
    "save_lines",
    "submit_return",
    "verify_return",
    "verify_returns",
]
