"""Agreements between regions, their parties, and the versions of their terms."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person
from core.enums import Currency
from evidence.models import EvidenceFile
from incubators.models import Incubator, Named, Organisation, Park, Tracked, half_open
from incubators.scope import Action, scope_of
from sharing.enums import SharingRole, SharingVersionState, TailRule


def amount(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """Money to the fen, in the currency of the agreement."""
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


def percent(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=7, decimal_places=4, **options)


def person(label: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )


def paper(label: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        EvidenceFile, verbose_name=label, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class SharingAgreementQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """The park that keeps the agreement, parks that are party to it, operators of its enclaves."""
        places = scope_of(user).places(Action.READ)
        if places.everywhere:
            return self
        seen = Q(park__in=sorted(places.park_ids))
        parties = SharingParty.objects.filter(park__in=sorted(places.park_ids)).values("agreement")
        sites = SharingAgreement.incubators.through.objects.filter(
            incubator__in=sorted(places.incubator_ids)
        ).values("sharingagreement")
        return self.filter(seen | Q(pk__in=parties) | Q(pk__in=sites))


class OfSharingQuerySet(models.QuerySet[Any]):
    """Records that hang on an agreement; ``path`` leads there."""

    path = "agreement"

    def visible_to(self, user: Any) -> Self:
        if scope_of(user).places(Action.READ).everywhere:
            return self
        return self.filter(**{f"{self.path}__in": SharingAgreement.objects.visible_to(user).values("pk")})


class SharingAgreement(Named, Tracked):
    """Regions agree to share what enterprises bring that one incubated and another received."""

    park = models.ForeignKey(
        Park,
        verbose_name=_("park that keeps the book"),
        on_delete=models.PROTECT,
        related_name="sharing_agreements",
    )
    number = models.CharField(_("number of the sharing agreement"), max_length=60)
    signed_on = models.DateField(_("signed"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    incubators: Any = models.ManyToManyField(
        Incubator, verbose_name=_("enclaves concerned"), related_name="sharing_agreements"
    )
    settle_days = models.PositiveSmallIntegerField(
        _("days to settle"), default=60, help_text=_("after the shares of a year were booked")
    )
    evidence = paper(_("signed agreement"))
    note = models.CharField(_("remark on the agreement"), max_length=300, blank=True)

    objects = SharingAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("sharing agreement")
        verbose_name_plural = _("sharing agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "number"],
                name="sharing_agreement_number_once",
                violation_error_message=_("There is already a sharing agreement with this number."),
            ),
            models.CheckConstraint(
                name="sharing_agreement_settle_days",
                condition=Q(settle_days__gte=1, settle_days__lte=730),
                violation_error_message=_("Shares are settled within 1 to 730 days."),
            ),
        ]
        indexes = [
            models.Index(fields=["updated_at", "id"], name="sharing_agreement_pull"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="sharing_agreement_search"),
        ]

    @property
    def chain(self) -> str:
        return self.park.chain

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number]


class SharingParty(models.Model):
    """A region or an organisation that takes part; the order decides whose fen is rounded first."""

    agreement = models.ForeignKey(
        SharingAgreement,
        verbose_name=_("sharing agreement"),
        on_delete=models.CASCADE,
        related_name="parties",
    )
    position = models.PositiveSmallIntegerField(_("place in the agreement"))
    role = models.CharField(_("role in the agreement"), max_length=8, choices=SharingRole.choices)
    park = models.ForeignKey(
        Park,
        verbose_name=_("park or district"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sharing_parties",
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sharing_parties",
    )

    objects = OfSharingQuerySet.as_manager()

    class Meta:
        verbose_name = _("party to a sharing agreement")
        verbose_name_plural = _("parties to sharing agreements")
        constraints = [
            models.CheckConstraint(
                name="sharing_party_is_one",
                condition=Q(park__isnull=False, organisation=None) | Q(park=None, organisation__isnull=False),
                violation_error_message=_("A party is one park or one organisation."),
            ),
            models.UniqueConstraint(
                fields=["agreement", "position"],
                name="sharing_party_position_once",
                violation_error_message=_("Two parties stand in the same place."),
            ),
            models.UniqueConstraint(
                fields=["agreement", "park", "organisation"],
                nulls_distinct=False,
                name="sharing_party_once",
                violation_error_message=_("A party is named once."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        owner: Any = self.park or self.organisation
        return str(owner.name)

    @property
    def key(self) -> str:
        """How programs name it: ``park:code`` or ``organisation:code``."""
        kind, owner = ("park", self.park) if self.park else ("organisation", self.organisation)
        return f"{kind}:{owner.code}"  # type: ignore[union-attr]


class SharingVersion(models.Model):
    """The terms for a span of time. Two people agree to them; from then on they are frozen.

    ``valid_until`` is not included; a later version that begins earlier shortens it, and ``agreed_until``
    keeps what was signed. ``tail_rates`` are percent of the normal rate, for the first year after expiry,
    the second and so on.
    """

    agreement = models.ForeignKey(
        SharingAgreement,
        verbose_name=_("sharing agreement"),
        on_delete=models.CASCADE,
        related_name="versions",
    )
    number = models.PositiveSmallIntegerField(_("number of the version"))
    state = models.CharField(
        _("state of the terms"),
        max_length=8,
        choices=SharingVersionState.choices,
        default=SharingVersionState.DRAFT,
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until (not included)"))
    agreed_until = models.DateField(_("end as it was signed"), null=True, blank=True)
    tail = models.CharField(_("after expiry"), max_length=10, choices=TailRule.choices, default=TailRule.ENDS)
    tail_years = models.PositiveSmallIntegerField(_("years after expiry"), default=0)
    tail_rates = ArrayField(percent(_("percent of the rate")), default=list, blank=True)
    proposed_at = models.DateTimeField(_("put forward"), null=True, blank=True)
    proposed_by = person(_("put forward by"))
    agreed_at = models.DateTimeField(_("agreed on"), null=True, blank=True)
    agreed_by = person(_("agreed by"))
    remark = models.CharField(_("why the terms came back"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfSharingQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms of a sharing agreement")
        verbose_name_plural = _("terms of sharing agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"],
                name="sharing_version_number_once",
                violation_error_message=_("The agreement already has a version with this number."),
            ),
            ExclusionConstraint(
                name="sharing_versions_do_not_overlap",
                expressions=[
                    (OpClass("agreement", "gist_int8_ops"), RangeOperators.EQUAL),
                    (half_open("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="agreed"),
                violation_error_message=_("Other agreed terms cover part of this time."),
            ),
            models.CheckConstraint(
                name="sharing_version_dates",
                condition=Q(valid_from__lt=F("valid_until")),
                violation_error_message=_("Terms end after they begin."),
            ),
            models.CheckConstraint(
                name="sharing_version_tail_fits",
                condition=Q(tail="ends", tail_years=0, tail_rates=[])
                | Q(tail="runs_on", tail_years__gte=1, tail_years__lte=30, tail_rates=[])
                | Q(tail="steps_down", tail_years=F("tail_rates__len"), tail_years__gte=1),
                violation_error_message=_("Years and rates after expiry do not fit the rule."),
            ),
            paired("proposed_at", "proposed_by", name="sharing_version_proposed_pair"),
            paired("agreed_at", "agreed_by", name="sharing_version_agreed_pair"),
            second_person("proposed_by", "agreed_by", name="sharing_version_second_person"),
            models.CheckConstraint(
                name="sharing_version_state",
                condition=Q(state="draft", proposed_at=None, agreed_at=None)
                | Q(state="proposed", proposed_at__isnull=False, agreed_at=None)
                | Q(state="agreed", proposed_at__isnull=False, agreed_at__isnull=False),
                violation_error_message=_("The state of the terms and the people who signed do not fit."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"

    @property
    def chain(self) -> str:
        return self.agreement.chain
