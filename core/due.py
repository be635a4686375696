"""One thing with a date on which somebody has to act. Pure; each app says what is due in its records."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class DueItem:
    """``kind`` is a stable code such as "return" or "ticket"; ``title`` says what to do; ``url`` leads to
    where it is done; ``owner_id`` is the person in charge where one is named, else everyone of the place."""

    kind: str
    title: str | Promise
    on: date
    url: str
    park_id: int | None = None
    incubator_id: int | None = None
    owner_id: int | None = None
    subject: str = ""
    icon: str = "calendar-due"
    #: Days after ``on`` at which the park administrator is told too; None: never.
    escalates_after: int | None = 7

    def is_late(self, today: date) -> bool:
        return self.on < today

    def is_escalated(self, today: date) -> bool:
        return self.escalates_after is not None and today > self.on + timedelta(days=self.escalates_after)


#: ``provider(user=, until=)`` yields what the user may see and what falls on or before ``until``, however
#: late, with a fixed number of queries.
Provider = Callable[..., Iterable[DueItem]]

_PROVIDERS: dict[str, Provider] = {}


def register_due(name: str, provider: Provider) -> None:
    """Called once by each app when it is ready; ``provider(user=, until=)`` yields ``DueItem``."""
    _PROVIDERS[name] = provider


def due_items(*, user: Any, until: date) -> Iterator[DueItem]:
    """Everything due for this person up to ``until``, soonest first."""
    found = [item for provider in _PROVIDERS.values() for item in provider(user=user, until=until)]
    return iter(sorted(found, key=lambda item: (item.on, item.kind, item.subject)))


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a second person: what, whose, since when, and where it is looked at."""

    kind: str
    word: str | Promise
    label: str
    since: datetime
    url: str
    place: str = ""
    by: str = ""
    #: Entered by the reader himself: somebody else has to look at it.
    is_own: bool = False
    icon: str = "hourglass"


#: ``provider(user=, limit=)`` yields what this person may verify, oldest first.
WaitingProvider = Callable[..., Iterable[Waiting]]

_WAITING: dict[str, WaitingProvider] = {}


def register_waiting(name: str, provider: WaitingProvider) -> None:
    """Called once by each app when it is ready; ``provider(user=, limit=)`` yields ``Waiting``."""
    _WAITING[name] = provider


def waiting_items(*, user: Any, limit: int) -> list[Waiting]:
    """Everything that waits for this person's verification, oldest first."""
    found = [item for provider in _WAITING.values() for item in provider(user=user, limit=limit)]
    return sorted(found, key=lambda item: (item.since, item.kind, item.label))[:limit]
