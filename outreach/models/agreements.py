"""Agreements and memoranda that the park or an incubator keeps, and what came of them."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, paired
from core.enums import Currency
from evidence.models import EvidenceFile
from incubators.models import Agreement, Named, Organisation
from incubators.scope import Action, scope_of
from outreach.enums import AgreementKind
from outreach.models.base import Placed, amount_with_currency, external_id_once, somebody


class TrackedAgreement(Named, Placed):
    """Signed by at least two parties. ``amount`` is what was signed, never what was paid.

    ``incubators.Agreement`` is what the press says of agreements; ``reported`` points there, and the two are
    never added up. ``valid_until`` is not included; empty means open ended.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=AgreementKind.choices)
    number = models.CharField(_("number"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"))
    valid_until = models.DateField(_("valid until (not included)"), null=True, blank=True)
    amount = models.DecimalField(
        _("amount as signed"), max_digits=20, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, blank=True)
    summary = models.TextField(_("what was agreed"), blank=True)
    reported = models.ForeignKey(
        Agreement,
        verbose_name=_("as reported in the press"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("tracked agreement")
        verbose_name_plural = _("tracked agreements")
        constraints = [
            external_id_once("outreach_agreement_external_id_once"),
            models.UniqueConstraint(
                fields=["park", "incubator", "name_zh", "signed_on"],
                nulls_distinct=False,
                name="outreach_agreement_once",
                violation_error_message=_("An agreement of this title is already recorded for this day."),
            ),
            models.CheckConstraint(
                name="outreach_agreement_dates",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("signed_on")),
                violation_error_message=_("An agreement ends after it was signed."),
            ),
            not_negative("amount", name="outreach_agreement_amount_not_negative"),
            amount_with_currency("amount", "currency", name="outreach_agreement_amount_has_currency"),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="outreach_agreements_search"),
            models.Index(fields=["park", "-signed_on", "-id"], name="outreach_agreements_newest"),
        ]


class OfAgreementQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user)
            .places(Action.READ)
            .filter(park="agreement__park", incubator="agreement__incubator")
        )


class AgreementParty(models.Model):
    """One party, as an organisation of the directory or in words. A trigger asks for two per agreement."""

    agreement = models.ForeignKey(
        TrackedAgreement, verbose_name=_("agreement"), on_delete=models.CASCADE, related_name="parties"
    )
    position = models.PositiveSmallIntegerField(_("order"))
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    name = models.CharField(_("organisation in words"), max_length=200, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("party to an agreement")
        verbose_name_plural = _("parties to agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "position"],
                name="outreach_party_one_per_place",
                violation_error_message=_("Two parties stand in the same place."),
            ),
            models.UniqueConstraint(
                fields=["agreement", "organisation", "name"],
                nulls_distinct=False,
                name="outreach_party_once",
                violation_error_message=_("The same party is named twice."),
            ),
            somebody(
                "organisation",
                "name",
                name="outreach_party_named",
                message=_("Name the party, or choose the organisation."),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        return self.organisation.name if self.organisation else self.name


class AgreementAction(models.Model):
    """What was agreed to be done: by whom, until when, done or not."""

    agreement = models.ForeignKey(
        TrackedAgreement, verbose_name=_("agreement"), on_delete=models.CASCADE, related_name="actions"
    )
    text = models.CharField(_("what was agreed"), max_length=300)
    agreed_on = models.DateField(_("agreed on"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person in charge"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    owner_name = models.CharField(_("who else"), max_length=120, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    result = models.CharField(_("what came of it"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreed action")
        verbose_name_plural = _("agreed actions")
        constraints = [
            models.CheckConstraint(
                name="outreach_action_due_after_agreed",
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("agreed_on")),
                violation_error_message=_("An action is due on the day it was agreed or later."),
            ),
            paired("done_at", "done_by", name="outreach_action_done_pair"),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(due_on__isnull=False, done_at__isnull=True),
                name="outreach_actions_due",
            )
        ]

    def __str__(self) -> str:
        return self.text
