"""Filters of the lists; nonsense filters nothing."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incubators.models import Incubator
from incubators.scope import Action, scope_of
from incubators.selectors import people_allowed
from outreach.enums import AgreementKind, EventKind, InteractionKind, LeadOrigin, LeadStage
from outreach.stages import PATH
from projects.models import Sector

ALL = ("", _("All"))


class Filters(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=80)
    incubator = forms.ChoiceField(label=_("Incubator"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        sites = Incubator.objects.visible_to(user).operating().filter(park__isnull=False)
        choices = [(site.code, site.name) for site in sites.order_by("sort_key", "pk")]
        self.several_places = len(choices) > 1
        self.fields["incubator"].choices = [ALL, *choices]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class LeadFilterForm(Filters):
    q = forms.CharField(label=_("Team, firm or person"), required=False, max_length=80)
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[ALL, *LeadStage.choices])
    source = forms.ChoiceField(label=_("Main source"), required=False, choices=[ALL, *LeadOrigin.choices])
    owner = forms.ChoiceField(label=_("Person in charge"), required=False)
    due = forms.ChoiceField(
        label=_("Next action"),
        required=False,
        choices=[ALL, ("late", _("overdue")), ("planned", _("planned"))],
    )
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    reached = forms.ChoiceField(
        label=_("Got at least to"),
        required=False,
        choices=[ALL, *((code, LeadStage(code).label) for code in PATH)],
    )
    source_event = forms.CharField(required=False, max_length=18, widget=forms.HiddenInput)
    source_mandate = forms.CharField(required=False, max_length=18, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = [(row.code, row.name) for row in Sector.objects.order_by("position", "code")]
        self.fields["sector"].choices = [ALL, *sectors]  # type: ignore[attr-defined]
        people = [(str(row.pk), str(row)) for row in self._people()]
        self.fields["owner"].choices = [ALL, *people]  # type: ignore[attr-defined]

    def _people(self) -> Any:
        """Those of the person's own places, and the person."""
        scope, day = scope_of(self.user), timezone.localdate()
        rows = User.objects.filter(pk=self.user.pk)
        for park_id in sorted(scope.parks):
            rows |= people_allowed(Action.ENTER, park_id=park_id, day=day)
        for incubator_id, park_id in sorted(scope.incubator_parks.items()):
            rows |= people_allowed(Action.ENTER, park_id=park_id, incubator_id=incubator_id, day=day)
        return rows.distinct().order_by("username")[:100]


class ContactFilterForm(Filters):
    q = forms.CharField(label=_("Name, organisation or tag"), required=False, max_length=80)


class EventFilterForm(Filters):
    q = forms.CharField(label=_("Name, venue or co-host"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *EventKind.choices])


class TalkFilterForm(Filters):
    q = forms.CharField(label=_("Person, lead or words"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *InteractionKind.choices])


class MandateFilterForm(Filters):
    q = forms.CharField(label=_("Title, agent or number"), required=False, max_length=80)
    running = forms.BooleanField(label=_("running now"), required=False)


class AgreementFilterForm(Filters):
    q = forms.CharField(label=_("Agreement, number or party"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *AgreementKind.choices])
    open_actions = forms.BooleanField(label=_("with open actions"), required=False)
