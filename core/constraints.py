"""Builders for constraints that several models need, so that they are named and worded alike."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def words_of(constraint: models.BaseConstraint) -> str:
    """What a broken rule says. Django would take a percent sign in it for a placeholder and fail."""
    return str(constraint.violation_error_message)


def paired(at: str, by: str, *, name: str) -> models.CheckConstraint:
    """Who and when go together: both are set or neither is."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{at}__isnull": True, f"{by}__isnull": True})
        | Q(**{f"{at}__isnull": False, f"{by}__isnull": False}),
        violation_error_message=_("The person and the time of a decision are recorded together."),
    )


def second_person(first: str, second: str, *, name: str) -> models.CheckConstraint:
    """Whoever verifies is not the one who entered. A record whose author is unknown can't be verified."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)}),
        violation_error_message=_("A second person has to verify this: not the one who entered it."),
    )


def sent_back(prefix: str, *, why: Any, either: Any) -> list[models.CheckConstraint]:
    """The rules over a record that its verifier may send back (``Returnable``): by whom and when, with words,
    and never while it is verified. ``why`` and ``either`` are their sentences."""
    return [
        paired("returned_at", "returned_by", name=f"{prefix}_returned_pair"),
        models.CheckConstraint(
            name=f"{prefix}_returned_with_words",
            condition=Q(returned_at__isnull=True, return_reason="")
            | (Q(returned_at__isnull=False) & ~Q(return_reason="")),
            violation_error_message=why,
        ),
        models.CheckConstraint(
            name=f"{prefix}_verified_or_returned",
            condition=Q(verified_at__isnull=True) | Q(returned_at__isnull=True),
            violation_error_message=either,
        ),
    ]


def ordered(first: str, second: str, *, name: str, message: Any) -> models.CheckConstraint:
    """Two dates in order, where both are known (equal is allowed)."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{first}__isnull": True})
        | Q(**{f"{second}__isnull": True})
        | Q(**{f"{first}__lte": F(second)}),
        violation_error_message=message,
    )


def not_negative(field: str, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0}),
        violation_error_message=_("This amount cannot be below zero."),
    )
