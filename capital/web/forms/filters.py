"""Filters of the lists; nonsense filters nothing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from capital.enums import FundStage, MatchStage, SubsidyState
from enterprises.enums import Guarantee
from enterprises.web.picking import ListFilter
from projects.models import Sector

ALL = ("", _("All"))
KEPT = [ALL, ("park", _("kept by a park")), ("reported", _("reported in the press"))]


def sector_choices() -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in Sector.objects.order_by("position", "code")]


class Filter(forms.Form):
    """Filters of a list; nonsense filters nothing."""

    q = forms.CharField(label=_("Name"), required=False, max_length=80)

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class FundFilter(Filter):
    q = forms.CharField(label=_("Fund or manager"), required=False, max_length=80)
    field = forms.ChoiceField(label=_("Focus field"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[ALL, *FundStage.choices])
    kept = forms.ChoiceField(label=_("Source"), required=False, choices=KEPT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [ALL, *sector_choices()]  # type: ignore[attr-defined]


class ProductFilter(Filter):
    q = forms.CharField(label=_("Product or bank"), required=False, max_length=80)
    security = forms.ChoiceField(label=_("Security"), required=False, choices=[ALL, *Guarantee.choices])
    kept = forms.ChoiceField(label=_("Source"), required=False, choices=KEPT)


class CreditListFilter(Filter):
    q = forms.CharField(label=_("List, authority or document"), required=False, max_length=80)
    kept = forms.ChoiceField(label=_("Source"), required=False, choices=KEPT)


class PoolFilter(Filter):
    pass


class InvestmentFilter(ListFilter):
    q = forms.CharField(label=_("Enterprise or fund"), required=False, max_length=80)
    waiting = forms.BooleanField(label=_("Waits for verification"), required=False)


class SubsidyFilter(ListFilter):
    q = forms.CharField(label=_("Enterprise or policy"), required=False, max_length=80)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ALL, *SubsidyState.choices])


class MatchFilter(ListFilter):
    q = forms.CharField(label=_("Enterprise, bank, fund or event"), required=False, max_length=80)
    stage = forms.ChoiceField(
        label=_("How far they got"),
        required=False,
        choices=[ALL, ("open", _("not settled")), *MatchStage.choices],
    )
