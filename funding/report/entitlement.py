"""What an answer comes to for the applicant, in one of five words."""

from funding.calculator import Answer
from funding.enums import Entitlement
from funding.report.answers import Asked


def entitlement_of(asked: Asked) -> Entitlement:
    """Entitled; nearly (one condition alone stands in the way); facts missing; a decision needed; not.

    An amount that a person decides, or an assessment outside its range, needs a decision too.
    """
    result = asked.result
    if result.eligible is False:
        in_the_way = {obstacle.condition.key for obstacle in asked.changes.obstacles}
        return Entitlement.NEARLY if len(in_the_way) == 1 else Entitlement.NOT_ENTITLED
    if result.answer is Answer.DECISION:
        return Entitlement.DECISION
    if result.eligible is None:
        return Entitlement.MISSING
    if result.terms.outcome == "none" or result.outputs.get("compliant") is not None:
        return Entitlement.ENTITLED
    if result.amount is not None:
        return Entitlement.ENTITLED
    settled = result.outputs.get("manual") is True or result.outputs.get("valid") is False
    return Entitlement.DECISION if settled else Entitlement.MISSING
