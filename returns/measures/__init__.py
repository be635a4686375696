"""The lines of returns, and what keeps a return from being submitted. Pure: no Django, no clock."""

from returns.measures.table import CHECKS, LINES, Check, Line, in_order

__all__ = ["CHECKS", "LINES", "Check", "Line", "in_order"]
