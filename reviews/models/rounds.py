"""Review rounds with their criteria, and the cases that come before them."""

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import ordered, paired, second_person
from core.enums import Provenance
from core.search import search_text, sort_key
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of
from projects.models import Project
from reviews.enums import AssignmentState, CaseResult, MarkMethod, RoundKind, RoundState
from reviews.models.base import read_by_park

#: An expert with an assignment in one of these states looks at the case.
LOOKING = (AssignmentState.INVITED, AssignmentState.ACCEPTED, AssignmentState.SUBMITTED)


class RoundQuerySet(models.QuerySet["ReviewRound"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_by_park(user, "park"))


class ReviewRound(models.Model):
    """One step of a review: who gives marks by which criteria, and how the marks become one."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="review_rounds"
    )
    name = models.CharField(_("name of the round"), max_length=160)
    kind = models.CharField(_("kind"), max_length=12, choices=RoundKind.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=RoundState.choices, default=RoundState.DRAFT, editable=False
    )
    method = models.CharField(
        _("how marks become one"), max_length=12, choices=MarkMethod.choices, default=MarkMethod.MEAN
    )
    marks_needed = models.PositiveSmallIntegerField(_("marks needed per case"), default=3)
    is_anonymous = models.BooleanField(
        _("experts stay unnamed"), default=True, help_text=_("to applicants and to one another")
    )
    hides_applicants = models.BooleanField(
        _("applicants stay unnamed"), default=False, help_text=_("to the experts")
    )
    second_person = models.BooleanField(
        _("a second person confirms each result"), default=True, help_text=_("before it is final")
    )
    opens_on = models.DateField(_("marks from"), null=True, blank=True)
    closes_on = models.DateField(_("marks until"), null=True, blank=True, help_text=_("the last day"))
    note = models.TextField(_("words for the experts"), blank=True)
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField(_("changed"))

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("review round")
        verbose_name_plural = _("review rounds")
        constraints = [
            ordered(
                "opens_on",
                "closes_on",
                name="reviews_round_dates",
                message=_("A round ends after it starts."),
            ),
            models.CheckConstraint(
                name="reviews_round_marks_needed",
                condition=Q(marks_needed__gte=1, marks_needed__lte=50)
                & (Q(method=MarkMethod.MEAN) | Q(marks_needed__gte=3)),
                violation_error_message=_(
                    "A round needs at least one mark per case, and three where the highest and the lowest "
                    "are left out."
                ),
            ),
            paired("closed_at", "closed_by", name="reviews_round_closed_pair"),
        ]
        indexes = [models.Index(fields=["park", "-updated_at", "-id"], name="reviews_rounds_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        return self.park.chain


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_by_park(user, "round__park"))


class Criterion(models.Model):
    """One line of the score sheet; its points count times its weight."""

    round = models.ForeignKey(ReviewRound, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("marking criterion"), max_length=120)
    guide = models.TextField(_("what to look at"), blank=True)
    max_points = models.DecimalField(_("points at most"), max_digits=6, decimal_places=2)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=3, default=Decimal(1))

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("marking criterion")
        verbose_name_plural = _("marking criteria")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "position"],
                name="reviews_criterion_position_once",
                violation_error_message=_("Two criteria stand in the same place."),
            ),
            models.CheckConstraint(
                name="reviews_criterion_counts",
                condition=Q(max_points__gt=0, weight__gt=0),
                violation_error_message=_("A criterion has points and a weight above zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: Any) -> Self:
        """The park's people, the operators of the incubator concerned, and the experts who review it.

        Whoever is recused as an expert sees nothing of the case, whatever else he may see.
        """
        if not user.is_authenticated:
            return self.none()
        places = scope_of(user).places(Action.READ).filter(park="round__park", incubator="incubator")
        return self.filter(places | Exists(_assigned(user, LOOKING))).exclude(
            Exists(_assigned(user, (AssignmentState.RECUSED,)))
        )

    def reviewed_by(self, user: Any) -> Self:
        """Those that the person looks at as an expert."""
        return self.filter(Exists(_assigned(user, LOOKING)))


def _assigned(user: Any, states: tuple[str, ...]) -> Any:
    from reviews.models.assignments import Assignment

    return Assignment.objects.filter(case=OuterRef("pk"), expert__user=user.pk, state__in=states)


class Case(models.Model):
    """What is judged in a round: an application, an entry, a project, as the app above names it."""

    round = models.ForeignKey(ReviewRound, on_delete=models.PROTECT, related_name="cases")
    number = models.PositiveIntegerField(_("number"))
    subject_kind = models.SlugField(_("kind of subject"), max_length=40)
    subject_id = models.PositiveBigIntegerField(_("id of the subject"))
    title = models.CharField(_("title of the case"), max_length=300)
    applicant = models.CharField(_("applicant"), max_length=300, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    field = models.CharField(_("field of work"), max_length=40, blank=True, help_text=_("code of a sector"))
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review_cases",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review_cases",
    )
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review_cases",
    )
    files: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("files"), blank=True, related_name="review_cases"
    )
    result = models.CharField(
        _("result of the review"), max_length=16, choices=CaseResult.choices, blank=True, editable=False
    )
    result_reason = models.TextField(_("reason"), blank=True, editable=False)
    result_at = models.DateTimeField(_("concluded"), null=True, editable=False)
    result_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=120, editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField(_("changed"))

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("review case")
        verbose_name_plural = _("review cases")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "subject_kind", "subject_id"],
                name="reviews_case_once",
                violation_error_message=_("This is already a case of the round."),
            ),
            models.UniqueConstraint(
                fields=["round", "number"],
                name="reviews_case_number_once",
                violation_error_message=_("Another case of the round has this number. Send it again."),
            ),
            paired("result_at", "result_by", name="reviews_case_result_pair"),
            paired("confirmed_at", "confirmed_by", name="reviews_case_confirmed_pair"),
            second_person("result_by", "confirmed_by", name="reviews_case_second_person"),
            models.CheckConstraint(
                name="reviews_case_result_with_reason",
                condition=Q(result="", result_at__isnull=True, confirmed_at__isnull=True)
                | (~Q(result="") & ~Q(result_reason="") & Q(result_at__isnull=False)),
                violation_error_message=_("Whoever concludes a case says why."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="reviews_cases_search"),
            models.Index(fields=["subject_kind", "subject_id"], name="reviews_cases_of_subject"),
            models.Index(fields=["updated_at", "id"], name="reviews_cases_pull"),
        ]

    def __str__(self) -> str:
        return f"{self.number:03d} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = search_text(self.title, self.applicant)
        self.sort_key = sort_key(self.title)
        super().save(*args, **kwargs)

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.round.chain

    @property
    def park_id(self) -> int:
        return self.round.park_id

    @property
    def is_final(self) -> bool:
        """Concluded by one person and, where the round demands it, confirmed by a second."""
        return bool(self.result) and (not self.round.second_person or self.confirmed_at is not None)
