"""One application, and the log of every place where it stood."""

from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from applications.enums import ApplicantKind, ApplicationState, StepResult
from applications.models.base import money, person
from applications.models.programmes import Programme, ProgrammeStep, StepBatch
from core.constraints import ordered, paired, second_person
from core.enums import Currency, Provenance
from core.search import search_text, sort_key
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from funding.models import PolicyVersion
from incubators.models import Incubator
from incubators.scope import Action, scope_of
from ledger.models import Commitment
from projects.models import Project
from reviews.models import Assignment

#: While an application is in one of these, the applicant has no second one in the same programme.
OPEN_STATES = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.RETURNED,
    ApplicationState.APPROVED,
    ApplicationState.AGREED,
    ApplicationState.CLOSED,
    ApplicationState.CLAWED_BACK,
)
#: The applicant still writes it.
WRITABLE = (ApplicationState.DRAFT, ApplicationState.RETURNED)
#: There is an award.
AWARDED = (
    ApplicationState.APPROVED,
    ApplicationState.AGREED,
    ApplicationState.CLOSED,
    ApplicationState.CLAWED_BACK,
    ApplicationState.GIVEN_UP,
)
SUBJECT = "application"


def recused_from(user: Any, path: str = "pk") -> Exists:
    """Whether the person is recused as an expert from a case about the application."""
    return Exists(
        Assignment.objects.filter(
            case__subject_kind=SUBJECT,
            case__subject_id=OuterRef(path),
            expert__user=user.pk,
            state="recused",
        )
    )


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> Self:
        """The park's people, and the operators of the incubator concerned; experts see their case instead.

        Whoever is recused from it as an expert sees nothing of it, unless he works for the applicant.
        """
        if not user.is_authenticated:
            return self.none()
        scope = scope_of(user)
        places = scope.places(Action.READ).filter(park="programme__park", incubator="incubator")
        own = Q(incubator__in=sorted(scope.places(Action.ENTER).incubator_ids))
        return self.filter(places).filter(own | ~recused_from(user))

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)


class Application(models.Model):
    """What somebody applies for, what it rests on, and what became of it.

    ``facts`` maps each fact of the policy to value, origin, label, as_of, verified; a value that the
    applicant changed keeps what the records said under ``recorded``. ``answer`` is the policy's answer on the
    day of submission, with ``answer_sha256`` over version, day, facts and result. Once handed in, the content
    is frozen by the database until it is sent back.
    """

    programme = models.ForeignKey(
        Programme, verbose_name=_("programme"), on_delete=models.PROTECT, related_name="applications"
    )
    number = models.PositiveIntegerField(_("number of the application"), null=True, editable=False)
    applicant_kind = models.CharField(_("who applies"), max_length=10, choices=ApplicantKind.choices)
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    outside_name = models.CharField(_("applicant from outside"), max_length=200, blank=True)
    outside_organisation = models.CharField(_("organisation of the applicant"), max_length=200, blank=True)
    outside_contact = models.CharField(_("telephone or e-mail"), max_length=160, blank=True)
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    title = models.CharField(_("title of the application"), max_length=200)
    summary = models.TextField(_("what is applied for, and why"), blank=True)
    field = models.CharField(_("field of work"), max_length=40, blank=True, help_text=_("code of a sector"))
    requested_amount = money(_("amount applied for"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    facts = models.JSONField(_("facts stated"), default=dict, blank=True)
    policy_version = models.ForeignKey(
        PolicyVersion,
        verbose_name=_("version of the policy"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    answer = models.JSONField(_("answer of the policy"), default=dict, blank=True, editable=False)
    answer_sha256 = models.CharField(_("checksum"), max_length=64, blank=True, editable=False)
    answered_on = models.DateField(_("answered on"), null=True, editable=False)
    files: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("files"), blank=True, related_name="applications"
    )
    #: Per field, what the park asks to be put right; empty unless it was sent back.
    remarks = models.JSONField(_("what is to be put right"), default=dict, blank=True, editable=False)
    state = models.CharField(
        _("state of the application"),
        max_length=12,
        choices=ApplicationState.choices,
        default=ApplicationState.DRAFT,
        editable=False,
    )
    current_step = models.ForeignKey(
        ProgrammeStep, null=True, editable=False, on_delete=models.PROTECT, related_name="applications"
    )
    submitted_at = models.DateTimeField(_("handed in"), null=True, editable=False)
    submitted_by = person(_("handed in by"), editable=False)
    submitted_on = models.DateField(_("handed in on"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = person(_("decided by"), editable=False)
    decision_reason = models.TextField(_("reason given for the decision"), blank=True, editable=False)
    award_class = models.CharField(_("class of the award"), max_length=10, blank=True, editable=False)
    approved_amount = money(_("amount approved"), null=True, blank=True, editable=False)
    commitment = models.OneToOneField(
        Commitment, null=True, editable=False, on_delete=models.PROTECT, related_name="application"
    )
    external_id = models.CharField(_("number in your own system"), max_length=80, blank=True)
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
    entered_by = person(_("entered by"), editable=False)
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=120, editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application for funding")
        verbose_name_plural = _("applications for funding")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "number"],
                name="applications_number_once",
                violation_error_message=_("Another application took this number meanwhile. Send it again."),
            ),
            *[
                models.UniqueConstraint(
                    fields=["programme", name],
                    condition=Q(state__in=OPEN_STATES, applicant_kind=kind),
                    name=f"applications_one_per_{kind}",
                    violation_error_message=_("This applicant already has an application here."),
                )
                for name, kind in (
                    ("enterprise", "enterprise"),
                    ("project", "project"),
                    ("outside_name", "outside"),
                )
            ],
            models.UniqueConstraint(
                fields=["programme", "external_id"],
                condition=~Q(external_id=""),
                name="applications_external_id_once",
                violation_error_message=_(
                    "An application with this number of your own system is already recorded."
                ),
            ),
            models.CheckConstraint(
                name="applications_one_applicant",
                condition=Q(
                    applicant_kind="enterprise",
                    enterprise__isnull=False,
                    project__isnull=True,
                    outside_name="",
                )
                | Q(applicant_kind="project", project__isnull=False, enterprise__isnull=True, outside_name="")
                | (Q(applicant_kind="outside", project__isnull=True) & ~Q(outside_name="")),
                violation_error_message=_("An application has one applicant."),
            ),
            models.CheckConstraint(
                name="applications_amounts_positive",
                condition=(Q(requested_amount__isnull=True) | Q(requested_amount__gt=0))
                & (Q(approved_amount__isnull=True) | Q(approved_amount__gt=0)),
                violation_error_message=_("Amounts of an application lie above zero."),
            ),
            models.CheckConstraint(
                name="applications_handed_in_has_number",
                condition=Q(number__isnull=True, submitted_at=None, submitted_on=None,
                            state__in=["draft", "withdrawn"])
                | (Q(number__isnull=False, submitted_at__isnull=False, submitted_on__isnull=False)
                   & ~Q(state="draft")),
                violation_error_message=_("An application gets its number when it is handed in."),
            ),
            models.CheckConstraint(
                name="applications_in_the_chain",
                condition=Q(state="submitted", current_step__isnull=False)
                | (~Q(state="submitted") & Q(current_step__isnull=True)),
                violation_error_message=_("An application that is handed in stands at a step."),
            ),
            models.CheckConstraint(
                name="applications_award_complete",
                condition=Q(state__in=AWARDED, approved_amount__isnull=False, commitment__isnull=False,
                            decided_at__isnull=False)
                | (~Q(state__in=AWARDED) & Q(approved_amount__isnull=True, commitment__isnull=True)),
                violation_error_message=_("An approval comes with its amount, its money and who decided."),
            ),
            models.CheckConstraint(
                name="applications_rejected_with_reason",
                condition=~Q(state="rejected") | (~Q(decision_reason="") & Q(decided_at__isnull=False)),
                violation_error_message=_("A rejection says why."),
            ),
            paired("submitted_at", "submitted_by", name="applications_submitted_pair"),
            paired("decided_at", "decided_by", name="applications_decided_pair"),
            second_person("submitted_by", "decided_by", name="applications_decided_second_person"),
        ]  # fmt: skip
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="applications_search"),
            models.Index(fields=["programme", "state", "number"], name="applications_of_programme"),
            models.Index(fields=["-created_at", "-id"], name="applications_newest"),
            models.Index(fields=["updated_at", "id"], name="applications_pull"),
        ]

    def __str__(self) -> str:
        return f"{self.number:03d} {self.title}" if self.number else self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.index_names()
        super().save(*args, **kwargs)

    def index_names(self) -> None:
        self.search_text = search_text(self.title, self.applicant_name, self.outside_organisation)
        self.sort_key = sort_key(self.title)

    @property
    def applicant(self) -> Project | Enterprise | None:
        """Who applies, where it is on record."""
        return self.project if self.project_id else self.enterprise

    @property
    def applicant_name(self) -> str:
        found = self.project if self.project_id else self.enterprise if self.enterprise_id else None
        return self.outside_name or (found.name_zh if found else "")

    @property
    def park_id(self) -> int:
        return self.programme.park_id

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.programme.chain

    @property
    def is_writable(self) -> bool:
        return self.state in WRITABLE


class StepLogQuerySet(models.QuerySet["StepLog"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(application__in=Application.objects.visible_to(user).order_by().values("pk"))


class StepLog(models.Model):
    """A stay: from when to when an application was in a state and, in the chain, at a step; how it left.

    The open row is where it stands now; rows that are closed never change. Days are days of the park.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="log")
    state = models.CharField(_("state of the application"), max_length=12, choices=ApplicationState.choices)
    step = models.ForeignKey(
        ProgrammeStep,
        verbose_name=_("step"),
        null=True,
        on_delete=models.PROTECT,
        related_name="log",
    )
    batch = models.ForeignKey(
        StepBatch,
        verbose_name=_("batch"),
        null=True,
        on_delete=models.PROTECT,
        related_name="log",
    )
    line = models.PositiveSmallIntegerField(_("line of the list"), null=True)
    handed_in_by = person(_("handed in by"))
    entered_at = models.DateTimeField(_("there since"))
    entered_on = models.DateField(_("there from"))
    left_at = models.DateTimeField(_("left"), null=True)
    left_on = models.DateField(_("there until"), null=True)
    left_by = person(_("moved on by"))
    result = models.CharField(_("how it left"), max_length=10, choices=StepResult.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    remarks = models.JSONField(_("what is to be put right"), default=dict, blank=True)

    objects = StepLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of an application")
        verbose_name_plural = _("steps of applications")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(left_at=None),
                name="applications_log_one_open",
                violation_error_message=_("An application stands in one place at a time."),
            ),
            paired("left_at", "left_by", name="applications_log_left_pair"),
            ordered(
                "entered_on",
                "left_on",
                name="applications_log_dates",
                message=_("An application does not leave a step before it came there."),
            ),
            models.CheckConstraint(
                name="applications_log_result",
                condition=Q(left_at=None, left_on=None, result="")
                | (Q(left_at__isnull=False, left_on__isnull=False) & ~Q(result="")),
                violation_error_message=_("Whoever moves an application on says with which result."),
            ),
            models.CheckConstraint(
                name="applications_log_with_reason",
                condition=~Q(result__in=[StepResult.FAILED, StepResult.RETURNED, StepResult.SKIPPED,
                                         StepResult.WITHDRAWN, StepResult.ENDED]) | ~Q(reason=""),
                violation_error_message=_("Say why the application does not simply go on."),
            ),
            models.CheckConstraint(
                name="applications_log_step_of_chain",
                condition=Q(state="submitted", step__isnull=False)
                | (~Q(state="submitted") & Q(step__isnull=True)),
                violation_error_message=_("An application that is handed in stands at a step."),
            ),
            models.CheckConstraint(
                name="applications_log_second_person",
                condition=Q(left_by__isnull=True)
                | Q(step__isnull=True)
                | Q(result=StepResult.WITHDRAWN)
                | ~Q(left_by=F("handed_in_by")),
                violation_error_message=_("Nobody checks the application that he handed in himself."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["application", "id"], name="applications_log_in_order"),
            models.Index(fields=["step"], condition=Q(left_at=None), name="applications_log_standing"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.step or self.get_state_display()}"
