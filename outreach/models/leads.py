"""Leads: from the first word to the landing, each with one main source."""

from functools import reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired
from incubators.models import Organisation, Recognisable
from incubators.scope import Action, scope_of
from outreach.enums import DropReason, LeadOrigin, LeadStage
from outreach.models.base import Placed, external_id_once
from outreach.models.contacts import Contact
from outreach.models.events import Event
from projects.models import Project, Sector

#: The field that holds each source; exactly that one is filled in.
SOURCES = {
    LeadOrigin.EVENT: "source_event",
    LeadOrigin.CONTEST: "source_contest",
    LeadOrigin.MANDATE: "source_mandate",
    LeadOrigin.CONTACT: "source_contact",
    LeadOrigin.ORGANISATION: "source_organisation",
}


def _filled(field: str) -> Q:
    return ~Q(source_contest="") if field == "source_contest" else Q(**{f"{field}__isnull": False})


def _exactly(origin: str) -> Q:
    """This origin, its own field filled in and no other."""
    condition = Q(source=origin)
    for other, field in SOURCES.items():
        condition &= _filled(field) if other == origin else ~_filled(field)
    return condition


ONE_SOURCE = reduce(or_, (_exactly(origin) for origin in LeadOrigin))


class Lead(Recognisable, Placed):
    """A team or firm that may come to the park.

    ``reached`` is the furthest stage of the funnel that holds: a lead that was dropped after talks still
    counts as talked to. Once it became a project, ``stage`` follows the project.
    """

    team_lead = models.CharField(_("team lead"), max_length=80, blank=True)
    sector = models.ForeignKey(
        Sector, verbose_name=_("sector"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    summary = models.TextField(_("summary"), blank=True)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    organisation_name = models.CharField(_("organisation in words"), max_length=200, blank=True)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
    )
    first_contact_on = models.DateField(_("first contact"))
    source = models.CharField(_("main source"), max_length=12, choices=LeadOrigin.choices)
    source_event = models.ForeignKey(
        Event,
        verbose_name=_("event"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
    )
    source_contest = models.CharField(_("contest"), max_length=160, blank=True)
    source_mandate = models.ForeignKey(
        "outreach.Mandate",
        verbose_name=_("mandate"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
    )
    source_contact = models.ForeignKey(
        Contact,
        verbose_name=_("person who named it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="named_leads",
    )
    source_organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation that named it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person in charge"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    next_action = models.CharField(_("next action"), max_length=200, blank=True)
    next_on = models.DateField(_("next action on"), null=True, blank=True)
    stage = models.CharField(
        _("stage"), max_length=8, choices=LeadStage.choices, default=LeadStage.CONTACT, editable=False
    )
    reached = models.CharField(
        _("furthest stage"),
        max_length=8,
        choices=LeadStage.choices,
        default=LeadStage.CONTACT,
        editable=False,
    )
    stage_since = models.DateField(_("in this stage since"), editable=False)
    drop_reason = models.CharField(
        _("why it was dropped"), max_length=16, choices=DropReason.choices, blank=True, editable=False
    )
    project = models.OneToOneField(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="lead",
    )
    converted_at = models.DateTimeField(_("became a project"), null=True, blank=True, editable=False)
    converted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made a project by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            external_id_once("outreach_lead_external_id_once"),
            models.CheckConstraint(
                name="outreach_lead_one_source",
                condition=ONE_SOURCE,
                violation_error_message=_("A lead has exactly one main source, and that source is named."),
            ),
            models.CheckConstraint(
                name="outreach_lead_stage_known",
                condition=Q(stage__in=LeadStage.values, reached__in=LeadStage.values[:4]),
                violation_error_message=_("This is not a stage."),
            ),
            models.CheckConstraint(
                name="outreach_lead_dropped_with_reason",
                condition=(Q(stage=LeadStage.DROPPED) & ~Q(drop_reason=""))
                | (~Q(stage=LeadStage.DROPPED) & Q(drop_reason="")),
                violation_error_message=_("A dropped lead, and only a dropped lead, has a reason."),
            ),
            models.CheckConstraint(
                name="outreach_lead_signed_is_a_project",
                condition=~Q(reached__in=[LeadStage.SIGNED, LeadStage.LANDED]) | Q(project__isnull=False),
                violation_error_message=_("Signed and landed follow from the project of a lead."),
            ),
            models.CheckConstraint(
                name="outreach_lead_next_day_has_action",
                condition=Q(next_on__isnull=True) | ~Q(next_action=""),
                violation_error_message=_("A day for the next action needs the action in words."),
            ),
            models.CheckConstraint(
                name="outreach_lead_converted_has_project",
                condition=Q(project__isnull=True, converted_at__isnull=True)
                | Q(project__isnull=False, converted_at__isnull=False),
                violation_error_message=_("A lead that became a project is linked to it."),
            ),
            paired("converted_at", "converted_by", name="outreach_lead_converted_pair"),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="outreach_leads_search"),
            GinIndex(fields=["name_keys"], name="outreach_leads_name_keys"),
            models.Index(fields=["updated_at", "id"], name="outreach_leads_pull"),
            models.Index(fields=["park", "stage", "updated_at", "id"], name="outreach_leads_by_stage"),
            models.Index(fields=["next_on"], condition=Q(next_on__isnull=False), name="outreach_leads_due"),
        ]

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.team_lead, self.organisation_words]

    @property
    def organisation_words(self) -> str:
        return self.organisation.name if self.organisation else self.organisation_name

    @property
    def source_record(self) -> Any:
        """The record, or for a contest the words, that the lead came from; None for direct contact."""
        field = SOURCES.get(LeadOrigin(self.source))
        return getattr(self, field) if field else None

    @property
    def is_open(self) -> bool:
        return self.stage in (LeadStage.CONTACT, LeadStage.TALK)


class LeadStageLogQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user).places(Action.READ).filter(park="lead__park", incubator="lead__incubator")
        )


class LeadStageLog(models.Model):
    """One move of a lead; ``moved_by`` empty means that it followed its project."""

    lead = models.ForeignKey(Lead, verbose_name=_("lead"), on_delete=models.CASCADE, related_name="stage_log")
    sequence = models.PositiveIntegerField()
    from_stage = models.CharField(_("from"), max_length=8, choices=LeadStage.choices, blank=True)
    to_stage = models.CharField(_("to"), max_length=8, choices=LeadStage.choices)
    on = models.DateField(_("on"))
    drop_reason = models.CharField(
        _("why it was dropped"), max_length=16, choices=DropReason.choices, blank=True
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    moved_at = models.DateTimeField(_("recorded"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("moved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = LeadStageLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("move of a lead")
        verbose_name_plural = _("moves of leads")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "sequence"],
                name="outreach_one_move_per_number",
                violation_error_message=_("Somebody else moved this lead at the same moment."),
            ),
            models.CheckConstraint(
                name="outreach_move_goes_somewhere",
                condition=~Q(from_stage=F("to_stage")),
                violation_error_message=_("The lead is already in this stage."),
            ),
            models.CheckConstraint(
                name="outreach_move_dropped_with_reason",
                condition=(Q(to_stage=LeadStage.DROPPED) & ~Q(drop_reason=""))
                | (~Q(to_stage=LeadStage.DROPPED) & Q(drop_reason="")),
                violation_error_message=_("A dropped lead, and only a dropped lead, has a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.from_stage}→{self.to_stage}"
