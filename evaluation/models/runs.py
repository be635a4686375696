"""Evaluation runs: frozen inputs, scores as rows, rendered files."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.enums import Audience, ReportFormat, ReportLanguage, RunState
from evaluation.models.schemes import Scheme
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of


def _visible_runs(user: Any, prefix: str = "") -> Q:
    """Park staff see every run of the park; an operator sees the runs made for operators of his incubator."""
    places = scope_of(user).places(Action.READ)
    if places.everywhere:
        return Q()
    return Q(**{f"{prefix}park__in": sorted(places.park_ids)}) | Q(
        **{
            f"{prefix}incubator__in": sorted(places.incubator_ids),
            f"{prefix}audience": Audience.OPERATOR,
        }
    )


class EvaluationRunQuerySet(models.QuerySet["EvaluationRun"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(_visible_runs(user))


class EvaluationRun(models.Model):
    """One evaluation of an incubator (or of every incubator of a park) over frozen inputs.

    ``snapshot`` is the canonical JSON of everything that was used; ``snapshot_sha256`` is its digest, printed
    in every report and recomputable from the file. The same inputs give the same run.
    """

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="evaluation_runs"
    )
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="evaluation_runs",
    )
    audience = models.CharField(_("made for"), max_length=10, choices=Audience.choices)
    period = models.CharField(_("period"), max_length=8)
    scheme = models.ForeignKey(
        Scheme, verbose_name=_("scheme"), on_delete=models.PROTECT, related_name="runs"
    )
    input_sha256 = models.CharField(max_length=64)
    snapshot = models.TextField()
    snapshot_sha256 = models.CharField(_("digest of the data"), max_length=64)
    as_of = models.DateField(_("as of"))
    total = models.DecimalField(_("score"), max_digits=7, decimal_places=2, null=True)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    scored_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(_("requested"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = EvaluationRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation run")
        verbose_name_plural = _("evaluation runs")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "incubator", "audience", "period", "scheme", "input_sha256"],
                name="evaluation_same_inputs_same_run",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="evaluation_operators_see_one_incubator",
                condition=Q(audience=Audience.PARK) | Q(incubator__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["park", "requested_at"], name="evaluation_runs_of_park")]

    def __str__(self) -> str:
        return f"{self.period} #{self.pk}"

    @property
    def chain(self) -> str:
        """The history chain in which scores and sealed reports of the park are recorded."""
        return f"evaluation:{self.park.code}"


class EvaluationScoreQuerySet(models.QuerySet["EvaluationScore"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(_visible_runs(user, "run__"))


class EvaluationScore(models.Model):
    """The points of one node for one incubator and period in one run, with everything that explains them.

    Beside the period of the run, the period before it is scored by the same scheme, for comparison. The node
    ``total`` carries the sum and the grade.
    """

    TOTAL = "total"

    run = models.ForeignKey(EvaluationRun, on_delete=models.CASCADE, related_name="scores")
    incubator = models.ForeignKey(Incubator, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("period"), max_length=8)
    node = models.CharField(max_length=60)
    points = models.DecimalField(max_digits=7, decimal_places=2)
    explanation = models.JSONField(default=dict)

    objects = EvaluationScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "incubator", "period", "node"], name="evaluation_one_score_per_node"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.node}"


class ReportRunQuerySet(models.QuerySet["ReportRun"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(_visible_runs(user, "run__"))


class ReportRun(models.Model):
    """One file of an evaluation run in one format and language, made by a worker."""

    run = models.ForeignKey(
        EvaluationRun, verbose_name=_("evaluation run"), on_delete=models.PROTECT, related_name="reports"
    )
    format = models.CharField(_("format"), max_length=4, choices=ReportFormat.choices)
    language = models.CharField(_("language"), max_length=8, choices=ReportLanguage.choices)
    state = models.CharField(_("state"), max_length=8, choices=RunState.choices, default=RunState.QUEUED)
    progress = models.PositiveSmallIntegerField(_("progress in %"), default=0)
    step = models.CharField(_("step"), max_length=20, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, help_text=_("until then its worker is taken to be alive"))
    lease_token = models.CharField(max_length=32, blank=True, help_text=_("which worker holds the lease"))
    sealed_at = models.DateTimeField(null=True, help_text=_("when its digest entered the history"))
    error = models.TextField(_("what went wrong"), blank=True)
    storage_name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True)
    requested_at = models.DateTimeField(_("requested"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "format", "language"], name="evaluation_one_file_per_format"
            ),
            models.CheckConstraint(
                name="evaluation_done_report_has_file",
                condition=~Q(state=RunState.DONE)
                | (~Q(storage_name="") & ~Q(sha256="") & Q(size__gt=0, finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="evaluation_progress_is_a_percentage",
                condition=Q(progress__gte=0, progress__lte=100),
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="evaluation_reports_to_resume")]

    def __str__(self) -> str:
        return f"{self.run} {self.format} {self.language}"

    @property
    def chain(self) -> str:
        return self.run.chain
