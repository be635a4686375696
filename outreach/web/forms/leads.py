"""Forms of leads."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.web.fields import DayField
from outreach.enums import DropReason, LeadOrigin, LeadStage
from outreach.models import Contact, Event, Mandate
from outreach.models.leads import SOURCES
from outreach.services.leads import FIELDS
from outreach.web.forms.base import PlacedForm, RecentField, organisation_field, sector_field


def label_of_contact(contact: Contact) -> str:
    words = contact.organisation_words
    return f"{contact.name} · {words}" if words else contact.name


def label_of_event(event: Event) -> str:
    return f"{event.starts_on:%Y-%m-%d} {event.name}"


class LeadForm(PlacedForm):
    """One lead; only the name and the source are asked for."""

    fields_of_record = FIELDS

    name_zh = forms.CharField(label=_("Team or firm (Chinese)"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    team_lead = forms.CharField(label=_("Team lead"), max_length=80, required=False)
    sector = sector_field()
    organisation = organisation_field(
        _("Organisation"), help_text=_("where the team works now, from the directory")
    )
    organisation_name = forms.CharField(
        label=_("Organisation in words"),
        max_length=200,
        required=False,
        help_text=_("when the directory does not have it"),
    )
    contact = RecentField(
        label=_("Contact person"), label_of=label_of_contact, help_text=_("whom you speak with")
    )
    first_contact_on = DayField(label=_("First contact"))
    summary = forms.CharField(
        label=_("Summary"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        required=False,
        help_text=_("what is invented, for whom, and how far it is"),
    )
    source = forms.ChoiceField(label=_("Main source"), choices=LeadOrigin.choices)
    source_event = RecentField(label=_("Event"), label_of=label_of_event)
    source_contest = forms.CharField(label=_("Contest"), max_length=160, required=False)
    source_mandate = RecentField(label=_("Mandate"))
    source_contact = RecentField(label=_("Person who named it"), label_of=label_of_contact)
    source_organisation = organisation_field(_("Organisation that named it"))
    owner = RecentField(label=_("Person in charge"))
    next_action = forms.CharField(label=_("Next action"), max_length=200, required=False)
    next_on = DayField(label=_("Next action on"), required=False, help_text=_("appears among the due dates"))
    external_id = forms.CharField(label=_("Number in your own system"), max_length=80, required=False)

    #: The page sets these apart under headings of their own.
    about = ("place", "name_zh", "name_en", "team_lead", "sector", "first_contact_on", "contact",
             "organisation", "organisation_name", "summary")  # fmt: skip
    sources = tuple(SOURCES.values())
    onward = ("owner", "next_action", "next_on", "external_id")

    def offer(self) -> None:
        offers: dict[str, Any] = {
            "contact": Contact,
            "source_contact": Contact,
            "source_event": Event,
            "source_mandate": Mandate,
        }
        for name, model in offers.items():
            rows = model.objects.visible_to(self.user)
            if self.record is not None:
                rows = rows.filter(park=self.record.park_id)
            if model is Contact:
                rows = rows.select_related("organisation")
            self.fields[name].offer(rows, chosen=self.chosen(name))  # type: ignore[attr-defined]
        self.offer_people("owner")

    def values(self) -> dict[str, Any]:
        """Of the sources only the chosen one: the page hides the others, but keeps what was typed there."""
        values = super().values()
        kept = SOURCES.get(LeadOrigin(values["source"]))
        for field in SOURCES.values():
            if field != kept:
                values[field] = "" if field == "source_contest" else None
        if values["organisation"]:
            values["organisation_name"] = ""
        return values


class LeadMoveForm(forms.Form):
    from_stage = forms.CharField(widget=forms.HiddenInput, max_length=8)
    to_stage = forms.ChoiceField(label=_("New stage"), widget=forms.RadioSelect)
    on = DayField(label=_("On"))
    drop_reason = forms.ChoiceField(
        label=_("Why it is dropped"), choices=[("", "—"), *DropReason.choices], required=False
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets = [LeadStage.CONTACT, LeadStage.TALK, LeadStage.DROPPED]
        self.fields["to_stage"].choices = [(code, code.label) for code in targets if code != stage]  # type: ignore[attr-defined]


class ConvertForm(forms.Form):
    """What goes into the project, as the lead has it; everything can be corrected on the way."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    sector = sector_field()
    team_lead = forms.CharField(label=_("Team lead"), max_length=80, required=False)
    summary = forms.CharField(
        label=_("Summary"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, required=False
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
