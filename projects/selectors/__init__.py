"""Reads of the projects app."""

from projects.selectors.records import (
    GATE_FIELDS,
    Gate,
    gates_of,
    gates_of_many,
    legs_of,
    state_of,
    states_of,
)
from projects.selectors.requests import (
    due_requests,
    last_request,
    open_requests,
    people_to_decide,
    queue_of,
    returned_requests,
    waiting_requests,
)
from projects.selectors.tables import roles_at, table_in_force, table_of, tables_in_force

__all__ = [
    "GATE_FIELDS",
    "Gate",
    "due_requests",
    "gates_of",
    "gates_of_many",
    "last_request",
    "legs_of",
    "open_requests",
    "people_to_decide",
    "queue_of",
    "returned_requests",
    "roles_at",
    "state_of",
    "states_of",
    "table_in_force",
    "table_of",
    "tables_in_force",
    "waiting_requests",
]
