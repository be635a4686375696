"""Writes of the outreach app."""

from outreach.services.agreements import (
    create_agreement,
    finish_action,
    reopen_action,
    save_action,
    update_agreement,
)
from outreach.services.contacts import anonymise_contact, create_contact, update_contact
from outreach.services.conversion import (
    convert_lead,
    follow_project,
    follow_projects,
    link_lead,
    release_project,
)
from outreach.services.events import create_event, update_event
from outreach.services.interactions import finish_interaction, log_interaction, update_interaction
from outreach.services.leads import create_lead, delete_lead, finish_lead_action, move_lead, update_lead
from outreach.services.mandates import (
    claim_introduction,
    create_mandate,
    return_introduction,
    update_mandate,
    verify_introduction,
    withdraw_introduction,
)
from outreach.services.records import attach_evidence, detach_evidence

__all__ = [
    "anonymise_contact",
    "attach_evidence",
    "claim_introduction",
    "convert_lead",
    "create_agreement",
    "create_contact",
    "create_event",
    "create_lead",
    "create_mandate",
    "delete_lead",
    "detach_evidence",
    "finish_action",
    "finish_interaction",
    "finish_lead_action",
    "follow_project",
    "follow_projects",
    "link_lead",
    "log_interaction",
    "move_lead",
    "release_project",
    "reopen_action",
    "return_introduction",
    "save_action",
    "update_agreement",
    "update_contact",
    "update_event",
    "update_interaction",
    "update_lead",
    "update_mandate",
    "verify_introduction",
    "withdraw_introduction",
]
