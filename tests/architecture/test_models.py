"""House rules for models, found by walking all of them, so that nobody can forget one."""

import re

import pytest
from django.apps import apps
from django.db import models

from incubators.models import Incubator, Park

OURS = {
    "core",
    "accounts",
    "incubators",
    "evidence",
    "exchange",
    "enterprises",
    "projects",
    "outreach",
    "support",
    "ledger",
    "reviews",
    "funding",
    "applications",
    "contests",
    "sharing",
    "capital",
    "evaluation",
    "returns",
    "insight",
}

#: Models without a scope of their own, each with the reason.
UNSCOPED = {
    "core.HistoryHead": "read through the record or the park it belongs to",
    "core.HistoryEntry": "read through the record it tells of",
    "core.ExchangeRate": "published rates, the same for everyone",
    "core.IdempotencyKey": "read with its user only",
    "core.Tombstone": "read through the places of the person",
    "core.Draft": "read with its user only",
    "accounts.User": "people see themselves; park administrators their members",
    "accounts.ApiToken": "read with its user only",
    "projects.Sector": "a taxonomy, the same for everyone",
}


def our_models() -> list[type[models.Model]]:
    """Every model of ours, without the tables that Django makes for many-to-many fields."""
    ours = (model for model in apps.get_models() if model._meta.app_label in OURS)
    return [model for model in ours if not model._meta.auto_created]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_model_says_who_may_see_it(model: type[models.Model]) -> None:
    scoped = hasattr(model._default_manager.all(), "visible_to")
    assert scoped != (model._meta.label in UNSCOPED), model._meta.label


def test_no_exemption_is_stale() -> None:
    assert set(UNSCOPED) <= {model._meta.label for model in our_models()}


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_who_and_when_are_constrained_together(model: type[models.Model]) -> None:
    """A nullable ``x_at`` beside a nullable ``x_by`` has a check constraint over both."""
    fields = {field.name: field for field in model._meta.get_fields() if isinstance(field, models.Field)}
    checks = [
        str(rule.condition) for rule in model._meta.constraints if isinstance(rule, models.CheckConstraint)
    ]
    for name, field in fields.items():
        partner = fields.get(re.sub("_at$", "_by", name)) if name.endswith("_at") else None
        if partner is not None and field.null and partner.null:
            assert any(
                f"{name}__isnull" in check and f"{partner.name}__isnull" in check for check in checks
            ), name


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_whoever_verifies_is_never_whoever_entered(model: type[models.Model]) -> None:
    names = {field.name for field in model._meta.get_fields()}
    if "verified_by" in names:
        assert any(rule.name.endswith("second_person") for rule in model._meta.constraints)


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_constraints_are_named_after_their_app(model: type[models.Model]) -> None:
    for rule in model._meta.constraints:
        assert rule.name.startswith(f"{model._meta.app_label}_"), rule.name


def test_deleting_a_place_never_deletes_what_was_recorded_there() -> None:
    for model in our_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model in (Park, Incubator):
                assert field.remote_field.on_delete is models.PROTECT, f"{model._meta.label}.{field.name}"
