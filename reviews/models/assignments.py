"""Who reviews what, and the marks: versions that are never changed."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired
from evidence.models import EvidenceFile
from reviews.enums import AssignmentState, ConflictKind
from reviews.models.base import read_by_park
from reviews.models.experts import Expert
from reviews.models.rounds import LOOKING, Case, Criterion

#: Before he looks at a case, an expert says that nothing ties him to it.
DECLARED = (AssignmentState.ACCEPTED, AssignmentState.SUBMITTED)


def of_case(user: Any, path: str) -> Q:
    """Assignments of the parks that the person reads, but for cases from which he is recused himself."""
    recused = Case.objects.filter(assignments__expert__user=user.pk, assignments__state="recused")
    return read_by_park(user, f"{path}case__round__park") & ~Q(**{f"{path}case__in": recused.values("pk")})


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, user: Any) -> Self:
        """The park's people see all; an expert his own, until he is recused or taken off."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(of_case(user, "") | Q(expert__user=user.pk, state__in=LOOKING))

    def of_expert(self, user: Any) -> Self:
        return self.filter(expert__user=user.pk, state__in=LOOKING)


class Assignment(models.Model):
    """One expert and one case. ``reasons`` says why he was chosen, as codes with values."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="assignments")
    expert = models.ForeignKey(
        Expert, verbose_name=_("expert"), on_delete=models.PROTECT, related_name="assignments"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=AssignmentState.choices, default=AssignmentState.PROPOSED
    )
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    created_at = models.DateTimeField(_("proposed"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(_("invited"), null=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField(_("declared"), null=True, editable=False)
    conflict = models.CharField(_("conflict of interest"), max_length=10, choices=ConflictKind.choices,
                                blank=True, editable=False)  # fmt: skip
    words = models.TextField(_("words"), blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment of a review")
        verbose_name_plural = _("assignments of reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "expert"],
                name="reviews_assignment_once",
                violation_error_message=_("This expert already has this case."),
            ),
            paired("invited_at", "invited_by", name="reviews_assignment_invited_pair"),
            models.CheckConstraint(
                name="reviews_recused_says_why",
                condition=(Q(state=AssignmentState.RECUSED) & ~Q(conflict=""))
                | (~Q(state=AssignmentState.RECUSED) & Q(conflict="")),
                violation_error_message=_("A recusal, and only a recusal, names the conflict of interest."),
            ),
            models.CheckConstraint(
                name="reviews_reviewing_was_declared",
                condition=~Q(state__in=DECLARED) | Q(declared_at__isnull=False, invited_at__isnull=False),
                violation_error_message=_("An expert declares his interests before he opens a case."),
            ),
        ]
        indexes = [
            models.Index(fields=["expert", "state"], name="reviews_assignments_of_expert"),
            models.Index(fields=["updated_at", "id"], name="reviews_assignments_pull"),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.expert}"

    @property
    def is_open(self) -> bool:
        return self.state in (AssignmentState.INVITED, AssignmentState.ACCEPTED)


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, user: Any) -> Self:
        """The park's people see all marks; an expert his own, while the case is his."""
        if not user.is_authenticated:
            return self.none()
        own = Q(assignment__expert__user=user.pk, assignment__state__in=LOOKING)
        return self.filter(of_case(user, "assignment__") | own)

    def current(self) -> Self:
        return self.filter(is_current=True)


class Score(models.Model):
    """One submitted score sheet. Opened again, a new version follows; the old one stays."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="scores")
    edition = models.PositiveSmallIntegerField(_("version"))
    mark = models.DecimalField(_("mark"), max_digits=9, decimal_places=2)
    comment = models.TextField(_("overall judgement"), blank=True)
    is_current = models.BooleanField(_("counts"), default=True)
    scan = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("signed score sheets"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="score_sheets",
        help_text=_("where the expert gave the marks on paper"),
    )
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("submitted by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "edition"],
                name="reviews_score_edition_once",
                violation_error_message=_("This version of the marks is already submitted."),
            ),
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(is_current=True),
                name="reviews_one_score_counts",
                violation_error_message=_("These marks are already submitted."),
            ),
            models.CheckConstraint(
                name="reviews_mark_not_negative",
                condition=Q(mark__gte=0),
                violation_error_message=_("A mark is not below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} v{self.edition}: {self.mark}"


class ScoreLineQuerySet(models.QuerySet["ScoreLine"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(score__in=Score.objects.visible_to(user))


class ScoreLine(models.Model):
    """Points and words for one criterion."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="lines")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    words = models.TextField(_("words"), blank=True)

    objects = ScoreLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a score sheet")
        verbose_name_plural = _("lines of score sheets")
        constraints = [
            models.UniqueConstraint(
                fields=["score", "criterion"],
                name="reviews_criterion_scored_once",
                violation_error_message=_("This criterion already has points."),
            ),
            models.CheckConstraint(
                name="reviews_points_not_negative",
                condition=Q(points__gte=0),
                violation_error_message=_("Points are not below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.points}"
