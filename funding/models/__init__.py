"""Policies and what comes of them."""

from funding.models.policies import Policy, PolicyRelation, PolicyVersion

__all__ = ["Policy", "PolicyRelation", "PolicyVersion"]
