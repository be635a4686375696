"""The library of policies: what the published sources say, kept in step with the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core import history
from core.saving import assign, save_checked, values_of
from funding.enums import VersionState
from funding.models import Policy, PolicyRelation, PolicyVersion

FIELDS = (
    "name_zh",
    "name_en",
    "region_zh",
    "issuer_zh",
    "document_zh",
    "beneficiaries_zh",
    "beneficiaries_en",
    "notes_zh",
    "notes_en",
    "source",
    "status",
    "computability",
    "base",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """One policy of a register. ``valid_until`` is the first day on which it is over."""

    code: str
    values: Mapping[str, Any]
    terms: Mapping[str, Any]
    cases: Sequence[Any]
    valid_from: date | None
    valid_until: date | None
    validity_note: str


def keep_library_policy(*, imported: Imported, at: datetime) -> tuple[Policy, bool]:
    """The library's policy with this code, created or brought up to date; whether anything was written.

    Changed terms become a version that follows the last one, from the day of ``at`` on: what was published
    stays as it was.
    """
    policy = Policy.objects.select_for_update(of=("self",)).filter(code=imported.code, park=None).first()
    created = policy is None
    policy = policy or Policy(code=imported.code, created_at=at, updated_at=at)
    before = {} if created else values_of(policy, FIELDS)
    assign(policy, imported.values, allowed=FIELDS)
    changed = created or values_of(policy, FIELDS) != before
    if changed:
        policy.set_search_text()
        policy.updated_at = at
        policy.version += 0 if created else 1
        save_checked(policy)
        _remember(policy, "policy.imported", {"name_zh": [None, policy.name_zh]} if created else {}, at)
    last = policy.versions.filter(state=VersionState.PUBLISHED).order_by("-number").first()
    if last is None or last.terms != imported.terms:
        _add_version(policy, last, imported, at)
        changed = True
    return policy, changed


def _add_version(policy: Policy, last: PolicyVersion | None, imported: Imported, at: datetime) -> None:
    start = imported.valid_from
    if last is not None:
        start = at.date()
        PolicyVersion.objects.filter(pk=last.pk, valid_until=None).update(valid_until=start, updated_at=at)
    version = PolicyVersion(
        policy=policy,
        number=1 if last is None else last.number + 1,
        state=VersionState.PUBLISHED,
        valid_from=start,
        valid_until=imported.valid_until,
        validity_note=imported.validity_note,
        terms=imported.terms,
        cases=list(imported.cases),
        created_at=at,
        updated_at=at,
    )
    save_checked(version)
    _remember(version, "policyversion.imported", {"number": [None, version.number]}, at)


def keep_relation(first: Policy, second: Policy, *, kind: str, clause: str) -> bool:
    """The relation of two policies as the register has it; whether anything was written."""
    earlier, later = sorted((first, second), key=lambda policy: policy.pk)
    relation = PolicyRelation.objects.filter(policy=earlier, other=later).first()
    if relation is not None and (relation.kind, relation.clause) == (kind, clause):
        return False
    relation = relation or PolicyRelation(policy=earlier, other=later)
    relation.kind, relation.clause = kind, clause
    save_checked(relation)
    return True


def _remember(record: Policy | PolicyVersion, action: str, changes: dict[str, Any], at: datetime) -> None:
    history.record(chain=record.chain, action=action, subject=record, changes=changes, actor=None, at=at)
