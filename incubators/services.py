"""Writes of the incubators app: sites, contracts, targets, spaces, titles and memberships."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.periods import BadPeriod, Period
from core.saving import assign, clean_value, save_checked, values_of
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
Stored = TypeVar("Stored", bound=models.Model)


@transaction.atomic
def save_incubator(
    *, incubator: Incubator | None, park: Park, values: Mapping[str, Any], actor: User, at: datetime
) -> Incubator:
    """Register a site of the park, or change its record."""
    require(Action.MANAGE, user=actor, park_id=park.pk)
    _locked(park)  # the sites of a park change one at a time, so that no two close a circle
    record = _locked(incubator) if incubator else Incubator(park=park)
    if record.park_id != park.pk:
        raise Invalid(_("The incubator does not belong to this park."))
    before = values_of(record, INCUBATOR_FIELDS) if record.pk else {}
    assign(record, values, allowed=INCUBATOR_FIELDS)
    _check_site(record, before.get("code", record.code))
    _save(
        record,
        before,
        fields=INCUBATOR_FIELDS,
        kind="incubator",
        chain_of=lambda: record.chain,
        actor=actor,
        at=at,
    )
    return record


def _locked(record: Stored) -> Stored:
    """The row as it is now, so that nobody saves over what another changed meanwhile."""
    return type(record)._base_manager.select_for_update(no_key=True).get(pk=record.pk)


def _check_site(record: Incubator, code: str) -> None:
    """The code names the history chain, so it stays; dates need a known time zone; no line in a circle."""
    if record.pk and record.code != code:
        raise Invalid(
            _("The code of an incubator stays: its history bears it."),
            fields=[FieldError("code", _("Leave the code as it is."), "fixed")],
        )
    if record.time_zone not in available_timezones():
        raise Invalid(
            _("“%(zone)s” is not a time zone.") % {"zone": record.time_zone},
            fields=[FieldError("time_zone", _("Write it as Asia/Shanghai or Europe/Stockholm."), "unknown")],
        )
    _check_predecessor(record, record.predecessor)


def _check_predecessor(record: Incubator, predecessor: Incubator | None) -> None:
    """A successor cannot be its own ancestor, as the rows stand now."""
    seen: set[int | None] = {record.pk} if record.pk else set()
    before = dict(Incubator.objects.exclude(predecessor=None).values_list("pk", "predecessor_id"))
    ancestor = predecessor.pk if predecessor else None
    while ancestor is not None:
        if ancestor in seen:
            raise Invalid(
                _("The line of predecessors would run in a circle."),
                fields=[FieldError("predecessor", _("Choose another predecessor."), "circle")],
            )
        seen.add(ancestor)
        ancestor = before.get(ancestor)


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
    """What the contract asks of one indicator in one period, of which the contract covers at least a day."""
    contract = _locked(contract)
    incubator = contract.incubator
    require(Action.MANAGE, user=actor, park_id=incubator.park_id)
    period = _target_period(contract, period)
    value = clean_value(ContractTarget, "value", value)
    indicator = clean_value(ContractTarget, "indicator", indicator)
    target = ContractTarget.objects.filter(contract=contract, indicator=indicator, period=period).first()
    before = target.value if target else None
    if target and before == value:
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


def _target_period(contract: OperatorContract, code: str) -> str:
    """The period in its one spelling, so that 2021-q2 and 2021-Q2 are one."""
    code = clean_value(ContractTarget, "period", code)
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
    return period.code


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
    membership = _locked(membership)
    incubator = membership.incubator
    park_id = membership.park_id or (incubator.park_id if incubator else None)
    require(Action.MANAGE, user=actor, park_id=park_id)
    ends_on = clean_value(Membership, "ends_on", ends_on)
    if membership.ends_on is not None and ends_on is not None and membership.ends_on <= ends_on:
        raise Conflict(
            _("This membership already ends on %(day)s.") % {"day": membership.ends_on}, code="ended"
        )
    before = membership.ends_on
    assign(membership, {"ends_on": ends_on}, allowed=("ends_on",))
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
    record = _locked(record) if record.pk else record
    if record.incubator_id != incubator.pk:
        raise Invalid(_("This record belongs to another incubator."))
    kind = str(record._meta.model_name)
    before = values_of(record, fields) if record.pk else {}
    assign(record, values, allowed=fields)
    _save(record, before, fields=fields, kind=kind, chain_of=lambda: incubator.chain, actor=actor, at=at)
    return record


def _save(
    record: models.Model,
    before: Mapping[str, Any],
    *,
    fields: Iterable[str],
    kind: str,
    chain_of: Any,
    actor: User | None,
    at: datetime,
) -> None:
    """Check, save and remember what was assigned; nothing at all when nothing changes."""
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
