"""What the forms of contests share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contests.web.access import parks_to_run
from incubators.models import Park
from projects.models import Sector


def all_of(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", _("All")), *choices])


def text(label: Any, rows: int = 4, longest: int = 5000, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


def sectors() -> Any:
    return Sector.objects.order_by("position", "code")


class FilterForm(forms.Form):
    """Filters of a list; nonsense filters nothing."""

    q = forms.CharField(label=_("Name"), required=False, max_length=80)

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class OfParkForm(forms.Form):
    """Asks for the park of a new record where there is a choice."""

    def offer_parks(self, user: Any) -> None:
        parks = {str(park.pk): park for park in parks_to_run(user)}
        self.parks = parks
        field = forms.ChoiceField(label=_("Park"), choices=[(key, park.name) for key, park in parks.items()])
        if len(parks) == 1:
            field.initial, field.widget = next(iter(parks)), forms.HiddenInput()
        self.fields["park"] = field
        self.order_fields(["park"])

    @property
    def park(self) -> Park:
        return self.parks[self.cleaned_data["park"]]


class ReasonForm(forms.Form):
    reason = text(_("Reason in words"), rows=3, longest=2000)
