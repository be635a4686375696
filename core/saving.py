"""Saving a record so that every broken rule becomes a sentence, whether Python or the database finds it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, FieldError, Invalid

M = TypeVar("M", bound=models.Model)


def values_of(record: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """Plain values for the history: foreign keys as ids, everything else as it is."""
    return {name: getattr(record, record._meta.get_field(name).attname) for name in fields}  # type: ignore[union-attr]


def assign(record: models.Model, values: Mapping[str, Any], *, allowed: Iterable[str]) -> None:
    """Put the values on the record; an unknown name is the caller's mistake and is named."""
    permitted = set(allowed)
    unknown = sorted(set(values) - permitted)
    if unknown:
        raise Invalid(
            _("These fields cannot be set: %(names)s.") % {"names": ", ".join(unknown)},
            fields=[
                FieldError(name, _("This field cannot be set here."), "unknown_field") for name in unknown
            ],
        )
    for name, value in values.items():
        setattr(record, name, value.strip() if isinstance(value, str) else value)


def save_checked(record: M, *, exclude: Sequence[str] = ()) -> M:
    """Check every field and constraint, then save; ``Invalid`` lists what is wrong, field by field."""
    try:
        record.full_clean(exclude=list(exclude), validate_constraints=True)
    except ValidationError as error:
        raise invalid_from(error) from None
    with readable_integrity_errors(type(record)):
        record.save()
    return record


def invalid_from(error: ValidationError) -> Invalid:
    """The domain's error for one of Django's."""
    by_field: Mapping[str, list[ValidationError]] = (
        error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    )
    fields = [
        FieldError("" if name == NON_FIELD_ERRORS else name, message, item.code or "invalid")
        for name, items in by_field.items()
        for item in items
        for message in item.messages
    ]
    return Invalid(" ".join(str(field.message) for field in fields), fields=fields)


@contextmanager
def readable_integrity_errors(*kinds: type[models.Model]) -> Iterator[None]:
    """Run a write in a savepoint; a broken constraint comes back in its own words (409)."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise conflict_from(error, kinds) from error


def conflict_from(error: IntegrityError, kinds: Iterable[type[models.Model]]) -> Conflict:
    """The message of the constraint that was broken, if one of these models declares it."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None) or ""
    for kind in kinds:
        for constraint in kind._meta.constraints:
            if constraint.name == name:
                message: Any = constraint.get_violation_error_message()
                return Conflict(message, code=name)
    if name in DATABASE_RULES:
        return Conflict(DATABASE_RULES[name](), code=name)
    return Conflict(
        _("The database refused this because another record stands against it."), code=name or "integrity"
    )


DATABASE_RULES: Mapping[str, Callable[[], str]] = {
    "projects_credit_totals_100": lambda: _("The credit shares of a project have to total 100%."),
    "core_history_append_only": lambda: _("The history can only be added to."),
}
