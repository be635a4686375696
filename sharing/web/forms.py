"""Forms of sharing agreements and settlements. They read what people type; the services decide."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.enums import Currency
from core.web.fields import FILE_TYPES, AmountField, DayField
from incubators.models import Incubator, Organisation, Park
from sharing.enums import SettlementKind, SharingRole
from sharing.models import SharingAgreement, SharingParty, SharingSettlement
from sharing.services import PartyInput
from support.web.fields import MOST_OFFERED, RecordField

MOST_PARTIES = 5


class PaperField(forms.FileField):
    """One paper that proves it."""

    widget = forms.ClearableFileInput(attrs={"accept": FILE_TYPES})


class SharingFilter(forms.Form):
    q = forms.CharField(label=_("Name or number"), required=False, max_length=80)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("in_force", _("agreement in force")),
            ("expired", _("agreement expired")),
            ("draft", _("terms not agreed yet")),
        ],
    )

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class AgreementForm(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    park = forms.ModelChoiceField(Park.objects.none(), label=_("Park that keeps the book"))
    number = forms.CharField(label=_("Number of the agreement"), max_length=60)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    signed_on = DayField(label=_("Signed on"))
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    settle_days = forms.IntegerField(
        label=_("Days to settle"),
        min_value=1,
        max_value=730,
        initial=60,
        help_text=_("after the shares of a year were booked"),
    )
    incubators = forms.ModelMultipleChoiceField(
        Incubator.objects.none(),
        label=_("Enclaves concerned"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("projects that landed through them are shared; their operators read the agreement"),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    file = PaperField(label=_("Signed agreement (scan)"), required=False)

    def __init__(
        self, *args: Any, parks: Any, agreement: SharingAgreement | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        fields: dict[str, Any] = self.fields
        if agreement is not None:
            del fields["park"]
            sites = Incubator.objects.filter(park=agreement.park_id)
        else:
            fields["park"].queryset = parks
            sites = Incubator.objects.filter(park__in=parks)
            if len(parks) == 1:
                fields["park"].initial = parks[0]
        fields["incubators"].queryset = sites.operating().order_by("sort_key", "pk")
        self.names_parties = agreement is None or not agreement.versions.exists()
        if self.names_parties:
            self._add_parties(agreement)

    def _add_parties(self, agreement: SharingAgreement | None) -> None:
        offered = [
            *((row.code, row.name, row) for row in Park.objects.order_by("sort_key", "pk")),
            *(
                (row.code, row.name, row)
                for row in Organisation.objects.order_by("sort_key", "pk")[:MOST_OFFERED]
            ),
        ]
        known = (
            list(agreement.parties.select_related("park", "organisation").order_by("position"))
            if agreement
            else []
        )
        roles = [("", "—"), *SharingRole.choices]
        for place in range(1, MOST_PARTIES + 1):
            self.fields[f"role_{place}"] = forms.ChoiceField(label=_("Role"), choices=roles, required=False)
            field = RecordField(label=_("Park or organisation"), required=False)
            field.offer(offered)
            self.fields[f"party_{place}"] = field
            if place <= len(known):
                party = known[place - 1]
                self.initial[f"role_{place}"] = party.role
                self.initial[f"party_{place}"] = field.label_of(party.park or party.organisation)

    def party_rows(self) -> list[tuple[int, Any, Any]]:
        if not self.names_parties:
            return []
        return [(n, self[f"role_{n}"], self[f"party_{n}"]) for n in range(1, MOST_PARTIES + 1)]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for number, _role, _party in self.party_rows():
            role, party = values.get(f"role_{number}"), values.get(f"party_{number}")
            if party and not role:
                self.add_error(f"role_{number}", _t("Choose the role of this party."))
        return values

    def parties(self) -> list[PartyInput] | None:
        if not self.names_parties:
            return None
        data = self.cleaned_data
        found = []
        for number in range(1, MOST_PARTIES + 1):
            owner = data.get(f"party_{number}")
            if owner is not None:
                kind = {"park": owner} if isinstance(owner, Park) else {"organisation": owner}
                found.append(PartyInput(role=data[f"role_{number}"], **kind))
        return found

    def values(self) -> dict[str, Any]:
        names = ("number", "name_zh", "name_en", "signed_on", "currency", "settle_days", "note")
        return {name: self.cleaned_data[name] for name in names}


class SettlementForm(forms.Form):
    once = forms.CharField(widget=forms.HiddenInput, max_length=60)
    kind = forms.ChoiceField(
        label=_("Kind of settlement"),
        choices=SettlementKind.choices,
        help_text=_("a netting needs no money: it sets the claim of one year against that of another"),
    )
    payer = forms.ModelChoiceField(SharingParty.objects.none(), label=_("Paid by"))
    payee = forms.ModelChoiceField(SharingParty.objects.none(), label=_("Paid to"))
    year = forms.TypedChoiceField(label=_("For the year"), coerce=int)
    counter_year = forms.TypedChoiceField(
        label=_("Against the year"), coerce=int, required=False, empty_value=None, help_text=_("netting only")
    )
    amount = AmountField(label=_("Amount"))
    on = DayField(label=_("Day"))
    reference = forms.CharField(label=_("Bank or file reference"), max_length=120, required=False)
    file = PaperField(
        label=_("Proof of the payment"), required=False, help_text=_("a netting may go without")
    )

    def __init__(self, *args: Any, agreement: SharingAgreement, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        rows = agreement.parties.select_related("park", "organisation").order_by("position")
        fields["payer"].queryset = fields["payee"].queryset = rows
        fields["year"].choices = [(year, str(year)) for year in years]
        fields["counter_year"].choices = [("", "—"), *fields["year"].choices]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("once", "file")}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Stated reason"), max_length=300)

    def __init__(self, *args: Any, settlement: SharingSettlement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class DisputeForm(forms.Form):
    party = forms.ModelChoiceField(SharingParty.objects.none(), label=_("Party to the agreement"))
    year = forms.IntegerField(label=_("Year of the figures"), min_value=2000, max_value=2100)
    reason = forms.CharField(
        label=_("Why the share cannot be honoured"),
        max_length=300,
        help_text=_("such as: the output counts where the enterprise is registered"),
    )

    def __init__(self, *args: Any, agreement: SharingAgreement, parties: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = agreement.parties.filter(pk__in=parties).select_related("park", "organisation")
        self.fields["party"].queryset = rows.order_by("position")  # type: ignore[attr-defined]


class PercentField(forms.DecimalField):
    """Percent to four decimals; 40, 40% and ４０％ mean the same."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=7, decimal_places=4, min_value=0, max_value=100, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        text = value.replace("％", "%").strip().removesuffix("%") if isinstance(value, str) else value
        found: Decimal | None = super().to_python(text)
        return found
