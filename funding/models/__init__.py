"""Policies and what comes of them."""

from funding.models.matching import PolicyAnswer, Proposal, StatedPolicyFact
from funding.models.policies import Policy, PolicyRelation, PolicyVersion
from funding.models.portfolio import PortfolioRun

__all__ = [
    "Policy",
    "PolicyAnswer",
    "PolicyRelation",
    "PolicyVersion",
    "PortfolioRun",
    "Proposal",
    "StatedPolicyFact",
]
