"""The award of a challenge and its milestones."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contests.enums import MilestoneState
from contests.models.bids import Bid
from contests.models.challenges import Challenge
from contests.models.places import person, read_in_place
from core.constraints import not_negative, paired, second_person
from evidence.models import EvidenceFile
from ledger.models import Commitment, Instalment


class AwardQuerySet(models.QuerySet["Award"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_in_place(user, "challenge__park", "bid__incubator"))


class Award(models.Model):
    """Which bid was chosen, for how much and why; it counts once a second person confirmed. With a budget the
    money is committed in that moment."""

    challenge = models.OneToOneField(
        Challenge, verbose_name=_("challenge"), on_delete=models.PROTECT, related_name="award"
    )
    bid = models.ForeignKey(Bid, verbose_name=_("bid"), on_delete=models.PROTECT, related_name="awards")
    amount = models.DecimalField(_("sum awarded"), max_digits=18, decimal_places=2)
    reason = models.TextField(_("reason"))
    decided_at = models.DateTimeField(_("decided"))
    decided_by = person(_("decided by"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    confirmed_by = person(_("confirmed by"))
    commitment = models.OneToOneField(
        Commitment,
        verbose_name=_("commitment"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="challenge_award",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("award of a challenge")
        verbose_name_plural = _("awards of challenges")
        constraints = [
            paired("decided_at", "decided_by", name="contests_award_decided_pair"),
            paired("confirmed_at", "confirmed_by", name="contests_award_confirmed_pair"),
            second_person("decided_by", "confirmed_by", name="contests_award_second_person"),
            models.CheckConstraint(
                name="contests_award_with_reason",
                condition=Q(amount__gt=0) & ~Q(reason=""),
                violation_error_message=_("An award has an amount above zero and a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge} → {self.bid.bidder}"

    @property
    def park_id(self) -> int:
        return self.challenge.park_id

    @property
    def incubator_id(self) -> int | None:
        return self.bid.incubator_id

    @property
    def chain(self) -> str:
        return self.bid.chain


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_in_place(user, "award__challenge__park", "award__bid__incubator"))


class Milestone(models.Model):
    """A step of the solution with its share of the money; the last one is the final acceptance."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("milestone"), max_length=200)
    due_on = models.DateField(_("due"))
    amount = models.DecimalField(_("paid after acceptance"), max_digits=18, decimal_places=2, default=0)
    state = models.CharField(
        _("state of the milestone"),
        max_length=10,
        choices=MilestoneState.choices,
        default=MilestoneState.PLANNED,
        editable=False,
    )
    instalment = models.OneToOneField(
        Instalment, null=True, editable=False, on_delete=models.SET_NULL, related_name="challenge_milestone"
    )
    words = models.TextField(_("what was reached"), blank=True)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="challenge_milestones"
    )
    reported_at = models.DateTimeField(_("reported"), null=True, editable=False)
    reported_by = person(_("reported by"))
    judged_at = models.DateTimeField(_("accepted or not"), null=True, editable=False)
    judged_by = person(_("accepted or not by"))
    reason = models.TextField(_("reason"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["award", "position"],
                name="contests_milestone_once",
                violation_error_message=_("Two milestones stand in the same place."),
            ),
            not_negative("amount", name="contests_milestone_amount"),
            paired("reported_at", "reported_by", name="contests_milestone_reported_pair"),
            paired("judged_at", "judged_by", name="contests_milestone_judged_pair"),
            second_person("reported_by", "judged_by", name="contests_milestone_second_person"),
            models.CheckConstraint(
                name="contests_milestone_refused_with_reason",
                condition=~Q(state=MilestoneState.REFUSED) | ~Q(reason=""),
                violation_error_message=_("Whoever does not accept a milestone says why."),
            ),
            models.CheckConstraint(
                name="contests_milestone_state",
                condition=Q(state=MilestoneState.PLANNED, reported_at__isnull=True, judged_at__isnull=True)
                | Q(state=MilestoneState.REPORTED, reported_at__isnull=False, judged_at__isnull=True)
                | Q(
                    state__in=[MilestoneState.ACCEPTED, MilestoneState.REFUSED],
                    reported_at__isnull=False,
                    judged_at__isnull=False,
                ),
                violation_error_message=_("A milestone is reported before anybody judges it."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def park_id(self) -> int:
        return self.award.park_id

    @property
    def chain(self) -> str:
        return self.award.chain
