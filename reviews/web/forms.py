"""Forms of reviews. They read what people type; the services decide."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from core.web.fields import FILE_TYPES, DayField, FilesField
from enterprises.models import Enterprise
from incubators.models import Membership, Park
from projects.models import Project
from reviews.enums import (
    CaseResult,
    DayCount,
    ExpertRegion,
    MarkMethod,
    NoticeCode,
    RoundKind,
    RoundState,
    Ruling,
)
from reviews.models import Criterion, Expert, ReviewRound
from reviews.selectors import sector_names
from reviews.services import EXPERT_FIELDS, ROUND_FIELDS
from support.web.fields import RecordField


def _all(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", _("All")), *choices])


class FilterForm(forms.Form):
    """Filters of a list; nonsense filters nothing."""

    q = forms.CharField(label=_("Name"), required=False, max_length=80)

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ExpertFilterForm(FilterForm):
    field = _all(_("Field of work"), ())
    region = _all(_("Region"), ExpertRegion.choices)
    available = _all(_("Agreement"), [("yes", _("in force")), ("no", _("none, or inactive"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", _("All")), *sector_names().items()]  # type: ignore[attr-defined]


class RoundFilterForm(FilterForm):
    kind = _all(_("Kind"), RoundKind.choices)
    state = _all(_("State"), RoundState.choices)


class NoticeFilterForm(FilterForm):
    state = _all(_("State"), NoticeCode.choices)


class ParkChoice(forms.ChoiceField):
    """The park, asked only of those who administer several."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Park"), **kwargs)
        self.parks: dict[str, Park] = {}

    def offer(self, parks: list[Park]) -> None:
        self.parks = {str(park.pk): park for park in parks}
        self.choices = [(key, park.name) for key, park in self.parks.items()]
        if len(self.parks) == 1:
            self.initial = next(iter(self.parks))
            self.widget = forms.HiddenInput()


class OfParkForm(forms.Form):
    """A form for a new record, which asks for the park where there is a choice."""

    def offer_parks(self, parks: list[Park] | None) -> None:
        if parks is not None:
            field = ParkChoice()
            field.offer(parks)
            self.fields["park"] = field
            self.order_fields(["park"])

    @property
    def park(self) -> Park:
        field = self.fields["park"]
        assert isinstance(field, ParkChoice)
        return field.parks[self.cleaned_data["park"]]


class ExpertForm(OfParkForm):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    employer = forms.CharField(
        label=_("Employer"),
        max_length=160,
        help_text=_("as registered; conflicts of interest are found by it"),
    )
    employer_enterprise = RecordField(label=_("Employer among the enterprises"), required=False)
    title = forms.CharField(label=_("Professional title"), max_length=120, required=False)
    fields_ = forms.MultipleChoiceField(
        label=_("Fields"), required=False, widget=forms.CheckboxSelectMultiple
    )
    region = forms.ChoiceField(label=_("Region"), choices=ExpertRegion.choices)
    languages = forms.CharField(label=_("Languages"), max_length=120, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    user = forms.ModelChoiceField(
        label=_("Account"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("with which the expert signs in and gives marks"),
    )
    agreement_from = DayField(label=_("Agreement from"), required=False)
    agreement_until = DayField(
        label=_("Agreement until (not included)"), required=False, help_text=_("renewed every year")
    )
    per_year = forms.IntegerField(label=_("Cases per year at most"), min_value=1, max_value=500, initial=20)
    at_once = forms.IntegerField(label=_("Cases at once at most"), min_value=1, max_value=500, initial=5)
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, parks: list[Park] | None = None, expert: Expert | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer_parks(parks)
        of_parks = [expert.park] if expert else parks or []
        self.fields["fields_"].choices = list(sector_names().items())  # type: ignore[attr-defined]
        accounts = Membership.objects.current(timezone.localdate()).filter(
            Q(park__in=of_parks) | Q(park=None, incubator=None) | Q(incubator__park__in=of_parks),
            role__in=[Role.EXPERT, Role.PARK_ADMIN, Role.OPERATOR],
        )
        self.fields["user"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            pk__in=accounts.values("user"), is_active=True
        ).order_by("username")
        firms = Enterprise.objects.filter(park__in=of_parks).order_by("-updated_at", "-pk")[:1000]
        self.fields["employer_enterprise"].offer(  # type: ignore[attr-defined]
            (firm.credit_code or firm.organisation_number, firm.name, firm) for firm in firms
        )
        if expert is not None and expert.employer_enterprise is not None:
            label = self.fields["employer_enterprise"].label_of(expert.employer_enterprise)  # type: ignore[attr-defined]
            self.initial["employer_enterprise"] = label

    def values(self) -> dict[str, Any]:
        names = set(EXPERT_FIELDS) & set(self.cleaned_data)
        return {name: self.cleaned_data[name] for name in names} | {"fields": self.cleaned_data["fields_"]}


class RoundForm(OfParkForm):
    name = forms.CharField(
        label=_("Name of the round"),
        max_length=160,
        help_text=_("such as: 2021 talents, professional review"),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=RoundKind.choices)
    method = forms.ChoiceField(label=_("How marks become one"), choices=MarkMethod.choices)
    marks_needed = forms.IntegerField(label=_("Marks needed per case"), min_value=1, max_value=50, initial=3)
    opens_on = DayField(label=_("Marks from"), required=False)
    closes_on = DayField(label=_("Marks until"), required=False, help_text=_("the last day"))
    is_anonymous = forms.BooleanField(
        label=_("Experts stay unnamed to applicants and to one another"), required=False, initial=True
    )
    hides_applicants = forms.BooleanField(label=_("Applicants stay unnamed to the experts"), required=False)
    second_person = forms.BooleanField(
        label=_("A second person confirms each result"), required=False, initial=True
    )
    note = forms.CharField(
        label=_("Words for the experts"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, parks: list[Park] | None = None, round: ReviewRound | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer_parks(parks)
        if round is not None and round.state != RoundState.DRAFT:
            for name in (
                "kind",
                "method",
                "marks_needed",
                "is_anonymous",
                "hides_applicants",
                "second_person",
            ):
                del self.fields[name]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ROUND_FIELDS if name in self.cleaned_data}


class CriterionForm(forms.Form):
    """One row of the score sheet; a row without a name is none."""

    name = forms.CharField(label=_("Marking criterion"), max_length=120, required=False)
    guide = forms.CharField(label=_("What to look at"), max_length=1000, required=False)
    max_points = forms.DecimalField(
        label=_("Points at most"), required=False, min_value=Decimal("0.01"), max_digits=6, decimal_places=2
    )
    weight = forms.DecimalField(
        label=_("Weight"), required=False, min_value=Decimal("0.001"), max_digits=5, decimal_places=3
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("name") and found.get("max_points") is None and "max_points" not in self.errors:
            self.add_error("max_points", _("Say how many points it brings at most."))
        if not found.get("name") and found.get("max_points") is not None:
            self.add_error("name", _("Name the criterion."))
        return found


CriterionRows: Any = formset_factory(CriterionForm, extra=3, max_num=30, validate_max=True)


def criteria_of(round: ReviewRound | None) -> list[dict[str, Any]]:
    rows = round.criteria.order_by("position") if round is not None else Criterion.objects.none()
    names = ("name", "guide", "max_points", "weight")
    return [{name: getattr(row, name) for name in names} for row in rows]


def typed_criteria(rows: Any) -> list[dict[str, Any]]:
    return [row.cleaned_data for row in rows if row.cleaned_data.get("name")]


class CaseForm(forms.Form):
    """A project put before a round by hand; applications and contest entries come by themselves."""

    project = RecordField(label=_("Project"))
    files = FilesField(label=_("Files for the experts"), required=False)

    def __init__(self, *args: Any, round: ReviewRound, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Project.objects.visible_to(user).filter(park=round.park_id).order_by("-updated_at", "-pk")
        self.fields["project"].offer(  # type: ignore[attr-defined]
            (row.code, row.name, row)
            for row in rows.select_related("enterprise", "incubator", "sector")[:1200]
        )


class WordsForm(forms.Form):
    """Words that somebody has to give for what he does."""

    words = forms.CharField(
        label=_("Reason in words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class AnswerForm(forms.Form):
    """The declaration of interests, which stands before every case."""

    answer = forms.ChoiceField(
        label=_("Declaration of interests"),
        widget=forms.RadioSelect,
        choices=[
            ("accept", _("Nothing ties me to this case. I accept the review.")),
            ("conflict", _("I have a conflict of interest. Recuse me.")),
            ("decline", _("I have no conflict, but I decline the review.")),
        ],
    )
    words = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("needed where you declare a conflict or decline"),
    )


class ScoreForm(forms.Form):
    """Points and words for each criterion."""

    def __init__(self, *args: Any, criteria: list[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for item in criteria:
            self.fields[f"points_{item.pk}"] = forms.DecimalField(
                label=_("Points"),
                min_value=0,
                max_value=item.max_points,
                max_digits=6,
                decimal_places=2,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "class": "num"}),
            )
            self.fields[f"words_{item.pk}"] = forms.CharField(
                label=_("Why"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
            )
        self.fields["comment"] = forms.CharField(
            label=_("Overall judgement"),
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    def rows(self) -> list[tuple[Criterion, Any, Any]]:
        return [(item, self[f"points_{item.pk}"], self[f"words_{item.pk}"]) for item in self.criteria]

    def points(self) -> dict[int, Any]:
        return {item.pk: self.cleaned_data[f"points_{item.pk}"] for item in self.criteria}

    def words(self) -> dict[int, str]:
        return {item.pk: self.cleaned_data[f"words_{item.pk}"] for item in self.criteria}


class ResultForm(forms.Form):
    result = forms.ChoiceField(label=_("Result"), choices=[("", "—"), *CaseResult.choices])
    reason = forms.CharField(
        label=_("Reason in words"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("in words that can be read out at the meeting"),
    )


class PaperForm(forms.Form):
    """Marks that experts gave and signed on paper: the filled table and the signed sheets."""

    file = forms.FileField(
        label=_("Filled table"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.ods"}),
    )
    scan = forms.FileField(
        label=_("Signed score sheets"),
        widget=forms.ClearableFileInput(attrs={"accept": FILE_TYPES}),
        help_text=_("a scan of all sheets; it stays with the marks"),
    )


class NoticeForm(OfParkForm):
    title = forms.CharField(label=_("Title of the notice"), max_length=200)
    text = forms.CharField(
        label=_("Text"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    lines = forms.CharField(
        label=_("List on show"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("one line each; what follows after a vertical bar | stands in the second column"),
    )
    starts_on = DayField(label=_("On show from"))
    days = forms.IntegerField(label=_("Days on show"), min_value=1, max_value=90, initial=5)
    day_count = forms.ChoiceField(label=_("Days are"), choices=DayCount.choices, initial=DayCount.WORKING)

    def __init__(self, *args: Any, parks: list[Park] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_parks(parks)

    def typed_lines(self) -> list[dict[str, str]]:
        lines = []
        for text in self.cleaned_data["lines"].splitlines():
            label, _bar, detail = text.replace("｜", "|").partition("|")
            if label.strip() or detail.strip():
                lines.append({"label": label.strip(), "detail": detail.strip()})
        return lines


class ObjectionForm(forms.Form):
    by_name = forms.CharField(label=_("Who objects"), max_length=120)
    contact = forms.CharField(label=_("Telephone or e-mail"), max_length=160, required=False)
    line = forms.IntegerField(
        label=_("Line of the list"), required=False, min_value=1, help_text=_("empty: the list as a whole")
    )
    received_on = DayField(label=_("Received"))
    words = forms.CharField(label=_("Objection"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
    files = FilesField(label=_("Evidence"), required=False)


class RulingForm(forms.Form):
    ruling = forms.ChoiceField(label=_("Ruling"), choices=[("", "—"), *Ruling.choices])
    reason = forms.CharField(
        label=_("Reason in words"), max_length=3000, widget=forms.Textarea(attrs={"rows": 3})
    )
