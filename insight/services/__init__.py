"""Writes of the insight app: the digest and its preferences, and what is escalated."""

from insight.services.digests import save_preference, send_digest, send_due_digests
from insight.services.escalation import escalate

__all__ = ["escalate", "save_preference", "send_digest", "send_due_digests"]
