"""Gate tables as dated versions per park, and the requests with which projects pass through gates."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.constraints import ordered, paired, second_person
from incubators.models import Park, half_open
from incubators.scope import Action, scope_of
from projects.enums import GateTableStatus, RequestState, RequirementKind, Stage
from projects.models.projects import OfProjectQuerySet, Project, StageLog
from projects.stages import ALWAYS_ASKED, ALWAYS_VERIFIED, MOVERS, PATH


class GateTableQuerySet(models.QuerySet["GateTable"]):
    def visible_to(self, user: Any) -> Self:
        """Published tables of one's parks and the default, open to all whom they bind; drafts to the park's
        administrator."""
        if not user.is_authenticated:
            return self.none()
        scope = scope_of(user)
        reads, manages = scope.places(Action.READ), scope.places(Action.MANAGE)
        mine = Q() if reads.everywhere else Q(park=None) | Q(park__in=_parks_of(scope))
        drafts = Q() if manages.everywhere else Q(park__in=sorted(manages.park_ids))
        return self.filter(mine, Q(status=GateTableStatus.PUBLISHED) | drafts)


def _parks_of(scope: Any) -> list[int]:
    return sorted({*scope.parks, *scope.incubator_parks.values()} - {None})


class GateTable(models.Model):
    """One version of a park's gates; without a park, the default that holds where a park has none.

    A published version never changes (a trigger of the database holds this too): the next one ends it.
    """

    park = models.ForeignKey(
        Park,
        verbose_name=_("park"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="gate_tables",
    )
    number = models.PositiveSmallIntegerField(_("version"))
    status = models.CharField(
        _("status"), max_length=10, choices=GateTableStatus.choices, default=GateTableStatus.DRAFT
    )
    valid_from = models.DateField(_("holds from"), null=True, blank=True)
    valid_until = models.DateField(_("until (not included)"), null=True, blank=True)
    note = models.CharField(_("what changes, and why"), max_length=400, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = GateTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate table")
        verbose_name_plural = _("gate tables")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "number"],
                name="projects_gate_table_number_once",
                nulls_distinct=False,
                violation_error_message=_("This version number is taken."),
            ),
            models.UniqueConstraint(
                fields=["park"],
                condition=Q(status=GateTableStatus.DRAFT),
                name="projects_gate_table_one_draft",
                nulls_distinct=False,
                violation_error_message=_("There is a draft already; go on with it."),
            ),
            models.CheckConstraint(
                name="projects_gate_table_published_with_a_day",
                condition=Q(status=GateTableStatus.DRAFT, published_at__isnull=True, valid_until__isnull=True)
                | Q(status=GateTableStatus.PUBLISHED, valid_from__isnull=False),
                violation_error_message=_("A published table says from which day it holds."),
            ),
            ordered(
                "valid_from",
                "valid_until",
                name="projects_gate_table_dates",
                message=_("A table ends after it starts."),
            ),
            paired("published_at", "published_by", name="projects_gate_table_published_pair"),
            ExclusionConstraint(
                name="projects_gate_tables_do_not_overlap",
                expressions=[
                    (OpClass(Coalesce(F("park"), Value(0)), "gist_int8_ops"), RangeOperators.EQUAL),
                    (half_open("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status=GateTableStatus.PUBLISHED),
                violation_error_message=_("Another published table of this park covers part of this time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park or 'default'} v{self.number}"

    @property
    def chain(self) -> str:
        return self.park.chain if self.park else "system"


class OfTableQuerySet(models.QuerySet[Any]):
    path = "table"

    def visible_to(self, user: Any) -> Self:
        tables = GateTable.objects.visible_to(user).values("pk")
        return self.filter(**{f"{self.path}__in": tables})


class GateStage(models.Model):
    """The gate before one stage: who may move or request the move, and whether and when it is decided."""

    table = models.ForeignKey(
        GateTable, verbose_name=_("gate table"), on_delete=models.CASCADE, related_name="gates"
    )
    stage = models.CharField(_("stage"), max_length=16, choices=Stage.choices)
    movers = ArrayField(models.CharField(max_length=12), verbose_name=_("who may move"))
    second_person = models.BooleanField(_("a second person decides"), default=False)
    days = models.PositiveSmallIntegerField(_("days for the decision"), null=True, blank=True)

    objects = OfTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        constraints = [
            models.UniqueConstraint(
                fields=["table", "stage"],
                name="projects_gate_once_per_stage",
                violation_error_message=_("This table has a gate for this stage already."),
            ),
            models.CheckConstraint(
                name="projects_gate_stage_ahead",
                condition=Q(stage__in=PATH[1:]),
                violation_error_message=_("Only a stage ahead on the path has a gate."),
            ),
            models.CheckConstraint(
                name="projects_gate_movers_known",
                condition=Q(movers__contained_by=list(MOVERS), movers__len__gt=0),
                violation_error_message=_("Choose who may move a project into this stage."),
            ),
            models.CheckConstraint(
                name="projects_gate_days_in_a_year",
                condition=Q(days__isnull=True) | Q(days__gte=1, days__lte=365),
                violation_error_message=_("A decision takes between 1 and 365 days."),
            ),
            models.CheckConstraint(
                name="projects_gate_keeps_the_second_person",
                condition=~Q(stage__in=sorted(ALWAYS_ASKED)) | Q(second_person=True),
                violation_error_message=_(
                    "Landing, paid-in capital and production are always decided by a second person."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} · {self.get_stage_display()}"


class OfGateQuerySet(OfTableQuerySet):
    path = "gate__table"


class GateRow(models.Model):
    """One thing that a gate asks for."""

    gate = models.ForeignKey(GateStage, verbose_name=_("gate"), on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=RequirementKind.choices)
    key = models.SlugField(_("what is asked"), max_length=40)
    proof = models.BooleanField(_("with proof"), default=False)
    verify = models.BooleanField(_("verified by a second person"), default=False)
    words_zh = models.CharField(_("words while it is missing (Chinese)"), max_length=200, blank=True)
    words_en = models.CharField(_("words while it is missing (English)"), max_length=300, blank=True)
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    objects = OfGateQuerySet.as_manager()

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "kind", "key"],
                name="projects_gate_asks_once",
                violation_error_message=_("This gate asks for that already."),
            ),
            models.CheckConstraint(
                name="projects_gate_row_proof_fits",
                condition=Q(kind__in=["field", "condition"], proof=False, verify=False)
                | Q(kind="evidence", proof=True)
                | Q(kind="fact", verify=False)
                | Q(kind="fact", proof=True),
                violation_error_message=_("What a second person verifies has a proof to look at."),
            ),
            models.CheckConstraint(
                name="projects_gate_row_keeps_the_second_person",
                condition=~Q(kind="fact", key__in=sorted(ALWAYS_VERIFIED)) | Q(verify=True),
                violation_error_message=_(
                    "Registration, paid-in capital and production are always verified by a second person."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gate} · {self.key}"


class GateRequest(models.Model):
    """An operator asks for a step; a second person approves it or returns it with words."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="gate_requests"
    )
    from_stage = models.CharField(_("from"), max_length=16, choices=Stage.choices)
    to_stage = models.CharField(_("to"), max_length=16, choices=Stage.choices)
    on = models.DateField(_("on"))
    note = models.TextField(_("note"), blank=True)
    table = models.ForeignKey(
        GateTable,
        verbose_name=_("gate table"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requests",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=RequestState.choices, default=RequestState.OPEN
    )
    requested_at = models.DateTimeField(_("requested"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("requested by"), on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("decision due on"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("withdrawn by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    log = models.OneToOneField(
        StageLog, null=True, blank=True, on_delete=models.PROTECT, related_name="gate_request"
    )
    updated_at = models.DateTimeField(_("changed"))

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate request")
        verbose_name_plural = _("gate requests")
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state=RequestState.OPEN),
                name="projects_request_one_open",
                violation_error_message=_("A request of this project already waits for a decision."),
            ),
            paired("decided_at", "decided_by", name="projects_request_decided_pair"),
            paired("withdrawn_at", "withdrawn_by", name="projects_request_withdrawn_pair"),
            second_person("requested_by", "decided_by", name="projects_request_second_person"),
            models.CheckConstraint(
                name="projects_request_state_fits",
                condition=Q(
                    state=RequestState.OPEN,
                    decided_at__isnull=True,
                    withdrawn_at__isnull=True,
                    log__isnull=True,
                )
                | Q(
                    state=RequestState.APPROVED,
                    decided_at__isnull=False,
                    withdrawn_at__isnull=True,
                    log__isnull=False,
                )
                | Q(
                    state=RequestState.RETURNED,
                    decided_at__isnull=False,
                    withdrawn_at__isnull=True,
                    log__isnull=True,
                )
                | Q(
                    state=RequestState.WITHDRAWN,
                    decided_at__isnull=True,
                    withdrawn_at__isnull=False,
                    log__isnull=True,
                ),
                violation_error_message=_("The state of a request and who decided it go together."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "requested_at"],
                condition=Q(state=RequestState.OPEN),
                name="projects_requests_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project} → {self.get_to_stage_display()}"

    @property
    def chain(self) -> str:
        return self.project.chain


class OfRequestQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        places = scope_of(user).places(Action.READ)
        return self.filter(
            places.filter(park="request__project__park", incubator="request__project__incubator")
        )


class GateRemark(models.Model):
    """What a reviewer says beside one field of a returned request; without a field, of the whole."""

    request = models.ForeignKey(
        GateRequest, verbose_name=_("gate request"), on_delete=models.CASCADE, related_name="remarks"
    )
    field = models.CharField(_("field"), max_length=60, blank=True)
    words = models.TextField(_("words"))

    objects = OfRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "field"],
                name="projects_remark_once_per_field",
                violation_error_message=_("One remark per field is enough."),
            ),
            models.CheckConstraint(
                name="projects_remark_has_words",
                condition=~Q(words=""),
                violation_error_message=_("Say in words what has to be mended."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.words[:40]}"
