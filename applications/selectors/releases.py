"""What of an award can be given back, and what was."""

from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from applications.models import Application, AwardRelease
from ledger.enums import InstalmentState
from ledger.models import Commitment, Entry, Instalment

#: Not on its way to the beneficiary.
AT_REST = (
    InstalmentState.PLANNED,
    InstalmentState.CLAIMED,
    InstalmentState.READY,
    InstalmentState.BOUNCED,
)


def releasable(commitment: Commitment) -> Decimal:
    """What is neither paid nor on its way, as the ledger would give it back."""
    booked = Entry.objects.filter(instalment=OuterRef("pk"))
    rows = Instalment.objects.filter(~Exists(booked), commitment=commitment, state__in=AT_REST)
    found: Decimal | None = rows.aggregate(total=Sum("amount"))["total"]
    return found or Decimal(0)


def releases_of(application: Application) -> list[AwardRelease]:
    """Confirmed and waiting, in order."""
    return list(application.releases.select_related("proposed_by", "confirmed_by").order_by("pk"))
