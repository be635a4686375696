"""Writes of the incubators app: sites, contracts, targets, spaces, titles and memberships."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.periods import BadPeriod, Period
from core.saving import assign, save_checked, values_of
from incubators.models import (
    ContractTarget,
    Incubator,
    IncubatorRecognition,
    Membership,
    OperatorContract,
    Park,
    Space,
)
from incubators.scope import Action, require

INCUBATOR_FIELDS = (
    "code",
    "name_zh",
    "name_en",
    "operator",
    "kind",
    "is_enclave",
    "mode",
    "host_city_zh",
    "host_city_en",
    "host_country_en",
    "host_site_zh",
    "opened",
    "opened_note",
    "area_m2",
    "area_note",
    "predecessor",
    "predecessor_note",
    "time_zone",
)
CONTRACT_FIELDS = (
    "operator",
    "number",
    "starts_on",
    "ends_on",
    "fee_amount",
    "currency",
    "deliverables",
    "is_demonstration",
)
RECOGNITION_FIELDS = (
    "title",
    "level",
    "authority",
    "document_number",
    "granted_on",
    "expires_on",
    "is_demonstration",
)
SPACE_FIELDS = (
    "name_zh",
    "name_en",
    "kind",
    "area_m2",
    "address",
    "starts_on",
    "ends_on",
    "is_demonstration",
)

Owned = TypeVar("Owned", OperatorContract, IncubatorRecognition, Space)


@transaction.atomic
def save_incubator(
    *, incubator: Incubator | None, park: Park, values: Mapping[str, Any], actor: User, at: datetime
) -> Incubator:
    """Register a site of the park, or change its record."""
    require(Action.MANAGE, user=actor, park_id=park.pk)
    record = incubator or Incubator(park=park)
    if record.park_id != park.pk:
        raise Invalid(_("The incubator does not belong to this park."))
    _check_predecessor(record, values.get("predecessor"))
    _save(
        record,
        values,
        fields=INCUBATOR_FIELDS,
        kind="incubator",
        chain_of=lambda: record.chain,
        actor=actor,
        at=at,
    )
    return record


def _check_predecessor(record: Incubator, predecessor: Incubator | None) -> None:
    """A successor cannot be its own ancestor."""
    seen: set[int | None] = {record.pk} if record.pk else set()
    while predecessor is not None:
        if predecessor.pk in seen:
            raise Invalid(
                _("The line of predecessors would run in a circle."),
                fields=[FieldError("predecessor", _("Choose another predecessor."), "circle")],
            )
        seen.add(predecessor.pk)
        predecessor = predecessor.predecessor


def save_contract(
    *,
    contract: OperatorContract | None,
    incubator: Incubator,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
) -> OperatorContract:
    """Record the contract with the operator of a site; contracts of one site do not overlap."""
    return _save_owned(
        contract or OperatorContract(incubator=incubator), incubator, values, CONTRACT_FIELDS, actor, at
    )


def save_space(
    *, space: Space | None, incubator: Incubator, values: Mapping[str, Any], actor: User, at: datetime
) -> Space:
    """Record a laboratory, office or workshop."""
    return _save_owned(space or Space(incubator=incubator), incubator, values, SPACE_FIELDS, actor, at)


def save_recognition(
    *,
    recognition: IncubatorRecognition | None,
    incubator: Incubator,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
) -> IncubatorRecognition:
    """Record a title that an authority gave the site."""
    return _save_owned(
        recognition or IncubatorRecognition(incubator=incubator),
        incubator,
        values,
        RECOGNITION_FIELDS,
        actor,
        at,
    )


@transaction.atomic
def set_target(
    *, contract: OperatorContract, indicator: str, period: str, value: Decimal, actor: User, at: datetime
) -> ContractTarget:
    """What the contract asks of one indicator in one period; the period lies within the contract."""
    incubator = contract.incubator
    require(Action.MANAGE, user=actor, park_id=incubator.park_id)
    _check_target_period(contract, period)
    target = ContractTarget.objects.filter(contract=contract, indicator=indicator, period=period).first()
    before = target.value if target else None
    if before == value:
        assert target is not None
        return target
    target = target or ContractTarget(contract=contract, indicator=indicator, period=period)
    target.value = value
    save_checked(target)
    history.record(
        chain=incubator.chain,
        action="target.set",
        subject=target,
        changes={"indicator": [None, indicator], "period": [None, period], "value": [before, value]},
        actor=actor,
        at=at,
    )
    return target


def _check_target_period(contract: OperatorContract, code: str) -> None:
    try:
        period = Period.parse(code)
    except BadPeriod:
        raise Invalid(
            _("“%(code)s” is not a period.") % {"code": code},
            fields=[FieldError("period", _("Write 2021, 2021-H1, 2021-Q2 or 2021-04."), "period")],
        ) from None
    if period.end <= contract.starts_on or period.start >= contract.ends_on:
        raise Invalid(
            _("%(code)s lies outside the contract.") % {"code": code},
            fields=[
                FieldError(
                    "period", _("Choose a period between the contract's first and last day."), "outside"
                )
            ],
        )


@transaction.atomic
def grant_membership(
    *,
    user: User,
    role: str,
    park: Park | None,
    incubator: Incubator | None,
    starts_on: date,
    ends_on: date | None = None,
    actor: User | None,
    at: datetime,
) -> Membership:
    """Give a person a role. ``actor`` None is the installation itself (first administrator, demo data)."""
    home = park or (incubator.park if incubator else None)
    require(Action.MANAGE, user=actor, park_id=home.pk if home else None)
    membership = Membership(
        user=user, role=role, park=park, incubator=incubator, starts_on=starts_on, ends_on=ends_on
    )
    save_checked(membership)
    _record_membership(membership, "membership.granted", {"role": [None, role]}, actor, at)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, ends_on: date, actor: User | None, at: datetime) -> Membership:
    """Take a role away from a day on; what the person did stays attributed to them."""
    incubator = membership.incubator
    park_id = membership.park_id or (incubator.park_id if incubator else None)
    require(Action.MANAGE, user=actor, park_id=park_id)
    if membership.ends_on is not None and membership.ends_on <= ends_on:
        raise Conflict(
            _("This membership already ends on %(day)s.") % {"day": membership.ends_on}, code="ended"
        )
    before, membership.ends_on = membership.ends_on, ends_on
    save_checked(membership)
    _record_membership(membership, "membership.ended", {"ends_on": [before, ends_on]}, actor, at)
    return membership


def _record_membership(
    membership: Membership, action: str, changes: Mapping[str, Any], actor: User | None, at: datetime
) -> None:
    place = membership.incubator or membership.park
    history.record(
        chain=place.chain if place else "system",
        action=action,
        subject=membership,
        changes={"user": [None, membership.user.get_username()], **changes},
        actor=actor,
        at=at,
    )


@transaction.atomic
def _save_owned(
    record: Owned,
    incubator: Incubator,
    values: Mapping[str, Any],
    fields: Iterable[str],
    actor: User,
    at: datetime,
) -> Owned:
    require(Action.MANAGE, user=actor, park_id=incubator.park_id)
    if record.incubator_id != incubator.pk:
        raise Invalid(_("This record belongs to another incubator."))
    kind = str(record._meta.model_name)
    _save(record, values, fields=fields, kind=kind, chain_of=lambda: incubator.chain, actor=actor, at=at)
    return record


def _save(
    record: models.Model,
    values: Mapping[str, Any],
    *,
    fields: Iterable[str],
    kind: str,
    chain_of: Any,
    actor: User | None,
    at: datetime,
) -> None:
    """Assign, check, save and remember; nothing at all when nothing changes."""
    before = values_of(record, fields) if record.pk else {}
    assign(record, values, allowed=fields)
    changes = history.changed_fields(before, values_of(record, fields))
    if not changes:
        return
    save_checked(record)
    history.record(
        chain=chain_of(),
        action=f"{kind}.saved",
        subject=record,
        changes=changes,
        actor=actor,
        at=at,
    )
