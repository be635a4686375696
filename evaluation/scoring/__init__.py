"""How values become points, by rules that are data. Pure: no Django, no clock, exact decimals.

Points are rounded half up to 0.01 at each indicator; headings and the total are sums of rounded points, so
that every figure printed in a report adds up.
"""

from evaluation.scoring.rules import Earned, RuleError, earn, round_points, triggers_veto
from evaluation.scoring.tree import Measured, NodeScore, Score, State, score_tree, total_weight

__all__ = [
    "Earned",
    "Measured",
    "NodeScore",
    "RuleError",
    "Score",
    "State",
    "earn",
    "round_points",
    "score_tree",
    "total_weight",
    "triggers_veto",
]
