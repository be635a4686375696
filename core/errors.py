"""Errors of the domain. Raised by services, mapped once to HTTP and once to form errors.

Each carries a stable ``code`` for programs, a sentence for people, and per-field details where a field is
to blame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

type_message = str | Promise


@dataclass(frozen=True)
class FieldError:
    """One field that is wrong or missing: its name, a stable code and a sentence with the remedy."""

    field: str
    message: type_message
    code: str = "invalid"


class DomainError(Exception):
    """Base of all refusals of the domain."""

    code = "error"

    def __init__(
        self, message: type_message, *, code: str | None = None, fields: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = tuple(fields)

    def __str__(self) -> str:
        return str(self.message)


class Refused(DomainError):
    """The person may see this, but may not do that (HTTP 403)."""

    code = "refused"


class Conflict(DomainError):
    """The record is not in the state that the request assumes (HTTP 409)."""

    code = "conflict"


class Stale(Conflict):
    """Somebody else saved meanwhile (HTTP 409). ``record`` is as it is stored now: a form shows it beside
    what was typed, and the next save from there goes through."""

    code = "stale"

    def __init__(self, record: Any) -> None:
        super().__init__(_("Somebody else changed this meanwhile. Compare both versions."))
        self.record = record


class Incomplete(Conflict):
    """A lifecycle gate is not met; ``fields`` says what is missing, item by item (HTTP 409)."""

    code = "incomplete"


class Invalid(DomainError):
    """What was typed cannot be stored (HTTP 422)."""

    code = "invalid"
