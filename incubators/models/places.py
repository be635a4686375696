"""Parks, organisations, incubators, and the memberships that say who sees what."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from core.constraints import not_negative, ordered
from incubators.enums import IncubatorKind, OrganisationKind, ParkRole, SupportMode
from incubators.models.base import Named, Sourced
from incubators.scope import Action, scope_of


class ParkQuerySet(models.QuerySet["Park"]):
    def visible_to(self, user: Any) -> Self:
        """Whoever is signed in knows the parks: they are published places, not tenants' records."""
        return self if user.is_authenticated else self.none()

    def of_scope(self, user: Any) -> Self:
        """The parks a person works in."""
        scope = scope_of(user)
        places = scope.places(Action.READ)
        if places.everywhere:
            return self
        return self.filter(pk__in={*places.park_ids, *scope.incubator_parks.values()})


class Park(Named, Sourced):
    """A high-tech zone, city or district: it receives projects, hosts incubators or serves comparison."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    role = models.CharField(_("role"), max_length=20, choices=ParkRole.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    level = models.CharField(_("level"), max_length=60, blank=True)
    place = models.JSONField(_("place"), default=dict, blank=True)
    details = models.JSONField(_("further statements of the source"), default=dict, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    updated_at = models.DateTimeField(auto_now=True)

    objects = ParkQuerySet.as_manager()

    class Meta:
        verbose_name = _("park")
        verbose_name_plural = _("parks")

    @property
    def chain(self) -> str:
        """Its history chain."""
        return f"park:{self.code}"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: Any) -> Self:
        """A directory of published names, open to everyone who is signed in."""
        return self if user.is_authenticated else self.none()


class Organisation(Named, Sourced):
    """An operator, university, company, fund, bank or government body."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind.choices)
    relation = models.TextField(_("relation"), blank=True)
    related_codes = ArrayField(
        models.CharField(max_length=80), verbose_name=_("related to"), default=list, blank=True
    )
    details = models.JSONField(_("further statements of the source"), default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")


class IncubatorQuerySet(models.QuerySet["Incubator"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="pk"))

    def allowing(self, action: Action, user: Any) -> Self:
        """Those in which the person may do this."""
        return self.filter(scope_of(user).places(action).filter(park="park", incubator="pk"))

    def operating(self) -> Self:
        """Real sites, which can be evaluated: no totals and no plans."""
        return self.exclude(kind__in=[IncubatorKind.AGGREGATE, IncubatorKind.PLANNED])


class Incubator(Named, Sourced):
    """An enclave: the site where projects of a park are incubated. The tenant of everything entered there."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    park = models.ForeignKey(
        Park,
        verbose_name=_("park"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="incubators",
    )
    operator = models.ForeignKey(
        Organisation,
        verbose_name=_("operator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="operates",
    )
    operator_name = models.CharField(_("operator as printed"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=IncubatorKind.choices)
    is_enclave = models.BooleanField(_("enclave"), default=False)
    mode = models.CharField(
        _("form of support"), max_length=40, choices=SupportMode.choices, default=SupportMode.UNKNOWN
    )
    host_city_zh = models.CharField(_("host city (Chinese)"), max_length=80, blank=True)
    host_city_en = models.CharField(_("host city (English)"), max_length=80, blank=True)
    host_country_en = models.CharField(_("host country"), max_length=60, blank=True)
    host_site_zh = models.CharField(_("site"), max_length=120, blank=True)
    opened = models.CharField(
        _("opened"), max_length=20, blank=True, help_text=_("as precisely as the source says")
    )
    opened_note = models.TextField(_("note on the opening"), blank=True)
    area_m2 = models.DecimalField(_("area (m²)"), max_digits=12, decimal_places=2, null=True, blank=True)
    area_note = models.CharField(_("note on the area"), max_length=200, blank=True)
    predecessor = models.ForeignKey(
        "self",
        verbose_name=_("predecessor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="successors",
    )
    predecessor_note = models.TextField(_("note on the predecessor"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    details = models.JSONField(_("further statements of the source"), default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = IncubatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("incubator")
        verbose_name_plural = _("incubators")
        constraints = [
            not_negative("area_m2", name="incubators_area_not_negative"),
            models.CheckConstraint(
                name="incubators_not_its_own_predecessor",
                condition=Q(predecessor__isnull=True) | ~Q(predecessor=F("id")),
                violation_error_message=_("An incubator cannot be its own predecessor."),
            ),
        ]

    @property
    def chain(self) -> str:
        """Its history chain."""
        return f"incubator:{self.code}"

    @property
    def host_city(self) -> str:
        chinese = (get_language() or "zh").startswith("zh")
        return (self.host_city_zh if chinese else self.host_city_en) or self.host_city_zh or self.host_city_en


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, day: date) -> Self:
        return self.filter(Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gt=day))

    def visible_to(self, user: Any) -> Self:
        """One's own, and those of the parks and of the incubators in the parks that one administers."""
        places = scope_of(user).places(Action.MANAGE)
        return self.filter(
            places.filter(park="park", incubator="incubator")
            | places.filter(park="incubator__park", incubator="incubator")
            | Q(user=user.pk if user.is_authenticated else None)
        )


class Membership(models.Model):
    """A person's role in one park, in one incubator, or everywhere, for a time (half open)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    park = models.ForeignKey(
        Park,
        verbose_name=_("park"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
    )
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                name="incubators_membership_place_fits_role",
                condition=Q(role=Role.OPERATOR, park__isnull=True, incubator__isnull=False)
                | Q(role__in=[Role.PARK_ADMIN, Role.FINANCE], park__isnull=False, incubator__isnull=True)
                | Q(role=Role.API_CLIENT, park__isnull=False, incubator__isnull=True)
                | Q(role=Role.API_CLIENT, park__isnull=True, incubator__isnull=False)
                | Q(role__in=[Role.AUDITOR, Role.EXPERT], incubator__isnull=True),
                violation_error_message=_(
                    "An operator belongs to an incubator, a park administrator or finance officer to a park; "
                    "an auditor or expert to a park or to none."
                ),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "park", "incubator", "starts_on"],
                name="incubators_membership_once",
                nulls_distinct=False,
                violation_error_message=_("This person already has this role there from that day."),
            ),
            ordered(
                "starts_on",
                "ends_on",
                name="incubators_membership_dates",
                message=_("A membership ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
