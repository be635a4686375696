"""Writes of policies and funding."""

from funding.services.policies import create_policy, relate_policies, update_policy
from funding.services.versions import (
    checked_terms,
    copy_policy,
    discard_version,
    end_version,
    publish_version,
    save_version,
    start_version,
)

__all__ = [
    "checked_terms",
    "copy_policy",
    "create_policy",
    "discard_version",
    "end_version",
    "publish_version",
    "relate_policies",
    "save_version",
    "start_version",
    "update_policy",
]
