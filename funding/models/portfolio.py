"""Runs of a policy over all enterprises of a park: what it costs, and what if its numbers were others."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from funding.enums import PortfolioState
from funding.models.policies import PolicyVersion
from incubators.models import Park
from incubators.scope import Action, scope_of


class PortfolioRunQuerySet(models.QuerySet["PortfolioRun"]):
    def visible_to(self, user: Any) -> Self:
        """Runs of parks the person sees as a whole: no operator sees the enterprises of other incubators."""
        places = scope_of(user).places(Action.READ)
        return self.all() if places.everywhere else self.filter(park__in=sorted(places.park_ids))


class PortfolioRun(models.Model):
    """One policy over all enterprises of a park on a day, with its inputs frozen. A calculation, no award.

    ``overrides`` maps the path of a number of the terms (or ``places``, ``budget_yuan`` of the version) to
    the number of the variant; ``changed`` maps the id of an enterprise to facts of the variant by key.
    ``inputs`` and ``result`` are rows in the same order, one per enterprise; ``sha256`` covers version,
    terms, rules, inputs and result.
    """

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="portfolio_runs"
    )
    version = models.ForeignKey(
        PolicyVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="portfolio_runs"
    )
    name = models.CharField(_("name"), max_length=200)
    as_of = models.DateField(_("as of"))
    rank_by = models.CharField(
        _("ranked by"), max_length=60, blank=True, help_text=_("key of a fact; empty: the amount")
    )
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    overrides = models.JSONField(_("changed numbers"), default=dict, blank=True)
    changed = models.JSONField(_("changed facts"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=PortfolioState.choices, default=PortfolioState.WAITING
    )
    progress = models.PositiveSmallIntegerField(_("progress in percent"), default=0)
    error = models.CharField(_("error"), max_length=400, blank=True)
    inputs = models.JSONField(_("frozen facts"), null=True, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True)
    totals = models.JSONField(_("totals"), null=True, blank=True)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PortfolioRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("portfolio run")
        verbose_name_plural = _("portfolio runs")
        constraints = [
            models.CheckConstraint(
                name="funding_run_done_is_whole",
                condition=~Q(state=PortfolioState.DONE)
                | (
                    Q(
                        inputs__isnull=False,
                        result__isnull=False,
                        totals__isnull=False,
                        finished_at__isnull=False,
                    )
                    & ~Q(sha256="")
                ),
                violation_error_message=_("A finished run has its inputs, its result and a checksum."),
            ),
            models.CheckConstraint(
                name="funding_run_progress_percent",
                condition=Q(progress__lte=100),
                violation_error_message=_("Progress is a number of percent, up to 100."),
            ),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="funding_run_order")]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        return self.park.chain

    @property
    def is_what_if(self) -> bool:
        return bool(self.overrides or self.changed)
