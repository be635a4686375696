"""Writes of people and of what talent plans decided about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, Invalid
from core.saving import save_checked
from enterprises.enums import RecognitionKind, TalentOutcome, TalentPlan
from enterprises.models import Enterprise, Person, Recognition, TalentResult
from enterprises.services.records import Kind, register
from enterprises.services.tracked import locked, save_tracked
from incubators.scope import Action, require

PERSON_FIELDS = ("name_zh", "name_en", "role", "degree", "region", "phone", "email", "external_id")
PERSONAL_FIELDS = ("phone", "email")
#: Plans of which the evaluation counts who is selected.
COUNTED = {
    TalentPlan.JIYANG.value: RecognitionKind.JIYANG_TALENT.value,
    TalentPlan.TAIHU.value: RecognitionKind.TAIHU_TALENT.value,
}


@transaction.atomic
def save_person(
    *,
    person: Person | None,
    enterprise: Enterprise,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> Person:
    """Record a person of an enterprise, or change the record."""
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    record = locked(person or Person(enterprise=enterprise, provenance=provenance))
    if record.enterprise_id != enterprise.pk:
        raise Invalid(_("This person belongs to another enterprise."))
    save_tracked(
        record,
        values,
        fields=PERSON_FIELDS,
        action="person",
        chain=enterprise.chain,
        actor=actor,
        at=at,
        expected_version=expected_version,
        personal=PERSONAL_FIELDS,
    )
    return record


@transaction.atomic
def remove_person(*, person: Person, actor: User, at: datetime) -> None:
    """Take a person out who was entered by mistake: without verified results and without rights."""
    enterprise = person.enterprise
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    person = locked(person)
    if person.results.filter(verified_at__isnull=False).exists() or person.owned_rights.exists():
        raise Conflict(
            _("This person has verified results or owns a right, so the record stays."), code="in_use"
        )
    history.record(
        chain=enterprise.chain,
        action="person.removed",
        subject=person,
        changes={"name_zh": [person.name_zh, None]},
        actor=actor,
        at=at,
    )
    counted = list(person.results.exclude(recognition=None).values_list("recognition", flat=True))
    person.delete()
    Recognition.objects.filter(pk__in=counted, verified_at=None).delete()


def _count(result: TalentResult, actor: User, at: datetime) -> None:
    """Being selected for a counted plan is one recognition, equal to this result; it goes when he is not."""
    kind = COUNTED.get(result.plan) if result.outcome == TalentOutcome.SELECTED else None
    linked = result.recognition
    if kind is None:
        if linked is not None:
            _link(result, None)
            linked.delete()
        return
    number = result.document_number or f"{result.person.name_zh} {result.year}"[:80]
    enterprise = result.person.enterprise
    earlier = Recognition.objects.filter(enterprise=enterprise, kind=kind, talent_result=None)
    record = linked or earlier.filter(granted_on=result.on, certificate_number=number).first()
    record = record or Recognition(enterprise=enterprise)
    same = (record.kind, record.granted_on, record.certificate_number) == (kind, result.on, number)
    if record.pk is None or not same or record.verified_at is None:
        record.kind, record.granted_on, record.certificate_number = kind, result.on, number
        record.evidence = result.evidence
        record.entered_at, record.entered_by = result.entered_at, result.entered_by
        record.verified_at, record.verified_by = result.verified_at, result.verified_by
        save_checked(record)
    if result.recognition_id != record.pk:
        _link(result, record)


def _link(result: TalentResult, recognition: Recognition | None) -> None:
    result.recognition = recognition
    TalentResult.objects.filter(pk=result.pk).update(recognition=recognition)


def _uncount(result: TalentResult, actor: User, at: datetime) -> None:
    linked = result.recognition
    if linked is not None:
        _link(result, None)
        if linked.verified_at is None:
            linked.delete()


TALENT_RESULT = register(
    Kind(
        TalentResult,
        "talent_result",
        (
            "plan",
            "plan_name",
            "year",
            "level",
            "outcome",
            "on",
            "amount",
            "currency",
            "document_number",
            "evidence",
        ),
        anchor="talents",
        parent="person",
        past=("on",),
        after=_count,
        verified=_count,
        gone=_uncount,
    )
)
