"""Relocation legs, and the credit for bringing a project home."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import assign, clean_value, readable_integrity_errors, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.models import Incubator
from incubators.scope import Action, require
from incubators.selectors import operators_on
from projects.models import CreditShare, Project, RelocationLeg
from projects.services.facts import check_files
from projects.services.records import local_day, lock, may_link, touch
from projects.stages import PATH

LEG_FIELDS = ("from_place", "to_place", "legal_entity", "site", "planned_on", "departed_on", "arrived_on")


@transaction.atomic
def save_leg(
    *,
    project: Project,
    sequence: int,
    values: Mapping[str, Any],
    evidence: Sequence[EvidenceFile] = (),
    actor: User,
    at: datetime,
) -> RelocationLeg:
    """Plan a leg or record how it went; legs of one project do not overlap in time."""
    locked = lock(project, actor=actor)
    check_files(locked, evidence)
    number = clean_value(RelocationLeg, "sequence", sequence)
    leg = RelocationLeg.objects.filter(project=locked, sequence=number).first()
    before = values_of(leg, LEG_FIELDS) if leg else {}
    leg = leg or RelocationLeg(project=locked, sequence=number, entered_at=at, entered_by=actor)
    assign(leg, values, allowed=LEG_FIELDS)
    changes = history.changed_fields(before, values_of(leg, LEG_FIELDS))
    _check_leg(leg, changes, locked, actor, at)
    new_files = [file for file in evidence if leg.pk is None or not leg.evidence.filter(pk=file.pk).exists()]
    if not changes and not new_files:
        return leg
    save_checked(leg)
    leg.evidence.add(*new_files)
    if new_files:
        changes["evidence"] = [[], sorted(file.sha256 for file in new_files)]
    history.record(chain=locked.chain, action="leg.saved", subject=leg, changes=changes, actor=actor, at=at)
    touch(locked, at=at)
    return leg


def _check_leg(
    leg: RelocationLeg, changes: Mapping[str, Any], project: Project, actor: User, at: datetime
) -> None:
    today = local_day(incubator=project.incubator, park=project.park, at=at)
    errors = [
        FieldError(name, _("%(day)s has not come yet. Enter a day up to today.") % {"day": day}, "future")
        for name in ("departed_on", "arrived_on")
        if (day := getattr(leg, name)) and day > today
    ]
    if "legal_entity" in changes and not may_link(leg.legal_entity, project, actor):
        errors.append(FieldError("legal_entity", _("Choose an enterprise of this park."), "not_found"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


@transaction.atomic
def remove_leg(*, leg: RelocationLeg, actor: User, at: datetime) -> None:
    """Take a planned leg out; one that was travelled stays in the record."""
    locked = lock(leg.project, actor=actor)
    found = RelocationLeg.objects.filter(pk=leg.pk).first()
    if found is None:
        raise Conflict(_("This leg has been removed already."), code="deleted")
    leg = found
    if leg.departed_on is not None:
        raise Conflict(_("This leg has been travelled, so it stays in the record."), code="travelled")
    history.record(
        chain=locked.chain,
        action="leg.removed",
        subject=leg,
        changes={name: [value, None] for name, value in values_of(leg, LEG_FIELDS).items()},
        actor=actor,
        at=at,
    )
    leg.delete()
    touch(locked, at=at)


@transaction.atomic
def set_credit_shares(
    *, project: Project, shares: Mapping[Incubator, Decimal], actor: User, at: datetime
) -> list[CreditShare]:
    """Divide the credit among incubators of the park; the shares total 100%, and none is left open.

    Once the project has landed, the division is what scores rest on: only the park administrator changes it.
    """
    locked = lock(project, actor=actor)
    if locked.stage_log.filter(to_stage__in=PATH[PATH.index("landed") :]).exists():
        require(Action.MANAGE, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    shares = {
        incubator: clean_value(CreditShare, "percent", percent) for incubator, percent in shares.items()
    }
    _check_shares(locked, shares)
    before = {row.incubator.code: row.percent for row in locked.credit_shares.select_related("incubator")}
    after = {incubator.code: percent for incubator, percent in shares.items()}
    if before != after:
        today = local_day(incubator=locked.incubator, park=locked.park, at=at)
        operators = operators_on(shares, day=today)
        with readable_integrity_errors(CreditShare):
            locked.credit_shares.all().delete()
            CreditShare.objects.bulk_create(
                CreditShare(
                    project=locked, incubator=incubator, operator_id=operators[incubator.pk], percent=percent
                )
                for incubator, percent in shares.items()
            )
        history.record(
            chain=locked.chain,
            action="credit.divided",
            subject=locked,
            changes={"credit_shares": [before, after]},
            actor=actor,
            at=at,
        )
        touch(locked, at=at)
    return list(locked.credit_shares.select_related("incubator"))


def _check_shares(project: Project, shares: Mapping[Incubator, Decimal | None]) -> None:
    for incubator, percent in shares.items():
        if incubator.park_id != project.park_id:
            raise Invalid(
                _("An incubator of another park cannot have a share."),
                fields=[FieldError("credit_shares", _("Choose incubators of this park."), "not_found")],
            )
        if not _is_share(percent):
            raise Invalid(
                _("A share lies above 0% and is at most 100%, with two decimals."),
                fields=[FieldError("credit_shares", f"{incubator}: {percent}", "range")],
            )
    total = sum((percent for percent in shares.values() if percent), Decimal(0))
    if total != 100:
        raise Invalid(
            _("The credit shares total %(total)s%%, not 100%%.") % {"total": total},
            fields=[FieldError("credit_shares", _("Change the shares until they total 100%."), "total")],
        )


def _is_share(percent: Decimal | None) -> bool:
    if percent is None or not percent.is_finite():
        return False
    return 0 < percent <= 100 and percent == round(percent, 2)
