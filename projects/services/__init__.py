"""Writes of the projects app."""

from projects.services.bulk import RowResult, create_projects
from projects.services.checklists import change_step, save_template, start_checklist
from projects.services.credit import answer_proposal, decide_proposal, propose_credit, withdraw_proposal
from projects.services.evidence import attach_file, detach_file
from projects.services.facts import (
    add_fact_evidence,
    change_fact,
    enter_fact,
    remove_fact_evidence,
    return_fact,
    verify_fact,
    withdraw_fact,
)
from projects.services.follow_up import record_cause, record_outcome, save_follow_up, verify_follow_up
from projects.services.gates import discard_gate_table, publish_gate_table, save_gate, start_gate_table
from projects.services.merging import merge_records, undo_merge
from projects.services.moves import move_project
from projects.services.pairs import set_apart
from projects.services.records import create_project, delete_project, update_project
from projects.services.requests import approve_request, request_gate, return_request, withdraw_request
from projects.services.road_home import remove_leg, save_leg
from projects.services.shares import set_credit_shares

__all__ = [
    "RowResult",
    "add_fact_evidence",
    "answer_proposal",
    "approve_request",
    "attach_file",
    "change_fact",
    "change_step",
    "create_project",
    "create_projects",
    "decide_proposal",
    "delete_project",
    "detach_file",
    "discard_gate_table",
    "enter_fact",
    "merge_records",
    "move_project",
    "propose_credit",
    "publish_gate_table",
    "record_cause",
    "record_outcome",
    "remove_fact_evidence",
    "remove_leg",
    "request_gate",
    "return_fact",
    "return_request",
    "save_follow_up",
    "save_gate",
    "save_leg",
    "save_template",
    "set_apart",
    "set_credit_shares",
    "start_checklist",
    "start_gate_table",
    "undo_merge",
    "update_project",
    "verify_fact",
    "verify_follow_up",
    "withdraw_fact",
    "withdraw_proposal",
    "withdraw_request",
]
