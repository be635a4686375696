"""Saving a record so that every broken rule becomes a sentence, whether Python or the database finds it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.constraints import words_of
from core.errors import Conflict, FieldError, Invalid

M = TypeVar("M", bound=models.Model)

LONGEST_TEXT = 20_000  # characters of a field that has no limit of its own
#: What PostgreSQL, UTF-8 or XML (so Word and Excel) cannot hold: controls, lone surrogates, U+FFFE/F.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: Pasted along unseen, they make equal texts differ or turn a text around: zero width and direction marks.
_UNSEEN = re.compile(r"[\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


def values_of(record: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """Plain values for the history: foreign keys as ids, everything else as it is."""
    return {name: getattr(record, record._meta.get_field(name).attname) for name in fields}  # type: ignore[union-attr]


def assign(record: models.Model, values: Mapping[str, Any], *, allowed: Iterable[str]) -> None:
    """Put the values on the record in the types of its fields; each wrong name or value is named."""
    permitted = set(allowed)
    unknown = sorted(str(name) for name in set(values) - permitted)
    if unknown:
        raise Invalid(
            _("These fields cannot be set: %(names)s.") % {"names": ", ".join(unknown)},
            fields=[
                FieldError(name, _("This field cannot be set here."), "unknown_field") for name in unknown
            ],
        )
    errors: list[FieldError] = []
    for name, value in values.items():
        try:
            setattr(record, name, clean_value(type(record), name, value))
        except Invalid as error:
            errors += error.fields
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


def clean_value(model: type[models.Model], name: str, value: Any) -> Any:
    """The value in the type of the model's field. ``Invalid`` for another type; limits are checked on saving.

    Nothing is rounded or turned into text on the way: a float is no amount, 3.7 is no number of people.
    """
    field: Any = model._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        if value is not None and not isinstance(value, field.remote_field.model):
            raise _wrong(name, _("Choose one of the records offered."))
        return value
    if isinstance(field, models.CharField | models.TextField):
        return clean_text(value, field=name)
    if value is None or value == "":
        return None
    if isinstance(field, models.DecimalField | models.IntegerField) and isinstance(value, bool | float):
        raise _wrong(name, _("Enter an exact number."))
    try:
        found = field.to_python(value)
    except ValidationError as error:
        raise _wrong(name, " ".join(error.messages), error.code or "invalid") from None
    except (TypeError, ValueError, ArithmeticError):
        raise _wrong(name, _("This is not a value for this field.")) from None
    if isinstance(field, models.IntegerField) and not isinstance(value, str) and found != value:
        raise _wrong(name, _("Enter a whole number."))
    return found


def clean_text(value: Any, *, field: str) -> str:
    """Text as it is stored: composed (NFC), without spaces around it and unseen marks; None is no text."""
    if value is None:
        return ""
    if not isinstance(value, str | Promise):
        raise _wrong(field, _("Enter a text."))
    text = str(value)
    if len(text) > LONGEST_TEXT:
        message = _("This text has %(count)d characters; at most %(most)d fit.")
        raise _wrong(field, message % {"count": len(text), "most": LONGEST_TEXT}, "max_length")
    if found := _UNSTORABLE.search(text):
        message = _("The text contains a character that cannot be stored (U+%(code)s).")
        raise _wrong(field, message % {"code": f"{ord(found[0]):04X}"}, "characters")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()


def _wrong(field: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(message, fields=[FieldError(field, message, code)])


def save_checked(record: M, *, exclude: Sequence[str] = (), update_fields: Iterable[str] | None = None) -> M:
    """Check every field and constraint, then save; ``Invalid`` lists what is wrong, field by field.

    Rules over one row are left to the database alone (Django would ask it once per rule before asking it
    again on saving); its refusal comes back in the rule's own words. Duplicates are looked up first, so that
    they can be named beside the other mistakes.
    """
    for field in record._meta.concrete_fields:
        if isinstance(value := getattr(record, field.attname), str) and _UNSTORABLE.search(value):
            clean_text(value, field=field.name)
    try:
        record.full_clean(exclude=list(exclude), validate_constraints=False)
        _check_other_rows(record, exclude)
    except ValidationError as error:
        raise invalid_from(error) from None
    with readable_integrity_errors(type(record)):
        record.save(update_fields=update_fields)
    return record


def _check_other_rows(record: models.Model, exclude: Sequence[str]) -> None:
    """Uniqueness, as far as it can be seen before saving. Overlaps are left to the database, which looks at
    the order of two dates before it compares ranges."""
    errors: list[ValidationError] = []
    for model, constraints in record.get_constraints():
        for constraint in constraints:
            if isinstance(constraint, models.UniqueConstraint):
                try:
                    constraint.validate(model, record, exclude=set(exclude))
                except ValidationError as error:
                    errors.append(error)
    if errors:
        raise ValidationError(errors)


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
    """Run a write in a savepoint; a broken constraint comes back in its own words.

    A rule over one row makes the input invalid (422); a rule over several rows makes it a conflict (409).
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise _refusal_from(error, kinds) from error


def _refusal_from(error: IntegrityError, kinds: Iterable[type[models.Model]]) -> Invalid | Conflict:
    """The message of the constraint that was broken, if one of these models declares it."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None) or ""
    for kind in kinds:
        for constraint in kind._meta.constraints:
            if constraint.name == name:
                message = words_of(constraint)
                if isinstance(constraint, models.CheckConstraint):
                    return Invalid(message, fields=[FieldError(_only_field(constraint.condition), message)])
                return Conflict(message, code=name)
    if name in DATABASE_RULES:
        return Conflict(DATABASE_RULES[name](), code=name)
    return Conflict(
        _("The database refused this because another record stands against it."), code=name or "integrity"
    )


def _only_field(condition: Any) -> str:
    """The field that a rule is about, when it is about one; else empty, for the record as a whole."""
    names = _fields_of(condition)
    return names.pop() if len(names) == 1 else ""


def _fields_of(condition: Any) -> set[str]:
    if isinstance(condition, tuple):
        return {condition[0].split("__")[0]}
    return {name for child in getattr(condition, "children", ()) for name in _fields_of(child)}


DATABASE_RULES: Mapping[str, Callable[[], str]] = {
    "projects_credit_totals_100": lambda: _("The credit shares of a project have to total 100%."),
    "projects_proposal_totals_100": lambda: _("The credit shares of a proposal have to total 100%."),
    "outreach_agreement_two_parties": lambda: _("An agreement has at least two parties; name them all."),
    "enterprises_ip_shares_total_100": lambda: _("The shares of the owners of a right have to total 100%."),
    "enterprises_occupancy_within_area": lambda: _(
        "More square metres of this space are taken on some day than it has."
    ),
    "projects_published_gates_are_frozen": lambda: _(
        "A published gate table never changes; start a new version."
    ),
    "projects_published_gates_are_whole": lambda: _(
        "Landing, paid-in capital and production keep their second person."
    ),
    "funding_published_versions_are_frozen": lambda: _(
        "A published version never changes; start a new version."
    ),
    "ledger_append_only": lambda: _("What was booked never changes; reverse it with a new entry."),
    "ledger_entry_balances": lambda: _("A booking takes from one account what it adds to another."),
    "ledger_balance_is_postings": lambda: _("A balance changes by bookings only."),
    "ledger_budget_is_booked": lambda: _("A budget with bookings keeps its park, year and currency."),
    "ledger_reversal_mirrors": lambda: _("Only a payment or a clawback is reversed, as a whole."),
    "ledger_one_payment_per_instalment": lambda: _("This instalment is paid, or was not sent to the bank."),
    "ledger_amounts_are_entries": lambda: _("The amounts of a commitment change by bookings only."),
    "ledger_no_double_funding": lambda: _("The beneficiary already has money for the same purpose."),
    "ledger_commitment_is_booked": lambda: _("A commitment is booked in the same moment."),
    "ledger_instalments_total_commitment": lambda: _("The instalments have to total the commitment."),
    "ledger_checked_batch_is_frozen": lambda: _("A checked payment list never changes."),
    "ledger_booked_stays": lambda: _("What is booked on stays where it is."),
    "ledger_received_is_booked": lambda: _("A payment is received and booked, or neither."),
    "reviews_open_round_is_frozen": lambda: _("A round that is open keeps its rules and criteria."),
    "reviews_scores_never_change": lambda: _("Submitted marks never change; a new version follows."),
    "reviews_recused_holds_no_score": lambda: _(
        "Marks count only while the expert is on the case; a recused expert has none."
    ),
    "reviews_recusal_is_final": lambda: _("A recusal is never taken back."),
    "reviews_assignment_stays": lambda: _("An assignment stays with its expert and its case."),
    "reviews_points_within_criterion": lambda: _(
        "Points belong to a criterion of the round and stay within it."
    ),
    "capital_fund_within_size": lambda: _("A fund of this exact size has not that much left to invest."),
    "capital_round_not_exceeded": lambda: _("Funds cannot have paid more of a round than the round came to."),
    "capital_fund_keeps_currency": lambda: _("A fund with investments keeps its currency."),
    "capital_pool_within_size": lambda: _("A risk pool does not pay more than it holds."),
    "capital_recovery_within_compensated": lambda: _("No more comes back to a pool than it compensated."),
    "capital_committed_subsidy_is_frozen": lambda: _("Money is committed for this claim; it stays as it is."),
    "sharing_append_only": lambda: _("What was booked of shares never changes; later entries follow."),
    "sharing_entry_balances": lambda: _("What one party is booked, the others are booked against it."),
    "sharing_settled_within_open": lambda: _("No more can be settled than is open between these parties."),
    "sharing_balance_is_postings": lambda: _("A balance changes by bookings only."),
    "sharing_settlement_is_booked": lambda: _("A settlement is confirmed and booked, or neither."),
    "sharing_decided_settlement_is_frozen": lambda: _("A decided settlement never changes."),
    "sharing_shares_total_100": lambda: _("The shares of each base have to total 100%."),
    "sharing_term_of_its_parties": lambda: _("Shares belong to parties of the agreement."),
    "sharing_agreed_terms_are_frozen": lambda: _("Agreed terms never change; write a new version."),
    "sharing_parties_are_frozen": lambda: _("Parties, park and currency stay once terms were agreed."),
    "applications_open_programme_is_frozen": lambda: _("A programme that is open keeps its rules and steps."),
    "applications_handed_in_is_frozen": lambda: _(
        "An application that is handed in stays as it is until it is sent back."
    ),
    "applications_award_is_committed": lambda: _("An award is its own commitment and never changes."),
    "applications_log_never_changes": lambda: _("The log of an application can only be added to."),
    "applications_stands_where_logged": lambda: _("An application stands where its log says."),
    "applications_confirmed_meeting_is_frozen": lambda: _("Confirmed decisions never change."),
    "applications_confirmed_release_is_frozen": lambda: _("A confirmed release never changes."),
    "applications_release_needs_two": lambda: _(
        "Money of an award is given back through its application: one person proposes, a second confirms."
    ),
    "core_history_append_only": lambda: _("The history can only be added to."),
    "returns_period_is_closed": lambda: _("This period is closed. Ask the park administrator to reopen it."),
    "returns_submitted_is_frozen": lambda: _(
        "A submitted return no longer changes. Correct it as a new version."
    ),
}
