"""Editions, divisions and rounds, as the administrator writes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contests.models import Contest, ContestRound, Division
from contests.services.acting import locked, remember, require_administrator, touch, wrong
from core import history
from core.enums import Provenance
from core.errors import Conflict
from core.saving import assign, save_checked, values_of
from incubators.models import Organisation, Park
from projects.models import Sector
from reviews import services as reviews

CONTEST_FIELDS = (
    "code",
    "name_zh",
    "name_en",
    "number",
    "year",
    "rules_zh",
    "rules_en",
    "is_public",
    "reported_entries",
    "reported_qualifier",
    "reported_source",
)
DIVISION_FIELDS = (
    "code",
    "name_zh",
    "name_en",
    "region",
    "incubator",
    "opens_on",
    "closes_on",
    "takes_form",
)
ROUND_FIELDS = (
    "name_zh",
    "name_en",
    "division",
    "sequence",
    "held_on",
    "best",
    "at_least",
    "ties",
    "reported_in",
    "reported_in_qualifier",
    "reported_out",
    "reported_out_qualifier",
)
RULE_FIELDS = ("best", "at_least", "ties")


@transaction.atomic
def save_contest(
    *,
    contest: Contest | None,
    park: Park,
    values: Mapping[str, Any],
    hosts: Sequence[Organisation] | None = None,
    fields: Sequence[Sector] | None = None,
    actor: User | None,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> Contest:
    """Write or change an edition. Its code is part of public addresses: it stays once there are entries."""
    if contest is None:
        require_administrator(actor, park.pk)
        record = Contest(park=park, provenance=provenance, created_at=at, updated_at=at)
        before: dict[str, Any] = {}
    else:
        record = locked(contest, "park", expected_version=expected_version)
        require_administrator(actor, record.park_id)
        before = values_of(record, CONTEST_FIELDS)
    assign(record, values, allowed=CONTEST_FIELDS)
    if contest is not None and record.code != before["code"] and _has_entries(record):
        raise wrong("code", _("There are entries under this code, so it stays."), "frozen")
    if contest is not None:
        touch(record, at)
    save_checked(record)
    changes = history.changed_fields(before, values_of(record, CONTEST_FIELDS))
    for name, chosen in (("hosts", hosts), ("fields", fields)):
        if chosen is not None:
            changes |= _set(record, name, chosen)
    if changes:
        remember(record, "contest.changed" if contest else "contest.created", changes, actor, at)
    return record


def _set(record: Any, name: str, chosen: Sequence[Any]) -> dict[str, list[Any]]:
    links = getattr(record, name)
    before, after = sorted(row.code for row in links.all()), sorted(row.code for row in chosen)
    links.set(chosen)
    return {name: [before, after]} if before != after else {}


def _has_entries(contest: Contest) -> bool:
    found: bool = contest.divisions.filter(entries__isnull=False).exists()
    return found


@transaction.atomic
def save_division(
    *,
    division: Division | None,
    contest: Contest,
    values: Mapping[str, Any],
    actor: User | None,
    at: datetime,
    expected_version: int | None = None,
) -> Division:
    """Write or change a division. Its code stands in the receipts, so it stays once there are entries."""
    if division is None:
        require_administrator(actor, contest.park_id)
        record = Division(contest=contest, provenance=contest.provenance, updated_at=at)
        before: dict[str, Any] = {}
    else:
        record = locked(division, "contest__park", "incubator", expected_version=expected_version)
        require_administrator(actor, record.park_id)
        before = values_of(record, DIVISION_FIELDS)
    assign(record, values, allowed=DIVISION_FIELDS)
    if record.incubator is not None and record.incubator.park_id != record.park_id:
        raise wrong("incubator", _("This belongs to another park."), "not_found")
    if division is not None and record.code != before["code"] and record.entries.exists():
        raise wrong("code", _("There are entries under this code, so it stays."), "frozen")
    if division is not None:
        touch(record, at)
    save_checked(record)
    if changes := history.changed_fields(before, values_of(record, DIVISION_FIELDS)):
        remember(record, "division.changed" if division else "division.created", changes, actor, at)
    return record


@transaction.atomic
def save_contest_round(
    *,
    round: ContestRound | None,
    contest: Contest,
    values: Mapping[str, Any],
    review: Mapping[str, Any] | None = None,
    criteria: Sequence[Mapping[str, Any]] = (),
    actor: User | None,
    at: datetime,
    expected_version: int | None = None,
) -> ContestRound:
    """Write or change a round. ``review`` (values of ``reviews.services.save_round``) and ``criteria`` open
    its review round; a second person confirms each result there. The rule stays once it was applied."""
    if round is None:
        require_administrator(actor, contest.park_id)
        record = ContestRound(contest=contest, updated_at=at)
        before: dict[str, Any] = {}
    else:
        record = locked(round, "contest__park", "division", expected_version=expected_version)
        require_administrator(actor, record.park_id)
        before = values_of(record, ROUND_FIELDS)
    assign(record, values, allowed=ROUND_FIELDS)
    if record.division is not None and record.division.contest_id != record.contest_id:
        raise wrong("division", _("This division belongs to another contest."), "not_found")
    changes = history.changed_fields(before, values_of(record, ROUND_FIELDS))
    if round is not None and set(changes) & {*RULE_FIELDS, "division", "sequence"}:
        _refuse_once_proposed(record)
    if review is not None:
        record.review_round = _open_review(record, review, criteria, actor, at)
        changes["review_round"] = [None, record.review_round.pk]
    if round is not None:
        touch(record, at)
    save_checked(record)
    if changes:
        action = "contestround.changed" if round else "contestround.created"
        remember(record, action, changes, actor, at)
    return record


def _refuse_once_proposed(round: ContestRound) -> None:
    if hasattr(round, "promotion"):
        raise Conflict(
            _("A promotion is proposed by this rule already, so it stays."), code="promotion_proposed"
        )


def _open_review(
    round: ContestRound,
    review: Mapping[str, Any],
    criteria: Sequence[Mapping[str, Any]],
    actor: User | None,
    at: datetime,
) -> Any:
    if round.review_round_id is not None:
        raise Conflict(_("This round has its review already."), code="has_review")
    name = f"{round.contest.name_zh} · {round.name_zh}"[:160]
    return reviews.open_round(
        park=round.contest.park,
        values={"name": name, **review, "second_person": True},
        criteria=criteria,
        actor=actor,
        at=at,
        provenance=round.contest.provenance,
    )
