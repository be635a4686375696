"""Companies and teams."""

from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person, sent_back
from enterprises.enums import EnterpriseKind
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park, Recognisable, Tracked
from incubators.scope import Action, scope_of


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="incubator"))


class KeptEnterprises(models.Manager.from_queryset(EnterpriseQuerySet)):  # type: ignore[misc]
    """All but those merged into another record: what is listed, searched, counted and evaluated."""

    def get_queryset(self) -> EnterpriseQuerySet:
        rows: EnterpriseQuerySet = super().get_queryset()
        return rows.filter(merged_into=None)


class Enterprise(Recognisable, Tracked):
    """A company, or a team that has not founded one yet."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="enterprises"
    )
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enterprises",
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=EnterpriseKind.choices, default=EnterpriseKind.COMPANY
    )
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    organisation_number = models.CharField(_("Swedish organisation number"), max_length=10, blank=True)
    country = models.CharField(
        _("country"), max_length=2, default="CN", help_text=_("two letters, as in CN or SE")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)

    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_records",
    )

    objects = KeptEnterprises()
    everything = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "credit_code"],
                condition=~Q(credit_code="") & Q(merged_into=None),
                name="enterprises_credit_code_once_per_park",
                violation_error_message=_(
                    "An enterprise with this unified social credit code is already recorded."
                ),
            ),
            models.UniqueConstraint(
                fields=["park", "organisation_number"],
                condition=~Q(organisation_number="") & Q(merged_into=None),
                name="enterprises_organisation_number_once_per_park",
                violation_error_message=_("An enterprise with this organisation number is already recorded."),
            ),
            models.UniqueConstraint(
                fields=["park", "incubator", "external_id"],
                condition=~Q(external_id="") & Q(merged_into=None),
                nulls_distinct=False,
                name="enterprises_external_id_once",
                violation_error_message=_(
                    "An enterprise with this number of your own system is already recorded."
                ),
            ),
            models.CheckConstraint(
                name="enterprises_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                violation_error_message=_("A record is merged into another one, not into itself."),
            ),
            models.CheckConstraint(
                name="enterprises_credit_code_form",
                condition=Q(credit_code="")
                | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"),
                violation_error_message=_("A unified social credit code has 18 characters."),
            ),
        ]
        indexes = [
            GinIndex(fields=["name_keys"], name="enterprises_name_keys"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="enterprises_search"),
            models.Index(fields=["updated_at", "id"], name="enterprises_pull"),
        ]

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain


class OfEnterpriseQuerySet(models.QuerySet[Any]):
    """Records that hang on an enterprise, at once or through another record (``path``)."""

    path = "enterprise"

    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user)
            .places(Action.READ)
            .filter(park=f"{self.path}__park", incubator=f"{self.path}__incubator"),
            **{f"{self.path}__merged_into": None},
        )

    def verified(self) -> Self:
        """What counts. What a merge left with the record that was merged is not counted a second time."""
        return self.filter(**{"verified_at__isnull": False, f"{self.path}__merged_into": None})


class OfEnterprise(models.Model):
    """What every record of an enterprise carries; ``updated_at`` makes its ETag."""

    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def owner(self) -> Enterprise:
        """The enterprise to which the record belongs, and with it the place and the history chain."""
        enterprise: Enterprise = self.enterprise  # type: ignore[attr-defined]
        return enterprise


def evidence_field(related_name: str) -> "models.ForeignKey[EvidenceFile | None, EvidenceFile | None]":
    return models.ForeignKey(
        EvidenceFile,
        verbose_name=_("evidence"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name=related_name,
    )


def second_look(name: str) -> list[models.CheckConstraint]:
    """The rules over a record that one person enters and another verifies or sends back with words."""
    return [
        paired("verified_at", "verified_by", name=f"enterprises_{name}_verified_pair"),
        second_person("entered_by", "verified_by", name=f"enterprises_{name}_second_person"),
        *sent_back(
            f"enterprises_{name}",
            why=_("Whoever returns a record says why."),
            either=_("A record is either verified or returned."),
        ),
    ]
