"""What the writes of reviews have in common: who may, locked rows, words that are needed, history."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import clean_text
from incubators.models import Park
from incubators.scope import Action, require
from reviews.enums import RoundState
from reviews.models import Assignment, Case, Expert, ReviewRound


def require_administrator(user: User | None, park_id: int) -> None:
    """Reviews are run by the park's administrator alone."""
    require(Action.MANAGE, user=user, park_id=park_id)


def day_in(park: Park, at: datetime) -> date:
    """The day on which something happens, where the park is."""
    return at.astimezone(ZoneInfo(park.time_zone)).date()


def needed_words(text: Any, field: str, message: str) -> str:
    """Words that a person has to give."""
    words = clean_text(text, field=field)
    if not words:
        raise Invalid(message, fields=[FieldError(field, message, "required")])
    return words


def wrong(field: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(message, fields=[FieldError(field, message, code)])


def stale() -> Conflict:
    return Conflict(_("Somebody else changed this meanwhile. Compare both versions."), code="stale")


def lock_round(round: ReviewRound, *, actor: User | None) -> ReviewRound:
    """The round, locked, for its administrator."""
    locked = ReviewRound.objects.select_for_update(of=("self",)).select_related("park").get(pk=round.pk)
    require_administrator(actor, locked.park_id)
    return locked


def lock_case(case: Case, *, actor: User | None) -> Case:
    """The case, locked, for the administrator of its park; not for one who is recused from it himself."""
    locked = (
        Case.objects.select_for_update(of=("self",))
        .select_related("round__park", "incubator", "result_by", "confirmed_by")
        .get(pk=case.pk)
    )
    require_administrator(actor, locked.round.park_id)
    _refuse_recused(locked, actor)
    return locked


def _refuse_recused(case: Case, actor: User | None) -> None:
    if actor is not None and case.assignments.filter(expert__user=actor, state="recused").exists():
        raise Refused(_("You are recused from this case, so somebody else decides about it."))


def lock_assignment(assignment: Assignment) -> Assignment:
    """The assignment, locked. The case comes first, so that nobody waits in a circle."""
    Case.objects.select_for_update().get(pk=assignment.case_id)
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("case__round__park", "case__incubator", "expert__user")
        .get(pk=assignment.pk)
    )


def require_open(round: ReviewRound) -> None:
    if round.state != RoundState.OPEN:
        raise Conflict(
            _("This round is “%(state)s”.") % {"state": round.get_state_display()}, code="round_not_open"
        )


def require_agreement(experts: Iterable[Expert], day: date) -> None:
    """Nobody is asked, accepts or gives marks without an agreement of that day."""
    without = sorted({expert.name_zh for expert in experts if not expert.is_available(day)})
    if without:
        raise Conflict(
            _("%(names)s: not active, or without an agreement on this day. The park administrator renews it.")
            % {"names": ", ".join(without)},
            code="no_agreement",
        )


def remember(
    subject: Any, action: str, changes: Mapping[str, Any], actor: User | None, at: datetime, *, chain: str
) -> None:
    history.record(chain=chain, action=action, subject=subject, changes=changes, actor=actor, at=at)
