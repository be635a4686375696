"""Forms of funds, bank products, lists and risk pools."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from capital.enums import FundStage
from capital.models import Fund, Offer
from capital.services import FIELDS, Payer
from capital.web.forms.filters import sector_choices
from core.search import fold
from core.web.fields import AmountField
from enterprises.enums import Guarantee
from enterprises.web.record_forms import field_of
from incubators.enums import OrganisationKind
from incubators.models import Organisation, Park


class OfferForm(forms.Form):
    """A fund, product, list or pool, with the fields that its service takes."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, kind: type[Offer], parks: list[Park], record: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.parks = kind, parks
        own = [record.park] if record is not None else parks
        if record is None and len(parks) > 1:
            self.fields["park"] = forms.ChoiceField(
                label=_("Park"), choices=[(str(park.pk), park.name) for park in parks]
            )
        for name in FIELDS[kind]:
            self.fields[name] = _offer_field(kind, name, own)
        if kind is Fund:
            self.fields["investors"] = InvestorsField()
            self.order_fields([*FIELDS[kind][:8], "park", "investors"])

    @property
    def park(self) -> Park:
        chosen = self.cleaned_data.get("park")
        return next((park for park in self.parks if str(park.pk) == chosen), self.parks[0])

    def values(self) -> dict[str, Any]:
        found = {}
        for name in FIELDS[self.kind]:
            value, field = self.cleaned_data[name], self.kind._meta.get_field(name)
            empty = value is None or value == ""
            found[name] = field.get_default() if empty and field.has_default() else value  # type: ignore[union-attr]
        return found


def _offer_field(kind: type[Offer], name: str, parks: list[Park | None]) -> forms.Field:
    field: Any = kind._meta.get_field(name)
    plain = {"label": capfirst(field.verbose_name), "required": False, "help_text": field.help_text}
    box = forms.CheckboxSelectMultiple
    if name == "fields":
        return forms.MultipleChoiceField(
            **{**plain, "help_text": _("none chosen: all fields")}, choices=sector_choices(), widget=box
        )
    if name == "stages":
        return forms.MultipleChoiceField(**plain, choices=FundStage.choices, widget=box)
    if name == "securities":
        return forms.MultipleChoiceField(**plain, choices=Guarantee.choices, widget=box)
    if name == "external_id":
        return forms.CharField(**plain, max_length=80)
    if isinstance(field, models.ForeignKey):
        return forms.ModelChoiceField(**plain, queryset=_linked(field, name, parks), empty_label="—")
    return field_of(kind, name)


def _linked(field: Any, name: str, parks: list[Park | None]) -> Any:
    model = field.remote_field.model
    if model is Organisation:
        rows = (
            Organisation.objects.filter(kind=OrganisationKind.BANK)
            if name == "bank"
            else Organisation.objects
        )
        return rows.order_by("sort_key", "pk")
    own = Q(park=None) | Q(park__in=[park.pk for park in parks if park is not None])
    return model.objects.filter(own).order_by("sort_key", "pk")


class InvestorsField(forms.CharField):
    """One investor a line: the name and, behind a bar, the amount promised."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Who pays into it"),
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("one a line, with the amount behind a bar: Name | 5,000,000"),
        )

    def clean(self, value: Any) -> list[Payer]:
        typed = super().clean(value)
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        known = {
            fold(name): row
            for row in Organisation.objects.all()
            for name in (row.name_zh, row.name_en)
            if name
        } if lines else {}  # fmt: skip
        return [self._payer(line, known) for line in lines]

    def _payer(self, line: str, known: dict[str, Organisation]) -> Payer:
        name, _bar, amount = line.replace("｜", "|").partition("|")
        if not name.strip() or len(name.strip()) > 200:
            raise ValidationError(_t("“%(line)s” names no investor.") % {"line": line[:60]})
        try:
            sum_of = AmountField(required=False).clean(amount.strip())
        except ValidationError as error:
            raise ValidationError(f"{line[:60]}: {' '.join(error.messages)}") from None
        found = known.get(fold(name.strip()))
        return Payer(organisation=found, name=name.strip(), amount=sum_of)


def investors_as_typed(fund: Fund) -> str:
    rows = fund.investors.select_related("organisation").order_by("pk")
    return "\n".join(
        f"{row.organisation.name_zh if row.organisation else row.name}"
        + (f" | {row.committed_amount:,.2f}".removesuffix(".00") if row.committed_amount is not None else "")
        for row in rows
    )
