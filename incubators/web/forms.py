"""Forms with which a park administrator keeps the record of a site and the roles of people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from core.enums import Currency
from core.web.fields import AmountField, DayField
from incubators.enums import IncubatorKind, SpaceKind, SupportMode
from incubators.models import Incubator, Organisation, Park
from incubators.scope import Action, scope_of
from incubators.services import INCUBATOR_FIELDS

TIME_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Europe/Stockholm", "Europe/Berlin", "Europe/London",
              "America/New_York", "America/Los_Angeles", "Asia/Singapore", "Asia/Tokyo")  # fmt: skip


def managed_parks(user: Any) -> Any:
    """The parks whose record the person keeps."""
    places = scope_of(user).places(Action.MANAGE)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return parks.order_by("sort_key", "pk")


class IncubatorForm(forms.Form):
    """The record of a site. The code stays for good: addresses and the history chain carry it."""

    park = forms.ModelChoiceField(Park.objects.none(), label=_("Park"))
    code = forms.SlugField(
        label=_("Short code"),
        max_length=60,
        help_text=_("small letters, digits and hyphens; cannot be changed later"),
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=IncubatorKind.choices)
    is_enclave = forms.BooleanField(label=_("Enclave: lies outside the park"), required=False)
    mode = forms.ChoiceField(label=_("Form of support"), choices=SupportMode.choices)
    operator = forms.ModelChoiceField(Organisation.objects.none(), label=_("Operator"), required=False)
    host_city_zh = forms.CharField(label=_("Host city (Chinese)"), max_length=80, required=False)
    host_city_en = forms.CharField(label=_("Host city (English)"), max_length=80, required=False)
    host_country_en = forms.CharField(label=_("Host country"), max_length=60, required=False)
    host_site_zh = forms.CharField(label=_("Site"), max_length=120, required=False)
    opened = forms.RegexField(
        r"^\d{4}(-\d{2}(-\d{2})?)?$",
        label=_("Opened"),
        required=False,
        help_text=_("as precisely as it is known: 2020, 2020-05 or 2020-05-18"),
        error_messages={"invalid": _("Write a year, a month or a day: 2020, 2020-05 or 2020-05-18.")},
    )
    opened_note = forms.CharField(label=_("Note on the opening"), required=False, max_length=1000)
    area_m2 = forms.DecimalField(
        label=_("Area (m²)"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    area_note = forms.CharField(label=_("Note on the area"), max_length=200, required=False)
    predecessor = forms.ModelChoiceField(Incubator.objects.none(), label=_("Predecessor"), required=False)
    predecessor_note = forms.CharField(
        label=_("Note on the predecessor"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone) for zone in TIME_ZONES],
        help_text=_("days are counted there"),
    )

    def __init__(self, *args: Any, user: Any, incubator: Incubator | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Incubator.objects.visible_to(user).order_by("sort_key", "pk")
        self.fields["operator"].queryset = Organisation.objects.order_by("sort_key", "pk")  # type: ignore[attr-defined]
        self.fields["predecessor"].queryset = sites.exclude(pk=incubator.pk if incubator else None)  # type: ignore[attr-defined]
        if incubator is None:
            self.fields["park"].queryset = managed_parks(user)  # type: ignore[attr-defined]
        else:
            del self.fields["park"], self.fields["code"]
            if incubator.time_zone not in TIME_ZONES:
                zones = self.fields["time_zone"]
                zones.choices = [(incubator.time_zone, incubator.time_zone), *zones.choices]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in INCUBATOR_FIELDS}


class ContractForm(forms.Form):
    """The contract with the operator; its last day is entered as the first one not covered."""

    number = forms.CharField(label=_("Contract number"), max_length=60)
    operator = forms.ModelChoiceField(Organisation.objects.none(), label=_("Operator"))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until (not included)"))
    fee_amount = AmountField(label=_("Fee per year"), help_text=_("such as 2,000,000 or 200万"))
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    deliverables = forms.CharField(
        label=_("Deliverables"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", _("A contract ends after it starts."))
        return values

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["operator"].queryset = Organisation.objects.order_by("sort_key", "pk")  # type: ignore[attr-defined]


class SpaceForm(forms.Form):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=SpaceKind.choices)
    area_m2 = forms.DecimalField(label=_("Area (m²)"), min_value=0, max_digits=12, decimal_places=2)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    starts_on = DayField(label=_("Available from"), required=False)
    ends_on = DayField(label=_("Until (not included)"), required=False)


class TitleForm(forms.Form):
    """A title that an authority gave the site."""

    title = forms.CharField(label=_("Title"), max_length=160)
    level = forms.CharField(label=_("Level"), max_length=60, required=False)
    authority = forms.CharField(label=_("Authority"), max_length=160)
    document_number = forms.CharField(label=_("Document number"), max_length=80, required=False)
    granted_on = DayField(label=_("Granted on"))
    expires_on = DayField(label=_("Valid until (not included)"), required=False)


class MembershipForm(forms.Form):
    """Who becomes what, where and from when."""

    username = forms.CharField(
        label=_("User name"), max_length=150, help_text=_("the name used for signing in")
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    place = forms.ChoiceField(
        label=_("Where"), help_text=_("operators belong to an incubator, park staff to a park")
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until (not included)"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parks = list(managed_parks(user))
        sites = Incubator.objects.filter(park__in=parks).operating().order_by("park", "sort_key", "pk")
        self.parks = {f"p{park.pk}": park for park in parks}
        self.sites = {f"i{site.pk}": site for site in sites}
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (_("Parks"), [(key, park.name) for key, park in self.parks.items()]),
            (_("Incubators"), [(key, site.name) for key, site in self.sites.items()]),
        ]

    def clean_username(self) -> User:
        user = User.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                _(
                    "There is no open account of this name. "
                    "The administrator of the installation opens accounts."
                )
            )
        return user

    @property
    def chosen_place(self) -> tuple[Park | None, Incubator | None]:
        key = self.cleaned_data["place"]
        return self.parks.get(key), self.sites.get(key)


class EndForm(forms.Form):
    ends_on = DayField(label=_("Ends on"), help_text=_("the first day without the role"))
