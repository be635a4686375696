"""A correction after the submission: a new version; the old one stays readable and counts until then."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import clean_text, readable_integrity_errors
from incubators.scope import Action, require
from returns.enums import ReturnAct, ReturnState
from returns.models import PeriodReturn, ReturnLine, ReturnMove
from returns.services.filing import check_period_open, check_version, locked_return
from returns.stages import FROZEN


@transaction.atomic
def correct_return(
    *, record: PeriodReturn, reason: str, actor: User, at: datetime, expected_version: int | None = None
) -> PeriodReturn:
    """Open the next version with the numbers of this one. Raises ``Conflict`` while a version is open."""
    require(Action.ENTER, user=actor, park_id=record.incubator.park_id, incubator_id=record.incubator_id)
    words = clean_text(reason, field="reason")
    if not words or len(words) > 300:
        message = _("Say in one line why it has to be corrected.")
        raise Invalid(
            message, fields=[FieldError("reason", message, "required" if not words else "max_length")]
        )
    record = locked_return(record)
    if not record.is_latest or record.state not in FROZEN:
        raise Conflict(_("A newer version of this return is open already."), code="already_open")
    check_version(record, expected_version)
    check_period_open(record)
    old = list(record.lines.prefetch_related("evidence").order_by("position"))
    record.is_latest = False
    record.version += 1
    record.updated_at = at
    new = PeriodReturn(
        incubator=record.incubator,
        duty=record.duty,
        period=record.period,
        starts_on=record.starts_on,
        ends_on=record.ends_on,
        due_on=record.due_on,
        edition=record.edition + 1,
        correction_reason=words,
        provenance=record.provenance,
        changed_by=actor,
        created_at=at,
        updated_at=at,
    )
    with readable_integrity_errors(PeriodReturn):
        record.save(update_fields=["is_latest", "version", "updated_at"])
        new.save()
        _copy_lines(old, new)
    ReturnMove.objects.create(
        period_return=new,
        act=ReturnAct.CORRECT,
        from_state=record.state,
        to_state=ReturnState.DRAFT,
        words=words,
        at=at,
        by=actor,
    )
    history.record(
        chain=new.chain,
        action="return.corrected",
        subject=new,
        changes={"edition": [record.edition, new.edition], "reason": ["", words]},
        actor=actor,
        at=at,
    )
    return new


def _copy_lines(old: list[ReturnLine], new: PeriodReturn) -> None:
    """What was reported is kept as typed, so that records that changed since do not change it unseen."""
    copies = [
        ReturnLine(
            period_return=new,
            code=line.code,
            position=line.position,
            value=line.reported,
            reason=line.reason,
            explanation=line.explanation,
            entered_at=line.entered_at,
            entered_by=line.entered_by,
        )
        for line in old
    ]
    ReturnLine.objects.bulk_create(copies)
    for line, copy in zip(old, copies, strict=True):
        files = list(line.evidence.all())
        if files:
            copy.evidence.add(*files)
