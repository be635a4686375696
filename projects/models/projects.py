"""The project record, its stage log and the files attached to it."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.enums import Provenance
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Incubator, Named, Park, Recognisable, Tracked
from incubators.scope import Action, scope_of
from projects.enums import Cause, LeadSource, Stage


class Sector(Named):
    """An industry of the park's taxonomy."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="incubator"))


class KeptProjects(models.Manager.from_queryset(ProjectQuerySet)):  # type: ignore[misc]
    """All but those merged into another record: what is listed, searched, counted and evaluated."""

    def get_queryset(self) -> ProjectQuerySet:
        rows: ProjectQuerySet = super().get_queryset()
        return rows.filter(merged_into=None)


class Project(Recognisable, Tracked):
    """An invention on its way to a factory. It counts once in its park, whoever shares the credit."""

    code = models.CharField(_("number"), max_length=24, unique=True)
    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="projects")
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    sector = models.ForeignKey(
        Sector, verbose_name=_("sector"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    summary = models.TextField(_("summary"), blank=True)
    team_lead = models.CharField(_("team lead"), max_length=80, blank=True)
    contact = models.CharField(_("contact"), max_length=160, blank=True)
    lead_source = models.CharField(
        _("source of the lead"), max_length=12, choices=LeadSource.choices, blank=True
    )
    destination_site = models.CharField(_("site in the park"), max_length=160, blank=True)
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    first_contact_on = models.DateField(_("first contact"))
    stage = models.CharField(
        _("stage"), max_length=16, choices=Stage.choices, default=Stage.LEAD, editable=False
    )
    stage_since = models.DateField(_("in this stage since"), editable=False)

    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_records",
    )

    objects = KeptProjects()
    everything = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "incubator", "external_id"],
                condition=~Q(external_id="") & Q(merged_into=None),
                nulls_distinct=False,
                name="projects_external_id_once",
                violation_error_message=_(
                    "A project with this number of your own system is already recorded."
                ),
            ),
            models.CheckConstraint(
                name="projects_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                violation_error_message=_("A record is merged into another one, not into itself."),
            ),
            models.CheckConstraint(
                name="projects_stage_known",
                condition=Q(stage__in=Stage.values),
                violation_error_message=_("This is not a stage."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="projects_search"),
            GinIndex(fields=["name_keys"], name="projects_name_keys"),
            models.Index(fields=["updated_at", "id"], name="projects_pull"),
            models.Index(fields=["park", "updated_at", "id"], name="projects_pull_of_park"),
            models.Index(fields=["incubator", "updated_at", "id"], name="projects_pull_of_incubator"),
            models.Index(fields=["park", "sort_key", "id"], name="projects_by_name"),
            models.Index(fields=["park", "stage", "updated_at", "id"], name="projects_by_stage"),
        ]

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.code, self.team_lead]

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain

    @property
    def is_demonstration(self) -> bool:
        return self.provenance == Provenance.DEMONSTRATION


class OfProjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user).places(Action.READ).filter(park="project__park", incubator="project__incubator"),
            project__merged_into=None,
        )


class StageLog(models.Model):
    """One move of a project; the basis of every count by stage and date."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="stage_log"
    )
    sequence = models.PositiveIntegerField()
    from_stage = models.CharField(_("from"), max_length=16, choices=Stage.choices, blank=True)
    to_stage = models.CharField(_("to"), max_length=16, choices=Stage.choices)
    on = models.DateField(_("on"))
    reason = models.TextField(_("reason"), blank=True)
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices, blank=True)
    destination = models.CharField(_("where it went"), max_length=160, blank=True)
    gate_version = models.ForeignKey(
        "projects.GateTable",
        verbose_name=_("gate table applied"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="moves",
    )
    moved_at = models.DateTimeField(_("recorded"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("moved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage move")
        verbose_name_plural = _("stage moves")
        constraints = [
            models.UniqueConstraint(fields=["project", "sequence"], name="projects_one_move_per_number"),
            models.CheckConstraint(
                name="projects_move_goes_somewhere",
                condition=~Q(from_stage=F("to_stage")),
                violation_error_message=_("The project is already in this stage."),
            ),
            models.CheckConstraint(
                name="projects_termination_has_a_cause",
                condition=(Q(to_stage=Stage.TERMINATED) & ~Q(cause=""))
                | (~Q(to_stage=Stage.TERMINATED) & Q(cause="")),
                violation_error_message=_("A termination, and only a termination, has a cause."),
            ),
            models.CheckConstraint(
                name="projects_moved_elsewhere_has_a_place",
                condition=~Q(to_stage=Stage.MOVED_ELSEWHERE) | ~Q(destination=""),
                violation_error_message=_("Say where the project moved."),
            ),
        ]
        indexes = [models.Index(fields=["to_stage", "on"], name="projects_moves_by_stage")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.from_stage}→{self.to_stage}"


class ProjectEvidence(models.Model):
    """A file attached to a project, beside those that hang on a fact or a leg."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="attachments"
    )
    file = models.ForeignKey(
        EvidenceFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="project_links"
    )
    attached_at = models.DateTimeField(_("attached"))
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("attached by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "file"],
                name="projects_file_attached_once",
                violation_error_message=_("This file is already attached to the project."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.file_id}"
