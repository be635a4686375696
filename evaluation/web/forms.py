"""Forms of the evaluation pages."""

import unicodedata
from collections.abc import Sequence
from decimal import InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.periods import BadPeriod, Period
from core.web.fields import AmountField, FilesField
from evaluation.measures import MEASURES, Measure


class ChooseForm(forms.Form):
    """What to evaluate; shown with the choices of the reader, read by ``choosing.read_selection``."""

    subject = forms.ChoiceField(label=gettext_lazy("Incubator or park"))
    period = forms.ChoiceField(label=gettext_lazy("Period"))

    def __init__(self, *, subjects: Sequence[Any], periods: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["subject"].choices = subjects  # type: ignore[attr-defined]
        self.fields["period"].choices = periods  # type: ignore[attr-defined]


def measure_label(measure: Measure) -> str:
    """The name of a measure with its unit, as a person says it."""
    language = get_language() or "zh-hans"
    return _("%(name)s (%(unit)s)") % {"name": measure.name(language), "unit": measure.unit(language)}


class MeasureValueField(AmountField):
    """A number as people type it: 1,200 and 120万 and ８５ are understood."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        text = unicodedata.normalize("NFKC", value).strip().removesuffix("%").strip()
        try:
            return super().to_python(text)
        except (ValidationError, InvalidOperation):
            raise ValidationError(
                _("“%(typed)s” is not a number. Write it like 12 or 1,200.50.") % {"typed": value[:40]},
                code="invalid",
            ) from None


class ObservationForm(forms.Form):
    """One value of one measure in one month."""

    measure = forms.ChoiceField(label=gettext_lazy("Measure"))
    period = forms.CharField(
        label=gettext_lazy("Month"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2021-04", "min": "2000-01"}),
    )
    value = MeasureValueField(label=gettext_lazy("Value"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)
    evidence = FilesField(label=gettext_lazy("Evidence"), required=False)
    correct = forms.BooleanField(
        label=gettext_lazy("Correct the verified value; it has to be verified again"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(measure.code, measure_label(measure)) for measure in MEASURES.values()]
        self.fields["measure"].choices = choices  # type: ignore[attr-defined]

    def clean_note(self) -> str:
        return str(self.cleaned_data["note"]).replace("\x00", "")

    def clean_period(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["period"]).strip()
        try:
            month = Period.parse(typed)
        except BadPeriod:
            month = None
        if month is None or month.kind != "month":
            raise ValidationError(_("“%(typed)s” is not a month. Write it like 2021-04.") % {"typed": typed})
        return month.code
