"""Writes of the reviews app."""

from reviews.services.assignments import (
    answer_assignment,
    choose_expert,
    declare_conflict,
    drop_proposal,
    invite_experts,
    propose_assignments,
    recheck_assignment,
    recuse_expert,
    withdraw_assignment,
)
from reviews.services.concluding import Conclusion, confirm_results, set_results
from reviews.services.experts import EXPERT_FIELDS, remove_expert, save_expert
from reviews.services.notices import (
    OBJECTION_FIELDS,
    file_objection,
    open_notice,
    rule_objection,
    withdraw_notice,
)
from reviews.services.panels import NewCase, PaperMarks, add_cases, assign_panel, enter_marks
from reviews.services.paper import read_sheets
from reviews.services.rounds import (
    CRITERION_FIELDS,
    ROUND_FIELDS,
    add_case,
    close_round,
    open_round,
    remove_case,
    reopen_round,
    save_round,
    set_case_files,
    start_round,
)
from reviews.services.scores import confirm_result, reopen_score, set_result, submit_score

__all__ = [
    "CRITERION_FIELDS",
    "EXPERT_FIELDS",
    "OBJECTION_FIELDS",
    "ROUND_FIELDS",
    "Conclusion",
    "NewCase",
    "PaperMarks",
    "add_case",
    "add_cases",
    "answer_assignment",
    "assign_panel",
    "choose_expert",
    "close_round",
    "confirm_result",
    "confirm_results",
    "declare_conflict",
    "drop_proposal",
    "enter_marks",
    "file_objection",
    "invite_experts",
    "open_notice",
    "open_round",
    "propose_assignments",
    "read_sheets",
    "recheck_assignment",
    "recuse_expert",
    "remove_case",
    "remove_expert",
    "reopen_round",
    "reopen_score",
    "rule_objection",
    "save_expert",
    "save_round",
    "set_case_files",
    "set_result",
    "set_results",
    "start_round",
    "submit_score",
    "withdraw_assignment",
    "withdraw_notice",
]
