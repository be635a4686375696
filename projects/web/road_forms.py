"""Forms of the road home, the credit, the years after and the merging of records."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.enums import Currency
from core.web.fields import AmountField, DayField, FilesField
from enterprises.models import YearlyFigure
from projects.enums import ClinicalPhase, Presence, Product, StepState
from projects.models import ChecklistTemplateStep, Project
from projects.web.forms import choices_with_blank


class StepForm(forms.Form):
    """One step of a leg's checklist."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=gettext_lazy("state"), choices=StepState.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("why it is not needed"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("only for “not needed”"),
    )
    due_on = DayField(label=gettext_lazy("due on"), required=False)
    owner: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("person in charge"), required=False, empty_label="—"
    )
    ticket_number = forms.CharField(
        label=gettext_lazy("ticket"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("number or link of a service ticket"),
    )
    note = forms.CharField(label=gettext_lazy("note"), max_length=300, required=False)
    files = FilesField(label=gettext_lazy("proof"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class TemplateRow(forms.Form):
    code = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=200, required=False)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=300, required=False)
    days = forms.IntegerField(
        label=gettext_lazy("days after departure"), min_value=-730, max_value=730, required=False
    )
    only_across_borders = forms.BooleanField(label=gettext_lazy("only across a border"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name_en") and not data.get("name_zh"):
            self.add_error("name_zh", _("Enter the Chinese name too."))
        return data


class TemplateForms(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows in their order; a row whose names are emptied is dropped."""

    def steps(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("name_zh")]


def template_formset(data: Any, *, rows: Sequence[ChecklistTemplateStep]) -> TemplateForms:
    factory = forms.formset_factory(TemplateRow, formset=TemplateForms, extra=3, max_num=33)
    names = ("code", "name_zh", "name_en", "days", "only_across_borders")
    found = factory(data, initial=[{name: getattr(row, name) for name in names} for row in rows])
    assert isinstance(found, TemplateForms)
    return found


class FollowUpForm(forms.Form):
    """How the company fares in one year."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    is_operating = forms.TypedChoiceField(
        label=gettext_lazy("still operating"),
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    place = forms.CharField(label=gettext_lazy("where"), max_length=160, required=False)
    moved_away = forms.BooleanField(label=gettext_lazy("has left the park"), required=False)
    figures = forms.ModelChoiceField(
        YearlyFigure.objects.none(),
        label=gettext_lazy("yearly figures"),
        required=False,
        empty_label="—",
        help_text=gettext_lazy("if the figures of this year are recorded with the company"),
    )
    staff_count = forms.IntegerField(
        label=gettext_lazy("staff"), min_value=0, max_value=10**7, required=False
    )
    revenue_amount = AmountField(label=gettext_lazy("revenue"), required=False)
    tax_paid_amount = AmountField(label=gettext_lazy("tax paid"), required=False)
    currency = forms.ChoiceField(
        label=gettext_lazy("currency"), choices=choices_with_blank(Currency.choices), required=False
    )
    note = forms.CharField(label=gettext_lazy("note"), max_length=500, required=False)
    files = FilesField(label=gettext_lazy("proof"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, project: Project, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["figures"]
        field.queryset = YearlyFigure.objects.filter(enterprise=project.enterprise_id, year=year)
        if not field.queryset.exists():
            del self.fields["figures"]

    def values(self) -> dict[str, Any]:
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "files")}
        if data.get("revenue_amount") is None and data.get("tax_paid_amount") is None:
            data["currency"] = ""
        return data


class OutcomeForm(forms.Form):
    """What came of a project that returned from abroad."""

    product = forms.ChoiceField(label=gettext_lazy("product"), choices=Product.choices)
    phase = forms.ChoiceField(
        label=gettext_lazy("clinical phase"),
        choices=choices_with_blank(ClinicalPhase.choices),
        required=False,
    )
    phase_on = DayField(label=gettext_lazy("phase reached on"), required=False)
    note = forms.CharField(label=gettext_lazy("note"), max_length=300, required=False)


class SupportsForm(forms.Form):
    """Which of the three supports were there in the twelve months before."""

    funding = forms.ChoiceField(
        label=gettext_lazy("funding"), choices=Presence.choices, widget=forms.RadioSelect
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("policy"), choices=Presence.choices, widget=forms.RadioSelect
    )
    service = forms.ChoiceField(
        label=gettext_lazy("service"), choices=Presence.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("in words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("what was missing, what came too late, what would have helped"),
    )


class AnswerForm(forms.Form):
    """What one side says to a proposal."""

    side = forms.ChoiceField(label=gettext_lazy("answer for"))
    answer = forms.ChoiceField(
        label=gettext_lazy("answer"),
        choices=[("agree", gettext_lazy("agree")), ("object", gettext_lazy("object"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("in words"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("needed for an objection: what should be different, and why"),
    )

    def __init__(self, *args: Any, sides: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = list(sides)  # type: ignore[attr-defined]
        self.fields["side"].initial = sides[0][0] if sides else ""


class DecisionForm(forms.Form):
    """The park ends a dispute."""

    accept = forms.ChoiceField(
        label=gettext_lazy("decision"),
        choices=[
            ("yes", gettext_lazy("put the proposed shares in force")),
            ("no", gettext_lazy("turn the proposal down")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=gettext_lazy("every side reads it"),
    )


class WordsForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("reasons"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("who contributed what; every side reads it"),
    )
