"""Forms of enterprises. They read what people type; the services decide."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.enums import Currency
from core.web.fields import FILE_TYPES, AmountField, DayField
from enterprises.enums import EnterpriseKind, RecognitionKind
from enterprises.models import Enterprise
from enterprises.services import FIELDS
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of


class FilterForm(forms.Form):
    """Filters of the list; nonsense filters nothing."""

    q = forms.CharField(label=_("Name or registration number"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *EnterpriseKind.choices]
    )
    title = forms.ChoiceField(
        label=_("Verified title"), required=False, choices=[("", _("All")), *RecognitionKind.choices]
    )
    incubator = forms.ChoiceField(label=_("Incubator"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Incubator.objects.visible_to(user).filter(park__isnull=False).order_by("sort_key", "pk")
        self.fields["incubator"].choices = [("", _("All")), *((site.code, site.name) for site in sites)]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PlaceField(forms.ChoiceField):
    """Where the record belongs: an incubator, or the park itself."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Belongs to"), **kwargs)
        self.parks: dict[str, Park] = {}
        self.incubators: dict[str, Incubator] = {}

    def offer(self, user: Any) -> None:
        """Offer the places in which the person may enter records."""
        places = scope_of(user).places(Action.ENTER)
        sites = Incubator.objects.allowing(Action.ENTER, user).operating().filter(park__isnull=False)
        self.incubators = {
            f"i{site.pk}": site for site in sites.select_related("park").order_by("sort_key", "pk")
        }
        parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
        self.parks = {f"p{park.pk}": park for park in parks.order_by("sort_key", "pk")}
        self.choices = [
            *((key, site.name) for key, site in self.incubators.items()),
            *((key, _("%(park)s, no incubator") % {"park": park.name}) for key, park in self.parks.items()),
        ]

    def place(self, key: str) -> tuple[Park, Incubator | None]:
        if site := self.incubators.get(key):
            assert site.park is not None
            return site.park, site
        return self.parks[key], None


class EnterpriseForm(forms.Form):
    """The record of a company or team."""

    name_zh = forms.CharField(
        label=_("Chinese name"), max_length=200, help_text=_("as on the business licence")
    )
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=EnterpriseKind.choices)
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        required=False,
        help_text=_("18 characters; the last one checks the others"),
    )
    organisation_number = forms.CharField(
        label=_("Swedish organisation number"),
        max_length=40,
        required=False,
        help_text=_("10 digits, such as 556016-0680"),
    )
    country = forms.CharField(
        label=_("Country"), max_length=2, min_length=2, initial="CN", help_text=_("two letters: CN or SE")
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    registered_on = DayField(label=_("Registered on"), required=False)
    external_id = forms.CharField(label=_("Number in your own system"), max_length=80, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, enterprise: Enterprise | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if enterprise is None:
            place = PlaceField()
            place.offer(user)
            self.fields["place"] = place
            self.order_fields(["place"])

    @property
    def place(self) -> tuple[Park, Incubator | None]:
        field = self.fields["place"]
        assert isinstance(field, PlaceField)
        return field.place(self.cleaned_data["place"])

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class YearForm(forms.Form):
    """Figures of one calendar year; an empty field is unknown, not zero."""

    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2100)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices, initial=Currency.CNY)
    revenue_amount = AmountField(
        label=_("Revenue"), required=False, help_text=_("such as 12,500,000 or 1250万")
    )
    rd_expense_amount = AmountField(label=_("R&D expense"), required=False)
    rd_in_china_amount = AmountField(label=_("R&D expense spent in China"), required=False)
    tax_paid_amount = AmountField(label=_("Tax paid"), required=False)
    total_assets_amount = AmountField(label=_("Total assets at the end of the year"), required=False)
    liabilities_amount = AmountField(label=_("Liabilities at the end of the year"), required=False)
    main_business_amount = AmountField(label=_("Income from the main business"), required=False)
    high_tech_income_amount = AmountField(
        label=_("Income from high-tech products and services"), required=False
    )
    staff_count = forms.IntegerField(
        label=_("Staff at the end of the year"), required=False, min_value=0, max_value=10_000_000
    )
    rd_staff_count = forms.IntegerField(
        label=_("R&D staff"), required=False, min_value=0, max_value=10_000_000
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = today.year - 1
        self.latest = today.year

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if year > self.latest:
            raise forms.ValidationError(_("This year has not come yet."))
        return year

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "year"}


#: Entered as a filing or as the result of a talent plan, and counted through it: once.
OF_REGISTERS = frozenset(
    {
        RecognitionKind.INVENTION_PATENT,
        RecognitionKind.PCT_PATENT,
        RecognitionKind.JIYANG_TALENT,
        RecognitionKind.TAIHU_TALENT,
    }
)


class RecognitionForm(forms.Form):
    """A title with its certificate."""

    kind = forms.ChoiceField(
        label=_("Title"),
        choices=[(kind.value, kind.label) for kind in RecognitionKind if kind not in OF_REGISTERS],
        help_text=_("patents and talent plans are entered in their registers and count from there"),
    )
    granted_on = DayField(label=_("Granted on"))
    expires_on = DayField(
        label=_("Valid until"), required=False, help_text=_("the first day on which it no longer holds")
    )
    certificate_number = forms.CharField(
        label=_("Certificate or application number"), max_length=80, required=False
    )
    file = forms.FileField(
        label=_("Certificate"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": FILE_TYPES}),
        help_text=_("PDF or picture"),
    )

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}
