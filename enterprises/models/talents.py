"""People of an enterprise and what talent plans decided about them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative
from core.enums import Currency
from enterprises.enums import Degree, TalentOutcome, TalentPlan
from enterprises.models.companies import (
    Enterprise,
    OfEnterprise,
    OfEnterpriseQuerySet,
    evidence_field,
    second_look,
)
from enterprises.models.figures import Recognition
from incubators.models import Named, Returnable, Tracked


class Person(Named, Tracked):
    """A founder, researcher or other person of an enterprise. Telephone and e-mail are personal data:
    shown in full only to those who enter and verify here."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="people"
    )
    role = models.CharField(_("role"), max_length=120, blank=True)
    degree = models.CharField(_("degree"), max_length=10, choices=Degree.choices, blank=True)
    region = models.CharField(_("nationality or region"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "external_id"],
                condition=~Q(external_id=""),
                name="enterprises_person_external_id_once",
                violation_error_message=_(
                    "A person with this number of your own system is already recorded."
                ),
            ),
        ]

    @property
    def owner(self) -> Enterprise:
        return self.enterprise


class OfPersonQuerySet(OfEnterpriseQuerySet):
    path = "person__enterprise"


class TalentResult(OfEnterprise, Returnable):
    """One application of a person to a talent plan and what became of it.

    Being selected for a plan that the evaluation counts is counted once, through the recognition that
    belongs to this result.
    """

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.CASCADE, related_name="results"
    )
    plan = models.CharField(_("plan"), max_length=10, choices=TalentPlan.choices)
    plan_name = models.CharField(
        _("name of the plan"), max_length=120, blank=True, help_text=_("only for another plan")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    level = models.CharField(_("level or category"), max_length=80, blank=True)
    outcome = models.CharField(
        _("result"), max_length=12, choices=TalentOutcome.choices, default=TalentOutcome.APPLIED
    )
    on = models.DateField(_("as of"), help_text=_("the day of the application or of the published result"))
    amount = models.DecimalField(_("amount promised"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    document_number = models.CharField(_("document number"), max_length=80, blank=True)
    evidence = evidence_field("talent_results")
    recognition = models.OneToOneField(
        Recognition,
        verbose_name=_("counted as"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="talent_result",
    )

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("talent-plan result")
        verbose_name_plural = _("talent-plan results")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "plan", "plan_name", "year"],
                name="enterprises_talent_result_once",
                violation_error_message=_("This person's application of that year is already recorded."),
            ),
            models.CheckConstraint(
                name="enterprises_talent_plan_named",
                condition=Q(plan=TalentPlan.OTHER) & ~Q(plan_name="")
                | ~Q(plan=TalentPlan.OTHER) & Q(plan_name=""),
                violation_error_message=_("Name the plan where it is another one, and only there."),
            ),
            models.CheckConstraint(
                name="enterprises_talent_year",
                condition=Q(year__gte=1990, year__lte=2100),
                violation_error_message=_("The year lies between 1990 and 2100."),
            ),
            not_negative("amount", name="enterprises_talent_amount_not_negative"),
            *second_look("talent_result"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.plan_label} {self.year}"

    @property
    def owner(self) -> Enterprise:
        return self.person.enterprise

    @property
    def plan_label(self) -> str:
        return self.plan_name or str(self.get_plan_display())
