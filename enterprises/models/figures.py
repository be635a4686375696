"""Yearly figures and titles of enterprises: entered by one person, verified by a second."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered, paired, second_person
from core.enums import Currency
from enterprises.enums import RecognitionKind
from enterprises.models.companies import Enterprise, OfEnterpriseQuerySet
from evidence.models import EvidenceFile
from incubators.models import Verifiable


class YearlyFigure(Verifiable):
    """What an enterprise reports for one calendar year; counts only once a second person verified it."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="yearly_figures"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    revenue_amount = models.DecimalField(_("revenue"), max_digits=18, decimal_places=2, null=True, blank=True)
    rd_expense_amount = models.DecimalField(
        _("R&D expense"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    tax_paid_amount = models.DecimalField(
        _("tax paid"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    total_assets_amount = models.DecimalField(
        _("total assets at the end of the year"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    liabilities_amount = models.DecimalField(
        _("liabilities at the end of the year"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    main_business_amount = models.DecimalField(
        _("income from the main business"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    high_tech_income_amount = models.DecimalField(
        _("income from high-tech products and services"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
    )
    rd_in_china_amount = models.DecimalField(
        _("R&D expense spent in China"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    staff_count = models.PositiveIntegerField(_("staff at the end of the year"), null=True, blank=True)
    rd_staff_count = models.PositiveIntegerField(_("R&D staff"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly figures")
        verbose_name_plural = _("yearly figures")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "year"],
                name="enterprises_figures_once_a_year",
                violation_error_message=_("Figures for this year are already recorded."),
            ),
            models.CheckConstraint(
                name="enterprises_figures_year",
                condition=Q(year__gte=1990, year__lte=2100),
                violation_error_message=_("The year lies between 1990 and 2100."),
            ),
            not_negative("revenue_amount", name="enterprises_revenue_not_negative"),
            not_negative("rd_expense_amount", name="enterprises_rd_expense_not_negative"),
            not_negative("tax_paid_amount", name="enterprises_tax_not_negative"),
            not_negative("total_assets_amount", name="enterprises_assets_not_negative"),
            not_negative("liabilities_amount", name="enterprises_liabilities_not_negative"),
            not_negative("main_business_amount", name="enterprises_main_business_not_negative"),
            not_negative("high_tech_income_amount", name="enterprises_high_tech_not_negative"),
            not_negative("rd_in_china_amount", name="enterprises_rd_in_china_not_negative"),
            ordered(
                "main_business_amount",
                "revenue_amount",
                name="enterprises_main_business_within_revenue",
                message=_("Income from the main business cannot exceed the revenue."),
            ),
            ordered(
                "high_tech_income_amount",
                "revenue_amount",
                name="enterprises_high_tech_within_revenue",
                message=_("Income from high-tech products cannot exceed the revenue."),
            ),
            ordered(
                "rd_in_china_amount",
                "rd_expense_amount",
                name="enterprises_rd_in_china_within_rd",
                message=_("R&D spent in China cannot exceed all R&D expense."),
            ),
            models.CheckConstraint(
                name="enterprises_rd_staff_within_staff",
                condition=Q(rd_staff_count__isnull=True)
                | Q(staff_count__isnull=True)
                | Q(rd_staff_count__lte=F("staff_count")),
                violation_error_message=_("There cannot be more R&D staff than staff."),
            ),
            paired("verified_at", "verified_by", name="enterprises_figures_verified_pair"),
            second_person("entered_by", "verified_by", name="enterprises_figures_second_person"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.year}"


class Recognition(Verifiable):
    """A title, plan place or filing of an enterprise with its date and certificate."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="recognitions"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RecognitionKind.choices)
    granted_on = models.DateField(_("granted on"))
    expires_on = models.DateField(_("valid until (not included)"), null=True, blank=True)
    certificate_number = models.CharField(_("certificate or application number"), max_length=80, blank=True)
    evidence = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("evidence"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recognitions",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "granted_on", "certificate_number"],
                name="enterprises_recognition_once",
                violation_error_message=_("This recognition is already recorded."),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "kind", "certificate_number"],
                condition=Q(kind__in=[RecognitionKind.INVENTION_PATENT, RecognitionKind.PCT_PATENT])
                & ~Q(certificate_number=""),
                name="enterprises_patent_counted_once",
                violation_error_message=_("A filing with this number is already counted."),
            ),
            ordered(
                "granted_on",
                "expires_on",
                name="enterprises_recognition_dates",
                message=_("A title expires after it was granted."),
            ),
            paired("verified_at", "verified_by", name="enterprises_recognition_verified_pair"),
            second_person("entered_by", "verified_by", name="enterprises_recognition_second_person"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_kind_display()}"
