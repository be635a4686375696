"""What goes with the road home: checklists, what came of a return, the years after, why one ended."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, paired, second_person
from core.enums import Currency
from enterprises.models import YearlyFigure
from evidence.models import EvidenceFile
from incubators.models import Named, Park, Verifiable
from incubators.scope import Action, scope_of
from projects.enums import ClinicalPhase, Presence, Product, StepState
from projects.models.facts import RelocationLeg
from projects.models.projects import OfProjectQuerySet, Project, StageLog


class ChecklistTemplateQuerySet(models.QuerySet["ChecklistTemplateStep"]):
    def visible_to(self, user: Any) -> Self:
        """Everyone who works in the park or in one of its incubators."""
        scope = scope_of(user)
        places = scope.places(Action.READ)
        if places.everywhere:
            return self
        return self.filter(park__in={*places.park_ids, *scope.incubator_parks.values()})


class ChecklistTemplateStep(Named):
    """A step that each new leg of this park starts with. Legs keep the steps they started with."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="checklist_template"
    )
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    days = models.SmallIntegerField(
        _("days after departure"), default=0, help_text=_("negative: so many days before the departure")
    )
    only_across_borders = models.BooleanField(_("only across a border"), default=False)

    objects = ChecklistTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of the checklist template")
        verbose_name_plural = _("steps of the checklist template")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "code"],
                name="projects_template_step_once",
                violation_error_message=_("This park already has a step of this code."),
            ),
            models.CheckConstraint(
                name="projects_template_days",
                condition=Q(days__gte=-730, days__lte=730),
                violation_error_message=_("A step falls due within two years of the departure."),
            ),
        ]


class OfLegQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        places = scope_of(user).places(Action.READ)
        return self.filter(
            places.filter(park="leg__project__park", incubator="leg__project__incubator"),
            leg__project__merged_into=None,
        )


class LegStep(Named):
    """One thing to settle on a leg: company, site, licences, equipment, samples, staff, bank."""

    leg = models.ForeignKey(
        RelocationLeg, verbose_name=_("relocation leg"), on_delete=models.CASCADE, related_name="steps"
    )
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(_("state"), max_length=12, choices=StepState.choices, default=StepState.OPEN)
    reason = models.CharField(_("why it is not needed"), max_length=300, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person in charge"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    ticket_number = models.CharField(_("ticket"), max_length=200, blank=True)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="leg_steps"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("settled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfLegQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a leg")
        verbose_name_plural = _("steps of a leg")
        constraints = [
            models.UniqueConstraint(
                fields=["leg", "code"],
                name="projects_leg_step_once",
                violation_error_message=_("This leg already has this step."),
            ),
            paired("settled_at", "settled_by", name="projects_leg_step_settled_pair"),
            models.CheckConstraint(
                name="projects_leg_step_settled_when_over",
                condition=Q(state__in=[StepState.DONE, StepState.NOT_NEEDED], settled_at__isnull=False)
                | Q(state__in=[StepState.OPEN, StepState.IN_PROGRESS], settled_at__isnull=True),
                violation_error_message=_("A step that is done or not needed says who settled it and when."),
            ),
            models.CheckConstraint(
                name="projects_leg_step_not_needed_has_reason",
                condition=(Q(state=StepState.NOT_NEEDED) & ~Q(reason=""))
                | (~Q(state=StepState.NOT_NEEDED) & Q(reason="")),
                violation_error_message=_("Say why this step is not needed."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(state__in=["open", "in_progress"]),
                name="projects_leg_steps_due",
            )
        ]


class ReturnOutcome(models.Model):
    """What came of a project that returned from abroad, as far as no other record says it."""

    project = models.OneToOneField(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="return_outcome"
    )
    product = models.CharField(_("product"), max_length=12, choices=Product.choices)
    phase = models.CharField(_("clinical phase"), max_length=16, choices=ClinicalPhase.choices, blank=True)
    phase_on = models.DateField(_("phase reached on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome of a return")
        verbose_name_plural = _("outcomes of returns")
        constraints = [
            models.CheckConstraint(
                name="projects_outcome_product",
                condition=Q(product__in=Product.values),
                violation_error_message=_("This is not a kind of product."),
            ),
            models.CheckConstraint(
                name="projects_outcome_phase_has_a_day",
                condition=Q(phase="", phase_on__isnull=True) | (~Q(phase="") & Q(phase_on__isnull=False)),
                violation_error_message=_("A clinical phase and the day it was reached go together."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.get_product_display()}"


class FollowUp(Verifiable):
    """How a project fares in one of the five years after it industrialised."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="follow_ups"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    is_operating = models.BooleanField(_("still operating"))
    place = models.CharField(_("where"), max_length=160, blank=True)
    moved_away = models.BooleanField(_("has left the park"), default=False)
    figures = models.ForeignKey(
        YearlyFigure,
        verbose_name=_("yearly figures"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, blank=True)
    revenue_amount = models.DecimalField(_("revenue"), max_digits=18, decimal_places=2, null=True, blank=True)
    tax_paid_amount = models.DecimalField(
        _("tax paid"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    staff_count = models.PositiveIntegerField(_("staff"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="follow_ups"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year"],
                name="projects_follow_up_once_a_year",
                violation_error_message=_("The follow-up of this year is already recorded."),
            ),
            models.CheckConstraint(
                name="projects_follow_up_year",
                condition=Q(year__gte=1990, year__lte=2100),
                violation_error_message=_("The year lies between 1990 and 2100."),
            ),
            not_negative("revenue_amount", name="projects_follow_up_revenue_not_negative"),
            not_negative("tax_paid_amount", name="projects_follow_up_tax_not_negative"),
            models.CheckConstraint(
                name="projects_follow_up_amounts_have_currency",
                condition=Q(revenue_amount__isnull=True, tax_paid_amount__isnull=True, currency="")
                | ((Q(revenue_amount__isnull=False) | Q(tax_paid_amount__isnull=False)) & ~Q(currency="")),
                violation_error_message=_("An amount and its currency go together."),
            ),
            models.CheckConstraint(
                name="projects_follow_up_moved_has_a_place",
                condition=Q(moved_away=False) | ~Q(place=""),
                violation_error_message=_("Say where the company moved."),
            ),
            paired("verified_at", "verified_by", name="projects_follow_up_verified_pair"),
            second_person("entered_by", "verified_by", name="projects_follow_up_second_person"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.year}"


class OfMoveQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        places = scope_of(user).places(Action.READ)
        return self.filter(
            places.filter(park="log__project__park", incubator="log__project__incubator"),
            log__project__merged_into=None,
        )


class SupportCheck(models.Model):
    """Which of funding, policy and service were there in the twelve months before an end or a stall.

    ``hints`` keeps what the records said when it was stated, so that the statement can be judged later.
    """

    log = models.OneToOneField(
        StageLog, verbose_name=_("stage move"), on_delete=models.CASCADE, related_name="support_check"
    )
    funding = models.CharField(_("funding"), max_length=8, choices=Presence.choices)
    policy = models.CharField(_("policy"), max_length=8, choices=Presence.choices)
    service = models.CharField(_("service"), max_length=8, choices=Presence.choices)
    words = models.TextField(_("in words"), blank=True)
    hints = models.JSONField(_("what the records said"), default=dict, blank=True)
    stated_at = models.DateTimeField(_("stated"))
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("stated by"), on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("support before an end")
        verbose_name_plural = _("support before ends")
        constraints = [
            models.CheckConstraint(
                name="projects_support_known",
                condition=Q(
                    funding__in=Presence.values, policy__in=Presence.values, service__in=Presence.values
                ),
                violation_error_message=_("Say of each support whether it was there, missing or not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.log}"
