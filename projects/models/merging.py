"""Two records of one thing: how they were merged, and pairs that are known to be two different things."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of
from projects.enums import RecordKind
from projects.models.projects import Project


class OfPairQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """A pair within one incubator belongs to it; a pair across two belongs to the park alone."""
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="incubator"))


class Pair(models.Model):
    """Where a pair of records stands; ``incubator`` is empty when they are of two incubators."""

    kind = models.CharField(_("kind"), max_length=10, choices=RecordKind.choices)
    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="+")
    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    objects = OfPairQuerySet.as_manager()

    class Meta:
        abstract = True


def _of(model: Any, label: Any, related_name: str = "+") -> Any:
    return models.ForeignKey(
        model, verbose_name=label, null=True, blank=True, on_delete=models.PROTECT, related_name=related_name
    )


def _one_kind(first: str, second: str) -> Q:
    """The columns of the one kind are filled, those of the other are not."""
    return Q(
        kind=RecordKind.PROJECT,
        **{f"{first}_project__isnull": False, f"{second}_project__isnull": False},
        **{f"{first}_enterprise__isnull": True, f"{second}_enterprise__isnull": True},
    ) | Q(
        kind=RecordKind.ENTERPRISE,
        **{f"{first}_project__isnull": True, f"{second}_project__isnull": True},
        **{f"{first}_enterprise__isnull": False, f"{second}_enterprise__isnull": False},
    )


class Merge(Pair):
    """One record merged into another, with everything that is needed to undo it.

    ``moved`` lists what was hung over: model, key, column, from where, to where, and its fingerprint
    afterwards; ``changed`` holds the kept record's values before and after, field by field.
    """

    kept_project = _of(Project, _("kept project"), "merges")
    merged_project = _of(Project, _("merged project"), "merged_in")
    kept_enterprise = _of(Enterprise, _("kept enterprise"), "merges")
    merged_enterprise = _of(Enterprise, _("merged enterprise"), "merged_in")
    changed = models.JSONField(_("values taken over"), default=dict, blank=True)
    moved = models.JSONField(_("what was moved"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    merged_at = models.DateTimeField(_("merged on"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("merged by"), on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(
                name="projects_merge_of_one_kind",
                condition=_one_kind("kept", "merged"),
                violation_error_message=_("Two projects are merged, or two enterprises."),
            ),
            models.CheckConstraint(
                name="projects_merge_of_two_records",
                condition=~Q(kept_project=F("merged_project")) & ~Q(kept_enterprise=F("merged_enterprise")),
                violation_error_message=_("A record is merged into another one, not into itself."),
            ),
            models.UniqueConstraint(
                fields=["merged_project"],
                condition=Q(undone_at=None),
                name="projects_merged_project_once",
                violation_error_message=_("This project has been merged already."),
            ),
            models.UniqueConstraint(
                fields=["merged_enterprise"],
                condition=Q(undone_at=None),
                name="projects_merged_enterprise_once",
                violation_error_message=_("This enterprise has been merged already."),
            ),
            paired("undone_at", "undone_by", name="projects_merge_undone_pair"),
        ]
        indexes = [models.Index(fields=["-merged_at", "-id"], name="projects_merges_newest")]

    def __str__(self) -> str:
        return f"{self.merged} → {self.kept}"

    @property
    def kept(self) -> Any:
        return self.kept_project if self.kind == RecordKind.PROJECT else self.kept_enterprise

    @property
    def merged(self) -> Any:
        return self.merged_project if self.kind == RecordKind.PROJECT else self.merged_enterprise


class NotDuplicate(Pair):
    """Somebody looked at a pair that seemed to be one thing, and found that it is two."""

    first_project = _of(Project, _("project"))
    second_project = _of(Project, _("project"))
    first_enterprise = _of(Enterprise, _("enterprise"))
    second_enterprise = _of(Enterprise, _("enterprise"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("pair of two different records")
        verbose_name_plural = _("pairs of two different records")
        constraints = [
            models.CheckConstraint(
                name="projects_pair_of_one_kind",
                condition=_one_kind("first", "second"),
                violation_error_message=_("A pair is of two projects or of two enterprises."),
            ),
            models.CheckConstraint(
                name="projects_pair_in_order",
                condition=Q(first_project__isnull=True, first_enterprise__lt=F("second_enterprise"))
                | Q(first_enterprise__isnull=True, first_project__lt=F("second_project")),
                violation_error_message=_("The older record of a pair stands first."),
            ),
            models.UniqueConstraint(
                fields=["first_project", "second_project"],
                name="projects_pair_of_projects_once",
                violation_error_message=_("This pair has been judged already."),
            ),
            models.UniqueConstraint(
                fields=["first_enterprise", "second_enterprise"],
                name="projects_pair_of_enterprises_once",
                violation_error_message=_("This pair has been judged already."),
            ),
        ]

    def __str__(self) -> str:
        first = self.first_project or self.first_enterprise
        return f"{first} ≠ {self.second_project or self.second_enterprise}"
