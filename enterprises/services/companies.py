"""Writes of the records of companies and teams."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import ManyToOneRel
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Stale
from core.models import Tombstone
from core.saving import assign, clean_value, save_checked, values_of
from enterprises.identifiers import clean_identifier, is_credit_code, is_organisation_number
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from incubators.scope import Action, require

FIELDS = (
    "name_zh",
    "name_en",
    "kind",
    "credit_code",
    "organisation_number",
    "country",
    "address",
    "registered_on",
    "external_id",
)


def _clean_identifiers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Identifiers as they are stored; a wrong check digit is named with the value as typed."""
    cleaned = {
        name: clean_value(Enterprise, name, value)
        if name in ("credit_code", "organisation_number")
        else value
        for name, value in values.items()
    }
    errors: list[FieldError] = []
    if typed := cleaned.get("credit_code"):
        cleaned["credit_code"] = clean_identifier(typed)
        if not is_credit_code(cleaned["credit_code"]):
            errors.append(
                FieldError(
                    "credit_code",
                    _(
                        "“%(typed)s” is not a unified social credit code: it has 18 characters and its "
                        "last one checks the others. Compare it with the business licence."
                    )
                    % {"typed": typed},
                    "check_digit",
                )
            )
    if typed := cleaned.get("organisation_number"):
        cleaned["organisation_number"] = clean_identifier(typed)
        if not is_organisation_number(cleaned["organisation_number"]):
            errors.append(
                FieldError(
                    "organisation_number",
                    _(
                        "“%(typed)s” is not a Swedish organisation number: it has 10 digits and the last one "
                        "checks the others."
                    )
                    % {"typed": typed},
                    "check_digit",
                )
            )
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)
    return cleaned


@transaction.atomic
def create_enterprise(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> Enterprise:
    """Record a company or team of a park (and, where it is incubated, of an incubator)."""
    require(Action.ENTER, user=actor, park_id=park.pk, incubator_id=incubator.pk if incubator else None)
    if incubator is not None and incubator.park_id != park.pk:
        raise Invalid(
            _("The incubator does not belong to this park."),
            fields=[FieldError("incubator", _("other park"))],
        )
    enterprise = Enterprise(
        park=park, incubator=incubator, provenance=provenance, entered_by=actor, created_at=at, updated_at=at
    )
    assign(enterprise, _clean_identifiers(values), allowed=FIELDS)
    save_checked(enterprise)
    history.record(
        chain=enterprise.chain,
        action="enterprise.created",
        subject=enterprise,
        changes=history.changed_fields({}, values_of(enterprise, FIELDS)),
        actor=actor,
        at=at,
    )
    return enterprise


@transaction.atomic
def update_enterprise(
    *,
    enterprise: Enterprise,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Enterprise:
    """Change the record; ``expected_version`` refuses when somebody else changed it meanwhile."""
    locked: Enterprise = (
        Enterprise.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .get(pk=enterprise.pk)
    )
    require(Action.ENTER, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    if expected_version is not None and locked.version != expected_version:
        raise Stale(locked)
    before = values_of(locked, FIELDS)
    assign(locked, _clean_identifiers(values), allowed=FIELDS)
    changes = history.changed_fields(before, values_of(locked, FIELDS))
    if not changes:
        return locked
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    history.record(
        chain=locked.chain, action="enterprise.changed", subject=locked, changes=changes, actor=actor, at=at
    )
    return locked


@transaction.atomic
def delete_enterprise(*, enterprise: Enterprise, actor: User, at: datetime) -> None:
    """Delete a record entered by mistake. Whatever bears figures, titles or projects stays."""
    locked: Enterprise = (
        Enterprise.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .get(pk=enterprise.pk)
    )
    require(Action.ENTER, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    if used := _first_use(locked):
        raise Conflict(
            _("This enterprise has records of its own (%(what)s), so it cannot be deleted.") % {"what": used},
            code="in_use",
        )
    Tombstone.objects.create(
        kind="enterprise",
        record_id=locked.pk,
        park_id=locked.park_id,
        incubator_id=locked.incubator_id,
        deleted_at=at,
    )
    history.record(
        chain=locked.chain,
        action="enterprise.deleted",
        subject=locked,
        changes=history.changed_fields(values_of(locked, FIELDS), dict.fromkeys(FIELDS)),
        actor=actor,
        at=at,
    )
    locked.delete()


def _first_use(enterprise: Enterprise) -> str:
    """What points at the record, whatever app it belongs to; empty where nothing does."""
    for relation in Enterprise._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            other, link = relation.related_model, relation.field.name
            if other._base_manager.filter(**{link: enterprise.pk}).exists():
                return str(other._meta.verbose_name)
    return ""


def local_day(enterprise: Enterprise, at: datetime) -> date:
    """The calendar day of a moment where the enterprise stands."""
    place = enterprise.incubator or enterprise.park
    return at.astimezone(ZoneInfo(place.time_zone)).date()
