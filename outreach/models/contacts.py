"""People one speaks with, and what was said when."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired
from core.identifiers import masked
from incubators.models import Organisation, Recognisable
from incubators.scope import Action, scope_of
from outreach.enums import InteractionKind
from outreach.models.base import Placed, external_id_once


class Contact(Recognisable, Placed):
    """A person at a university, carrier, investor or firm.

    Telephone, e-mail and WeChat are personal data: whoever may only read sees them masked, and the history
    keeps them masked too.
    """

    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    organisation_name = models.CharField(_("organisation in words"), max_length=200, blank=True)
    position = models.CharField(_("position"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=40, blank=True)
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    note = models.TextField(_("note"), blank=True)
    #: The person asked to be forgotten: a neutral label stands here from then on.
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, blank=True, editable=False)
    anonymised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("anonymised by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            external_id_once("outreach_contact_external_id_once"),
            paired("anonymised_at", "anonymised_by", name="outreach_contact_anonymised_pair"),
            models.CheckConstraint(
                name="outreach_contact_anonymised_is_empty",
                condition=Q(anonymised_at__isnull=True)
                | Q(phone="", email="", wechat="", position="", note="", external_id=""),
                violation_error_message=_("Nothing that leads to the person stays in an anonymised contact."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="outreach_contacts_search"),
            GinIndex(fields=["name_keys"], name="outreach_contacts_name_keys"),
            models.Index(fields=["park", "sort_key", "id"], name="outreach_contacts_by_name"),
        ]

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.organisation_words, *self.tags]

    @property
    def organisation_words(self) -> str:
        return self.organisation.name if self.organisation else self.organisation_name

    def reach_shown_to(self, user: Any) -> dict[str, str]:
        """Telephone, e-mail and WeChat as this person may see them."""
        whole = scope_of(user).allows(Action.ENTER, park_id=self.park_id, incubator_id=self.incubator_id)
        return {name: getattr(self, name) if whole else masked(getattr(self, name)) for name in REACH}


REACH = ("phone", "email", "wechat")


class Interaction(Placed):
    """A call, visit, meeting or mail: on which day, who with whom, what came of it, what comes next.

    ``next_action`` is done once ``next_done_at`` is set, or lives on in the lead that it was handed to.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=InteractionKind.choices)
    on = models.DateField(_("on"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interactions",
    )
    lead = models.ForeignKey(
        "outreach.Lead",
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interactions",
    )
    event = models.ForeignKey(
        "outreach.Event",
        verbose_name=_("event"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interactions",
    )
    summary = models.TextField(_("what was said"))
    next_action = models.CharField(_("next action"), max_length=200, blank=True)
    next_on = models.DateField(_("next action on"), null=True, blank=True)
    next_done_at = models.DateTimeField(_("done"), null=True, blank=True)
    next_done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        constraints = [
            external_id_once("outreach_interaction_external_id_once"),
            models.CheckConstraint(
                name="outreach_interaction_with_somebody",
                condition=Q(contact__isnull=False) | Q(lead__isnull=False) | Q(event__isnull=False),
                violation_error_message=_("Say with whom: a contact, a lead or an event."),
            ),
            models.CheckConstraint(
                name="outreach_interaction_next_day_has_action",
                condition=Q(next_on__isnull=True) | ~Q(next_action=""),
                violation_error_message=_("A day for the next action needs the action in words."),
            ),
            models.CheckConstraint(
                name="outreach_interaction_done_was_planned",
                condition=Q(next_done_at__isnull=True) | ~Q(next_action=""),
                violation_error_message=_("Only a planned action can be done."),
            ),
            paired("next_done_at", "next_done_by", name="outreach_interaction_done_pair"),
        ]
        indexes = [
            models.Index(fields=["park", "-on", "-id"], name="outreach_interactions_newest"),
            models.Index(
                fields=["next_on"],
                condition=Q(next_on__isnull=False, next_done_at__isnull=True),
                name="outreach_interactions_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
