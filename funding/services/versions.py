"""Versions of a policy: drafted from the terms in force, tried out, published from a day on, never
changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import assign, readable_integrity_errors, save_checked, values_of
from funding.calculator import BadTerms, Terms, read_terms
from funding.calculator.cases import check_case
from funding.enums import Computability, PolicyStatus, VersionState
from funding.models import Policy, PolicyVersion
from funding.render.problems import case_error, terms_error
from funding.services.policies import POLICY_FIELDS, lock_policy
from incubators.models import Park
from incubators.scope import Action, require

VERSION_FIELDS = (
    "valid_from",
    "valid_until",
    "validity_note",
    "terms",
    "cases",
    "places",
    "tie_rule",
    "budget_yuan",
    "cut_rule",
    "note",
)
_DATA = ("terms", "cases")


@transaction.atomic
def copy_policy(*, policy: Policy, park: Park, code: str, actor: User, at: datetime) -> PolicyVersion:
    """A policy of the park after an example of the library: the same words, its terms as a draft."""
    require(Action.MANAGE, user=actor, park_id=park.pk)
    copy = Policy(park=park, created_at=at, updated_at=at)
    values = {**values_of(policy, POLICY_FIELDS), "code": code, "status": PolicyStatus.REPORTED}
    assign(copy, values, allowed=POLICY_FIELDS)
    copy.set_search_text()
    with readable_integrity_errors(Policy):
        save_checked(copy)
    _remember(copy, "policy.created", {"code": [None, code], "copied_from": [None, policy.code]}, actor, at)
    return _start(copy, policy.versions.filter(state=VersionState.PUBLISHED).last(), actor, at)


@transaction.atomic
def start_version(*, policy: Policy, actor: User, at: datetime) -> PolicyVersion:
    """A draft with the terms of the newest version; a policy has one draft at a time."""
    locked = lock_policy(policy, actor, None)
    if locked.versions.filter(state=VersionState.DRAFT).exists():
        raise Conflict(_("There is a draft already; go on with it."), code="draft_exists")
    return _start(locked, locked.versions.order_by("-number").first(), actor, at)


def _start(policy: Policy, source: PolicyVersion | None, actor: User, at: datetime) -> PolicyVersion:
    number = policy.versions.aggregate(last=Max("number"))["last"] or 0
    version = PolicyVersion(
        policy=policy, number=number + 1, terms=EMPTY, created_at=at, created_by=actor, updated_at=at
    )
    if source is not None:
        for name in ("terms", "cases", "places", "tie_rule", "budget_yuan", "cut_rule"):
            setattr(version, name, getattr(source, name))
    save_checked(version)
    _remember(version, "policyversion.started", {"number": [None, version.number]}, actor, at)
    return version


#: Terms of a policy that nobody has described yet: it grants nothing and asks nothing.
EMPTY: Mapping[str, Any] = {"currency": "CNY", "outcome": "none", "facts": [], "conditions": []}


@transaction.atomic
def save_version(
    *,
    version: PolicyVersion,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> PolicyVersion:
    """Change a draft. Terms that cannot be computed are refused place by place, and nothing is stored."""
    locked = _lock_draft(version, actor, expected_version)
    if "terms" in values:
        checked_terms(values["terms"])
    before = values_of(locked, VERSION_FIELDS)
    assign(
        locked, {name: value for name, value in values.items() if name not in _DATA}, allowed=VERSION_FIELDS
    )
    for name in _DATA:
        if name in values:
            setattr(locked, name, values[name])
    after = values_of(locked, VERSION_FIELDS)
    changes = {name: [before[name], after[name]] for name in VERSION_FIELDS if before[name] != after[name]}
    if changes:
        locked.version += 1
        locked.updated_at = at
        with readable_integrity_errors(PolicyVersion):
            save_checked(locked)
        _remember(locked, "policyversion.changed", changes, actor, at)
    return locked


def checked_terms(data: object) -> Terms:
    """The terms that the data describe. Raises ``Invalid`` with every wrong place in words."""
    try:
        return read_terms(data)
    except BadTerms as error:
        fields = [terms_error(problem) for problem in error.problems]
        raise Invalid(
            _("These terms cannot be computed: %(problem)s") % {"problem": fields[0].message}, fields=fields
        ) from None


@transaction.atomic
def publish_version(
    *,
    version: PolicyVersion,
    valid_from: date | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> PolicyVersion:
    """Freeze a draft from a day on. All of its worked examples must come out; the version before it ends on
    that day."""
    locked = _lock_draft(version, actor, expected_version)
    if valid_from is not None:
        locked.valid_from = valid_from
    if locked.valid_from is None:
        message = _("Say from which day this version holds.")
        raise Invalid(message, fields=[FieldError("valid_from", message, "required")])
    terms = checked_terms(locked.terms)
    if terms.outcome == "none" and locked.policy.computability != Computability.NONE:
        message = _(
            "These terms compute nothing. Describe what the policy grants, or mark it as descriptive."
        )
        raise Invalid(message, fields=[FieldError("terms", message, "empty")])
    _refuse_failing_cases(terms, locked)
    _end_previous(locked, at)
    locked.state = VersionState.PUBLISHED
    locked.published_at, locked.published_by = at, actor
    locked.version += 1
    locked.updated_at = at
    with readable_integrity_errors(PolicyVersion):
        save_checked(locked)
    changes = {
        "state": [VersionState.DRAFT, VersionState.PUBLISHED],
        "valid_from": [None, str(locked.valid_from)],
    }
    _remember(locked, "policyversion.published", changes, actor, at)
    return locked


def _refuse_failing_cases(terms: Terms, version: PolicyVersion) -> None:
    fields = []
    for number, case in enumerate(version.cases, start=1):
        name = str(case.get("id", "")) if isinstance(case, Mapping) else ""
        for problem in check_case(
            terms, case, valid_from=version.valid_from, valid_until=version.valid_until
        ):
            fields.append(case_error(number, name, problem))
    if fields:
        raise Invalid(
            _("%(count)d results of the worked examples do not come out. Correct the terms or the examples.")
            % {"count": len(fields)},
            fields=fields,
        )


def _end_previous(version: PolicyVersion, at: datetime) -> None:
    """An open-ended version ends where the new one starts; any other overlap is refused by the database."""
    earlier = version.policy.versions.filter(state=VersionState.PUBLISHED, valid_until=None)
    for one in earlier.select_for_update(of=("self",)):
        if one.valid_from is None or one.valid_from < version.valid_from:
            PolicyVersion.objects.filter(pk=one.pk).update(
                valid_until=version.valid_from, updated_at=at, version=one.version + 1
            )


@transaction.atomic
def end_version(*, version: PolicyVersion, on: date, actor: User, at: datetime) -> PolicyVersion:
    """A published version without an end holds until the day before ``on``: the one change it still
    allows."""
    lock_policy(version.policy, actor, None)
    locked: PolicyVersion = (
        PolicyVersion.objects.select_for_update(of=("self",))
        .select_related("policy__park")
        .get(pk=version.pk)
    )
    if not locked.is_published or locked.valid_until is not None:
        raise Conflict(_("Only a published version without an end can be ended."), code="not_open")
    locked.valid_until = on
    locked.version += 1
    locked.updated_at = at
    with readable_integrity_errors(PolicyVersion):
        save_checked(locked)
    _remember(locked, "policyversion.ended", {"valid_until": [None, str(on)]}, actor, at)
    return locked


@transaction.atomic
def discard_version(*, version: PolicyVersion, actor: User, at: datetime) -> None:
    """Throw a draft away; the history keeps that it was there."""
    locked = _lock_draft(version, actor, None)
    _remember(locked, "policyversion.discarded", {"number": [locked.number, None]}, actor, at)
    locked.delete()


def _locked(version: PolicyVersion) -> PolicyVersion:
    versions = PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy__park")
    found: PolicyVersion = versions.get(pk=version.pk)
    return found


def _lock_draft(version: PolicyVersion, actor: User, expected_version: int | None) -> PolicyVersion:
    lock_policy(version.policy, actor, None)
    locked: PolicyVersion = (
        PolicyVersion.objects.select_for_update(of=("self",))
        .select_related("policy__park")
        .get(pk=version.pk)
    )
    if locked.is_published:
        raise Conflict(_("A published version never changes; start a new version."), code="published")
    if expected_version is not None and expected_version != locked.version:
        raise Conflict(_("Somebody changed this draft in the meantime. Look at it again."), code="stale")
    return locked


def _remember(
    record: Policy | PolicyVersion, action: str, changes: dict[str, Any], actor: User, at: datetime
) -> None:
    history.record(chain=record.chain, action=action, subject=record, changes=changes, actor=actor, at=at)
