"""Money of an award that is not needed: proposed by one person, given back when a second confirms."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.applications import Application
from applications.models.base import money, person
from core.constraints import paired, second_person
from incubators.scope import Action, scope_of
from ledger.models import Entry


class AwardReleaseQuerySet(models.QuerySet["AwardRelease"]):
    def visible_to(self, user: Any) -> Any:
        places = scope_of(user).places(Action.READ)
        found = self.filter(
            places.filter(park="application__programme__park", incubator="application__incubator")
        )
        return found.filter(application__in=Application.objects.visible_to(user).order_by().values("pk"))


class AwardRelease(models.Model):
    """A part of an award, or all that is not on its way, which goes back to the budget unpaid.

    ``entry`` is the booking; it comes with the confirmation, and the row is frozen from then on.
    """

    application = models.ForeignKey(
        Application, verbose_name=_("application"), on_delete=models.PROTECT, related_name="releases"
    )
    amount = money(_("amount given back"))
    reason = models.CharField(_("reason"), max_length=300)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = person(_("proposed by"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    confirmed_by = person(_("confirmed by"), editable=False)
    entry = models.OneToOneField(
        Entry, verbose_name=_("booking"), null=True, editable=False, on_delete=models.PROTECT,
        related_name="award_release",
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = AwardReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release of award money")
        verbose_name_plural = _("releases of award money")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(confirmed_at=None),
                name="applications_release_one_open",
                violation_error_message=_("A release of this award already waits for the second person."),
            ),
            models.CheckConstraint(
                name="applications_release_amount",
                condition=Q(amount__gt=0),
                violation_error_message=_("The amount given back lies above zero."),
            ),
            models.CheckConstraint(
                name="applications_release_has_reason",
                condition=~Q(reason=""),
                violation_error_message=_("A release says why."),
            ),
            models.CheckConstraint(
                name="applications_release_booked",
                condition=Q(confirmed_at=None, entry=None)
                | Q(confirmed_at__isnull=False, entry__isnull=False),
                violation_error_message=_("A confirmed release is booked, and only that."),
            ),
            paired("confirmed_at", "confirmed_by", name="applications_release_confirmed_pair"),
            second_person("proposed_by", "confirmed_by", name="applications_release_second_person"),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="applications_release_pull")]

    def __str__(self) -> str:
        return f"{self.application} · {self.amount}"

    @property
    def park_id(self) -> int:
        return self.application.park_id

    @property
    def chain(self) -> str:
        return self.application.chain
