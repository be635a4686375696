"""The expert pool of a park."""

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import ordered
from enterprises.models import Enterprise
from incubators.models import Named, Organisation, Park, Tracked
from reviews.enums import ExpertRegion
from reviews.models.base import read_by_park

#: So long before its end a yearly agreement asks to be renewed.
DAYS_TO_RENEW = timedelta(days=30)


class ExpertQuerySet(models.QuerySet["Expert"]):
    def visible_to(self, user: Any) -> Self:
        """The pool belongs to the park's own people; an expert sees himself."""
        own = Q(user=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(read_by_park(user, "park") | own)

    def available(self, day: date) -> Self:
        """Active, and under an agreement on that day (half open)."""
        return self.filter(
            Q(agreement_from__isnull=False, agreement_from__lte=day),
            Q(agreement_until__isnull=True) | Q(agreement_until__gt=day),
            is_active=True,
        )


class Expert(Named, Tracked):
    """A person who gives marks. Telephone and e-mail are personal data: whole for the administrator alone."""

    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="experts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="expert_records",
        help_text=_("with which the expert signs in and gives marks"),
    )
    employer = models.CharField(_("employer"), max_length=160)
    employer_organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("employer in the directory"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    employer_enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("employer among the enterprises"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="employed_experts",
    )
    title = models.CharField(_("professional title"), max_length=120, blank=True)
    fields = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("fields"),
        default=list,
        blank=True,
        help_text=_("codes of sectors"),
    )
    region = models.CharField(
        _("region"), max_length=12, choices=ExpertRegion.choices, default=ExpertRegion.MAINLAND
    )
    languages = models.CharField(_("languages"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    agreement_from = models.DateField(_("agreement from"), null=True, blank=True)
    agreement_until = models.DateField(_("agreement until (not included)"), null=True, blank=True)
    per_year = models.PositiveSmallIntegerField(_("cases per year at most"), default=20)
    at_once = models.PositiveSmallIntegerField(_("cases at once at most"), default=5)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "user"],
                condition=Q(user__isnull=False),
                name="reviews_expert_account_once",
                violation_error_message=_("This account already belongs to an expert of the park."),
            ),
            models.UniqueConstraint(
                fields=["park", "external_id"],
                condition=~Q(external_id=""),
                name="reviews_expert_external_id_once",
                violation_error_message=_(
                    "An expert with this number of your own system is already recorded."
                ),
            ),
            ordered(
                "agreement_from",
                "agreement_until",
                name="reviews_expert_agreement_dates",
                message=_("An agreement ends after it starts."),
            ),
            models.CheckConstraint(
                name="reviews_expert_limits",
                condition=Q(at_once__gte=1, per_year__gte=F("at_once"), per_year__lte=500),
                violation_error_message=_(
                    "An expert takes at least one case at once, and no fewer in a year than at once."
                ),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="reviews_experts_search"),
            models.Index(fields=["park", "sort_key", "id"], name="reviews_experts_by_name"),
        ]

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.employer]

    @property
    def chain(self) -> str:
        return self.park.chain

    def agreement_on(self, day: date) -> str:
        """``inactive``, ``none``, ``upcoming``, ``running``, ``ends_soon`` (within a month) or ``ended``."""
        if not self.is_active:
            return "inactive"
        if self.agreement_from is None:
            return "none"
        if day < self.agreement_from:
            return "upcoming"
        if self.agreement_until is None:
            return "running"
        if day >= self.agreement_until:
            return "ended"
        return "ends_soon" if day + DAYS_TO_RENEW >= self.agreement_until else "running"

    @property
    def agreement_last_day(self) -> date | None:
        """The last day on which the agreement holds."""
        return None if self.agreement_until is None else self.agreement_until - timedelta(days=1)

    def is_available(self, day: date) -> bool:
        return self.agreement_on(day) in ("running", "ends_soon")
