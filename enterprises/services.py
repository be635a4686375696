"""Writes of the enterprises app."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import assign, clean_value, save_checked, values_of
from enterprises.identifiers import clean_identifier, is_credit_code, is_organisation_number
from enterprises.models import Enterprise, Recognition, YearlyFigure
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
YEAR_FIELDS = (
    "currency",
    "revenue_amount",
    "rd_expense_amount",
    "tax_paid_amount",
    "staff_count",
    "rd_staff_count",
)
RECOGNITION_FIELDS = ("kind", "granted_on", "expires_on", "certificate_number", "evidence")

Verifiable = TypeVar("Verifiable", YearlyFigure, Recognition)


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
    locked = (
        Enterprise.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .get(pk=enterprise.pk)
    )
    require(Action.ENTER, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    if expected_version is not None and locked.version != expected_version:
        raise Conflict(
            _("Somebody else changed this enterprise meanwhile. Compare both versions."), code="stale"
        )
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
def enter_yearly_figures(
    *, enterprise: Enterprise, year: int, values: Mapping[str, Any], actor: User, at: datetime
) -> YearlyFigure:
    """Enter or correct one year; a correction takes the verification away: other figures were verified."""
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    year = clean_value(YearlyFigure, "year", year)
    figures = YearlyFigure.objects.select_for_update().filter(enterprise=enterprise, year=year).first()
    before = values_of(figures, YEAR_FIELDS) if figures else {}
    figures = figures or YearlyFigure(enterprise=enterprise, year=year)
    assign(figures, values, allowed=YEAR_FIELDS)
    _check_year(figures, local_day(enterprise, at))
    changes = history.changed_fields(before, values_of(figures, YEAR_FIELDS))
    if not changes:
        return figures
    figures.entered_at, figures.entered_by = at, actor
    figures.verified_at = figures.verified_by = None
    save_checked(figures)
    history.record(
        chain=enterprise.chain,
        action="figures.entered",
        subject=figures,
        changes={"year": [None, year], **changes},
        actor=actor,
        at=at,
    )
    return figures


def local_day(enterprise: Enterprise, at: datetime) -> date:
    """The calendar day of a moment where the enterprise stands."""
    place = enterprise.incubator or enterprise.park
    return at.astimezone(ZoneInfo(place.time_zone)).date()


def _check_year(figures: YearlyFigure, today: date) -> None:
    if all(getattr(figures, name) is None for name in YEAR_FIELDS if name != "currency"):
        raise Invalid(
            _("There is no figure for this year yet."),
            fields=[FieldError("revenue_amount", _("Enter at least one figure."), "required")],
        )
    if figures.year is not None and figures.year > today.year:
        raise Invalid(
            _("This year has not begun."),
            fields=[FieldError("year", _("Enter a year up to %(year)d.") % {"year": today.year}, "future")],
        )


@transaction.atomic
def enter_recognition(
    *, enterprise: Enterprise, values: Mapping[str, Any], actor: User, at: datetime
) -> Recognition:
    """Record a title, a place in a talent plan or a patent filing, with its certificate."""
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    recognition = Recognition(enterprise=enterprise, entered_at=at, entered_by=actor)
    assign(recognition, values, allowed=RECOGNITION_FIELDS)
    file = recognition.evidence
    if file is not None and (file.park_id, file.incubator_id) != (
        enterprise.park_id,
        enterprise.incubator_id,
    ):
        raise Invalid(
            _("This file belongs to another record."), fields=[FieldError("evidence", _("Upload it here."))]
        )
    today = local_day(enterprise, at)
    if recognition.granted_on and recognition.granted_on > today:
        raise Invalid(
            _("The title was granted in the future."),
            fields=[FieldError("granted_on", _("Enter a day up to today."), "future")],
        )
    save_checked(recognition)
    history.record(
        chain=enterprise.chain,
        action="recognition.entered",
        subject=recognition,
        changes=history.changed_fields({}, values_of(recognition, RECOGNITION_FIELDS)),
        actor=actor,
        at=at,
    )
    return recognition


def verify_yearly_figures(*, figures: YearlyFigure, actor: User, at: datetime) -> YearlyFigure:
    """A second person at the park confirms the figures of one year."""
    return _verify(figures, action="figures.verified", actor=actor, at=at)


def verify_recognition(*, recognition: Recognition, actor: User, at: datetime) -> Recognition:
    """A second person at the park confirms a title."""
    return _verify(recognition, action="recognition.verified", actor=actor, at=at)


@transaction.atomic
def _verify(record: Verifiable, *, action: str, actor: User, at: datetime) -> Verifiable:
    locked = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
    enterprise = locked.enterprise
    require(Action.VERIFY, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    if locked.entered_by_id == actor.pk:
        raise Refused(_("You entered this yourself, so a second person has to verify it."))
    if locked.verified_at is not None:
        raise Conflict(_("This is already verified."), code="already_verified")
    locked.verified_at, locked.verified_by = at, actor
    locked.save(update_fields=["verified_at", "verified_by", "updated_at"])
    history.record(
        chain=enterprise.chain,
        action=action,
        subject=locked,
        changes={"verified_by": [None, actor.get_username()]},
        actor=actor,
        at=at,
    )
    return locked
