"""Reads of policies and funding."""

from funding.selectors.policies import (
    Held,
    NoVersion,
    policies_matching,
    version_for,
    versions_on,
)

__all__ = ["Held", "NoVersion", "policies_matching", "version_for", "versions_on"]
