"""Models of the enterprises app, by theme."""

from enterprises.models.companies import Enterprise, EnterpriseQuerySet, OfEnterprise, OfEnterpriseQuerySet
from enterprises.models.figures import Recognition, YearlyFigure
from enterprises.models.financing import FinancingEvent, Loan, RiskShare, WhitelistEntry
from enterprises.models.ip import IpFiling, IpGrant, IpLicence, IpOwner, IpRight
from enterprises.models.ladder import LadderCriterion, LadderRule, StatedFact
from enterprises.models.spaces import Occupancy
from enterprises.models.talents import Person, TalentResult

__all__ = [
    "Enterprise",
    "EnterpriseQuerySet",
    "FinancingEvent",
    "IpFiling",
    "IpGrant",
    "IpLicence",
    "IpOwner",
    "IpRight",
    "LadderCriterion",
    "LadderRule",
    "Loan",
    "Occupancy",
    "OfEnterprise",
    "OfEnterpriseQuerySet",
    "Person",
    "Recognition",
    "RiskShare",
    "StatedFact",
    "TalentResult",
    "WhitelistEntry",
    "YearlyFigure",
]
