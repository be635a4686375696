"""Forms of editions, divisions, rounds and entries. They read what people type; the services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contests.enums import EntryRefusal, EntrySource, EntryState
from contests.models import Contest, ContestRound, Division, Entry
from contests.services import CONTEST_FIELDS, DIVISION_FIELDS, ENTRY_FIELDS, ROUND_FIELDS
from contests.web.forms.base import FilterForm, OfParkForm, all_of, sectors, text
from core.enums import Qualifier
from core.web.fields import DayField, FilesField
from funding.enums import TieRule
from incubators.models import Incubator, Organisation
from projects.models import Sector
from reviews.enums import DayCount, MarkMethod, RoundKind


class ContestFilterForm(FilterForm):
    year = forms.IntegerField(label=_("Contest year"), required=False, min_value=1990, max_value=2100)


class EntryFilterForm(FilterForm):
    division = all_of(_("Division"), ())
    state = all_of(_("State"), EntryState.choices)
    source = all_of(_("Came in by"), EntrySource.choices)

    def __init__(self, *args: Any, contest: Contest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = contest.divisions.order_by("code")
        self.fields["division"].choices = [("", _("All")), *((row.code, row.name) for row in rows)]  # type: ignore[attr-defined]


class ContestForm(OfParkForm):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    code = forms.SlugField(
        label=_("Address of the public page"),
        max_length=60,
        help_text=_("small letters, digits and hyphens, such as cup-2021"),
    )
    number = forms.IntegerField(label=_("Number of the edition"), min_value=1, max_value=200)
    year = forms.IntegerField(label=_("Contest year"), min_value=1990, max_value=2100)
    hosts = forms.ModelMultipleChoiceField(
        label=_("Co-hosts"), queryset=Organisation.objects.order_by("sort_key", "pk"), required=False,
        help_text=_("hold Ctrl to choose several"),
    )  # fmt: skip
    fields_ = forms.ModelMultipleChoiceField(
        label=_("Fields of the contest"),
        queryset=Sector.objects.order_by("position", "code"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    rules_zh = text(_("Rules in Chinese"), rows=6, longest=10_000, required=False)
    rules_en = text(_("Rules in English"), rows=6, longest=10_000, required=False)
    is_public = forms.BooleanField(
        label=_("Has a public page"), required=False, help_text=_("with rules, entry form and results")
    )
    reported_entries = forms.IntegerField(label=_("Entries as published"), required=False, min_value=0)
    reported_qualifier = forms.ChoiceField(label=_("Published as"), choices=Qualifier.choices)
    reported_source = forms.CharField(label=_("Where it was published"), max_length=200, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any = None, contest: Contest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if contest is None:
            self.offer_parks(user)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in CONTEST_FIELDS}


class DivisionForm(forms.Form):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    code = forms.SlugField(
        label=_("Division code"), max_length=20, help_text=_("begins every entry number, such as hn")
    )
    region = forms.CharField(label=_("Region"), max_length=120, required=False)
    incubator = forms.ModelChoiceField(
        label=_("Incubator that organises it"), queryset=Incubator.objects.none(), required=False
    )
    opens_on = DayField(label=_("Entries from"))
    closes_on = DayField(label=_("Entries until"), help_text=_("the last day"))
    takes_form = forms.BooleanField(
        label=_("Public entry form is open"),
        required=False,
        help_text=_("between these days, where the contest has a public page"),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contest: Contest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Incubator.objects.filter(park=contest.park_id).order_by("sort_key", "pk")
        self.fields["incubator"].queryset = rows  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in DIVISION_FIELDS}


class RoundForm(forms.Form):
    """A round with its rule and, until it is open, the settings of its score sheet."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    division = forms.ModelChoiceField(
        label=_("Division"),
        queryset=Division.objects.none(),
        required=False,
        empty_label=_("all divisions together"),
    )
    sequence = forms.IntegerField(label=_("Place in the sequence"), min_value=1, max_value=50)
    held_on = DayField(label=_("Date held"), required=False)
    best = forms.IntegerField(
        label=_("Promotes the best"), required=False, min_value=1, help_text=_("how many move on")
    )
    at_least = forms.DecimalField(
        label=_("with at least this mark"), required=False, min_value=0, max_digits=8, decimal_places=2
    )
    ties = forms.ChoiceField(label=_("Ties across the last place"), choices=TieRule.choices)
    reported_in = forms.IntegerField(label=_("Entered, as published"), required=False, min_value=0)
    reported_in_qualifier = forms.ChoiceField(label=_("Published as"), choices=Qualifier.choices)
    reported_out = forms.IntegerField(label=_("Moved on, as published"), required=False, min_value=0)
    reported_out_qualifier = forms.ChoiceField(label=_("Published as"), choices=Qualifier.choices)
    kind = forms.ChoiceField(label=_("Kind of review"), choices=RoundKind.choices)
    method = forms.ChoiceField(label=_("How marks become one"), choices=MarkMethod.choices)
    marks_needed = forms.IntegerField(label=_("Marks needed per case"), min_value=1, max_value=50)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    REVIEW = ("kind", "method", "marks_needed")
    FROZEN = ("best", "at_least", "ties", "division", "sequence")

    def __init__(
        self, *args: Any, contest: Contest, round: ContestRound | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = contest.divisions.order_by("code")
        self.fields["division"].queryset = rows  # type: ignore[attr-defined]
        gone: list[str] = []
        if round is not None and round.review_round_id is not None:
            gone += self.REVIEW
        if round is not None and hasattr(round, "promotion"):
            gone += self.FROZEN
        for name in gone:
            del self.fields[name]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ROUND_FIELDS if name in self.cleaned_data}

    def review(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.REVIEW}


class EntryForm(forms.Form):
    """An entry as staff type it."""

    division = forms.ModelChoiceField(label=_("Division"), queryset=Division.objects.none())
    incubator = forms.ModelChoiceField(
        label=_("Incubator of the team"), queryset=Incubator.objects.none(), required=False
    )
    name_zh = forms.CharField(label=_("Title of the project"), max_length=200)
    name_en = forms.CharField(label=_("Title in English"), max_length=300, required=False)
    team = forms.CharField(label=_("Team or enterprise"), max_length=200)
    field = forms.ModelChoiceField(label=_("Field of work"), queryset=Sector.objects.none(), required=False)
    region = forms.CharField(label=_("Where the team is"), max_length=120, required=False)
    contact_name = forms.CharField(label=_("Contact person"), max_length=120, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=160, required=False)
    summary = text(_("Summary"), rows=5, longest=5000, required=False)
    external_id = forms.CharField(label=_("Number in your own system"), max_length=80, required=False)
    files = FilesField(label=_("Attached files"), required=False, help_text=_("at most 3, of 20 MB each"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        contest: Contest,
        sites: list[Incubator],
        needs_site: bool = False,
        entry: Entry | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].queryset = sectors()  # type: ignore[attr-defined]
        if entry is not None:
            for name in ("division", "incubator", "files"):
                del self.fields[name]
            return
        divisions = contest.divisions.order_by("code")
        self.fields["division"].queryset = divisions  # type: ignore[attr-defined]
        chosen = Incubator.objects.filter(pk__in=[site.pk for site in sites]).order_by("sort_key", "pk")
        self.fields["incubator"].queryset = chosen  # type: ignore[attr-defined]
        self.fields["incubator"].required = needs_site
        if len(divisions) == 1:
            self.fields["division"].initial = divisions[0]
        if needs_site and len(sites) == 1:
            self.fields["incubator"].initial = sites[0]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ENTRY_FIELDS}


class PublicEntryForm(forms.Form):
    """What a team fills in without signing in. ``website`` is for robots: people do not see it."""

    division = forms.ModelChoiceField(label=_("Division"), queryset=Division.objects.none(), empty_label=None)
    name_zh = forms.CharField(label=_("Title of the project"), max_length=200)
    name_en = forms.CharField(label=_("Title in English"), max_length=300, required=False)
    team = forms.CharField(label=_("Team or enterprise"), max_length=200)
    field = forms.ModelChoiceField(label=_("Field of work"), queryset=Sector.objects.none(), required=False)
    region = forms.CharField(label=_("Where the team is"), max_length=120, required=False)
    summary = text(_("Summary"), rows=6, longest=3000, help_text=_("what it is, what is new, how far it is"))
    contact_name = forms.CharField(
        label=_("Contact person"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=160,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    files = FilesField(
        label=_("Attached files"),
        required=False,
        help_text=_("a plan or slides; at most 3 files of 20 MB each"),
    )
    agrees = forms.BooleanField(
        label=_("The team knows the rules and agrees that the park keeps these data for this contest")
    )
    website = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, divisions: list[Division], contest: Contest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Division.objects.filter(pk__in=[row.pk for row in divisions]).order_by("code")
        self.fields["division"].queryset = rows  # type: ignore[attr-defined]
        chosen = contest.fields.order_by("position", "code")
        self.fields["field"].queryset = chosen if chosen else sectors()  # type: ignore[attr-defined]
        if len(divisions) == 1:
            self.fields["division"].initial = divisions[0]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ENTRY_FIELDS if name in self.cleaned_data}


class RefuseForm(forms.Form):
    refusal = forms.ChoiceField(label=_("Why it is not admitted"), choices=EntryRefusal.choices)
    words = text(_("Words for the team"), rows=3, longest=2000)


class AnnounceForm(forms.Form):
    on = DayField(label=_("On show from"))
    days = forms.IntegerField(label=_("Days on show"), min_value=1, max_value=90, initial=5)
    day_count = forms.ChoiceField(label=_("Days are"), choices=DayCount.choices, initial=DayCount.WORKING)
    text = text(_("Text"), rows=3, required=False)


class SiteForm(forms.Form):
    """Where a promoted entry goes on."""

    incubator = forms.ModelChoiceField(
        label=_("Incubator"),
        queryset=Incubator.objects.none(),
        required=False,
        empty_label=_("the park itself"),
    )

    def __init__(self, *args: Any, entry: Entry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Incubator.objects.filter(park=entry.park_id).order_by("sort_key", "pk")
        self.fields["incubator"].queryset = rows  # type: ignore[attr-defined]
        self.fields["incubator"].initial = entry.incubator_id or entry.division.incubator_id
