"""Writes of policies and funding."""

from funding.services.policies import create_policy, relate_policies, update_policy
from funding.services.portfolio import compute_run, resume_runs, start_run
from funding.services.proposals import decide_proposal, keep_answer, sweep
from funding.services.statements import state_policy_fact, verify_stated_fact
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
    "compute_run",
    "copy_policy",
    "create_policy",
    "decide_proposal",
    "discard_version",
    "end_version",
    "keep_answer",
    "publish_version",
    "relate_policies",
    "resume_runs",
    "save_version",
    "start_run",
    "start_version",
    "state_policy_fact",
    "sweep",
    "update_policy",
    "verify_stated_fact",
]
