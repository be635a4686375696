"""What the meeting decides, and the agreement that follows."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.enums import DecisionOutcome
from applications.models.applications import Application
from applications.models.base import OfParkQuerySet, money, paper, person
from applications.models.programmes import Programme
from core.constraints import paired, second_person
from incubators.scope import Action, scope_of


class Meeting(models.Model):
    """A meeting with its list of decisions: proposed by one person; a second confirms, and it is frozen."""

    programme = models.ForeignKey(
        Programme, verbose_name=_("programme"), on_delete=models.PROTECT, related_name="meetings"
    )
    held_on = models.DateField(_("held on"))
    number = models.CharField(_("number of the minutes"), max_length=80, blank=True)
    evidence = paper(_("minutes of the meeting"))
    note = models.TextField(_("note on the meeting"), blank=True)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = person(_("proposed by"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    confirmed_by = person(_("confirmed by"), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfParkQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting that decides")
        verbose_name_plural = _("meetings that decide")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "number"],
                condition=~Q(number=""),
                name="applications_minutes_once",
                violation_error_message=_("There is already a meeting with minutes of this number."),
            ),
            paired("confirmed_at", "confirmed_by", name="applications_meeting_confirmed_pair"),
            second_person("proposed_by", "confirmed_by", name="applications_meeting_second_person"),
        ]
        indexes = [
            models.Index(fields=["-held_on", "-id"], name="applications_meeting_newest"),
            models.Index(fields=["updated_at", "id"], name="applications_meeting_pull"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.number or self.held_on.isoformat()}"

    @property
    def park_id(self) -> int:
        return self.programme.park_id

    @property
    def chain(self) -> str:
        return self.programme.chain


class OfMeetingQuerySet(OfParkQuerySet):
    path = "meeting__programme__park"


class Decision(models.Model):
    """One line of a meeting. ``suggested`` is what rank, quota and budget came to when it was proposed;
    who decides otherwise says why."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    place = models.PositiveIntegerField(_("place in the ranking"), null=True, blank=True)
    mark = models.DecimalField(_("mark"), max_digits=9, decimal_places=2, null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=DecisionOutcome.choices)
    award_class = models.CharField(_("class of the award"), max_length=10, blank=True)
    amount = money(_("amount awarded"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    suggested = models.JSONField(default=dict, blank=True, editable=False)

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision of a meeting")
        verbose_name_plural = _("decisions of meetings")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "application"],
                name="applications_decision_once",
                violation_error_message=_("The meeting already has a decision about this application."),
            ),
            models.CheckConstraint(
                name="applications_decision_complete",
                condition=Q(outcome=DecisionOutcome.APPROVED, amount__isnull=False, amount__gt=0)
                | (Q(outcome=DecisionOutcome.REJECTED, amount__isnull=True, award_class="") & ~Q(reason="")),
                violation_error_message=_("An approval has an amount above zero; a rejection says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.get_outcome_display()}"


class GrantAgreementQuerySet(models.QuerySet["GrantAgreement"]):
    def visible_to(self, user: Any) -> Any:
        places = scope_of(user).places(Action.READ)
        return self.filter(
            places.filter(park="application__programme__park", incubator="application__incubator")
        )


class GrantAgreement(models.Model):
    """What park and applicant signed; the instalments stand in the schedule of the commitment."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="agreement")
    number = models.CharField(_("number of the agreement"), max_length=80)
    signed_on = models.DateField(_("signed on"))
    evidence = paper(_("signed agreement"))
    note = models.TextField(_("note on the agreement"), blank=True)
    entered_at = models.DateTimeField(_("entered"))
    entered_by = person(_("entered by"))
    updated_at = models.DateTimeField(_("changed"))

    objects = GrantAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement about an award")
        verbose_name_plural = _("agreements about awards")
        constraints = [
            models.CheckConstraint(
                name="applications_agreement_has_number",
                condition=~Q(number=""),
                violation_error_message=_("An agreement has a number."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.application}"
