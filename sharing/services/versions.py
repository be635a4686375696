"""Terms: written as a draft, put forward by one person, agreed by a second, then frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, Stale
from core.saving import assign, readable_integrity_errors, save_checked, values_of
from enterprises.models import Enterprise
from incubators.models import Incubator
from incubators.scope import Action, require
from sharing.enums import CountedBy, SharingVersionState, TailRule
from sharing.models import (
    SharingAgreement,
    SharingParty,
    SharingPromise,
    SharingShare,
    SharingTerm,
    SharingVersion,
)
from sharing.services.acting import (
    checked_money,
    locked_agreement,
    needed_words,
    party_of,
    remember,
    second_person_only,
    wrong,
)

VERSION_FIELDS = ("valid_from", "valid_until", "tail", "tail_years", "tail_rates")
TERM_FIELDS = ("base", "rate", "threshold", "cap", "counted_by", "landed_from", "years_counted")


@dataclass(frozen=True)
class TermInput:
    """One base as it is written: ``shares`` in percent by party, total 100."""

    base: str
    holder: SharingParty
    rate: Decimal
    shares: Mapping[SharingParty, Decimal]
    remainder_to: SharingParty
    threshold: Decimal = Decimal(0)
    cap: Decimal | None = None
    counted_by: str = CountedBy.LANDED
    incubators: Sequence[Incubator] = ()
    enterprises: Sequence[Enterprise] = ()
    landed_from: date | None = None
    years_counted: int | None = None


@dataclass(frozen=True)
class PromiseInput:
    year: int
    payer: SharingParty
    payee: SharingParty
    amount: Decimal


@transaction.atomic
def save_terms(
    *,
    agreement: SharingAgreement,
    version: SharingVersion | None,
    values: Mapping[str, Any],
    terms: Sequence[TermInput],
    promises: Sequence[PromiseInput] = (),
    expected_version: int | None = None,
    actor: User,
    at: datetime,
) -> SharingVersion:
    """Write a draft of terms, whole: bases, shares and promises replace what the draft said before."""
    agreement = locked_agreement(agreement)
    require(Action.MANAGE, user=actor, park_id=agreement.park_id)
    if version is None:
        highest = agreement.versions.aggregate(highest=Max("number"))["highest"] or 0
        version = SharingVersion(agreement=agreement, number=highest + 1)
    else:
        version = _draft(version, expected_version)
        version.version += 1
    is_new = version.pk is None
    assign(version, values, allowed=VERSION_FIELDS)
    _fit_tail(version)
    version.updated_at = at
    with readable_integrity_errors(SharingVersion):
        save_checked(version)
    _write_terms(agreement, version, terms)
    _write_promises(agreement, version, promises)
    remember(
        version,
        "sharing.entered" if is_new else "sharing.changed",
        {
            name: [None, value] for name, value in values_of(version, VERSION_FIELDS).items()
        } | {"terms": [None, [_words(term) for term in terms]]},
        actor,
        at,
        chain=agreement.chain,
    )  # fmt: skip
    return version


def _draft(version: SharingVersion, expected: int | None) -> SharingVersion:
    locked: SharingVersion = SharingVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if locked.state != SharingVersionState.DRAFT:
        raise Conflict(_("Terms that were put forward stay as they are; start a new version."), code="frozen")
    if expected is not None and locked.version != expected:
        raise Stale(locked)
    return locked


def _fit_tail(version: SharingVersion) -> None:
    """The rule after expiry with exactly what it needs."""
    rates = [Decimal(rate) for rate in version.tail_rates or ()]
    if version.tail != TailRule.STEPS_DOWN:
        version.tail_rates = []
    elif not rates or any(not 0 < rate <= 100 for rate in rates) or len(rates) > 30:
        raise wrong("tail_rates", _("Write the percent for each year after expiry, such as 75, 50, 25."))
    elif rates != sorted(rates, reverse=True):
        raise wrong("tail_rates", _("The rates fall from year to year."))
    else:
        version.tail_rates, version.tail_years = rates, len(rates)
    if version.tail == TailRule.ENDS:
        version.tail_years = 0
    if version.tail == TailRule.RUNS_ON and not 1 <= (version.tail_years or 0) <= 30:
        raise wrong("tail_years", _("Say for how many years it runs on, 1 to 30."))
    if version.valid_from and version.valid_until and version.valid_from >= version.valid_until:
        raise wrong("valid_until", _("Terms end after they begin."))


def _words(term: TermInput) -> str:
    shares = ", ".join(f"{party.key} {percent.normalize():f}%" for party, percent in term.shares.items())
    return f"{term.base} {Decimal(term.rate).normalize():f}%: {shares}"


def _write_terms(agreement: SharingAgreement, version: SharingVersion, terms: Sequence[TermInput]) -> None:
    if not terms:
        raise wrong("terms", _("Say for at least one base what is shared."), "required")
    SharingTerm.objects.filter(version=version).delete()
    with readable_integrity_errors(SharingTerm, SharingShare):
        for item in terms:
            _check_term(agreement, item)
            term = SharingTerm(version=version, holder=item.holder, remainder_to=item.remainder_to)
            assign(term, {name: getattr(item, name) for name in TERM_FIELDS}, allowed=TERM_FIELDS)
            save_checked(term)
            term.incubators.set(item.incubators)
            term.enterprises.set(item.enterprises if item.counted_by == CountedBy.LISTED else ())
            for party, percent in item.shares.items():
                save_checked(SharingShare(term=term, party=party, percent=percent))


def _check_term(agreement: SharingAgreement, item: TermInput) -> None:
    for party in item.shares:
        party_of(agreement, party, "shares")
    party_of(agreement, item.holder, "holder")
    if sum(item.shares.values(), Decimal(0)) != 100:
        message = _("The shares total %(total)s%%, not 100%%.")
        total = sum(item.shares.values(), Decimal(0))
        raise wrong("shares", message % {"total": f"{total.normalize():f}"}, "total")
    if item.remainder_to not in item.shares:
        raise wrong("remainder_to", _("Who takes the remaining fen has a share."))
    if item.counted_by == CountedBy.LISTED and not item.enterprises:
        raise wrong("enterprises", _("Name the enterprises that are counted."), "required")
    sites = set(agreement.incubators.values_list("pk", flat=True))
    if any(site.pk not in sites for site in item.incubators):
        raise wrong("incubators", _("This enclave is not part of the agreement."))
    if any(firm.park_id != agreement.park_id for firm in item.enterprises):
        raise wrong("enterprises", _("This enterprise belongs to another park."))


def _write_promises(
    agreement: SharingAgreement, version: SharingVersion, promises: Sequence[PromiseInput]
) -> None:
    SharingPromise.objects.filter(version=version).delete()
    with readable_integrity_errors(SharingPromise):
        for item in promises:
            save_checked(
                SharingPromise(
                    version=version,
                    year=item.year,
                    payer=party_of(agreement, item.payer, "payer"),
                    payee=party_of(agreement, item.payee, "payee"),
                    amount=checked_money(item.amount, "amount"),
                )
            )


@transaction.atomic
def propose_terms(*, version: SharingVersion, actor: User, at: datetime) -> SharingVersion:
    """The first signature: nobody changes the terms until a second person agrees or sends them back."""
    agreement = locked_agreement(version.agreement)
    require(Action.MANAGE, user=actor, park_id=agreement.park_id)
    locked = _draft(version, None)
    locked.state, locked.proposed_at, locked.proposed_by = SharingVersionState.PROPOSED, at, actor
    locked.remark = ""
    return _saved(locked, "proposed", actor, at)


@transaction.atomic
def agree_terms(*, version: SharingVersion, actor: User, at: datetime) -> SharingVersion:
    """The second signature, of the finance officer or another administrator.

    Agreed terms that reach beyond the first day of these end on it.
    """
    agreement = locked_agreement(version.agreement)
    require(Action.VERIFY_MONEY, user=actor, park_id=agreement.park_id)
    locked = _proposed(version)
    second_person_only(locked.proposed_by_id, actor)
    earlier = agreement.versions.select_for_update().filter(
        state=SharingVersionState.AGREED,
        valid_from__lt=locked.valid_from,
        valid_until__gt=locked.valid_from,
    )
    for row in earlier:
        row.valid_until, row.updated_at = locked.valid_from, at
        row.version += 1
        row.save(update_fields=["valid_until", "version", "updated_at"])
    locked.state, locked.agreed_at, locked.agreed_by = SharingVersionState.AGREED, at, actor
    locked.agreed_until = locked.valid_until
    return _saved(locked, "agreed", actor, at)


@transaction.atomic
def return_terms(*, version: SharingVersion, reason: str, actor: User, at: datetime) -> SharingVersion:
    """Back to the draft, with words: by the second person, or by whoever put them forward."""
    agreement = locked_agreement(version.agreement)
    require(Action.VERIFY_MONEY, user=actor, park_id=agreement.park_id)
    locked = _proposed(version)
    locked.remark = needed_words(reason, "reason", _("Say what has to be changed."))[:300]
    locked.state, locked.proposed_at, locked.proposed_by = SharingVersionState.DRAFT, None, None
    return _saved(locked, "returned", actor, at)


@transaction.atomic
def drop_terms(*, version: SharingVersion, actor: User, at: datetime) -> None:
    """Throw a draft away."""
    agreement = locked_agreement(version.agreement)
    require(Action.MANAGE, user=actor, park_id=agreement.park_id)
    locked = _draft(version, None)
    remember(locked, "sharing.discarded", {"number": [locked.number, None]}, actor, at, chain=agreement.chain)
    locked.delete()


def _proposed(version: SharingVersion) -> SharingVersion:
    locked: SharingVersion = (
        SharingVersion.objects.select_for_update(of=("self",))
        .select_related("agreement__park")
        .get(pk=version.pk)
    )
    if locked.state != SharingVersionState.PROPOSED:
        raise Conflict(_("These terms do not wait for a signature."), code="not_proposed")
    return locked


def _saved(version: SharingVersion, step: str, actor: User, at: datetime) -> SharingVersion:
    version.version += 1
    version.updated_at = at
    with readable_integrity_errors(SharingVersion):
        save_checked(version)
    changes = {"state": [None, version.state], "remark": ["", version.remark]}
    remember(version, f"sharing.{step}", changes, actor, at, chain=version.agreement.chain)
    return version
