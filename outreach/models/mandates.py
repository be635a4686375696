"""Entrusted recruitment: agents paid to find projects, and what is credited to them."""

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, paired, second_person, sent_back
from core.enums import Currency
from core.search import fold
from evidence.models import EvidenceFile
from incubators.models import Named, Organisation, Returnable, half_open
from incubators.scope import Action, scope_of
from outreach.enums import SuccessStage
from outreach.models.base import Placed, amount_with_currency, external_id_once, somebody
from outreach.models.leads import Lead
from projects.models import Project, Sector


def _or_zero(field: str) -> Coalesce:
    """A key that may be empty, comparable: two mandates "for everything" meet as well."""
    return Coalesce(Cast(F(field), BigIntegerField()), 0)


class Mandate(Named, Placed):
    """An agent looks for projects for a park or one of its incubators, in one sector or in all.

    ``ends_on`` is not included. The fee is owed per introduction that the park agreed to and that reached
    ``success_stage``; what is owed is not what was paid.
    """

    agent = models.ForeignKey(
        Organisation,
        verbose_name=_("agent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    agent_name = models.CharField(_("agent in words"), max_length=200, blank=True)
    agent_key = models.CharField(max_length=220, editable=False, default="")
    number = models.CharField(_("contract number"), max_length=60, blank=True)
    sector = models.ForeignKey(
        Sector, verbose_name=_("sector"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    target_count = models.PositiveIntegerField(_("introductions agreed as target"))
    success_stage = models.CharField(
        _("fee owed for"), max_length=8, choices=SuccessStage.choices, default=SuccessStage.LANDED
    )
    fee_amount = models.DecimalField(
        _("fee per success"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    fee_currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, blank=True)
    terms = models.TextField(_("terms"), blank=True)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            external_id_once("outreach_mandate_external_id_once"),
            somebody(
                "agent",
                "agent_name",
                name="outreach_mandate_has_agent",
                message=_("Name the agent, or choose the organisation."),
            ),
            models.CheckConstraint(
                name="outreach_mandate_dates",
                condition=Q(starts_on__lt=F("ends_on")),
                violation_error_message=_("A mandate ends after it starts."),
            ),
            not_negative("fee_amount", name="outreach_mandate_fee_not_negative"),
            amount_with_currency("fee_amount", "fee_currency", name="outreach_mandate_fee_has_currency"),
            ExclusionConstraint(
                name="outreach_mandate_no_overlap",
                expressions=[
                    (OpClass("park", "gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass(_or_zero("incubator"), "gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass(_or_zero("sector"), "gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass("agent_key", "gist_text_ops"), RangeOperators.EQUAL),
                    (half_open("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "This agent already has a mandate for the same place and sector that covers part of this "
                    "time."
                ),
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.agent_key = f"#{self.agent_id}" if self.agent_id else fold(self.agent_name)[:220]
        if (fields := kwargs.get("update_fields")) is not None and {"agent", "agent_name"} & set(fields):
            kwargs["update_fields"] = {*fields, "agent_key"}
        super().save(*args, **kwargs)

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.agent_words, self.number]

    @property
    def agent_words(self) -> str:
        return self.agent.name if self.agent else self.agent_name


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user).places(Action.READ).filter(park="mandate__park", incubator="mandate__incubator")
        )

    def credited(self) -> Self:
        return self.filter(verified_at__isnull=False)


class Introduction(Returnable):
    """An agent claims a lead or project; it counts once a second person at the park agreed.

    While a claim stands, no other agent can claim the same lead or project; a returned claim stands no more.
    """

    mandate = models.ForeignKey(
        Mandate, verbose_name=_("mandate"), on_delete=models.PROTECT, related_name="introductions"
    )
    lead = models.ForeignKey(
        Lead,
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="introductions",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,  # a project that bears a credit alone cannot be deleted: see receivers
        related_name="introductions",
    )
    on = models.DateField(_("introduced on"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        constraints = [
            models.CheckConstraint(
                name="outreach_introduction_of_something",
                condition=Q(lead__isnull=False) | Q(project__isnull=False),
                violation_error_message=_("Say which lead or project was introduced."),
            ),
            models.UniqueConstraint(
                fields=["lead"],
                condition=Q(lead__isnull=False, returned_at__isnull=True),
                name="outreach_introduction_once_per_lead",
                violation_error_message=_("This lead is already credited to an agent."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(project__isnull=False, returned_at__isnull=True),
                name="outreach_introduction_once_per_project",
                violation_error_message=_("This project is already credited to an agent."),
            ),
            paired("verified_at", "verified_by", name="outreach_introduction_verified_pair"),
            second_person("entered_by", "verified_by", name="outreach_introduction_second_person"),
            *sent_back(
                "outreach_introduction",
                why=_("Whoever returns an introduction says why."),
                either=_("An introduction is either agreed or returned."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mandate} · {self.subject}"

    @property
    def subject(self) -> Lead | Project:
        subject = self.project or self.lead
        assert subject is not None
        return subject

    @property
    def status(self) -> str:
        """A code of the status pills."""
        return "approved" if self.verified_at else "returned" if self.returned_at else "pending"
