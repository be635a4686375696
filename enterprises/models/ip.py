"""Intellectual property: rights, their owners, filings, grants and licences."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered
from core.enums import Currency
from enterprises.enums import FilingStatus, FilingStep, IpKind, IpOffice, LicenceKind
from enterprises.models.companies import (
    Enterprise,
    OfEnterprise,
    OfEnterpriseQuerySet,
    evidence_field,
    second_look,
)
from enterprises.models.figures import Recognition
from enterprises.models.talents import Person
from incubators.models import Named, Park, Returnable, Tracked, half_open


class IpRight(Named, Tracked):
    """One invention, design, program or variety; its filings in several countries hang on it."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="ip_rights"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=IpKind.choices)
    priority_on = models.DateField(
        _("priority date"), null=True, blank=True, help_text=_("the first filing of the family")
    )
    note = models.TextField(_("note"), blank=True)

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("intellectual property right")
        verbose_name_plural = _("intellectual property rights")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "external_id"],
                condition=~Q(external_id=""),
                name="enterprises_ip_external_id_once",
                violation_error_message=_("A right with this number of your own system is already recorded."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="enterprises_ip_search"),
            models.Index(fields=["updated_at", "id"], name="enterprises_ip_pull"),
        ]

    @property
    def owner(self) -> Enterprise:
        return self.enterprise


class OfRightQuerySet(OfEnterpriseQuerySet):
    path = "right__enterprise"


class OfRight(OfEnterprise):
    """A record of one right."""

    class Meta:
        abstract = True

    @property
    def owner(self) -> Enterprise:
        right: IpRight = self.right  # type: ignore[attr-defined]
        return right.enterprise


class IpOwner(models.Model):
    """Who owns which part of a right; the parts total 100 when a transaction ends."""

    right = models.ForeignKey(IpRight, on_delete=models.CASCADE, related_name="owners")
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_rights",
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_rights",
    )
    name = models.CharField(_("organisation"), max_length=200, blank=True)
    percent = models.DecimalField(_("share (%)"), max_digits=7, decimal_places=4)

    objects = OfRightQuerySet.as_manager()

    class Meta:
        verbose_name = _("owner of a right")
        verbose_name_plural = _("owners of a right")
        constraints = [
            models.CheckConstraint(
                name="enterprises_ip_owner_is_one",
                condition=Q(enterprise__isnull=False, person__isnull=True, name="")
                | Q(enterprise__isnull=True, person__isnull=False, name="")
                | Q(enterprise__isnull=True, person__isnull=True) & ~Q(name=""),
                violation_error_message=_("An owner is an enterprise, a person or an organisation by name."),
            ),
            models.CheckConstraint(
                name="enterprises_ip_owner_percent",
                condition=Q(percent__gt=0, percent__lte=100),
                violation_error_message=_("A share lies above 0% and at most at 100%."),
            ),
            models.UniqueConstraint(
                fields=["right", "enterprise", "person", "name"],
                name="enterprises_ip_owner_once",
                nulls_distinct=False,
                violation_error_message=_("This owner is already listed."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.enterprise or self.person or self.name)

    @property
    def label(self) -> str:
        found = self.enterprise or self.person
        return found.name if found else self.name


class IpFiling(OfRight, Returnable):
    """An application at one office. What is verified is that it was filed: office, number and day.

    The inventions filed in China and the PCT applications are counted by the evaluation: through the
    recognition that belongs to the filing, which is entered and verified together with it.
    """

    right = models.ForeignKey(
        IpRight, verbose_name=_("right"), on_delete=models.CASCADE, related_name="filings"
    )
    park = models.ForeignKey(Park, on_delete=models.PROTECT, related_name="+", editable=False)
    office = models.CharField(_("office"), max_length=5, choices=IpOffice.choices)
    number = models.CharField(_("application number"), max_length=60)
    filed_on = models.DateField(_("filed on"))
    status = models.CharField(
        _("status"), max_length=10, choices=FilingStatus.choices, default=FilingStatus.PENDING
    )
    next_step = models.CharField(_("next step"), max_length=20, choices=FilingStep.choices, blank=True)
    next_deadline_on = models.DateField(_("next deadline"), null=True, blank=True)
    evidence = evidence_field("ip_filings")
    recognition = models.OneToOneField(
        Recognition,
        verbose_name=_("counted as"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="filing",
    )

    objects = OfRightQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "office", "number"],
                name="enterprises_filing_once",
                violation_error_message=_("A filing with this number is already recorded."),
            ),
            models.CheckConstraint(
                name="enterprises_filing_deadline_has_step",
                condition=Q(next_deadline_on__isnull=True) | ~Q(next_step=""),
                violation_error_message=_("Say what has to be done by the deadline."),
            ),
            *second_look("filing"),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.number}"


class OfFilingQuerySet(OfEnterpriseQuerySet):
    path = "filing__right__enterprise"


class IpGrant(OfEnterprise, Returnable):
    """The office granted the right: day, number of the patent or certificate, how long it can last."""

    filing = models.OneToOneField(
        IpFiling, verbose_name=_("filing"), on_delete=models.CASCADE, related_name="grant"
    )
    number = models.CharField(_("patent or certificate number"), max_length=60)
    granted_on = models.DateField(_("granted on"))
    expires_on = models.DateField(_("valid until (not included)"), null=True, blank=True)
    evidence = evidence_field("ip_grants")

    objects = OfFilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            ordered(
                "granted_on",
                "expires_on",
                name="enterprises_grant_dates",
                message=_("A right expires after it was granted."),
            ),
            *second_look("grant"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def owner(self) -> Enterprise:
        return self.filing.right.enterprise


class IpLicence(OfRight, Returnable):
    """Who may use the right, how exclusively, from when until when, for how much."""

    right = models.ForeignKey(
        IpRight, verbose_name=_("right"), on_delete=models.CASCADE, related_name="licences"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=LicenceKind.choices)
    licensee = models.CharField(_("licensee"), max_length=200)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)
    amount = models.DecimalField(_("fee in all"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    evidence = evidence_field("ip_licences")

    objects = OfRightQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        constraints = [
            not_negative("amount", name="enterprises_licence_amount_not_negative"),
            ordered(
                "starts_on",
                "ends_on",
                name="enterprises_licence_dates",
                message=_("A licence ends after it starts."),
            ),
            ExclusionConstraint(
                name="enterprises_licence_exclusive",
                expressions=[
                    (OpClass("right", "gist_int8_ops"), RangeOperators.EQUAL),
                    (half_open("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=LicenceKind.EXCLUSIVE),
                violation_error_message=_("Another exclusive licence covers part of this time."),
            ),
            *second_look("licence"),
        ]

    def __str__(self) -> str:
        return self.licensee
