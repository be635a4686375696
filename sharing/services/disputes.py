"""A party says that it cannot honour its share, and how that was resolved. What is booked stays booked."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict
from core.saving import readable_integrity_errors, save_checked
from incubators.scope import Action, require, scope_of
from sharing.models import SharingAgreement, SharingDispute, SharingParty
from sharing.services.acting import (
    locked_agreement,
    needed_words,
    party_of,
    remember,
    second_person_only,
    wrong,
)


def may_dispute(user: User, agreement: SharingAgreement, party: SharingParty) -> bool:
    """Whoever pays for the park that keeps the book, or for the park that is this party."""
    scope = scope_of(user)
    own = party.park_id is not None and scope.allows(Action.PAY, park_id=party.park_id)
    return own or scope.allows(Action.PAY, park_id=agreement.park_id)


@transaction.atomic
def report_dispute(
    *,
    agreement: SharingAgreement,
    party: SharingParty,
    year: int,
    reason: str,
    actor: User,
    at: datetime,
) -> SharingDispute:
    """The party cannot honour what the agreement says for a year, such as figures that count elsewhere."""
    agreement = locked_agreement(agreement)
    party_of(agreement, party, "party")
    if not may_dispute(actor, agreement, party):
        require(Action.PAY, user=actor, park_id=agreement.park_id)
    if not 2000 <= year <= 2100:
        raise wrong("year", _("Enter a year between 2000 and 2100."))
    row = SharingDispute(
        agreement=agreement,
        party=party,
        year=year,
        reason=needed_words(reason, "reason", _("Say why the share cannot be honoured."))[:300],
        reported_at=at,
        reported_by=actor,
    )
    if SharingDispute.objects.filter(party=party, year=year, resolved_at=None).exists():
        raise Conflict(_("This share is already disputed."), code="sharing_dispute_open_once")
    with readable_integrity_errors(SharingDispute):
        save_checked(row)
    changes = {"party": [None, party.key], "year": [None, year], "reason": ["", row.reason]}
    remember(row, "dispute.opened", changes, actor, at, chain=agreement.chain)
    return row


@transaction.atomic
def resolve_dispute(*, dispute: SharingDispute, resolution: str, actor: User, at: datetime) -> SharingDispute:
    """A second person writes down what the parties found."""
    agreement = locked_agreement(dispute.agreement)
    require(Action.MANAGE, user=actor, park_id=agreement.park_id)
    row: SharingDispute = (
        SharingDispute.objects.select_for_update(of=("self",))
        .select_related("party__park", "party__organisation", "agreement__park")
        .get(pk=dispute.pk)
    )
    if row.resolved_at is not None:
        raise Conflict(_("This dispute is resolved already."), code="decided")
    second_person_only(row.reported_by_id, actor)
    row.resolution = needed_words(resolution, "resolution", _("Say how the dispute was resolved."))[:300]
    row.resolved_at, row.resolved_by = at, actor
    with readable_integrity_errors(SharingDispute):
        save_checked(row)
    changes = {"party": [None, row.party.key], "resolution": ["", row.resolution]}
    remember(row, "dispute.resolved", changes, actor, at, chain=agreement.chain)
    return row
