"""Models of period returns."""

from returns.models.duties import PeriodClose, ReturnDuty
from returns.models.returns import PeriodReturn, ReturnLine, ReturnMove

__all__ = ["PeriodClose", "PeriodReturn", "ReturnDuty", "ReturnLine", "ReturnMove"]
