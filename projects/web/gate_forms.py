"""Forms of the gate editor: the rules of one gate, its rows, and the day of publication."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Role
from core.web.fields import DayField
from projects.enums import RequirementKind
from projects.models import GateRow, GateStage
from projects.stages import ASKABLE, MOVERS
from projects.web.asked import name_of


class GateForm(forms.Form):
    """Who may move into the stage, whether a second person decides, and in how many days."""

    movers = forms.MultipleChoiceField(
        label=gettext_lazy("who may move or request the step"),
        choices=[(code, Role(code).label) for code in MOVERS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose who may move a project into this stage.")},
    )
    second_person = forms.BooleanField(
        label=gettext_lazy("The step is requested and decided by a second person"), required=False
    )
    days = forms.IntegerField(
        label=gettext_lazy("days for the decision"),
        min_value=1,
        max_value=365,
        required=False,
        help_text=gettext_lazy("empty: no time limit"),
        widget=forms.NumberInput(attrs={"class": "num", "inputmode": "numeric"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


def asked_choices() -> list[Any]:
    """Everything that may be asked, grouped by kind; the list is closed."""
    groups = [
        (
            capfirst(RequirementKind(kind).label),
            [(f"{kind}:{key}", capfirst(name_of(kind, key))) for key in keys],
        )
        for kind, keys in ASKABLE.items()
    ]
    return [("", _("nothing (leave the row out)")), *groups]


class RowForm(forms.Form):
    asked = forms.ChoiceField(label=gettext_lazy("what is asked"), required=False)
    proof = forms.BooleanField(label=gettext_lazy("with proof"), required=False)
    verify = forms.BooleanField(label=gettext_lazy("verified by a second person"), required=False)
    words_zh = forms.CharField(
        label=gettext_lazy("words while it is missing (Chinese)"), max_length=200, required=False
    )
    words_en = forms.CharField(
        label=gettext_lazy("words while it is missing (English)"), max_length=300, required=False
    )
    clause = forms.CharField(label=gettext_lazy("clause"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked"].choices = asked_choices()  # type: ignore[attr-defined]

    def row(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data.pop("ORDER", None)
        data.pop("DELETE", None)
        kind, _colon, key = data.pop("asked").partition(":")
        if kind in (RequirementKind.FIELD, RequirementKind.CONDITION):
            data["proof"] = data["verify"] = False
        return {"kind": kind, "key": key, **data}


def wanted_rows(rows: Any) -> list[dict[str, Any]]:
    """The rows that ask for something, in the order typed; a row without a number stays where it is."""
    numbered = []
    for place, form in enumerate(rows.forms, start=1):
        data = getattr(form, "cleaned_data", {})
        if data.get("asked") and not data.get("DELETE"):
            numbered.append((data.get("ORDER") or place, place, form.row()))
    return [row for _number, _place, row in sorted(numbered, key=lambda item: item[:2])]


RowFormSet = forms.formset_factory(
    RowForm, extra=3, can_order=True, can_delete=True, max_num=40, validate_max=True
)


def rows_of(gate: GateStage | None) -> list[dict[str, Any]]:
    """Initial values of the rows of a stored gate."""
    rows: list[GateRow] = sorted(gate.rows.all(), key=lambda row: (row.position, row.pk)) if gate else []
    return [
        {
            "asked": f"{row.kind}:{row.key}",
            "proof": row.proof,
            "verify": row.verify,
            "words_zh": row.words_zh,
            "words_en": row.words_en,
            "clause": row.clause,
        }
        for row in rows
    ]


class PublishForm(forms.Form):
    valid_from = DayField(label=gettext_lazy("holds from"), help_text=gettext_lazy("today or a later day"))
    note = forms.CharField(
        label=gettext_lazy("what changes, and why"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
