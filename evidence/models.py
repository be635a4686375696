"""Files that prove a number or a gate."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person
from core.enums import Provenance
from evidence.enums import EvidenceKind
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of


class EvidenceQuerySet(models.QuerySet["EvidenceFile"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="incubator"))


class EvidenceFile(models.Model):
    """One stored file: what it is by its content, who brought it, who confirmed it.

    The same bytes are stored once per park and incubator; ``sha256`` is of the content as uploaded.
    """

    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="evidence")
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="evidence",
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=EvidenceKind.choices, default=EvidenceKind.OTHER
    )
    title = models.CharField(_("title"), max_length=200)
    original_name = models.CharField(_("file name"), max_length=255)
    storage_name = models.CharField(max_length=120, unique=True, editable=False)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("verified by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "incubator", "sha256"],
                name="evidence_same_bytes_once",
                nulls_distinct=False,
                violation_error_message=_("This file is already stored."),
            ),
            paired("verified_at", "verified_by", name="evidence_verified_pair"),
            second_person("uploaded_by", "verified_by", name="evidence_verified_by_second_person"),
            models.CheckConstraint(
                name="evidence_not_empty",
                condition=Q(size__gt=0),
                violation_error_message=_("The file is empty."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain
