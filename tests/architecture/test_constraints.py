"""Every rule of the database has a test that breaks it."""

from pathlib import Path

import pytest
from django.db import models

from tests.architecture.test_models import our_models

TESTS = Path(__file__).resolve().parents[1]
TEXT = "".join(path.read_text() for path in sorted(TESTS.glob("*/test_constraints*.py")))
RULES = [rule for model in our_models() for rule in model._meta.constraints]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_constraint_is_broken_once(rule: models.BaseConstraint) -> None:
    assert f'broken("{rule.name}")' in TEXT or f'"{rule.name}"' in TEXT


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_that_people_meet_speak_their_language(rule: models.BaseConstraint) -> None:
    """Internal rules (one row per sequence, per key, per run) never reach a person."""
    internal = {
        "core_history_one_entry_per_link",
        "core_idempotency_one_answer_per_key",
        "core_tombstone_once_per_record",
        "core_draft_one_per_form",
        "projects_one_move_per_number",
    }
    if rule.name not in internal and not rule.name.startswith("evaluation_"):
        assert rule.violation_error_message != rule.default_violation_error_message
