"""What falls due in reviews, and what waits for a second person."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.due import DueItem, Waiting
from incubators.scope import Action, scope_of
from reviews.enums import AssignmentState, RoundState
from reviews.models import Assignment, Case, Expert, Objection, PublicNotice, ReviewRound
from reviews.models.base import of_parks


def due_of_reviews(*, user: Any, until: date) -> Iterator[DueItem]:
    """An expert's open cases; for whoever runs reviews, rounds that end and objections to rule on."""
    own = Assignment.objects.of_expert(user).filter(
        case__round__closes_on__lte=until,
        case__round__state=RoundState.OPEN,
        state__in=[AssignmentState.INVITED, AssignmentState.ACCEPTED],
    )
    for task in own.select_related("case__round"):
        invited = task.state == AssignmentState.INVITED
        yield DueItem(
            kind="review",
            title=_("Answer the invitation to review") if invited else _("Give the marks"),
            on=task.case.round.closes_on,  # type: ignore[arg-type]
            url=reverse("review-case", args=[task.case_id]),
            park_id=task.case.round.park_id,
            owner_id=user.pk,
            subject=task.case.title,
            icon="clipboard-check",
            escalates_after=None,
        )
    runs = of_parks(scope_of(user).places(Action.MANAGE), "park")
    for round in ReviewRound.objects.filter(runs, state=RoundState.OPEN, closes_on__lte=until):
        yield DueItem(
            kind="review",
            title=_("Close the review round"),
            on=round.closes_on,  # type: ignore[arg-type]
            url=reverse("review-detail", args=[round.pk]),
            park_id=round.park_id,
            subject=round.name,
            icon="clipboard-check",
        )
    yield from _agreements(runs, until)
    waiting = Objection.objects.filter(ruling="").values("notice")
    notices = PublicNotice.objects.filter(runs, withdrawn_at=None, ends_on__lte=until, pk__in=waiting)
    for notice in notices:
        yield DueItem(
            kind="objection",
            title=_("Rule on the objections"),
            on=notice.ends_on,
            url=reverse("review-notice-detail", args=[notice.pk]),
            park_id=notice.park_id,
            subject=notice.title,
            icon="scale",
        )


def _agreements(runs: Any, until: date) -> Iterator[DueItem]:
    """Agreements of active experts from a month before they end, until they are renewed."""
    ending = Expert.objects.filter(runs, is_active=True, agreement_until__lte=until)
    for expert in ending.order_by("agreement_until", "pk"):
        yield DueItem(
            kind="agreement",
            title=_("Renew the agreement of an expert, or set the expert inactive"),
            on=expert.agreement_until,  # type: ignore[arg-type]
            url=reverse("expert-detail", args=[expert.pk]),
            park_id=expert.park_id,
            subject=expert.name_zh,
            icon="certificate",
            escalates_after=None,
        )


def results_to_confirm(user: Any) -> Any:
    """Results that wait for a second person whom this person may be."""
    runs = of_parks(scope_of(user).places(Action.MANAGE), "round__park")
    return (
        Case.objects.visible_to(user)
        .filter(runs, round__second_person=True, confirmed_at=None)
        .exclude(result="")
        .select_related("round__park", "result_by")
        .order_by("result_at", "pk")
    )


def waiting_reviews(*, user: Any, limit: int) -> Iterator[Waiting]:
    for case in results_to_confirm(user)[:limit]:
        yield Waiting(
            kind="review",
            word=_("Result of a review"),
            label=case.title,
            since=case.result_at,
            url=reverse("review-case", args=[case.pk]),
            place=case.round.park.name,
            by=str(case.result_by),
            is_own=case.result_by_id == user.pk,
            icon="clipboard-check",
        )
