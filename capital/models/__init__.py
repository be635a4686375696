"""Models of the capital app, by theme."""

from capital.models.base import Offer
from capital.models.credit import BankProduct, CreditList, PoolRecovery, ProductLoan, RiskPool
from capital.models.funds import Fund, FundExit, FundInvestment, FundInvestor, keeps, sees_whole_park_of
from capital.models.matching import Match
from capital.models.subsidies import InterestSubsidy

__all__ = [
    "BankProduct",
    "CreditList",
    "Fund",
    "FundExit",
    "FundInvestment",
    "FundInvestor",
    "InterestSubsidy",
    "Match",
    "Offer",
    "PoolRecovery",
    "ProductLoan",
    "RiskPool",
    "keeps",
    "sees_whole_park_of",
]
