"""Policies of a park: what they are called and how they stand to each other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Refused, Stale
from core.saving import assign, readable_integrity_errors, save_checked, values_of
from funding.models import Policy, PolicyRelation
from incubators.models import Park
from incubators.scope import Action, require

POLICY_FIELDS = (
    "code",
    "name_zh",
    "name_en",
    "region_zh",
    "issuer_zh",
    "document_zh",
    "beneficiaries_zh",
    "beneficiaries_en",
    "status",
    "computability",
    "base",
    "without_application",
    "notes_zh",
    "notes_en",
    "source",
)


@transaction.atomic
def create_policy(*, park: Park, values: Mapping[str, Any], actor: User, at: datetime) -> Policy:
    """A policy of the park, without terms yet: start a version for them."""
    require(Action.MANAGE, user=actor, park_id=park.pk)
    policy = Policy(park=park, created_at=at, updated_at=at)
    assign(policy, values, allowed=POLICY_FIELDS)
    policy.set_search_text()
    with readable_integrity_errors(Policy):
        save_checked(policy)
    changes = {name: [None, value] for name, value in values_of(policy, POLICY_FIELDS).items() if value}
    _remember(policy, "policy.created", changes, actor, at)
    return policy


@transaction.atomic
def update_policy(
    *,
    policy: Policy,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Policy:
    """Change the description of a park's policy. The library is kept in step with its register instead."""
    locked = lock_policy(policy, actor, expected_version)
    before = values_of(locked, POLICY_FIELDS)
    assign(locked, values, allowed=POLICY_FIELDS)
    after = values_of(locked, POLICY_FIELDS)
    changes = {name: [before[name], after[name]] for name in POLICY_FIELDS if before[name] != after[name]}
    if changes:
        locked.set_search_text()
        locked.version += 1
        locked.updated_at = at
        with readable_integrity_errors(Policy):
            save_checked(locked)
        _remember(locked, "policy.changed", changes, actor, at)
    return locked


@transaction.atomic
def relate_policies(
    *, policy: Policy, other: Policy, kind: str, clause: str = "", actor: User, at: datetime
) -> PolicyRelation | None:
    """Say how two policies stand to each other; an empty ``kind`` takes the relation away."""
    locked = lock_policy(policy, actor, None)
    earlier, later = sorted((locked, other), key=lambda one: one.pk)
    relation = PolicyRelation.objects.filter(policy=earlier, other=later).first()
    before = relation.kind if relation else None
    if not kind:
        if relation is not None:
            relation.delete()
            _remember(locked, "policy.related", {other.code: [before, None]}, actor, at)
        return None
    relation = relation or PolicyRelation(policy=earlier, other=later)
    assign(relation, {"kind": kind, "clause": clause}, allowed=("kind", "clause"))
    with readable_integrity_errors(PolicyRelation):
        save_checked(relation)
    if before != relation.kind:
        _remember(locked, "policy.related", {other.code: [before, relation.kind]}, actor, at)
    return relation


def lock_policy(policy: Policy, actor: User, expected_version: int | None) -> Policy:
    """The policy, locked, for somebody who may change it."""
    locked = Policy.objects.select_for_update(of=("self",)).select_related("park").get(pk=policy.pk)
    if locked.park_id is None:
        raise Refused(_("Policies of the library are examples; copy one into your park to change it."))
    require(Action.MANAGE, user=actor, park_id=locked.park_id)
    if expected_version is not None and expected_version != locked.version:
        raise Stale(locked)
    return locked


def _remember(policy: Policy, action: str, changes: dict[str, Any], actor: User, at: datetime) -> None:
    history.record(chain=policy.chain, action=action, subject=policy, changes=changes, actor=actor, at=at)
