"""Models of the exchange app."""

from exchange.models.runs import ImportRow, ImportRun, RememberedHeading

__all__ = ["ImportRow", "ImportRun", "RememberedHeading"]
