"""An import: its file, its rows as typed and as read, their fate; headings remembered for a place."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired
from exchange.enums import GONE, WRITTEN, ImportSource, ImportState, RowDecision, RowState
from exchange.models.plain import from_plain, text_of
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of


class OfPlaceQuerySet(models.QuerySet[Any]):
    """Records of a park or of one incubator in it."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="incubator"))


class ImportRun(models.Model):
    """One file, pasted block or grid on its way into the records.

    ``lease_*`` say which worker is at it (see ``exchange.services.leases``); ``layout`` is how its columns
    were understood (see ``exchange.services.layouts``).
    """

    sheet = models.CharField(_("table"), max_length=40)
    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="imports")
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="imports",
    )
    source = models.CharField(
        _("source"), max_length=10, choices=ImportSource.choices, default=ImportSource.FILE
    )
    state = models.CharField(
        _("state"), max_length=12, choices=ImportState.choices, default=ImportState.READING
    )
    original_name = models.CharField(_("file name"), max_length=255, blank=True)
    storage_name = models.CharField(max_length=120, blank=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    layout = models.JSONField(_("columns as understood"), default=dict, blank=True)
    notes = models.JSONField(_("remarks on the file"), default=list, blank=True)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows worked through"), default=0)
    error = models.TextField(_("what went wrong"), blank=True)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("brought"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("brought by"), on_delete=models.PROTECT, related_name="+"
    )
    committed_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    discarded_at = models.DateTimeField(_("discarded at"), null=True, blank=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("discarded by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("changed"))

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "park", "incubator", "sha256"],
                condition=~Q(sha256="") & ~Q(state__in=[state.value for state in GONE]),
                nulls_distinct=False,
                name="exchange_same_file_once",
                violation_error_message=_("This file has been brought in already."),
            ),
            models.CheckConstraint(
                name="exchange_run_state_known",
                condition=Q(state__in=ImportState.values),
                violation_error_message=_("An import has no such state."),
            ),
            models.CheckConstraint(
                name="exchange_run_source_known",
                condition=Q(source__in=ImportSource.values),
                violation_error_message=_("An import has no such source."),
            ),
            models.CheckConstraint(
                name="exchange_file_is_stored",
                condition=Q(source=ImportSource.GRID) | (~Q(storage_name="") & ~Q(sha256="")),
                violation_error_message=_("What was brought in is kept with its digest."),
            ),
            models.CheckConstraint(
                name="exchange_undone_has_a_time",
                condition=~Q(state=ImportState.UNDONE) | Q(undone_at__isnull=False),
                violation_error_message=_("An import that was undone says when."),
            ),
            models.CheckConstraint(
                name="exchange_discarded_has_a_time",
                condition=~Q(state=ImportState.DISCARDED) | Q(discarded_at__isnull=False),
                violation_error_message=_("An import that was discarded says when."),
            ),
            models.CheckConstraint(
                name="exchange_written_has_a_time",
                condition=~Q(state__in=[ImportState.WRITING, ImportState.DONE])
                | Q(committed_at__isnull=False),
                violation_error_message=_("An import that was submitted says when."),
            ),
            paired("committed_at", "committed_by", name="exchange_committed_pair"),
            paired("undone_at", "undone_by", name="exchange_undone_pair"),
            paired("discarded_at", "discarded_by", name="exchange_discarded_pair"),
        ]
        indexes = [
            models.Index(fields=["park", "incubator", "-created_at", "-id"], name="exchange_runs_of_place"),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=[ImportState.READING, ImportState.WRITING]),
                name="exchange_runs_at_work",
            ),
        ]

    #: Set by ``start_import`` when the same bytes came before: this is the earlier run.
    is_repeat = False

    def __str__(self) -> str:
        return self.original_name or f"{self.sheet} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain

    @property
    def is_at_work(self) -> bool:
        return self.state in (ImportState.READING, ImportState.WRITING)

    @property
    def progress(self) -> int:
        """Percent of the rows worked through."""
        return 100 if not self.is_at_work else min(99, self.rows_done * 100 // max(1, self.rows_total))

    @property
    def mapping(self) -> dict[int, str]:
        """Position → name of the column; positions without a column are left out."""
        return {int(position): name for position, name in self.layout.get("mapping", {}).items()}

    @property
    def headings(self) -> dict[int, str]:
        """Position → heading as it stands in the file."""
        return {int(position): text for position, text in self.layout.get("headings", {}).items()}

    @property
    def unknown(self) -> dict[int, str]:
        """Position → heading, of the columns that nobody assigned."""
        return {
            position: text
            for position, text in self.headings.items()
            if text and position not in self.mapping
        }

    @property
    def guesses(self) -> dict[int, str]:
        """Position → name of the column, where a similar spelling was taken for it."""
        return {int(position): name for position, name in self.layout.get("guesses", {}).items()}


class OfRunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user).places(Action.READ).filter(park="run__park", incubator="run__incubator")
        )


class ImportRow(models.Model):
    """One row: its cells as typed, what was typed over them in the grid, its values as read, its fate.

    ``cells`` is a list by position, ``edits`` maps a column to the text typed over it, ``values`` maps a
    column to its value (see ``exchange.models.plain`` for how dates and decimals stand in JSON).
    ``errors`` are objects with column (empty: the whole row), code, message, suggestion; ``remarks`` objects
    with column and message say how an unusual spelling was read; ``changes`` maps a column to its text before
    and after; ``candidates`` are objects with id, label, why, url; ``undo`` is what the table's app needs to
    take the row back.
    """

    run = models.ForeignKey(
        ImportRun, verbose_name=_("import run"), on_delete=models.CASCADE, related_name="rows"
    )
    number = models.PositiveIntegerField(_("row in the file"))
    cells = models.JSONField(_("as typed"), default=list, blank=True)
    edits = models.JSONField(_("typed over"), default=dict, blank=True)
    values = models.JSONField(_("as read"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=RowState.choices)
    errors = models.JSONField(_("what to mend"), default=list, blank=True)
    remarks = models.JSONField(_("how it was read"), default=list, blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    candidates = models.JSONField(_("possibly the same"), default=list, blank=True)
    decision = models.CharField(
        _("decision on the row"), max_length=6, choices=RowDecision.choices, blank=True
    )
    target = models.BigIntegerField(_("the record meant"), null=True, blank=True)
    record_id = models.BigIntegerField(_("record"), null=True, blank=True)
    undo = models.JSONField(default=dict, blank=True, editable=False)

    objects = OfRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"],
                name="exchange_row_once",
                violation_error_message=_("An import has each row once."),
            ),
            models.CheckConstraint(
                name="exchange_row_status_known",
                condition=Q(status__in=RowState.values),
                violation_error_message=_("A row has no such status."),
            ),
            models.CheckConstraint(
                name="exchange_written_row_has_a_record",
                condition=~Q(status__in=[status.value for status in WRITTEN]) | Q(record_id__isnull=False),
                violation_error_message=_("A row that was written names its record."),
            ),
            models.CheckConstraint(
                name="exchange_same_names_its_record",
                condition=Q(decision=RowDecision.SAME, target__isnull=False)
                | (~Q(decision=RowDecision.SAME) & Q(target__isnull=True)),
                violation_error_message=_("Say which record this row is the same as."),
            ),
            models.CheckConstraint(
                name="exchange_decision_known",
                condition=Q(decision__in=["", *RowDecision.values]),
                violation_error_message=_("Choose one of the decisions offered."),
            ),
        ]
        indexes = [models.Index(fields=["run", "status", "number"], name="exchange_rows_by_status")]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.number}"

    @property
    def texts(self) -> dict[str, str]:
        """Column → text as it stands in the grid: what was typed over a cell, else the cell itself."""
        texts = {
            name: text_of(from_plain(self.cells[position]))
            for position, name in self.run.mapping.items()
            if position < len(self.cells)
        }
        return texts | self.edits


class RememberedHeading(models.Model):
    """What a heading meant the last time somebody assigned it here; an empty ``column`` is left out."""

    sheet = models.CharField(_("table"), max_length=40)
    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="+")
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    heading = models.CharField(_("heading"), max_length=200, help_text=_("folded"))
    column = models.CharField(_("column"), max_length=60, blank=True)
    remembered_at = models.DateTimeField(_("remembered"))
    remembered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("remembered from"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("remembered heading")
        verbose_name_plural = _("remembered headings")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "park", "incubator", "heading"],
                nulls_distinct=False,
                name="exchange_heading_once",
                violation_error_message=_("This heading is remembered already."),
            ),
            models.CheckConstraint(
                name="exchange_heading_not_empty",
                condition=~Q(heading=""),
                violation_error_message=_("An empty heading cannot be remembered."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.heading} → {self.column}"
