"""Booking what accrued for a year: the difference between a new computation and what stands in the book."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict
from core.saving import readable_integrity_errors, save_checked
from incubators.scope import Action, require
from sharing.enums import SharingEntryKind
from sharing.models import SharingAccrual, SharingAgreement, SharingLine
from sharing.selectors import Computation, compute_year
from sharing.services.acting import day_in, locked_agreement, remember, wrong
from sharing.services.booking import book


@transaction.atomic
def book_accrual(
    *,
    agreement: SharingAgreement,
    year: int,
    expected_digest: str = "",
    actor: User,
    at: datetime,
) -> SharingAccrual:
    """Compute a year from verified figures and book what it changes.

    The same inputs again answer the computation that is there. ``expected_digest`` is what the person saw:
    ``Conflict`` when a figure was verified or corrected since. Nothing of an earlier computation changes.
    """
    agreement = locked_agreement(agreement)
    require(Action.MANAGE, user=actor, park_id=agreement.park_id)
    today = day_in(agreement.park, at)
    if not 2000 <= year < today.year:
        raise wrong("year", _("Shares are computed for a year that is over."), "future")
    found = compute_year(agreement, year)
    if found is None:
        raise Conflict(_("No terms were agreed for this year."), code="no_terms")
    if expected_digest and found.digest != expected_digest:
        raise Conflict(
            _("The figures changed since you looked at them. Look at the computation again."), code="stale"
        )
    if found.known is not None and found.known.digest == found.digest:
        return found.known
    accrual = _store(found, actor, at)
    if found.differences:
        words = _("Shares of %(year)d, computation %(number)d")
        book(
            agreement=agreement,
            kind=SharingEntryKind.ACCRUAL,
            on=today,
            description=words % {"year": year, "number": accrual.number},
            key=f"accrual:{year}:{accrual.number}",
            movements={(party, year): value for party, value in found.differences.items()},
            actor=actor,
            at=at,
            accrual=accrual,
        )
    return accrual


def _store(found: Computation, actor: User, at: datetime) -> SharingAccrual:
    accrual = SharingAccrual(
        agreement=found.agreement,
        version=found.version,
        year=found.year,
        number=(found.known.number if found.known else 0) + 1,
        tail_year=found.after,
        total=found.total,
        positions={str(party): str(value) for party, value in sorted(found.positions.items())},
        missing=[
            {"base": row.base, "label": row.label, "reason": row.reason, "enterprise": row.enterprise_id}
            for row in found.missing
        ],
        digest=found.digest,
        computed_at=at,
        computed_by=actor,
    )
    with readable_integrity_errors(SharingAccrual, SharingLine):
        save_checked(accrual)
        SharingLine.objects.bulk_create(
            [
                SharingLine(
                    accrual=accrual,
                    term=line.term,
                    enterprise=line.enterprise,
                    landed_on=line.landed_on,
                    figure_id=line.figures.pk,
                    figure=line.figure,
                    verified_at=line.figures.verified_at,  # type: ignore[misc]  # a line has it
                    verifier=str(line.figures.verified_by),
                    rate=line.shared.rate,
                    is_capped=line.shared.is_capped,
                    amount=line.shared.amount,
                    shares={str(party): str(value) for party, value in line.shared.shares.items()},
                )
                for line in found.lines
            ]
        )
    remember(
        accrual,
        "sharing.computed",
        {
            "year": [None, found.year],
            "total": [found.known.total if found.known else None, found.total],
            "digest": [None, found.digest],
            "missing": [None, len(found.missing)],
        },
        actor,
        at,
        chain=found.agreement.chain,
    )
    return accrual
