"""Promotion meetings, roadshows, delegations: what was held, with whom, at what cost."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered
from core.enums import Currency
from evidence.models import EvidenceFile
from incubators.models import Named
from outreach.enums import EventKind
from outreach.models.base import Placed, amount_with_currency, external_id_once


class Event(Named, Placed):
    """Held or planned. ``last_on`` is the last day, included; empty where it was one day."""

    kind = models.CharField(_("kind"), max_length=12, choices=EventKind.choices)
    venue = models.CharField(_("venue"), max_length=160, blank=True)
    starts_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"), null=True, blank=True)
    co_hosts = models.CharField(_("co-hosts"), max_length=300, blank=True)
    attendee_count = models.PositiveIntegerField(_("people present"), null=True, blank=True)
    firm_count = models.PositiveIntegerField(_("firms and teams met"), null=True, blank=True)
    cost_amount = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True, blank=True)
    cost_currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            external_id_once("outreach_event_external_id_once"),
            models.UniqueConstraint(
                fields=["park", "incubator", "name_zh", "starts_on"],
                nulls_distinct=False,
                name="outreach_event_once",
                violation_error_message=_("An event of this name is already recorded for this day."),
            ),
            ordered(
                "starts_on",
                "last_on",
                name="outreach_event_days",
                message=_("The last day of an event does not lie before its first."),
            ),
            not_negative("cost_amount", name="outreach_event_cost_not_negative"),
            amount_with_currency("cost_amount", "cost_currency", name="outreach_event_cost_has_currency"),
            models.CheckConstraint(
                name="outreach_event_cancelled_met_nobody",
                condition=Q(cancelled=False) | Q(attendee_count__isnull=True, firm_count__isnull=True),
                violation_error_message=_("A cancelled event has no attendance."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="outreach_events_search"),
            models.Index(fields=["park", "-starts_on", "-id"], name="outreach_events_newest"),
        ]

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.venue, self.co_hosts]
