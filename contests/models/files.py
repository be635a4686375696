"""Files that come with an entry or a bid. They lie apart from the evidence of the park until it takes them
in: what the public sends is nobody's proof, and a sealed bid's papers are read by nobody."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contests.models.bids import Bid, SealedOffer
from contests.models.entries import Entry
from evidence.models import EvidenceFile


class KeptFileQuerySet(models.QuerySet["KeptFile"]):
    def visible_to(self, user: Any) -> Self:
        """Of an entry for whoever sees the entry; of a bid only once the bid is opened."""
        entries = Entry.objects.visible_to(user).filter(pk=OuterRef("entry"))
        offers = SealedOffer.objects.visible_to(user).filter(bid=OuterRef("bid"))
        return self.filter(Exists(entries) | Exists(offers))


class KeptFile(models.Model):
    """One stored file; ``evidence`` once the park took it in for its experts."""

    entry = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.CASCADE, related_name="files")
    bid = models.ForeignKey(Bid, null=True, blank=True, on_delete=models.CASCADE, related_name="files")
    original_name = models.CharField(_("file name"), max_length=255)
    storage_name = models.CharField(max_length=120, unique=True, editable=False)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    received_on = models.DateTimeField(_("received"))
    evidence = models.ForeignKey(
        EvidenceFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = KeptFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of an entry or a bid")
        verbose_name_plural = _("files of entries and bids")
        constraints = [
            models.CheckConstraint(
                name="contests_file_one_owner",
                condition=Q(entry__isnull=False, bid__isnull=True) | Q(entry__isnull=True, bid__isnull=False),
                violation_error_message=_("A file belongs to one entry or to one bid."),
            ),
            models.UniqueConstraint(
                fields=["entry", "sha256"],
                name="contests_file_once_per_entry",
                violation_error_message=_("This file is already there."),
            ),
            models.UniqueConstraint(
                fields=["bid", "sha256"],
                name="contests_file_once_per_bid",
                violation_error_message=_("This file is already there."),
            ),
        ]

    def __str__(self) -> str:
        return self.original_name
