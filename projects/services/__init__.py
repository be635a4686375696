"""Writes of the projects app."""

from projects.services.bulk import RowResult, create_projects
from projects.services.evidence import attach_file, detach_file
from projects.services.facts import (
    add_fact_evidence,
    change_fact,
    enter_fact,
    return_fact,
    verify_fact,
    withdraw_fact,
)
from projects.services.moves import move_project
from projects.services.records import create_project, delete_project, update_project
from projects.services.road_home import remove_leg, save_leg, set_credit_shares

__all__ = [
    "RowResult",
    "add_fact_evidence",
    "attach_file",
    "change_fact",
    "create_project",
    "create_projects",
    "delete_project",
    "detach_file",
    "enter_fact",
    "move_project",
    "remove_leg",
    "return_fact",
    "save_leg",
    "set_credit_shares",
    "update_project",
    "verify_fact",
    "withdraw_fact",
]
