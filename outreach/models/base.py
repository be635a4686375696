"""What all liaison records share: a place, a version, a history chain."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import Provenance
from incubators.models import Incubator, Park, Tracked
from incubators.scope import Action, scope_of


class PlacedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="incubator"))

    def allowing(self, action: Action, user: Any) -> Self:
        """Those with which the person may do this."""
        return self.filter(scope_of(user).places(action).filter(park="park", incubator="incubator"))


class Placed(Tracked):
    """A record of a park and, unless the park itself keeps it, of one of its incubators."""

    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="+")
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = PlacedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain

    @property
    def place(self) -> Incubator | Park:
        return self.incubator or self.park

    @property
    def is_demonstration(self) -> bool:
        return self.provenance == Provenance.DEMONSTRATION


def external_id_once(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["park", "incubator", "external_id"],
        condition=~Q(external_id=""),
        nulls_distinct=False,
        name=name,
        violation_error_message=_("A record with this number of your own system is already there."),
    )


def amount_with_currency(amount: str, currency: str, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{amount}__isnull": True, currency: ""})
        | (Q(**{f"{amount}__isnull": False}) & ~Q(**{currency: ""})),
        violation_error_message=_("An amount and its currency go together."),
    )


def somebody(link: str, text: str, *, name: str, message: Any) -> models.CheckConstraint:
    """A linked record or its name in words, at least one of them."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{link}__isnull": False}) | ~Q(**{text: ""}),
        violation_error_message=message,
    )
