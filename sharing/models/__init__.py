"""Models of the sharing app, by theme."""

from sharing.models.accruals import SharingAccrual, SharingLine
from sharing.models.agreements import SharingAgreement, SharingParty, SharingVersion
from sharing.models.book import SharingAccount, SharingEntry, SharingPosting
from sharing.models.settlements import SharingDispute, SharingSettlement
from sharing.models.terms import SharingPromise, SharingShare, SharingTerm

__all__ = [
    "SharingAccount",
    "SharingAccrual",
    "SharingAgreement",
    "SharingDispute",
    "SharingEntry",
    "SharingLine",
    "SharingParty",
    "SharingPosting",
    "SharingPromise",
    "SharingSettlement",
    "SharingShare",
    "SharingTerm",
    "SharingVersion",
]
