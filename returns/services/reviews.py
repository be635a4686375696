"""Several returns verified in one go: only those in which nothing has to be looked at, each by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, DomainError, FieldError, Invalid
from incubators.scope import Action, require
from returns.models import PeriodReturn
from returns.selectors import line_views, lines_to_look_at
from returns.services.filing import check_version, locked_return
from returns.services.moves import verify_return

MOST_TOGETHER = 60


@dataclass(frozen=True)
class Seen:
    """A return as somebody saw it: what changed since then is not approved."""

    record: PeriodReturn
    version: int


@dataclass(frozen=True)
class Verdict:
    """What became of one of them; ``refusal`` says why it still waits."""

    record: PeriodReturn
    refusal: DomainError | None = None

    @property
    def is_verified(self) -> bool:
        return self.refusal is None


def verify_returns(*, seen: Sequence[Seen], actor: User, at: datetime) -> list[Verdict]:
    """Verify each return that nothing speaks against; one that is refused keeps none of the others.

    Every rule of a single verification holds for each of them: the right in its place, a second person, the
    version that was seen. Refused besides: a return with a line that somebody has to look at.
    """
    if not 0 < len(seen) <= MOST_TOGETHER:
        message = _("Choose from one to %(most)d returns.") % {"most": MOST_TOGETHER}
        raise Invalid(message, fields=[FieldError("returns", message, "count")])
    # Two people who do this at the same moment lock in the same order.
    verdicts = {
        item.record.pk: _verify_plain(item, actor=actor, at=at)
        for item in sorted(seen, key=lambda item: item.record.pk)
    }
    return [verdicts[pk] for pk in dict.fromkeys(item.record.pk for item in seen)]


def _verify_plain(item: Seen, *, actor: User, at: datetime) -> Verdict:
    try:
        with transaction.atomic():
            place = item.record.incubator
            require(Action.VERIFY, user=actor, park_id=place.park_id, incubator_id=place.pk)
            record = locked_return(item.record)
            check_version(record, item.version)
            _check_plain(record)
            return Verdict(verify_return(record=record, actor=actor, at=at, expected_version=item.version))
    except DomainError as error:
        return Verdict(item.record, error)


def _check_plain(record: PeriodReturn) -> None:
    if lines_to_look_at([record]):
        raise Conflict(
            _("Some of its lines are unusual, explained or typed by hand: review it by itself."),
            code="asks_a_look",
        )
    if any(view.drifted for view in line_views(record)):
        raise Conflict(
            _("The records behind it have changed since it was submitted: review it by itself."),
            code="drifted",
        )
