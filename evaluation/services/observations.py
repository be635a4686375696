"""Monthly measures: entered by the operator, verified by a second person at the park."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Refused
from core.periods import BadPeriod, Period
from core.saving import readable_integrity_errors
from evaluation.measures import MEASURES, Measure
from evaluation.models import Observation
from evidence.models import EvidenceFile
from incubators.models import Incubator
from incubators.scope import Action, require


@dataclass(frozen=True)
class ObservationRow:
    """One value to enter: a measure, the code of a month and the value in the measure's unit."""

    measure: str
    period: str
    value: Decimal
    note: str = ""


def _known_measure(code: str) -> Measure:
    measure = MEASURES.get(code)
    if measure is None:
        raise Invalid(
            _("“%(code)s” is not a measure.") % {"code": code},
            fields=[FieldError("measure", _("Choose one of the listed measures."), "unknown")],
        )
    return measure


def _known_month(code: str, today: date) -> Period:
    try:
        period = Period.parse(code)
    except BadPeriod:
        period = None
    if period is None or period.kind != "month":
        raise Invalid(
            _("Measures are reported by month."),
            fields=[FieldError("period", _("Write the month as 2021-04."), "not_a_month")],
        )
    if period.start > today:
        raise Invalid(
            _("This month has not begun yet."),
            fields=[FieldError("period", _("Choose a month up to the present one."), "future")],
        )
    return period


def _check_value(measure: Measure, value: Decimal) -> None:
    if not value.is_finite() or value < 0:
        message = _("A measure is not below zero.")
        raise Invalid(message, fields=[FieldError("value", message, "negative")])
    if measure.highest is not None and value > measure.highest:
        message = _("This measure is at most %(highest)s.") % {"highest": measure.highest}
        raise Invalid(message, fields=[FieldError("value", message, "too_high")])
    if measure.kind == "count" and value != value.to_integral_value():
        message = _("This measure is a whole number.")
        raise Invalid(message, fields=[FieldError("value", message, "not_whole")])


def _check_bounds(values: Mapping[tuple[str, str], Decimal], entered: Iterable[ObservationRow]) -> None:
    """A part is never more than its whole, whichever of the two was entered last."""
    months = {row.period for row in entered}
    for measure in MEASURES.values():
        for month in months if measure.within else ():
            part, whole = values.get((measure.code, month)), values.get((measure.within, month))
            if part is not None and whole is not None and part > whole:
                language = get_language() or "zh-hans"
                message = _("In %(month)s, “%(part)s” is more than “%(whole)s”.") % {
                    "month": month,
                    "part": measure.name(language),
                    "whole": MEASURES[measure.within].name(language),
                }
                raise Invalid(message, fields=[FieldError("value", message, "part_exceeds_whole")])


def enter_observation(
    *,
    incubator: Incubator,
    measure: str,
    period: str,
    value: Decimal,
    note: str = "",
    evidence: Sequence[EvidenceFile] = (),
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
    correct: bool = False,
) -> Observation:
    """Enter or change one monthly value.

    A verified value stays as it is (``Conflict``) unless ``correct`` says that the change is meant: then it
    has to be verified again before it counts.
    """
    row = ObservationRow(measure, period, value, note)
    with transaction.atomic():
        entered = enter_observations(
            incubator=incubator, rows=[row], actor=actor, at=at, provenance=provenance, correct=correct
        )[0]
        if evidence:
            _attach(entered, evidence, actor=actor, at=at)
    return entered


def _attach(observation: Observation, evidence: Sequence[EvidenceFile], *, actor: User, at: datetime) -> None:
    place = (observation.incubator.park_id, observation.incubator_id)
    if any((file.park_id, file.incubator_id) != place for file in evidence):
        message = _("This file belongs to another incubator.")
        raise Invalid(message, fields=[FieldError("evidence", message, "not_found")])
    observation.evidence.add(*evidence)
    history.record(
        chain=observation.chain,
        action="observation.proved",
        subject=observation,
        changes={"evidence": [[], sorted(file.sha256 for file in evidence)]},
        actor=actor,
        at=at,
    )


@transaction.atomic
def enter_observations(
    *,
    incubator: Incubator,
    rows: Iterable[ObservationRow],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
    correct: bool = False,
) -> list[Observation]:
    """Enter many monthly values at once: all of them or, where one is wrong, none.

    With ``correct``, verified values are changed too and lose their verification.
    """
    require(Action.ENTER, user=actor, park_id=incubator.park_id, incubator_id=incubator.pk)
    wanted = list(rows)
    today = at.astimezone(ZoneInfo(incubator.time_zone)).date()
    Incubator.objects.select_for_update().get(pk=incubator.pk)
    known = {
        (row.measure, row.period): row
        for row in Observation.objects.filter(incubator=incubator, period__in={row.period for row in wanted})
    }
    values = {key: row.value for key, row in known.items()} | {
        (row.measure, row.period): row.value for row in wanted
    }
    observations, changes = [], []
    for row in wanted:
        _check_value(_known_measure(row.measure), row.value)
        month = _known_month(row.period, today)
        observation = known.get((row.measure, month.code)) or Observation(
            incubator=incubator, measure=row.measure, period=month.code
        )
        before = None if observation.pk is None else observation.value
        change: dict[str, object] = {"value": [before, row.value]}
        if observation.verified_at is not None:
            if not correct:
                raise Conflict(_("This value is verified. Say that you correct it."), code="already_verified")
            observation.verified_at = observation.verified_by = None
            change["verified"] = [True, False]
        observation.starts_on, observation.ends_on = month.start, month.end
        observation.value, observation.note, observation.provenance = row.value, row.note, provenance
        observation.entered_at, observation.entered_by = at, actor
        observations.append(observation)
        changes.append(change)
    _check_bounds(values, wanted)
    _save(observations, at=at)
    _remember(incubator, "observation.entered", observations, changes, actor=actor, at=at)
    return observations


UPDATED = [
    "value",
    "note",
    "provenance",
    "entered_at",
    "entered_by",
    "verified_at",
    "verified_by",
    "updated_at",
]


def _save(observations: Sequence[Observation], *, at: datetime) -> None:
    new = [row for row in observations if row.pk is None]
    old = [row for row in observations if row.pk is not None]
    for row in old:
        row.updated_at = at
    with readable_integrity_errors(Observation):
        Observation.objects.bulk_create(new, batch_size=1000)
        Observation.objects.bulk_update(old, UPDATED, batch_size=500)


def _remember(
    incubator: Incubator,
    action: str,
    observations: Sequence[Observation],
    changes: Sequence[Mapping[str, object]],
    *,
    actor: User,
    at: datetime,
) -> None:
    links = [
        history.Change(action, "evaluation.observation", str(row.pk), str(row), change)
        for row, change in zip(observations, changes, strict=True)
    ]
    history.record_many(chain=incubator.chain, changes=links, actor=actor, at=at)


def verify_observation(*, observation: Observation, actor: User, at: datetime) -> Observation:
    """A second person confirms the value; from then on it counts."""
    return verify_observations(observations=[observation], actor=actor, at=at)[0]


@transaction.atomic
def verify_observations(
    *, observations: Iterable[Observation], actor: User, at: datetime
) -> list[Observation]:
    """Confirm many values of one or more incubators: all of them or none."""
    wanted = [row.pk for row in observations]
    locked = list(
        Observation.objects.select_for_update(of=("self",))
        .select_related("incubator")
        .filter(pk__in=wanted)
        .order_by("incubator_id", "pk")
    )
    for row in locked:
        _check_verifier(row, actor)
        row.verified_at, row.verified_by, row.updated_at = at, actor, at
    with readable_integrity_errors(Observation):
        Observation.objects.bulk_update(locked, ["verified_at", "verified_by", "updated_at"], batch_size=500)
    for incubator in {row.incubator_id: row.incubator for row in locked}.values():
        rows = [row for row in locked if row.incubator_id == incubator.pk]
        changes = [{"verified": [False, True], "value": [row.value, row.value]} for row in rows]
        _remember(incubator, "observation.verified", rows, changes, actor=actor, at=at)
    by_id = {row.pk: row for row in locked}
    return [by_id[pk] for pk in wanted]


def _check_verifier(observation: Observation, actor: User) -> None:
    place = observation.incubator
    require(Action.VERIFY, user=actor, park_id=place.park_id, incubator_id=place.pk)
    if observation.verified_at is not None:
        raise Conflict(_("This value is already verified."), code="already_verified")
    if observation.entered_by_id == actor.pk:
        raise Refused(
            _("A second person has to verify this: not the one who entered it."), code="second_person"
        )
