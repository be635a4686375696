"""What funds, bank products, lists and risk pools share: a park that keeps them, or a published source."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person, sent_back
from core.enums import Provenance
from incubators.models import Named, Park, Sourced, Tracked
from incubators.scope import Action, scope_of


def money(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


def percent(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=7, decimal_places=4, **options)


def sectors() -> "ArrayField[Any, Any]":
    return ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("focus fields"),
        default=list,
        blank=True,
        help_text=_("codes of sectors; none: all fields"),
    )


class OfferQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Published ones are open to everybody with a place; a park's own to those who work there."""
        if not user.is_authenticated:
            return self.none()
        scope = scope_of(user)
        places = scope.places(Action.READ)
        if places.everywhere:
            return self
        parks = sorted({*places.park_ids, *scope.incubator_parks.values()})
        return self.filter(Q(park=None) | Q(park__in=parks)) if parks else self.none()

    def kept_by(self, user: Any) -> Self:
        """Those of the parks whose administrator the person is."""
        places = scope_of(user).places(Action.MANAGE)
        own = self.filter(park__isnull=False)
        return own if places.everywhere else own.filter(park__in=places.park_ids)


class Offer(Named, Sourced, Tracked):
    """Kept by a park's administrator; without a park, as a published source reports it."""

    park = models.ForeignKey(
        Park,
        verbose_name=_("park"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("empty: as reported in the press, for reading only"),
    )
    note = models.TextField(_("notes"), blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def chain(self) -> str:
        return self.park.chain if self.park else "published"

    @property
    def is_reported(self) -> bool:
        """Known from the press alone: its text binds nobody."""
        return self.park_id is None

    @property
    def is_demonstration(self) -> bool:
        return self.provenance == Provenance.DEMONSTRATION


def offer_rules(name: str, *, once: Any) -> list[models.BaseConstraint]:
    """A park has one of each name; what belongs to no park names its source."""
    return [
        models.UniqueConstraint(
            fields=["park", "name_zh"],
            nulls_distinct=False,
            name=f"capital_{name}_once",
            violation_error_message=once,
        ),
        models.CheckConstraint(
            name=f"capital_{name}_reported_with_source",
            condition=Q(park__isnull=False) | ~Q(source=""),
            violation_error_message=_("What no park keeps comes from a published source; name it."),
        ),
    ]


def second_look(name: str) -> list[models.CheckConstraint]:
    """The rules over a record that one person enters and another verifies or sends back with words."""
    return [
        paired("verified_at", "verified_by", name=f"capital_{name}_verified_pair"),
        second_person("entered_by", "verified_by", name=f"capital_{name}_second_person"),
        *sent_back(
            f"capital_{name}",
            why=_("Whoever returns a record says why."),
            either=_("A record is either verified or returned."),
        ),
    ]


def above_zero(field: str, *, name: str, message: Any) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name, condition=Q(**{f"{field}__gt": 0}), violation_error_message=message
    )
