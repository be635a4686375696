"""Rounds of a contest and who moves on: by a rule that is data, by a person, by a second person."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contests.enums import PromotionState, RuleAnswer
from contests.models.contests import Contest, Division
from contests.models.entries import Entry
from contests.models.places import person, read_by_park_staff, read_in_park
from core.constraints import paired, second_person
from core.enums import Qualifier
from funding.enums import TieRule
from incubators.models import Named
from reviews.enums import Ruling
from reviews.models import Objection, PublicNotice, ReviewRound


class ContestRoundQuerySet(models.QuerySet["ContestRound"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_in_park(user, "contest__park"))


class ContestRound(Named):
    """One round of a division, or of the whole contest. Marks are given in its review round; its rule
    proposes who moves on: the best so many, whoever has at least a mark, or both. What was published
    stands beside what is counted."""

    contest = models.ForeignKey(
        Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="rounds"
    )
    division = models.ForeignKey(
        Division,
        verbose_name=_("contest division"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rounds",
        help_text=_("empty: all divisions together"),
    )
    sequence = models.PositiveSmallIntegerField(_("place in the sequence"))
    held_on = models.DateField(_("date held"), null=True, blank=True)
    review_round = models.OneToOneField(
        ReviewRound,
        verbose_name=_("review round"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="contest_round",
    )
    best = models.PositiveIntegerField(_("the best so many"), null=True, blank=True)
    at_least = models.DecimalField(
        _("with at least this mark"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    ties = models.CharField(
        _("ties across the last place"), max_length=8, choices=TieRule.choices, default=TieRule.DECIDE
    )
    reported_in = models.PositiveIntegerField(_("entered the round, as published"), null=True, blank=True)
    reported_in_qualifier = models.CharField(
        _("published as"), max_length=12, choices=Qualifier.choices, default=Qualifier.EXACT
    )
    reported_out = models.PositiveIntegerField(_("moved on, as published"), null=True, blank=True)
    reported_out_qualifier = models.CharField(
        _("moved on, published as"), max_length=12, choices=Qualifier.choices, default=Qualifier.EXACT
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = ContestRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of the contest")
        verbose_name_plural = _("contest rounds")
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "division", "sequence"],
                nulls_distinct=False,
                name="contests_round_sequence_once",
                violation_error_message=_("Another round has this place in the sequence."),
            ),
            models.CheckConstraint(
                name="contests_round_rule",
                condition=(Q(best__isnull=True) | Q(best__gte=1))
                & (Q(at_least__isnull=True) | Q(at_least__gte=0))
                & Q(sequence__gte=1),
                violation_error_message=_("A rule promotes at least one, by a mark that is not below zero."),
            ),
        ]

    @property
    def park_id(self) -> int:
        return self.contest.park_id

    @property
    def chain(self) -> str:
        return self.contest.chain

    @property
    def has_rule(self) -> bool:
        return self.best is not None or self.at_least is not None


def _objections(**conditions: Any) -> Any:
    return Exists(Objection.objects.filter(notice=OuterRef("notice"), **conditions))


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def visible_to(self, user: Any) -> Self:
        """The park's own people; what is announced is public anyway."""
        return self.filter(read_by_park_staff(user, "round__contest__park"))

    def in_effect(self, day: Any = None) -> Self:
        """Confirmed, announced, the notice over, every objection ruled on, none against the list upheld."""
        today = day or timezone.localdate()
        return (
            self.filter(
                state=PromotionState.CONFIRMED, notice__withdrawn_at__isnull=True, notice__ends_on__lt=today
            )
            .exclude(_objections(ruling=""))
            .exclude(_objections(ruling=Ruling.UPHELD, line=None))
        )


class Promotion(models.Model):
    """Who moves on from a round: one for each round."""

    round = models.OneToOneField(
        ContestRound,
        verbose_name=_("round of the contest"),
        on_delete=models.PROTECT,
        related_name="promotion",
    )
    state = models.CharField(
        _("state of the promotion"),
        max_length=10,
        choices=PromotionState.choices,
        default=PromotionState.PROPOSED,
    )
    rule = models.JSONField(_("rule as applied"), default=dict)
    remark = models.TextField(_("sent back because"), blank=True)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = person(_("proposed by"))
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = person(_("decided by"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    confirmed_by = person(_("confirmed by"))
    notice = models.ForeignKey(
        PublicNotice,
        verbose_name=_("public notice"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = PromotionQuerySet.as_manager()

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [
            paired("proposed_at", "proposed_by", name="contests_promotion_proposed_pair"),
            paired("decided_at", "decided_by", name="contests_promotion_decided_pair"),
            paired("confirmed_at", "confirmed_by", name="contests_promotion_confirmed_pair"),
            second_person("decided_by", "confirmed_by", name="contests_promotion_second_person"),
            models.CheckConstraint(
                name="contests_promotion_state",
                condition=Q(state=PromotionState.PROPOSED, decided_at__isnull=True, confirmed_at__isnull=True)
                | Q(state=PromotionState.DECIDED, decided_at__isnull=False, confirmed_at__isnull=True)
                | Q(state=PromotionState.CONFIRMED, decided_at__isnull=False, confirmed_at__isnull=False),
                violation_error_message=_("A promotion is proposed, then decided, then confirmed."),
            ),
            models.CheckConstraint(
                name="contests_promotion_notice_last",
                condition=Q(notice__isnull=True) | Q(state=PromotionState.CONFIRMED),
                violation_error_message=_("Only a confirmed promotion is announced."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.round)

    @property
    def park_id(self) -> int:
        return self.round.park_id

    @property
    def chain(self) -> str:
        return self.round.chain


class PromotionLineQuerySet(models.QuerySet["PromotionLine"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_by_park_staff(user, "promotion__round__contest__park"))

    def in_effect(self, day: Any = None) -> Self:
        """Those that count: the promotion is in effect, and no objection to the line was upheld."""
        upheld = Objection.objects.filter(
            notice=OuterRef("promotion__notice"), line=OuterRef("notice_line"), ruling=Ruling.UPHELD
        )
        return self.filter(
            promotion__in=Promotion.objects.in_effect(day), is_promoted=True, notice_line__isnull=False
        ).exclude(Exists(upheld))


class PromotionLine(models.Model):
    """One entry in the ranking of a round: what the rule says, what was decided, why where they differ."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="lines")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="promotions")
    mark = models.DecimalField(_("mark"), max_digits=8, decimal_places=2, null=True)
    place = models.PositiveIntegerField(_("rank in the round"), null=True)
    is_tied = models.BooleanField(_("shares the place"), default=False)
    by_rule = models.CharField(_("by the rule"), max_length=8, choices=RuleAnswer.choices)
    is_promoted = models.BooleanField(_("promoted"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    notice_line = models.PositiveSmallIntegerField(_("line of the notice"), null=True)

    objects = PromotionLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a promotion")
        verbose_name_plural = _("lines of promotions")
        ordering = [F("place").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "entry"],
                name="contests_line_once",
                violation_error_message=_("An entry stands in a ranking once."),
            ),
            models.CheckConstraint(
                name="contests_line_departs_with_reason",
                condition=Q(is_promoted__isnull=True)
                | Q(by_rule=RuleAnswer.IN, is_promoted=True)
                | Q(by_rule__in=[RuleAnswer.OUT, RuleAnswer.UNMARKED], is_promoted=False)
                | ~Q(reason=""),
                violation_error_message=_("Whoever departs from the rule, or decides a tie, says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place or '–'} {self.entry_id}"
