"""Forms of programmes: the call, its chain as a table, its classes of awards."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from applications.enums import AwardRule, MarkBasis, ProgrammeState, StepKind
from applications.models import REVIEW_KINDS, Programme
from core.enums import Currency
from core.web.fields import AmountField, DayField
from funding.enums import CutRule, TieRule
from funding.models import Policy
from incubators.models import Park
from ledger.models import Budget
from reviews.enums import DayCount, MarkMethod

#: Chains to start from: kind, days allowed, days on show, marks needed.
PRESETS: Mapping[str, Sequence[tuple[str, int | None, int | None, int | None]]] = {
    "default": (
        (StepKind.FORMAL_CHECK, 5, None, None),
        (StepKind.PROFESSIONAL_REVIEW, 20, None, 3),
        (StepKind.PUBLIC_NOTICE, 10, 5, None),
        (StepKind.MEETING, 10, None, None),
    ),
    "quanzhou": (
        (StepKind.PROFESSIONAL_REVIEW, 30, None, 5),
        (StepKind.DEFENCE, 15, None, 5),
        (StepKind.SITE_VISIT, 15, None, None),
        (StepKind.PUBLIC_NOTICE, 10, 5, None),
        (StepKind.MEETING, 10, None, None),
    ),
}
PRESET_LABELS = (
    ("default", _("The usual chain")),
    ("quanzhou", _("The chain of Quanzhou")),
)


def preset_rows(name: str) -> list[dict[str, Any]]:
    """The rows of the table for one of the chains to start from; empty for an unknown name."""
    return [
        {
            "order": number,
            "kind": str(kind),
            "days_allowed": days,
            "notice_days": shown,
            "marks_needed": marks,
            "criteria": default_criteria() if marks else "",
        }
        for number, (kind, days, shown, marks) in enumerate(PRESETS.get(name, ()), start=1)
    ]


def default_criteria() -> str:
    rows = [(_t("Innovation"), 40), (_t("Prospects on the market"), 35), (_t("The team"), 25)]
    return "\n".join(f"{name} | {points}" for name, points in rows)


class ProgrammeFilter(forms.Form):
    q = forms.CharField(label=_("Name"), required=False, max_length=80)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", _t("All")), *ProgrammeState.choices]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ProgrammeForm(forms.Form):
    """The call itself. Once the programme is open, only what stays free then is asked."""

    park = forms.ModelChoiceField(Park.objects.none(), label=_("Park"))
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    code = forms.SlugField(
        label=_("Code of the programme"),
        max_length=60,
        help_text=_("small letters, digits and hyphens; unique in the park"),
    )
    year = forms.IntegerField(label=_("Year of the programme"), min_value=2000, max_value=2100)
    policy = forms.ModelChoiceField(
        Policy.objects.none(),
        label=_("Policy behind it"),
        required=False,
        empty_label="—",
        help_text=_("its facts are asked in each application, from the records"),
    )
    budget = forms.ModelChoiceField(
        Budget.objects.none(),
        label=_("Budget"),
        required=False,
        empty_label="—",
        help_text=_("needed before the first approval"),
    )
    opens_on = DayField(label=_("Applications from"))
    closes_on = DayField(label=_("Applications until"), help_text=_("the last day"))
    takes_enterprises = forms.BooleanField(label=_("Enterprises may apply"), required=False)
    takes_projects = forms.BooleanField(label=_("Projects may apply"), required=False)
    takes_outside = forms.BooleanField(
        label=_("Applicants from outside, entered by the park"), required=False
    )
    award_rule = forms.ChoiceField(label=_("How much an award is"), choices=AwardRule.choices)
    cap = AmountField(label=_("Award at most"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices, initial=Currency.CNY)
    quota = forms.IntegerField(
        label=_("Awards at most"), required=False, min_value=1, max_value=100_000,
        help_text=_("empty: no limit but the budget"),
    )  # fmt: skip
    tie_rule = forms.ChoiceField(label=_("Ties across the last place"), choices=TieRule.choices)
    cut_rule = forms.ChoiceField(label=_("Where the budget ends"), choices=CutRule.choices)
    mark_basis = forms.ChoiceField(label=_("Ranked by"), choices=MarkBasis.choices)
    base = forms.CharField(
        label=_("What it is for"),
        max_length=60,
        required=False,
        help_text=_("one word, such as rd_expense; with the year it finds double funding"),
    )
    needs_agreement = forms.BooleanField(label=_("An agreement comes before the money"), required=False)
    notes = forms.CharField(
        label=_("Words for applicants"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    FROZEN = (
        "code", "year", "policy", "takes_enterprises", "takes_projects", "award_rule", "cap", "currency",
        "quota", "tie_rule", "cut_rule", "mark_basis", "base", "needs_agreement", "opens_on",
    )  # fmt: skip

    def __init__(
        self, *args: Any, parks: Sequence[Park], programme: Programme | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        of_parks = [programme.park] if programme else list(parks)
        self._offer_places(of_parks, programme)
        if programme is not None and programme.state != ProgrammeState.DRAFT:
            for name in self.FROZEN:
                del self.fields[name]

    def _offer_places(self, of_parks: Sequence[Park], programme: Programme | None) -> None:
        if programme is not None:
            del self.fields["park"]
        else:
            self.fields["park"].queryset = Park.objects.filter(pk__in=[one.pk for one in of_parks])  # type: ignore[attr-defined]
            if len(of_parks) == 1:
                self.fields["park"].initial = of_parks[0].pk
                self.fields["park"].widget = forms.HiddenInput()
        policies = Policy.objects.filter(park__in=of_parks).order_by("code")
        self.fields["policy"].queryset = policies  # type: ignore[attr-defined]
        self.fields["policy"].label_from_instance = lambda row: f"{row.name_zh} · {row.code}"  # type: ignore[attr-defined]
        budgets = Budget.objects.filter(park__in=of_parks).order_by("-year", "sort_key", "pk")
        self.fields["budget"].queryset = budgets  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        left_out = {"park", "version"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


class StepForm(forms.Form):
    """One row of the chain; a row without a kind is none."""

    order = forms.IntegerField(
        label=_("No."), required=False, min_value=1, max_value=99, widget=forms.NumberInput()
    )
    kind = forms.ChoiceField(label=_("Kind of step"), required=False)
    label_zh = forms.CharField(label=_("Chinese name"), max_length=60, required=False)
    label_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    days_allowed = forms.IntegerField(
        label=_("Days for this step"), required=False, min_value=1, max_value=730
    )
    notice_days = forms.IntegerField(label=_("Days on show"), required=False, min_value=1, max_value=90)
    day_count = forms.ChoiceField(
        label=_("Days are"), choices=DayCount.choices, required=False, initial=DayCount.WORKING
    )
    marks_needed = forms.IntegerField(label=_("Marks needed"), required=False, min_value=1, max_value=50)
    method = forms.ChoiceField(label=_("How marks become one"), choices=MarkMethod.choices, required=False)
    is_anonymous = forms.BooleanField(label=_("Experts stay unnamed"), required=False, initial=True)
    hides_applicants = forms.BooleanField(label=_("Applicants stay unnamed"), required=False)
    second_person = forms.BooleanField(
        label=_("A second person confirms each result"), required=False, initial=True
    )
    criteria = forms.CharField(
        label=_("Score sheet"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("one criterion a line: name | points at most | weight | what to look at"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *StepKind.choices]  # type: ignore[attr-defined]

    def clean_criteria(self) -> list[dict[str, Any]]:
        return read_criteria(self.cleaned_data["criteria"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        kind = values.get("kind")
        if kind == StepKind.PUBLIC_NOTICE and not values.get("notice_days") and not self.errors:
            self.add_error("notice_days", _t("Say for how many days the list is on show."))
        needs_sheet = values.get("marks_needed") and kind in REVIEW_KINDS
        if needs_sheet and not values.get("criteria") and "criteria" not in self.errors:
            self.add_error("criteria", _t("Marks need at least one criterion on the score sheet."))
        return values

    @property
    def takes_marks(self) -> bool:
        return (self["kind"].value() or "") in REVIEW_KINDS

    def row(self) -> dict[str, Any]:
        """The step as the service takes it: what does not belong to its kind is left out."""
        data = dict(self.cleaned_data)
        data.pop("order", None)
        if data["kind"] not in REVIEW_KINDS:
            data |= {"marks_needed": None, "criteria": []}
        if data["kind"] != StepKind.PUBLIC_NOTICE:
            data["notice_days"] = None
        data["method"] = data["method"] or MarkMethod.MEAN
        data["day_count"] = data["day_count"] or DayCount.WORKING
        if data["marks_needed"] is None:
            data["criteria"] = []
        return data


def read_criteria(text: str) -> list[dict[str, Any]]:
    """The score sheet as people type it, one criterion a line."""
    found = []
    for number, line in enumerate(text.replace("｜", "|").splitlines(), start=1):
        cells = [cell.strip() for cell in line.split("|")]
        if not any(cells):
            continue
        name, points, weight, guide = (*cells, "", "", "", "")[:4]
        try:
            most, heavy = Decimal(points), Decimal(weight or "1")
            good = most.is_finite() and heavy.is_finite() and 0 < most < 10_000 and 0 < heavy < 100
        except InvalidOperation:
            good = False
        if not name or not good:
            words = _t("Line %(number)d “%(line)s”: write it as “Innovation | 40”.")
            raise forms.ValidationError(words % {"number": number, "line": line[:60]})
        found.append({"name": name, "guide": guide, "max_points": str(most), "weight": str(heavy)})
    return found


def criteria_text(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for row in rows:
        cells = [str(row["name"]), f"{Decimal(str(row['max_points'])).normalize():f}"]
        weight = Decimal(str(row.get("weight") or 1))
        if weight != 1 or row.get("guide"):
            cells.append(f"{weight.normalize():f}")
        if row.get("guide"):
            cells.append(str(row["guide"]))
        lines.append(" | ".join(cells))
    return "\n".join(lines)


StepRows: Any = formset_factory(StepForm, extra=2, max_num=20, validate_max=True)


def step_rows_of(programme: Programme) -> list[dict[str, Any]]:
    names = [name for name in StepForm.base_fields if name not in ("order", "criteria")]
    return [
        {name: getattr(step, name) for name in names}
        | {"order": step.position, "criteria": criteria_text(step.criteria)}
        for step in programme.steps.order_by("position")
    ]


def typed_steps(rows: Any) -> list[dict[str, Any]]:
    """The chain in the order of its numbers; rows without a number keep their place."""
    chosen = [
        (row.cleaned_data.get("order") or place, place, row)
        for place, row in enumerate(rows, start=1)
        if row.cleaned_data.get("kind")
    ]
    return [row.row() for _order, _place, row in sorted(chosen, key=lambda one: one[:2])]


class ClassForm(forms.Form):
    """One class of awards: by place in the ranking, or by the mark reached."""

    code = forms.CharField(label=_("Class"), max_length=10, required=False)
    amount = AmountField(label=_("Amount"), required=False)
    places = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=100_000)
    min_mark = forms.DecimalField(
        label=_("or from this mark on"), required=False, min_value=0, max_digits=8, decimal_places=2
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("code") and not values.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _t("Say how much an award of this class is."))
        if not values.get("code") and values.get("amount"):
            self.add_error("code", _t("Name the class, such as A."))
        return values

    def row(self) -> dict[str, Any]:
        data = self.cleaned_data
        found: dict[str, Any] = {"code": data["code"], "amount": f"{data['amount']:f}"}
        if data.get("places") is not None:
            found["places"] = data["places"]
        if data.get("min_mark") is not None:
            found["min_mark"] = f"{data['min_mark']:f}"
        return found


ClassRows: Any = formset_factory(ClassForm, extra=2, max_num=12, validate_max=True)


def typed_classes(rows: Any) -> list[dict[str, Any]]:
    return [row.row() for row in rows if row.cleaned_data.get("code")]
