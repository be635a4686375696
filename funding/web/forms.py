"""Forms of policies: filters, description, copy, relation, and the dates of versions."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.web.fields import AmountField, DayField
from funding.enums import Computability, CutRule, RelationKind, TieRule
from funding.models import Policy
from funding.models.policies import CODE
from funding.selectors.policies import regions_of
from incubators.models import Park


class PolicyFilter(forms.Form):
    """Filters of the list; nonsense filters nothing."""

    q = forms.CharField(label=gettext_lazy("Name, code or issuer"), required=False, max_length=80)
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    place = forms.ChoiceField(label=gettext_lazy("Of"), required=False)
    computability = forms.ChoiceField(
        label=gettext_lazy("What the text settles"),
        required=False,
        choices=[("", gettext_lazy("All")), *Computability.choices],
    )
    in_force = forms.BooleanField(label=gettext_lazy("In force today"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", _("All"))]
        regions: Any = self.fields["region"]
        regions.choices = [*every, *((name, name) for name in regions_of(user))]
        places: Any = self.fields["place"]
        places.choices = [*every, ("own", _("parks")), ("library", _("library of examples"))]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a policy is called; checked by the service, so that the database's rules speak too."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    once = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Policy
        fields = [
            "code",
            "name_zh",
            "name_en",
            "region_zh",
            "issuer_zh",
            "document_zh",
            "beneficiaries_zh",
            "beneficiaries_en",
            "status",
            "computability",
            "base",
            "without_application",
            "source",
            "notes_zh",
            "notes_en",
        ]
        widgets = {
            "notes_zh": forms.Textarea(attrs={"rows": 3}),
            "notes_en": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, parks: list[Park] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if parks is not None:
            self.fields = {"park": park_field(parks), **self.fields}
        self.fields["code"].help_text = _(
            "short and for good, such as JY-RD: reports and programs name the policy by it"
        )

    def _post_clean(self) -> None:
        """The service builds and checks the record; the form only reads what was typed."""

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in self.Meta.fields}


def park_field(parks: list[Park]) -> "forms.ModelChoiceField[Park]":
    field = forms.ModelChoiceField(
        queryset=Park.objects.filter(pk__in=[park.pk for park in parks]).order_by("sort_key", "pk"),
        label=gettext_lazy("Park"),
        empty_label=None if len(parks) == 1 else "",
    )
    if len(parks) == 1:
        field.initial = parks[0]
    return field


class CopyForm(forms.Form):
    """Into which park an example is copied, and under which code."""

    code = forms.CharField(
        label=gettext_lazy("Code in your park"),
        max_length=60,
        validators=[CODE],
        help_text=gettext_lazy("letters, digits and hyphens, such as JY-TEAM"),
    )
    once = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, parks: list[Park], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"park": park_field(parks), **self.fields}


class RelationForm(forms.Form):
    other = forms.ModelChoiceField(queryset=Policy.objects.none(), label=gettext_lazy("Other policy"))
    kind = forms.ChoiceField(
        label=gettext_lazy("For the same applicant and period"),
        choices=[*RelationKind.choices, ("", gettext_lazy("no relation (take it away)"))],
        required=False,
        widget=forms.RadioSelect,
        initial=RelationKind.EXCLUSIVE,
    )
    clause = forms.CharField(label=gettext_lazy("Clause"), max_length=300, required=False)

    def __init__(self, *args: Any, user: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others: Any = self.fields["other"]
        others.queryset = Policy.objects.visible_to(user).exclude(pk=policy.pk).order_by("code")
        others.label_from_instance = lambda one: f"{one.code} · {one.name_zh}"


class FrameForm(forms.Form):
    """What stands around the terms of a version: dates, places, budget, and why."""

    valid_from = DayField(label=gettext_lazy("Holds from"), required=False)
    valid_until = DayField(
        label=gettext_lazy("Until (not included)"),
        required=False,
        help_text=gettext_lazy("empty: until a newer version follows"),
    )
    validity_note = forms.CharField(label=gettext_lazy("About the dates"), max_length=300, required=False)
    note = forms.CharField(label=gettext_lazy("What changes, and why"), max_length=400, required=False)
    places = forms.IntegerField(
        label=gettext_lazy("Places of a round"), min_value=1, max_value=100000, required=False
    )
    tie_rule = forms.ChoiceField(label=gettext_lazy("Ties across the last place"), choices=TieRule.choices)
    budget_yuan = AmountField(label=gettext_lazy("Budget of a round"), required=False)
    cut_rule = forms.ChoiceField(label=gettext_lazy("Where the budget ends"), choices=CutRule.choices)


class PublishForm(forms.Form):
    valid_from = DayField(
        label=gettext_lazy("Holds from"),
        help_text=gettext_lazy("a version without an end is ended on this day"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class EndForm(forms.Form):
    on = DayField(
        label=gettext_lazy("First day on which it no longer holds"),
        help_text=gettext_lazy("answers for earlier days stay as they are"),
    )


class DayForm(forms.Form):
    """The day that a question is about."""

    as_of = DayField(
        label=gettext_lazy("Asked for the day"),
        required=False,
        help_text=gettext_lazy("empty: today, or the newest version"),
    )
