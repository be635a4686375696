"""Money of an award that is not needed: one person proposes, a second confirms, the ledger books."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import ApplicationState, StepResult
from applications.models import Application, AwardRelease
from applications.selectors.releases import releasable
from applications.services.acting import (
    Move,
    go,
    lock_application,
    needed_words,
    remember,
    tell_applicants,
    wrong,
)
from core.errors import Conflict, Refused
from core.saving import clean_value, save_checked
from incubators.scope import Action, require
from ledger.models import Commitment
from ledger.services import release_commitment

#: Where an award has money that may still be paid.
RELEASABLE = (ApplicationState.APPROVED, ApplicationState.AGREED, ApplicationState.CLAWED_BACK)


@transaction.atomic
def propose_release(
    *, application: Application, reason: str, amount: Decimal | None = None, actor: User, at: datetime
) -> AwardRelease:
    """Propose to give money of an award back to the budget; without ``amount``, all that is not on its way.

    Nothing is booked before a second person confirms. Raises ``Conflict`` where nothing can be given back or
    a proposal waits already.
    """
    locked = lock_application(application)
    require(Action.PAY, user=actor, park_id=locked.park_id)
    if locked.commitment is None or locked.state not in RELEASABLE:
        raise Conflict(_("Only an award that is being paid can give money back."), code="not_in_this_state")
    words = needed_words(reason, "reason", _("Say why the money is not needed."))
    if locked.releases.filter(confirmed_at=None).exists():
        raise Conflict(
            _("A release of this award already waits for the second person."), code="release_waits"
        )
    release = AwardRelease(
        application=locked,
        amount=_checked_amount(amount, releasable(locked.commitment)),
        reason=words,
        proposed_at=at,
        proposed_by=actor,
        updated_at=at,
    )
    save_checked(release)
    changes = {"amount": [None, release.amount], "reason": [None, words]}
    remember(locked, "application.release_proposed", changes, actor, at)
    return release


def _checked_amount(amount: Any, free: Decimal) -> Decimal:
    if not free:
        raise Conflict(
            _("Nothing of this award can be given back: all of it is paid or on its way."),
            code="nothing_to_release",
        )
    if amount is None:
        return free
    wanted = clean_value(AwardRelease, "amount", amount)
    if wanted is None or not wanted.is_finite() or wanted <= 0 or wanted != round(wanted, 2):
        raise wrong("amount", _("Enter an amount above zero, to the fen at most."))
    if wanted > free:
        message = _("At most %(free)s can be given back: the rest is paid or on its way.")
        raise wrong("amount", message % {"free": f"{free:,}"}, "above_limit")
    return Decimal(wanted)


@transaction.atomic
def confirm_release(*, release: AwardRelease, actor: User, at: datetime) -> AwardRelease:
    """A second person confirms: the ledger gives the money back to the budget, the last instalments shrink.

    An award of which nothing was paid and nothing is left ends here, as given up.
    """
    locked, application = _lock_open(release, actor)
    if locked.proposed_by_id == actor.pk:
        raise Refused(_("You proposed this release yourself, so a second person has to confirm it."))
    assert application.commitment is not None
    locked.entry = release_commitment(
        commitment=application.commitment,
        key=f"award-release:{locked.pk}",
        reason=locked.reason,
        amount=locked.amount,
        by_subject=True,
        actor=actor,
        at=at,
    )
    locked.confirmed_at, locked.confirmed_by = at, actor
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    changes = {
        "amount": [None, locked.amount],
        "reason": [None, locked.reason],
        "proposed_by": [None, str(locked.proposed_by)],
    }
    remember(application, "application.released", changes, actor, at)
    _end(application, locked, actor, at)
    return locked


def _end(application: Application, release: AwardRelease, actor: User, at: datetime) -> None:
    """The end of an award of which nothing was paid and nothing is left."""
    assert application.commitment is not None
    commitment = Commitment.objects.get(pk=application.commitment.pk)
    if commitment.released_amount == commitment.amount:
        move = Move(application, ApplicationState.GIVEN_UP, StepResult.ENDED, reason=release.reason)
        go([move], action="application.given_up", actor=actor, at=at)
        tell_applicants([application], actor, at)


@transaction.atomic
def discard_release(*, release: AwardRelease, actor: User, at: datetime) -> None:
    """Throw a proposal away; the money stays committed."""
    locked, application = _lock_open(release, actor)
    changes = {"amount": [locked.amount, None], "reason": [locked.reason, None]}
    remember(application, "application.release_discarded", changes, actor, at)
    locked.delete()


def _lock_open(release: AwardRelease, actor: User) -> tuple[AwardRelease, Application]:
    """The proposal and its application, locked; the application first, as everywhere."""
    application = lock_application(Application(pk=release.application_id))
    require(Action.PAY, user=actor, park_id=application.park_id)
    locked = (
        AwardRelease.objects.select_for_update(of=("self",))
        .select_related("proposed_by")
        .filter(pk=release.pk)
        .first()
    )
    if locked is None:
        raise Conflict(_("This proposal was thrown away meanwhile."), code="discarded")
    if locked.confirmed_at is not None:
        raise Conflict(_("This release is confirmed already."), code="confirmed")
    return locked, application
