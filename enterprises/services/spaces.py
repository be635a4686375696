"""Writes of occupancies: who is in which space, for how long, at what rent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid
from core.saving import readable_integrity_errors, values_of
from enterprises.models import Enterprise, Occupancy
from enterprises.services.tracked import locked, save_tracked
from incubators.models import Space
from incubators.scope import Action, require

OCCUPANCY_FIELDS = (
    "is_whole",
    "area_m2",
    "starts_on",
    "ends_on",
    "rent_amount",
    "currency",
    "rent_unit",
    "rent_free_until",
    "deposit_amount",
    "agreement",
    "evidence",
    "external_id",
)


@transaction.atomic
def save_occupancy(
    *,
    occupancy: Occupancy | None,
    space: Space,
    enterprise: Enterprise,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> Occupancy:
    """Let an enterprise into a space, or change for how long, how much and at what rent.

    Refused where the space would be overfull on any day; the database keeps the same rule at commit.
    """
    incubator = space.incubator
    require(Action.ENTER, user=actor, park_id=incubator.park_id, incubator_id=incubator.pk)
    _check_place(space, enterprise)
    record = locked(occupancy or Occupancy(space=space, enterprise=enterprise, provenance=provenance))
    if (record.space_id, record.enterprise_id) != (space.pk, enterprise.pk):
        raise Invalid(_("The space and the enterprise of an occupancy stay. End it and enter another one."))
    space = Space.objects.select_for_update(no_key=True).get(pk=space.pk)
    with readable_integrity_errors(Occupancy):
        save_tracked(
            record,
            {**values, "area_m2": space.area_m2} if values.get("is_whole") else values,
            fields=OCCUPANCY_FIELDS,
            action="occupancy",
            chain=incubator.chain,
            actor=actor,
            at=at,
            expected_version=expected_version,
            check=lambda item: _check_room(item, space),
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS enterprises_occupancy_within_area IMMEDIATE")
    return record


def end_occupancy(
    *, occupancy: Occupancy, on: date, actor: User, at: datetime, expected_version: int | None = None
) -> Occupancy:
    """The enterprise leaves: ``on`` is the first day on which the space is free again."""
    values: dict[str, Any] = {"ends_on": on}
    if occupancy.rent_free_until is not None and on is not None and occupancy.rent_free_until > on:
        values["rent_free_until"] = on
    return save_occupancy(
        occupancy=occupancy,
        space=occupancy.space,
        enterprise=occupancy.enterprise,
        values=values,
        actor=actor,
        at=at,
        expected_version=expected_version,
    )


@transaction.atomic
def remove_occupancy(*, occupancy: Occupancy, actor: User, at: datetime) -> None:
    """Take back an occupancy that never was; one that was is ended."""
    incubator = occupancy.space.incubator
    require(Action.ENTER, user=actor, park_id=incubator.park_id, incubator_id=incubator.pk)
    record = locked(occupancy)
    history.record(
        chain=incubator.chain,
        action="occupancy.removed",
        subject=record,
        changes=history.changed_fields(values_of(record, OCCUPANCY_FIELDS), dict.fromkeys(OCCUPANCY_FIELDS)),
        actor=actor,
        at=at,
    )
    record.delete()


def _check_place(space: Space, enterprise: Enterprise) -> None:
    if space.incubator.park_id != enterprise.park_id:
        raise Invalid(
            _("This enterprise belongs to another park."),
            fields=[FieldError("enterprise", _("Choose an enterprise of this park."), "other_park")],
        )


def _check_room(record: Occupancy, space: Space) -> None:
    """The fullest day of the occupancy, said with its numbers and what would fit; evidence of its place."""
    file = record.evidence
    if file is not None and file.park_id != record.enterprise.park_id:
        raise Invalid(
            _("This file belongs to another record."), fields=[FieldError("evidence", _("Upload it here."))]
        )
    if record.area_m2 is None or record.starts_on is None:
        return  # the fields themselves are refused next
    _check_available(record, space)
    others = list(
        Occupancy.objects.filter(space=space).exclude(pk=record.pk).exclude(ends_on__lte=record.starts_on)
    )
    day, taken = _fullest(others, record.starts_on, record.ends_on)
    free = max(space.area_m2 - taken, Decimal(0))
    if record.area_m2 > free:
        raise Conflict(
            _(
                "%(space)s: %(asked)s m² are asked for (%(time)s), but on %(day)s only %(free)s m² of"
                " %(area)s m² are free."
            )
            % {
                "space": space.name,
                "asked": _plain(record.area_m2),
                "time": _time(record.starts_on, record.ends_on),
                "day": day,
                "free": _plain(free),
                "area": _plain(space.area_m2),
            },
            code="enterprises_occupancy_within_area",
            fields=[FieldError("area_m2", _remedy(record, space, others, free), "room")],
        )


def _fullest(others: Sequence[Occupancy], start: date, end: date | None) -> tuple[date, Decimal]:
    """The first of the fullest days in ``[start, end)``, and what the others take up then."""
    days = {start, *(item.starts_on for item in others)}
    inside = sorted(day for day in days if day >= start and (end is None or day < end))
    taken = {day: sum((o.area_m2 for o in others if _is_there(o, day)), Decimal(0)) for day in inside}
    fullest = max(inside, key=lambda day: taken[day])
    return fullest, taken[fullest]


def _remedy(record: Occupancy, space: Space, others: Sequence[Occupancy], free: Decimal) -> str:
    """What would fit: less room, or the same room from a later day on."""
    words = []
    if free > 0:
        words.append(_("At most %(free)s m² fit in this time.") % {"free": _plain(free)})
    for day in sorted({item.ends_on for item in others if item.ends_on is not None}):
        if record.ends_on is not None and day >= record.ends_on:
            break
        if _fullest(others, day, record.ends_on)[1] + record.area_m2 <= space.area_m2:
            words.append(_("From %(day)s on there is enough room.") % {"day": day})
            break
    return " ".join([*words, _("Choose less room, other days or another space.")])


def _plain(area: Decimal) -> str:
    return f"{area.normalize():f}"


def _time(start: date | None, end: date | None) -> str:
    if start is None:
        return _("until %(end)s (not included)") % {"end": end}
    if end is None:
        return _("from %(start)s on") % {"start": start}
    return _("from %(start)s until %(end)s (not included)") % {"start": start, "end": end}


def _check_available(record: Occupancy, space: Space) -> None:
    late = space.ends_on is not None and (record.ends_on is None or record.ends_on > space.ends_on)
    if (space.starts_on is not None and record.starts_on < space.starts_on) or late:
        raise Conflict(
            _("%(space)s is available %(available)s; it is asked for %(time)s.")
            % {
                "space": space.name,
                "available": _time(space.starts_on, space.ends_on),
                "time": _time(record.starts_on, record.ends_on),
            },
            code="not_available",
            fields=[FieldError("starts_on", _("Choose days on which the space is available."), "available")],
        )


def _is_there(occupancy: Occupancy, day: date) -> bool:
    return occupancy.starts_on <= day and (occupancy.ends_on is None or occupancy.ends_on > day)
