"""Answers of policies, as pages, programs and records show them."""

from funding.report.answers import Asked, ask, asked_as_data

__all__ = ["Asked", "ask", "asked_as_data"]
