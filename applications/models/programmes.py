"""Programmes that take applications, the chain of steps of each, and what is done at a step for many."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from applications.enums import AwardRule, MarkBasis, ProgrammeState, StepKind
from applications.models.base import money, person, read_by_park
from core.constraints import ordered, paired
from core.enums import Currency
from funding.enums import CutRule, TieRule
from funding.models import Policy
from incubators.models import Named, Park, Tracked
from incubators.scope import Action, scope_of
from ledger.models import Budget
from reviews.enums import DayCount, MarkMethod
from reviews.models import PublicNotice, ReviewRound

#: Steps at which experts may give marks.
REVIEW_KINDS = (StepKind.PROFESSIONAL_REVIEW, StepKind.DEFENCE, StepKind.SITE_VISIT)


def programmes_of(user: Any, path: str = "") -> Q:
    """Programmes of the parks in which the person reads; without the park's own place, no drafts."""
    scope = scope_of(user)
    own = read_by_park(user, f"{path}park")
    homes = sorted(set(scope.incubator_parks.values())) if scope.places(Action.READ).incubator_ids else []
    return own | (Q(**{f"{path}park__in": homes}) & ~Q(**{f"{path}state": ProgrammeState.DRAFT}))


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: Any) -> Self:
        """The park's people see all; operators what they may apply to, once it is open."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(programmes_of(user))


class Programme(Named, Tracked):
    """One call for applications: for whom, from when to when, by which steps, and how much an award is."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="programmes"
    )
    code = models.SlugField(_("code of the programme"), max_length=60)
    policy = models.ForeignKey(
        Policy,
        verbose_name=_("policy"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="programmes",
    )
    budget = models.ForeignKey(
        Budget,
        verbose_name=_("budget"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="programmes",
        help_text=_("needed before the first approval"),
    )
    year = models.PositiveSmallIntegerField(_("year of the programme"))
    opens_on = models.DateField(_("applications from"))
    closes_on = models.DateField(_("applications until"), help_text=_("the last day"))
    takes_enterprises = models.BooleanField(_("enterprises may apply"), default=True)
    takes_projects = models.BooleanField(_("projects may apply"), default=True)
    takes_outside = models.BooleanField(
        _("applicants from outside may apply"), default=False, help_text=_("entered by the park")
    )
    award_rule = models.CharField(
        _("how much an award is"), max_length=10, choices=AwardRule.choices, default=AwardRule.REQUESTED
    )
    cap = money(_("award at most"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    #: Rows of ``code``, ``amount`` (text with a point), ``places`` or ``min_mark``; the best class first.
    classes = models.JSONField(_("classes of awards"), default=list, blank=True)
    quota = models.PositiveIntegerField(_("awards at most"), null=True, blank=True)
    tie_rule = models.CharField(
        _("ties across the last place"), max_length=10, choices=TieRule.choices, default=TieRule.DECIDE
    )
    cut_rule = models.CharField(
        _("where the budget ends"), max_length=10, choices=CutRule.choices, default=CutRule.STOP
    )
    mark_basis = models.CharField(
        _("ranked by"), max_length=10, choices=MarkBasis.choices, default=MarkBasis.MEAN
    )
    base = models.CharField(
        _("what it is for"),
        max_length=60,
        blank=True,
        help_text=_("one word, such as rd_expense; with the year it finds double funding"),
    )
    needs_agreement = models.BooleanField(_("an agreement comes before the money"), default=True)
    notes = models.TextField(_("words for applicants"), blank=True)
    state = models.CharField(
        _("state of the programme"),
        max_length=8,
        choices=ProgrammeState.choices,
        default=ProgrammeState.DRAFT,
        editable=False,
    )
    opened_at = models.DateTimeField(_("opened for applications"), null=True, editable=False)
    opened_by = person(_("opened by"), editable=False)
    closed_at = models.DateTimeField(_("closed for applications"), null=True, editable=False)
    closed_by = person(_("closed for applications by"), editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme for applications")
        verbose_name_plural = _("programmes for applications")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "code"],
                name="applications_programme_code_once",
                violation_error_message=_("The park already has a programme with this code."),
            ),
            ordered(
                "opens_on",
                "closes_on",
                name="applications_programme_dates",
                message=_("The last day for applications does not come before the first."),
            ),
            models.CheckConstraint(
                name="applications_programme_year",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message=_("Enter a year between 2000 and 2100."),
            ),
            models.CheckConstraint(
                name="applications_programme_takes_somebody",
                condition=Q(takes_enterprises=True) | Q(takes_projects=True) | Q(takes_outside=True),
                violation_error_message=_("Say who may apply."),
            ),
            models.CheckConstraint(
                name="applications_programme_cap",
                condition=Q(cap__isnull=True) | Q(cap__gt=0),
                violation_error_message=_("The most that an award can be lies above zero."),
            ),
            models.CheckConstraint(
                name="applications_programme_quota",
                condition=Q(quota__isnull=True) | Q(quota__gt=0),
                violation_error_message=_("At least one award; leave it empty where there is no limit."),
            ),
            models.CheckConstraint(
                name="applications_programme_award_rule",
                condition=~Q(award_rule=AwardRule.POLICY) | Q(policy__isnull=False),
                violation_error_message=_("Choose the policy that computes the awards."),
            ),
            paired("opened_at", "opened_by", name="applications_programme_opened_pair"),
            paired("closed_at", "closed_by", name="applications_programme_closed_pair"),
            models.CheckConstraint(
                name="applications_programme_state",
                condition=Q(state=ProgrammeState.DRAFT, opened_at=None, closed_at=None)
                | Q(state=ProgrammeState.OPEN, opened_at__isnull=False, closed_at=None)
                | Q(state=ProgrammeState.CLOSED, opened_at__isnull=False, closed_at__isnull=False),
                violation_error_message=_("The state of a programme and the people who acted do not fit."),
            ),
        ]
        indexes = [
            models.Index(fields=["park", "-closes_on", "-id"], name="applications_programme_newest"),
            models.Index(fields=["updated_at", "id"], name="applications_programme_pull"),
        ]

    @property
    def chain(self) -> str:
        return self.park.chain


class StepQuerySet(models.QuerySet["ProgrammeStep"]):
    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(programmes_of(user, "programme__"))


class ProgrammeStep(models.Model):
    """One step of the chain. ``marks_needed`` empty: a person concludes the step without a review round."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind of step"), max_length=20, choices=StepKind.choices)
    label_zh = models.CharField(_("Chinese name"), max_length=60, blank=True)
    label_en = models.CharField(_("English name"), max_length=80, blank=True)
    days_allowed = models.PositiveSmallIntegerField(
        _("days for this step"),
        null=True,
        blank=True,
        help_text=_("an aim; longer is shown as late"),
    )
    notice_days = models.PositiveSmallIntegerField(_("days on show"), null=True, blank=True)
    day_count = models.CharField(
        _("days are"), max_length=8, choices=DayCount.choices, default=DayCount.WORKING
    )
    marks_needed = models.PositiveSmallIntegerField(
        _("marks needed per application"), null=True, blank=True, help_text=_("empty: no review round")
    )
    method = models.CharField(
        _("how marks become one"), max_length=12, choices=MarkMethod.choices, default=MarkMethod.MEAN
    )
    is_anonymous = models.BooleanField(_("experts stay unnamed"), default=True)
    hides_applicants = models.BooleanField(_("applicants stay unnamed"), default=False)
    second_person = models.BooleanField(_("a second person confirms each result"), default=True)
    #: Rows of ``name``, ``guide``, ``max_points``, ``weight``: the score sheet of the round.
    criteria = models.JSONField(_("marking criteria"), default=list, blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a programme")
        verbose_name_plural = _("steps of programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "position"],
                name="applications_step_position_once",
                violation_error_message=_("Two steps stand in the same place."),
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(kind=StepKind.MEETING),
                name="applications_step_one_meeting",
                violation_error_message=_("A programme has one meeting that decides."),
            ),
            models.CheckConstraint(
                name="applications_step_formal_check_first",
                condition=~Q(kind=StepKind.FORMAL_CHECK) | Q(position=1),
                violation_error_message=_("The formal check comes first."),
            ),
            models.CheckConstraint(
                name="applications_step_notice_days",
                condition=Q(
                    kind=StepKind.PUBLIC_NOTICE,
                    notice_days__isnull=False,
                    notice_days__gte=1,
                    notice_days__lte=90,
                )
                | (~Q(kind=StepKind.PUBLIC_NOTICE) & Q(notice_days__isnull=True)),
                violation_error_message=_("A public notice, and only that, has a number of days (1 to 90)."),
            ),
            models.CheckConstraint(
                name="applications_step_marks",
                condition=Q(marks_needed__isnull=True)
                | (
                    Q(kind__in=REVIEW_KINDS, marks_needed__gte=1, marks_needed__lte=50)
                    & (Q(method=MarkMethod.MEAN) | Q(marks_needed__gte=3))
                ),
                violation_error_message=_(
                    "Only review steps have marks: at least one, and three where the highest and the lowest "
                    "are left out."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The step's own name in the language of the page, or that of its kind."""
        chinese = (get_language() or "zh").startswith("zh")
        own = self.label_zh if chinese else self.label_en
        return own or str(StepKind(self.kind).label)

    @property
    def has_marks(self) -> bool:
        return self.marks_needed is not None


class StepBatchQuerySet(models.QuerySet["StepBatch"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_by_park(user, "step__programme__park"))


class StepBatch(models.Model):
    """What is done at a step for many applications at once: one review round, or one public notice."""

    step = models.ForeignKey(ProgrammeStep, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveSmallIntegerField(_("batch"))
    round = models.OneToOneField(
        ReviewRound,
        verbose_name=_("review round"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="application_batch",
    )
    notice = models.OneToOneField(
        PublicNotice,
        verbose_name=_("public notice"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="application_batch",
    )
    created_at = models.DateTimeField(_("created"))
    created_by = person(_("created by"))

    objects = StepBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch of a step")
        verbose_name_plural = _("batches of steps")
        constraints = [
            models.UniqueConstraint(
                fields=["step", "number"],
                name="applications_batch_once",
                violation_error_message=_("Another batch of this step was made meanwhile. Send it again."),
            ),
            models.CheckConstraint(
                name="applications_batch_round_or_notice",
                condition=Q(round__isnull=True) | Q(notice__isnull=True),
                violation_error_message=_("A batch is reviewed or put on show, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} · {self.number}"

    @property
    def chain(self) -> str:
        return self.step.programme.chain
