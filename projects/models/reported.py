"""Projects and groups of projects as the press reports them: a table of their own, never in a total."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import FigureStatus
from incubators.models import Incubator, Named, Park, Sourced
from incubators.scope import Action, scope_of


class ReportedProjectQuerySet(models.QuerySet["ReportedProject"]):
    def visible_to(self, user: Any) -> Self:
        """Those of an incubator belong to whoever sees it; joint and unassigned ones to the park's staff."""
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="incubator"))


class ReportedProject(Named, Sourced):
    """What a source says of one project or of a batch. ``stage_code`` is our reading; the basis says why."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    park = models.ForeignKey(
        Park,
        verbose_name=_("park"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reported_projects",
    )
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reported_projects",
    )
    candidates: Any = models.ManyToManyField(
        Incubator, verbose_name=_("credited jointly"), blank=True, related_name="joint_reported_projects"
    )
    company_code = models.CharField(_("company"), max_length=80, blank=True)
    sector_zh = models.CharField(_("sector (Chinese)"), max_length=120, blank=True)
    sector_en = models.CharField(_("sector (English)"), max_length=160, blank=True)
    stage_code = models.CharField(_("stage as we read it"), max_length=20, blank=True)
    stage_basis = models.TextField(_("why we read it so"), blank=True)
    incubator_note = models.TextField(_("note on the incubator"), blank=True)
    overlap_note = models.TextField(_("note on overlaps"), blank=True)
    batch = models.JSONField(_("figures of the batch"), default=dict, blank=True)
    dates = models.JSONField(_("dates as printed"), default=dict, blank=True)
    details = models.JSONField(_("further statements of the source"), default=dict, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=FigureStatus.choices, default=FigureStatus.REPORTED
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReportedProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported project")
        verbose_name_plural = _("reported projects")
        constraints = [
            models.CheckConstraint(
                name="projects_reported_status",
                condition=Q(status=FigureStatus.REPORTED),
                violation_error_message=_("A press report stays a press report."),
            ),
        ]
