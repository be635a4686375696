"""A scored run as a report document, in Chinese or English.

Everything comes from the run's frozen inputs and stored scores, through the same selectors as the pages and
the API: the clock and the live tables are not read, so the same run gives the same document for ever.
"""

from evaluation.report.building import build_document

__all__ = ["build_document"]
