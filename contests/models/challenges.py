"""Challenges (揭榜): a need, published with numbers by which its solution is accepted."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contests.enums import ChallengeState, TargetRelation
from contests.models.places import person, provenance, read_by_park_staff, read_in_park
from core.constraints import not_negative
from core.enums import Currency
from enterprises.models import Enterprise
from incubators.models import Incubator, Named, Park
from incubators.scope import Action, scope_of
from ledger.models import Budget
from projects.models import Sector
from reviews.models import ReviewRound


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def visible_to(self, user: Any) -> Self:
        """Published ones for everyone who works in the park; drafts for the park's own people and for the
        operator of the enterprise that needs it."""
        own = scope_of(user).places(Action.READ).filter(park="park", incubator="incubator")
        return self.filter(own | (read_in_park(user, "park") & ~Q(state=ChallengeState.DRAFT)))


class Challenge(Named):
    """A need of an enterprise or, without one, of the park. Bids are sealed through ``bids_until``."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="challenges"
    )
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator of the publisher"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    publisher = models.ForeignKey(
        Enterprise,
        verbose_name=_("publisher"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="challenges",
        help_text=_("empty: the park itself"),
    )
    field = models.ForeignKey(
        Sector,
        verbose_name=_("field of work"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    problem = models.TextField(_("problem to be solved"))
    amount = models.DecimalField(_("money offered"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    bids_until = models.DateField(_("bids until"), help_text=_("the last day; bids are sealed until then"))
    budget = models.ForeignKey(
        Budget,
        verbose_name=_("budget"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="challenges",
    )
    review_round = models.OneToOneField(
        ReviewRound,
        verbose_name=_("review round"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="challenge",
    )
    state = models.CharField(
        _("state of the challenge"),
        max_length=10,
        choices=ChallengeState.choices,
        default=ChallengeState.DRAFT,
        editable=False,
    )
    provenance = provenance()
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = person(_("created by"))
    updated_at = models.DateTimeField(_("changed"))

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        constraints = [
            not_negative("amount", name="contests_challenge_amount"),
        ]
        indexes = [models.Index(fields=["park", "-updated_at", "-id"], name="contests_challenges_newest")]

    @property
    def chain(self) -> str:
        return self.park.chain


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(challenge__in=Challenge.objects.visible_to(user))


class Target(models.Model):
    """A number by which the solution is accepted; ``measured`` is what the final report states."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("acceptance criterion"), max_length=160)
    relation = models.CharField(_("has to be"), max_length=8, choices=TargetRelation.choices)
    value = models.DecimalField(_("number to be reached"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    measured = models.DecimalField(
        _("measured"), max_digits=18, decimal_places=4, null=True, blank=True, editable=False
    )

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance criterion")
        verbose_name_plural = _("acceptance criteria")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "position"],
                name="contests_target_once",
                violation_error_message=_("Two criteria stand in the same place."),
            ),
        ]

    def __str__(self) -> str:
        sign = "≥" if self.relation == TargetRelation.AT_LEAST else "≤"
        return f"{self.name} {sign} {self.value.normalize():f} {self.unit}".strip()

    @property
    def is_met(self) -> bool | None:
        if self.measured is None:
            return None
        at_least = self.relation == TargetRelation.AT_LEAST
        return self.measured >= self.value if at_least else self.measured <= self.value


class ChallengeMoveQuerySet(models.QuerySet["ChallengeMove"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_by_park_staff(user, "challenge__park"))


class ChallengeMove(models.Model):
    """One move of a challenge: from, to, day, who and why."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="moves")
    sequence = models.PositiveSmallIntegerField()
    from_state = models.CharField(_("from"), max_length=10, choices=ChallengeState.choices)
    to_state = models.CharField(_("to"), max_length=10, choices=ChallengeState.choices)
    on = models.DateField(_("on"))
    reason = models.TextField(_("reason"), blank=True)
    moved_at = models.DateTimeField(_("moved"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("moved by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = ChallengeMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move of a challenge")
        verbose_name_plural = _("moves of challenges")
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "sequence"],
                name="contests_move_once",
                violation_error_message=_("Somebody moved this meanwhile. Look at it again."),
            ),
            models.CheckConstraint(
                name="contests_move_ends_with_reason",
                condition=~Q(to_state__in=[ChallengeState.UNAWARDED, ChallengeState.FAILED]) | ~Q(reason=""),
                violation_error_message=_("Whoever ends a challenge says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id} {self.from_state} → {self.to_state}"
