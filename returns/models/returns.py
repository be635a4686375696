"""A return of one period, its lines, and what happened to it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, paired, second_person
from core.enums import Provenance
from evidence.models import EvidenceFile
from incubators.models import Incubator, TenantQuerySet
from incubators.scope import Action, scope_of
from returns.enums import ReturnAct, ReturnState
from returns.models.duties import ReturnDuty


def _person(label: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )


class PeriodReturn(models.Model):
    """One version of the return of one duty and period. A correction is a new version; the old one stays."""

    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), on_delete=models.PROTECT, related_name="period_returns"
    )
    duty = models.ForeignKey(
        ReturnDuty, verbose_name=_("duty"), on_delete=models.PROTECT, related_name="returns"
    )
    period = models.CharField(_("period"), max_length=8)
    starts_on = models.DateField(editable=False)
    ends_on = models.DateField(editable=False)
    due_on = models.DateField(_("due"))
    edition = models.PositiveSmallIntegerField(_("version"), default=1)
    is_latest = models.BooleanField(_("newest version"), default=True)
    correction_reason = models.CharField(_("why it was corrected"), max_length=300, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ReturnState.choices, default=ReturnState.DRAFT, editable=False
    )
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    submitted_by = _person(_("submitted by"))
    submitted_sha256 = models.CharField(_("digest of what was submitted"), max_length=64, blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = _person(_("verified by"))
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    returned_by = _person(_("returned by"))
    return_reason = models.TextField(_("why it was returned"), blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = _person(_("published by"))
    #: Counts every change of the return and of its lines: open pages and programs notice by it.
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = _person(_("last changed by"))
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("period return")
        verbose_name_plural = _("period returns")
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "period", "edition"],
                name="returns_return_once",
                violation_error_message=_("This version of the return exists already."),
            ),
            models.UniqueConstraint(
                fields=["duty", "period"],
                condition=Q(is_latest=True),
                name="returns_one_newest_version",
                violation_error_message=_("Somebody else has just opened a new version of this return."),
            ),
            models.CheckConstraint(
                name="returns_return_dates",
                condition=Q(starts_on__lt=F("ends_on")) & Q(due_on__gte=F("ends_on")),
                violation_error_message=_("A return is due after its period ends."),
            ),
            models.CheckConstraint(
                name="returns_edition_counts_from_one",
                condition=Q(edition=1, correction_reason="") | (Q(edition__gt=1) & ~Q(correction_reason="")),
                violation_error_message=_("Whoever corrects a return says why."),
            ),
            paired("submitted_at", "submitted_by", name="returns_return_submitted_pair"),
            paired("verified_at", "verified_by", name="returns_return_verified_pair"),
            paired("returned_at", "returned_by", name="returns_return_returned_pair"),
            paired("published_at", "published_by", name="returns_return_published_pair"),
            second_person("submitted_by", "verified_by", name="returns_return_second_person"),
            models.CheckConstraint(
                name="returns_return_state_has_its_person",
                condition=(
                    Q(state="draft", submitted_at__isnull=True, verified_at__isnull=True)
                    | Q(state="returned", returned_at__isnull=False, verified_at__isnull=True)
                    | Q(state="submitted", submitted_at__isnull=False, verified_at__isnull=True)
                    | Q(state="verified", submitted_at__isnull=False, verified_at__isnull=False)
                    | Q(state="published", verified_at__isnull=False, published_at__isnull=False)
                ),
                violation_error_message=_("The state of a return and the people who acted do not fit."),
            ),
            models.CheckConstraint(
                name="returns_return_returned_with_words",
                condition=Q(returned_at__isnull=True) | ~Q(return_reason=""),
                violation_error_message=_("Whoever returns something says why."),
            ),
        ]
        indexes = [
            models.Index(fields=["incubator", "ends_on"], name="returns_of_incubator"),
            models.Index(fields=["due_on"], condition=Q(is_latest=True), name="returns_due"),
            models.Index(fields=["updated_at", "id"], name="returns_pull"),
            models.Index(
                fields=["submitted_at"],
                condition=Q(state=ReturnState.SUBMITTED, is_latest=True),
                name="returns_waiting",
            ),
        ]

    def __str__(self) -> str:
        number = f" v{self.edition}" if self.edition > 1 else ""
        return f"{self.incubator} · {self.period}{number}"

    @property
    def chain(self) -> str:
        return self.incubator.chain

    @property
    def receipt_number(self) -> str:
        """What a receipt prints: the return and its version."""
        return f"R{self.starts_on.year}-{self.pk:06d}-{self.edition}"


class OfReturnQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user)
            .places(Action.READ)
            .filter(park="period_return__incubator__park", incubator="period_return__incubator")
        )


class ReturnLine(models.Model):
    """One number of a return. ``value`` None: what the records yield (``computed``) is reported."""

    period_return = models.ForeignKey(
        PeriodReturn, verbose_name=_("return"), on_delete=models.CASCADE, related_name="lines"
    )
    code = models.SlugField(_("line"), max_length=60)
    position = models.PositiveSmallIntegerField()
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=4, null=True, blank=True)
    computed = models.DecimalField(
        _("value from records"), max_digits=24, decimal_places=4, null=True, blank=True
    )
    previous = models.DecimalField(
        _("the period before"), max_digits=24, decimal_places=4, null=True, blank=True
    )
    year_before = models.DecimalField(
        _("a year before"), max_digits=24, decimal_places=4, null=True, blank=True
    )
    reason = models.CharField(_("why not the value from records"), max_length=300, blank=True)
    explanation = models.CharField(_("why it changed"), max_length=300, blank=True)
    remark = models.CharField(_("words of the reviewer"), max_length=300, blank=True)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="return_lines"
    )
    entered_at = models.DateTimeField(_("entered"), null=True, blank=True)
    entered_by = _person(_("entered by"))

    objects = OfReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a return")
        verbose_name_plural = _("lines of returns")
        constraints = [
            models.UniqueConstraint(
                fields=["period_return", "code"],
                name="returns_line_once",
                violation_error_message=_("This line is already in the return."),
            ),
            not_negative("value", name="returns_line_not_negative"),
            paired("entered_at", "entered_by", name="returns_line_entered_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.period_return} · {self.code}"

    @property
    def reported(self) -> Any:
        """The number that counts: what was typed, else what the records yield."""
        return self.computed if self.value is None else self.value

    @property
    def updated_at(self) -> Any:
        """When somebody last typed in it; an import undoes only what nobody has typed over."""
        return self.entered_at or self.period_return.created_at


class ReturnMove(models.Model):
    """One act on a return: who, when, from which state to which, in which words."""

    period_return = models.ForeignKey(
        PeriodReturn, verbose_name=_("return"), on_delete=models.CASCADE, related_name="moves"
    )
    act = models.CharField(_("act"), max_length=10, choices=ReturnAct.choices)
    from_state = models.CharField(_("from"), max_length=10, choices=ReturnState.choices, blank=True)
    to_state = models.CharField(_("to"), max_length=10, choices=ReturnState.choices)
    words = models.TextField(_("words"), blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("empty: the system itself"),
    )

    objects = OfReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("act on a return")
        verbose_name_plural = _("acts on returns")
        constraints = [
            models.CheckConstraint(
                name="returns_move_act_known",
                condition=Q(act__in=ReturnAct.values),
                violation_error_message=_("This is not an act on a return."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.period_return} · {self.get_act_display()}"
