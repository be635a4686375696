"""Forms of the project pages. They read what was typed; the services decide whether it holds."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.search import fold
from core.web.fields import DayField, FilesField
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of
from projects.enums import Cause, LeadSource
from projects.models import Project, RelocationLeg, Sector

BLANK = ("", "—")


def choices_with_blank(choices: Any) -> list[tuple[Any, Any]]:
    return [BLANK, *choices]


class EnterpriseField(forms.CharField):
    """An enterprise by name or registration number, with suggestions while typing."""

    def __init__(self, *, user: Any, park: Park | None, **kwargs: Any) -> None:
        super().__init__(max_length=320, **kwargs)
        self.user, self.park = user, park

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Enterprise):
            return label_of_enterprise(value)
        return value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        rows = Enterprise.objects.visible_to(self.user)
        if self.park is not None:
            rows = rows.filter(park=self.park)
        number = typed.rsplit(" · ", 1)[-1].replace(" ", "").replace("-", "").upper()
        found = list(rows.filter(Q(credit_code=number) | Q(organisation_number=number))[:2]) if number else []
        if not found:
            name = typed.split(" · ", 1)[0]
            found = list(rows.filter(Q(name_zh=name) | Q(name_en__iexact=name))[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(
                _("Several enterprises are called “%(typed)s”. Type the registration number instead.")
                % {"typed": typed[:80]}
            )
        raise forms.ValidationError(
            _("No enterprise of this park is called “%(typed)s”. Choose one from the list or enter it first.")
            % {"typed": typed[:80]}
        )


def label_of_enterprise(enterprise: Enterprise) -> str:
    """What the field shows: the name and the number that tells it from its namesakes."""
    number = enterprise.credit_code or enterprise.organisation_number
    return f"{enterprise.name} · {number}" if number else enterprise.name


class ProjectForm(forms.Form):
    """The record itself. Only the name is asked for; gates ask for the rest when it is needed."""

    place = forms.ChoiceField(label=gettext_lazy("incubator"))
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=300, required=False)
    first_contact_on = DayField(label=gettext_lazy("first contact"))
    sector = forms.ModelChoiceField(
        Sector.objects.order_by("position", "code"),
        label=gettext_lazy("sector"),
        required=False,
        empty_label="—",
    )
    lead_source = forms.ChoiceField(
        label=gettext_lazy("source of the lead"),
        choices=choices_with_blank(LeadSource.choices),
        required=False,
    )
    team_lead = forms.CharField(label=gettext_lazy("team lead"), max_length=80, required=False)
    contact = forms.CharField(
        label=gettext_lazy("contact"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("telephone, e-mail or WeChat"),
    )
    summary = forms.CharField(
        label=gettext_lazy("summary"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
        required=False,
        help_text=gettext_lazy("what is invented, for whom, and how far it is"),
    )
    destination_site = forms.CharField(
        label=gettext_lazy("site in the park"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("where it will move to or stands"),
    )
    external_id = forms.CharField(
        label=gettext_lazy("number in your own system"), max_length=80, required=False
    )

    def __init__(
        self, *args: Any, user: Any, project: Project | None = None, focus: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        park = project.park if project else None
        enterprise = EnterpriseField(
            user=user,
            park=park,
            label=gettext_lazy("enterprise"),
            required=False,
            help_text=gettext_lazy("name or registration number of the company founded for it"),
            widget=forms.TextInput(attrs={"list": "enterprises", "autocomplete": "off", "data-suggest": ""}),
        )
        names = list(self.fields)
        self.fields["enterprise"] = enterprise
        self.order_fields([*names[:-2], "enterprise", *names[-2:]])
        if project is not None:
            del self.fields["place"]
        else:
            choices = places_to_enter(user)
            place = self.fields["place"]
            place.choices = choices  # type: ignore[attr-defined]
            if len(choices) == 1:
                place.initial = choices[0][0]
        if focus in self.fields:
            self.fields[focus].widget.attrs["data-focus"] = ""

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "place"}


def places_to_enter(user: Any) -> list[tuple[str, str]]:
    """Where this person may enter projects: incubators first, then the parks themselves."""
    incubators = (
        Incubator.objects.allowing(Action.ENTER, user).operating().exclude(park=None).select_related("park")
    )
    places = scope_of(user).places(Action.ENTER)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return [
        *((f"incubator-{row.pk}", row.name) for row in incubators.order_by("sort_key", "pk")),
        *(
            (f"park-{row.pk}", _("%(park)s itself (no incubator)") % {"park": row.name})
            for row in parks.order_by("sort_key", "pk")
        ),
    ]


class MoveForm(forms.Form):
    """A move. Which targets there are is for the page to say; whether the gate is met, for the service."""

    from_stage = forms.CharField(widget=forms.HiddenInput, max_length=20)
    to_stage = forms.CharField(max_length=20, label=gettext_lazy("new stage"))
    on = DayField(label=gettext_lazy("on"))
    reason = forms.CharField(
        label=gettext_lazy("reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("needed for a step back or aside"),
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("cause of the end"), choices=choices_with_blank(Cause.choices), required=False
    )
    destination = forms.CharField(label=gettext_lazy("where it went"), max_length=160, required=False)


#: Countries and regions between which projects of the parks move.
COUNTRIES = (
    ("", "—"),
    ("CN", gettext_lazy("China")),
    ("HK", gettext_lazy("Hong Kong")),
    ("MO", gettext_lazy("Macao")),
    ("TW", gettext_lazy("Taiwan")),
    ("SE", gettext_lazy("Sweden")),
    ("DE", gettext_lazy("Germany")),
    ("DK", gettext_lazy("Denmark")),
    ("FI", gettext_lazy("Finland")),
    ("NO", gettext_lazy("Norway")),
    ("GB", gettext_lazy("United Kingdom")),
    ("US", gettext_lazy("United States")),
    ("JP", gettext_lazy("Japan")),
    ("SG", gettext_lazy("Singapore")),
)


class LegForm(forms.Form):
    from_place = forms.CharField(label=gettext_lazy("starts from"), max_length=80)
    from_country = forms.ChoiceField(label=gettext_lazy("from country"), choices=COUNTRIES, required=False)
    to_place = forms.CharField(label=gettext_lazy("goes to"), max_length=80)
    to_country = forms.ChoiceField(label=gettext_lazy("to country"), choices=COUNTRIES, required=False)
    planned_on = DayField(label=gettext_lazy("planned departure"), required=False)
    departed_on = DayField(label=gettext_lazy("departed"), required=False)
    arrived_on = DayField(label=gettext_lazy("arrived"), required=False)
    site = forms.CharField(label=gettext_lazy("site"), max_length=160, required=False)
    files = FilesField(label=gettext_lazy("proof"), required=False)  # type: ignore[assignment]

    def __init__(
        self, *args: Any, user: Any, project: Project, leg: RelocationLeg | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["legal_entity"] = EnterpriseField(
            user=user,
            park=project.park,
            label=gettext_lazy("legal entity"),
            required=False,
            help_text=gettext_lazy("name or registration number of the company that moves"),
            widget=forms.TextInput(attrs={"list": "enterprises", "autocomplete": "off", "data-suggest": ""}),
        )
        self.order_fields([name for name in self.fields if name != "files"] + ["files"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("planned_on") and not data.get("departed_on"):
            self.add_error("planned_on", _("Enter the planned or the actual departure."))
        return data


class SharesForm(forms.Form):
    """One percentage per incubator of the park; what stays empty has no share."""

    def __init__(
        self, *args: Any, incubators: list[Incubator], shares: dict[int, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.incubators = incubators
        for incubator in incubators:
            self.fields[f"share_{incubator.pk}"] = forms.DecimalField(
                label=incubator.name,
                required=False,
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
                initial=shares.get(incubator.pk),
                widget=forms.NumberInput(
                    attrs={"step": "0.01", "min": "0", "max": "100", "data-share": "", "class": "num"}
                ),
            )

    def shares(self) -> dict[Incubator, Any]:
        return {
            incubator: percent
            for incubator in self.incubators
            if (percent := self.cleaned_data.get(f"share_{incubator.pk}"))
        }


class FilterForm(forms.Form):
    """Filters of the list, read from the address; nonsense there filters nothing."""

    q = forms.CharField(
        label=gettext_lazy("search"),
        required=False,
        max_length=120,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Name, pinyin, number, team lead")}
        ),
    )
    incubator = forms.ModelChoiceField(
        Incubator.objects.none(),
        label=gettext_lazy("incubator"),
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("All"),
    )
    sector = forms.ModelChoiceField(
        Sector.objects.order_by("position", "code"),
        label=gettext_lazy("sector"),
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("All"),
    )
    provenance = forms.ChoiceField(
        label=gettext_lazy("provenance"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("recorded", gettext_lazy("Real records")),
            ("demonstration", gettext_lazy("Examples")),
        ],
    )
    waiting = forms.BooleanField(label=gettext_lazy("Waiting for verification"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        incubator = self.fields["incubator"]
        incubator.queryset = Incubator.objects.visible_to(user).operating().order_by("sort_key", "pk")  # type: ignore[attr-defined]

    def several_places(self) -> bool:
        """Whether the reader can choose between incubators; a column with one name in it tells nothing."""
        return len(self.fields["incubator"].queryset[:2]) > 1  # type: ignore[attr-defined]

    def words(self) -> list[str]:
        """The words of the search in the form in which names are stored."""
        return fold(self.cleaned_data.get("q") or "").split()[:8]
