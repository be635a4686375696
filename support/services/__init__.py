"""Writes of the support app."""

from support.services.mentors import MENTOR_FIELDS, save_mentor
from support.services.records import (
    RECORD_FIELDS,
    enter_service,
    remove_service,
    update_service,
    verify_service,
)
from support.services.tickets import (
    TICKET_FIELDS,
    assign_ticket,
    close_ticket,
    comment_ticket,
    move_ticket,
    open_ticket,
    reopen_ticket,
    resolve_ticket,
    update_ticket,
)
from support.services.types import TYPE_FIELDS, save_ticket_type

__all__ = [
    "MENTOR_FIELDS",
    "RECORD_FIELDS",
    "TICKET_FIELDS",
    "TYPE_FIELDS",
    "assign_ticket",
    "close_ticket",
    "comment_ticket",
    "enter_service",
    "move_ticket",
    "open_ticket",
    "remove_service",
    "reopen_ticket",
    "resolve_ticket",
    "save_mentor",
    "save_ticket_type",
    "update_service",
    "update_ticket",
    "verify_service",
]
