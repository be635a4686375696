"""What falls due in contests and challenges, and what waits for a second person."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from contests.enums import ChallengeState, EntryState, MilestoneState, PromotionState
from contests.models import Award, Challenge, Division, Milestone, Promotion
from core.due import DueItem, Waiting
from incubators.scope import Action, Places, scope_of


def of_parks(places: Places, path: str) -> Q:
    """A condition on the park alone: who works in one incubator of it is not meant."""
    if places.everywhere:
        return ~Q(pk__in=[])
    return Q(**{f"{path}__in": sorted(places.park_ids)}) if places.park_ids else Q(pk__in=[])


def due_of_contests(*, user: Any, until: date) -> Iterator[DueItem]:
    """Entries to judge after a division closed, bids to open, milestones that are due."""
    runs = scope_of(user).places(Action.MANAGE)
    divisions = Division.objects.filter(
        of_parks(runs, "contest__park"), closes_on__lt=until, entries__state=EntryState.RECEIVED
    )
    for division in divisions.select_related("contest").distinct():
        yield DueItem(
            kind="contest",
            title=_("Admit the entries or not"),
            on=division.closes_on + timedelta(days=1),
            url=reverse("contest-entry-list", args=[division.contest_id]) + f"?division={division.code}",
            park_id=division.contest.park_id,
            subject=f"{division.contest.name} · {division.name}",
            icon="award",
        )
    open_ones = Challenge.objects.filter(
        of_parks(runs, "park"), state=ChallengeState.OPEN, bids_until__lt=until, award=None
    )
    for challenge in open_ones:
        yield DueItem(
            kind="challenge",
            title=_("Open the bids and decide"),
            on=challenge.bids_until + timedelta(days=1),
            url=reverse("challenge-detail", args=[challenge.pk]),
            park_id=challenge.park_id,
            subject=challenge.name,
            icon="target",
        )
    entering = scope_of(user).places(Action.ENTER)
    milestones = Milestone.objects.filter(
        entering.filter(park="award__challenge__park", incubator="award__bid__incubator"),
        award__challenge__state=ChallengeState.AWARDED,
        state__in=[MilestoneState.PLANNED, MilestoneState.REFUSED],
        due_on__lte=until,
    )
    for milestone in milestones.select_related("award__challenge", "award__bid"):
        yield DueItem(
            kind="challenge",
            title=_("Report the milestone"),
            on=milestone.due_on,
            url=reverse("challenge-detail", args=[milestone.award.challenge_id]) + "#milestones",
            park_id=milestone.award.challenge.park_id,
            incubator_id=milestone.award.bid.incubator_id,
            subject=f"{milestone.award.challenge.name} · {milestone.title}",
            icon="flag",
        )


def waiting_contests(*, user: Any, limit: int) -> Iterator[Waiting]:
    """Promotions and awards to confirm, milestones to accept."""
    runs = scope_of(user).places(Action.MANAGE)
    promotions = Promotion.objects.filter(
        of_parks(runs, "round__contest__park"), state=PromotionState.DECIDED
    ).select_related("round__contest__park", "decided_by")
    for promotion in promotions.order_by("decided_at", "pk")[:limit]:
        yield Waiting(
            kind="contest",
            word=_("Promotion in a contest"),
            label=f"{promotion.round.contest.name} · {promotion.round.name}",
            since=promotion.decided_at,  # type: ignore[arg-type]
            url=reverse("contest-round-detail", args=[promotion.round_id]),
            place=promotion.round.contest.park.name,
            by=str(promotion.decided_by),
            is_own=promotion.decided_by_id == user.pk,
            icon="award",
        )
    awards = Award.objects.filter(of_parks(runs, "challenge__park"), confirmed_at=None)
    for award in awards.select_related("challenge__park", "decided_by").order_by("decided_at", "pk")[:limit]:
        yield Waiting(
            kind="challenge",
            word=_("Award of a challenge"),
            label=award.challenge.name,
            since=award.decided_at,
            url=reverse("challenge-detail", args=[award.challenge_id]) + "#award",
            place=award.challenge.park.name,
            by=str(award.decided_by),
            is_own=award.decided_by_id == user.pk,
            icon="target",
        )
    milestones = Milestone.objects.filter(
        of_parks(runs, "award__challenge__park"), state=MilestoneState.REPORTED
    ).select_related("award__challenge__park", "reported_by")
    for milestone in milestones.order_by("reported_at", "pk")[:limit]:
        yield Waiting(
            kind="challenge",
            word=_("Milestone of a challenge"),
            label=f"{milestone.award.challenge.name} · {milestone.title}",
            since=milestone.reported_at,  # type: ignore[arg-type]
            url=reverse("challenge-detail", args=[milestone.award.challenge_id]) + "#milestones",
            place=milestone.award.challenge.park.name,
            by=str(milestone.reported_by),
            is_own=milestone.reported_by_id == user.pk,
            icon="flag",
        )
