"""Forms of contacts, events, talks, mandates and agreements."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.enums import Currency
from core.search import fold
from core.web.fields import AmountField, DayField
from incubators.models import Agreement, Organisation
from outreach.enums import AgreementKind, EventKind, InteractionKind, SuccessStage
from outreach.models import Contact, Event, Lead
from outreach.services import agreements, contacts, events, interactions, mandates
from outreach.web.forms.base import (
    PlacedForm,
    RecentField,
    organisation_field,
    sector_field,
    without_currency,
)
from outreach.web.forms.leads import label_of_contact, label_of_event
from projects.models import Project

MOST_COUNTED = 10_000_000


class ContactForm(PlacedForm):
    fields_of_record = contacts.FIELDS

    name_zh = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    organisation = organisation_field(_("Organisation"), help_text=_("from the directory"))
    organisation_name = forms.CharField(
        label=_("Organisation in words"),
        max_length=200,
        required=False,
        help_text=_("when the directory does not have it"),
    )
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("whoever may only read sees it masked"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    wechat = forms.CharField(label=_("WeChat"), max_length=40, required=False)
    tags = forms.CharField(
        label=_("Tags"),
        max_length=300,
        required=False,
        help_text=_("separated by commas, such as: university, AI"),
    )
    note = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, required=False
    )
    external_id = forms.CharField(label=_("Number in your own system"), max_length=80, required=False)

    def values(self) -> dict[str, Any]:
        values = super().values()
        if values["organisation"]:
            values["organisation_name"] = ""
        return values


class EventForm(PlacedForm):
    fields_of_record = events.FIELDS

    kind = forms.ChoiceField(label=_("Kind"), choices=EventKind.choices)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    starts_on = DayField(label=_("First day"))
    last_on = DayField(label=_("Last day"), required=False, help_text=_("empty: one day"))
    venue = forms.CharField(label=_("Venue"), max_length=160, required=False)
    co_hosts = forms.CharField(label=_("Co-hosts"), max_length=300, required=False)
    attendee_count = forms.IntegerField(
        label=_("People present"), required=False, min_value=0, max_value=MOST_COUNTED
    )
    firm_count = forms.IntegerField(
        label=_("Firms and teams met"), required=False, min_value=0, max_value=MOST_COUNTED
    )
    cost_amount = AmountField(label=_("Cost"), required=False, help_text=_("such as 30,000 or 3万"))
    cost_currency = forms.ChoiceField(
        label=_("Currency"), choices=Currency.choices, initial=Currency.CNY, required=False
    )
    summary = forms.CharField(
        label=_("How it went"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, required=False
    )
    cancelled = forms.BooleanField(label=_("The event was cancelled"), required=False)
    external_id = forms.CharField(label=_("Number in your own system"), max_length=80, required=False)

    def values(self) -> dict[str, Any]:
        return without_currency(super().values(), "cost_amount", "cost_currency")


class TalkForm(PlacedForm):
    """A call, visit, meeting or mail."""

    fields_of_record = interactions.FIELDS

    kind = forms.ChoiceField(label=_("Kind"), choices=InteractionKind.choices)
    on = DayField(label=_("On"))
    by = RecentField(label=_("Who of us"))
    contact = RecentField(label=_("With whom"), label_of=label_of_contact)
    lead = RecentField(label=_("About which lead"))
    event = RecentField(label=_("At which event"), label_of=label_of_event)
    summary = forms.CharField(
        label=_("What was said"), widget=forms.Textarea(attrs={"rows": 4}), max_length=5000
    )
    next_action = forms.CharField(
        label=_("Next action"), max_length=200, required=False, help_text=_("what you will do next")
    )
    next_on = DayField(label=_("Next action on"), required=False, help_text=_("appears among the due dates"))
    settles = forms.BooleanField(label=_("What was planned for this lead is done"), required=False)

    def offer(self) -> None:
        offers: dict[str, Any] = {"contact": Contact, "lead": Lead, "event": Event}
        for name, model in offers.items():
            rows = model.objects.visible_to(self.user)
            if self.record is not None:
                rows = rows.filter(park=self.record.park_id)
            if model is Contact:
                rows = rows.select_related("organisation")
            self.fields[name].offer(rows, chosen=self.chosen(name))  # type: ignore[attr-defined]
        self.offer_people("by")
        if self.record is not None:
            del self.fields["settles"]

    def values(self) -> dict[str, Any]:
        values = super().values()
        if values["by"] is None:
            values["by"] = self.record.by if self.record else self.user  # type: ignore[attr-defined]
        return values


class MandateForm(PlacedForm):
    fields_of_record = mandates.FIELDS

    name_zh = forms.CharField(label=_("Chinese title"), max_length=200)
    name_en = forms.CharField(label=_("English title"), max_length=300, required=False)
    agent = organisation_field(_("Agent"), help_text=_("from the directory"))
    agent_name = forms.CharField(
        label=_("Agent in words"),
        max_length=200,
        required=False,
        help_text=_("when the directory does not have it"),
    )
    number = forms.CharField(label=_("Contract number"), max_length=60, required=False)
    sector = sector_field(_("all sectors"))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), help_text=_("the first day on which it no longer holds"))
    target_count = forms.IntegerField(
        label=_("Introductions agreed as target"), min_value=0, max_value=MOST_COUNTED
    )
    success_stage = forms.ChoiceField(label=_("Fee owed for"), choices=SuccessStage.choices, initial="landed")
    fee_amount = AmountField(label=_("Fee per success"), required=False, help_text=_("such as 50,000 or 5万"))
    fee_currency = forms.ChoiceField(
        label=_("Currency"), choices=Currency.choices, initial=Currency.CNY, required=False
    )
    terms = forms.CharField(
        label=_("Terms"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, required=False
    )
    external_id = forms.CharField(label=_("Number in your own system"), max_length=80, required=False)

    def values(self) -> dict[str, Any]:
        return without_currency(super().values(), "fee_amount", "fee_currency")


class ClaimForm(forms.Form):
    """What an agent introduced: one lead, or one project that was never a lead here."""

    lead = RecentField(label=_("Lead"))
    project = RecentField(label=_("or project"))
    on = DayField(label=_("Introduced on"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, user: Any, park_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: dict[str, Any] = {
            "lead": Lead.objects.visible_to(user).filter(park=park_id),
            "project": Project.objects.visible_to(user).filter(park=park_id, lead=None),
        }
        for name, found in rows.items():
            field: Any = self.fields[name]
            field.offer(found, chosen=self.data.get(name) if self.is_bound else None)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in mandates.CLAIM_FIELDS}


class AgreementForm(PlacedForm):
    fields_of_record = agreements.FIELDS

    kind = forms.ChoiceField(label=_("Kind"), choices=AgreementKind.choices)
    name_zh = forms.CharField(label=_("Chinese title"), max_length=200)
    name_en = forms.CharField(label=_("English title"), max_length=300, required=False)
    parties = forms.CharField(
        label=_("Parties"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("one per line, at least two; names in the directory are linked"),
    )
    number = forms.CharField(label=_("Number"), max_length=60, required=False)
    signed_on = DayField(label=_("Signed on"))
    valid_until = DayField(
        label=_("Valid until"), required=False, help_text=_("the first day on which it no longer holds")
    )
    amount = AmountField(
        label=_("Amount as signed"), required=False, help_text=_("what was signed, not what was paid")
    )
    currency = forms.ChoiceField(
        label=_("Currency"), choices=Currency.choices, initial=Currency.CNY, required=False
    )
    summary = forms.CharField(
        label=_("What was agreed"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, required=False
    )
    reported = forms.ModelChoiceField(
        Agreement.objects.order_by("sort_key", "pk"),
        label=_("As reported in the press"),
        required=False,
        empty_label="—",
        help_text=_("a link only; figures of the press are never added to these"),
    )
    external_id = forms.CharField(label=_("Number in your own system"), max_length=80, required=False)

    def values(self) -> dict[str, Any]:
        return without_currency(super().values(), "amount", "currency")

    def parties_typed(self) -> list[agreements.Party]:
        """Each line as an organisation of the directory where exactly one has that name."""
        lines = [line.strip() for line in self.cleaned_data["parties"].splitlines() if line.strip()]
        known: dict[str, list[Organisation]] = {}
        for row in Organisation.objects.all():
            for name in {fold(row.name_zh), fold(row.name_en)} - {""}:
                known.setdefault(name, []).append(row)
        return [found[0] if len(found := known.get(fold(line), [])) == 1 else line[:200] for line in lines]


class ActionForm(forms.Form):
    """One agreed action."""

    text = forms.CharField(label=_("What was agreed"), max_length=300)
    agreed_on = DayField(label=_("Agreed on"))
    owner = RecentField(label=_("Person in charge"))
    owner_name = forms.CharField(
        label=_("Who else"), max_length=120, required=False, help_text=_("on the other side, for instance")
    )
    due_on = DayField(label=_("Due on"), required=False)
    result = forms.CharField(label=_("What came of it"), max_length=300, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("owner") if self.is_bound else self.initial.get("owner")
        self.fields["owner"].offer(people, order="username", chosen=chosen)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in agreements.ACTION_FIELDS}


class DoneForm(forms.Form):
    result = forms.CharField(label=_("What came of it"), max_length=300, required=False)
