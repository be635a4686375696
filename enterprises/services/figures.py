"""Writes of yearly figures and titles: one person enters, a second verifies."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import assign, clean_value, save_checked, values_of
from enterprises.models import Enterprise, IpFiling, Recognition, TalentResult, YearlyFigure
from enterprises.services.companies import local_day
from enterprises.services.records import verify_record
from incubators.scope import Action, require

YEAR_FIELDS = (
    "currency",
    "revenue_amount",
    "rd_expense_amount",
    "tax_paid_amount",
    "total_assets_amount",
    "liabilities_amount",
    "main_business_amount",
    "high_tech_income_amount",
    "rd_in_china_amount",
    "staff_count",
    "rd_staff_count",
)
RECOGNITION_FIELDS = ("kind", "granted_on", "expires_on", "certificate_number", "evidence")

Verifiable = TypeVar("Verifiable", YearlyFigure, Recognition)


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


@transaction.atomic
def remove_yearly_figures(*, figures: YearlyFigure, actor: User, at: datetime) -> None:
    """Take figures back that nobody has verified."""
    enterprise = figures.enterprise
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    stored = YearlyFigure.objects.select_for_update(of=("self",)).get(pk=figures.pk)
    if stored.verified_at is not None:
        raise Conflict(_("What is verified stays. Correct it instead."), code="verified")
    history.record(
        chain=enterprise.chain,
        action="figures.removed",
        subject=stored,
        changes={
            "year": [stored.year, None],
            **history.changed_fields(values_of(stored, YEAR_FIELDS), dict.fromkeys(YEAR_FIELDS)),
        },
        actor=actor,
        at=at,
    )
    stored.delete()


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
    """A second person at the park confirms a title; one that a filing or a talent plan made, with that."""
    source = _source_of(recognition)
    if source is not None:
        verify_record(record=source, actor=actor, at=at)
        recognition.refresh_from_db()
        return recognition
    return _verify(recognition, action="recognition.verified", actor=actor, at=at)


def _source_of(recognition: Recognition) -> IpFiling | TalentResult | None:
    """The unverified record of a register through which this recognition is counted."""
    for model in (IpFiling, TalentResult):
        found: IpFiling | TalentResult | None = model._default_manager.filter(
            recognition=recognition, verified_at=None
        ).first()
        if found is not None:
            return found
    return None


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
