"""Forms of tickets, mentors and services. They read what people type; the services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.web.fields import DayField, FilesField
from enterprises.models import Enterprise
from enterprises.web.forms import PlaceField
from incubators.models import Incubator, Park
from projects.models import Project
from support.enums import MentorField, MentorRegion, ServiceKind, TicketState
from support.models import Mentor, Ticket, TicketType
from support.selectors import types_offered
from support.services import MENTOR_FIELDS, TYPE_FIELDS
from support.web.fields import MOST_OFFERED, RecordField

RATINGS = (
    (5, _("5 · very satisfied")),
    (4, _("4 · satisfied")),
    (3, _("3 · fair")),
    (2, _("2 · dissatisfied")),
    (1, _("1 · very dissatisfied")),
)


def sites_of(user: Any) -> Any:
    return Incubator.objects.visible_to(user).filter(park__isnull=False).order_by("sort_key", "pk")


def offer_projects(field: RecordField, user: Any, park: Park | None, incubator: Incubator | None) -> None:
    """The projects of the place; where it is not chosen yet, all that the person may see."""
    rows = Project.objects.visible_to(user).order_by("-updated_at", "-pk")
    if incubator is not None:
        rows = rows.filter(incubator=incubator)
    elif park is not None:
        rows = rows.filter(park=park)
    field.offer((row.code, row.name, row) for row in rows[: MOST_OFFERED * 4])


def offer_enterprises(field: RecordField, user: Any, park: Park | None, incubator: Incubator | None) -> None:
    rows = Enterprise.objects.visible_to(user).order_by("-updated_at", "-pk")
    if incubator is not None:
        rows = rows.filter(incubator=incubator)
    elif park is not None:
        rows = rows.filter(park=park)
    field.offer(
        (row.credit_code or row.organisation_number, row.name, row) for row in rows[: MOST_OFFERED * 4]
    )


class TicketFilterForm(forms.Form):
    """Filters of the list; nonsense filters nothing."""

    q = forms.CharField(label=_("Title, number or project"), required=False, max_length=80)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("live", _("to be done")),
            ("late", _("past the limit")),
            *TicketState.choices,
        ],
    )
    type = forms.ChoiceField(label=_("Type"), required=False)
    incubator = forms.ChoiceField(label=_("Incubator"), required=False)
    mine = forms.BooleanField(label=_("only mine"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {kind.code: kind.name for kind in TicketType.objects.visible_to(user).order_by("position")}
        self.fields["type"].choices = [("", _("All")), *names.items()]  # type: ignore[attr-defined]
        self.fields["incubator"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            *((site.code, site.name) for site in sites_of(user)),
        ]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class TicketForm(forms.Form):
    """What a team needs."""

    type = forms.ChoiceField(label=_("Type"))
    title = forms.CharField(
        label=_("What is needed"),
        max_length=160,
        help_text=_("in one line, such as: import permit for a PCR machine"),
    )
    text = forms.CharField(
        label=_("Details"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 5})
    )
    project = RecordField(label=_("Project"), required=False)
    enterprise = RecordField(label=_("Enterprise"), required=False)
    asked_by = forms.CharField(label=_("Who asks"), max_length=80, required=False)
    files = FilesField(label=_("Attached files"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, ticket: Ticket | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        park, incubator = (ticket.park, ticket.incubator) if ticket else (None, None)
        if ticket is None:
            place = PlaceField()
            place.offer(user)
            self.fields["place"] = place
            self.order_fields(["place"])
        else:
            del self.fields["files"]
        park_of_types = park or _only_park(self.fields.get("place"))
        self.types = {str(kind.pk): kind for kind in types_offered(park_of_types)}
        self.fields["type"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((key, kind.name) for key, kind in self.types.items()),
        ]
        offer_projects(self.fields["project"], user, park, incubator)  # type: ignore[arg-type]
        offer_enterprises(self.fields["enterprise"], user, park, incubator)  # type: ignore[arg-type]

    @property
    def place(self) -> tuple[Park, Incubator | None]:
        field = self.fields["place"]
        assert isinstance(field, PlaceField)
        return field.place(self.cleaned_data["place"])

    def values(self) -> dict[str, Any]:
        names = ("title", "text", "asked_by", "project", "enterprise")
        return {name: self.cleaned_data[name] for name in names} | {
            "type": self.types.get(self.cleaned_data["type"])
        }


def _only_park(place: Any) -> Park | None:
    """The park whose own types are offered, where all places belong to one."""
    if place is None:
        return None
    parks = {park.pk: park for park in place.parks.values()}
    parks |= {site.park_id: site.park for site in place.incubators.values()}
    return next(iter(parks.values())) if len(parks) == 1 else None


class CommentForm(forms.Form):
    text = forms.CharField(label=_("Comment"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("In charge"), required=False, empty_label=_("nobody yet")
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class ResolveForm(forms.Form):
    outcome = forms.CharField(
        label=_("What was done"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    files = FilesField(label=_("Proof"), required=False)


class CloseForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=_("How satisfied is the team?"),
        choices=[("", _("not rated")), *RATINGS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    note = forms.CharField(label=_("Words of the team"), max_length=300, required=False)


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=_("What is still missing"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class TicketTypeForm(forms.Form):
    """A type and its limits in working days."""

    code = forms.SlugField(
        label=_("Short code"), max_length=40, help_text=_("small letters, digits and hyphens")
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    answer_days = forms.IntegerField(
        label=_("First answer within"), min_value=1, max_value=366, help_text=_("working days")
    )
    done_days = forms.IntegerField(
        label=_("Done within"), min_value=1, max_value=366, help_text=_("working days")
    )
    is_active = forms.BooleanField(label=_("Offered to teams"), required=False)

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed_code:
            del self.fields["code"]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in TYPE_FIELDS if name in self.cleaned_data}


class MentorFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or organisation"), required=False, max_length=80)
    field = forms.ChoiceField(
        label=_("Fields"), required=False, choices=[("", _("All")), *MentorField.choices]
    )
    region = forms.ChoiceField(
        label=_("Region"), required=False, choices=[("", _("All")), *MentorRegion.choices]
    )

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class MentorForm(forms.Form):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    organisation = forms.CharField(label=_("Organisation"), max_length=160, required=False)
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    region = forms.ChoiceField(label=_("Region"), choices=MentorRegion.choices)
    fields_ = forms.MultipleChoiceField(
        label=_("Fields"), choices=MentorField.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    contact = forms.CharField(
        label=_("Telephone or e-mail"),
        max_length=160,
        required=False,
        help_text=_("seen only by those who enter records here"),
    )
    appointed_on = DayField(label=_("Appointed"), required=False)
    ends_on = DayField(label=_("Until (not included)"), required=False)
    external_id = forms.CharField(label=_("Number in your own system"), max_length=80, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, mentor: Mentor | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if mentor is None:
            place = PlaceField()
            place.offer(user)
            self.fields["place"] = place
            self.order_fields(["place"])

    @property
    def place(self) -> tuple[Park, Incubator | None]:
        field = self.fields["place"]
        assert isinstance(field, PlaceField)
        return field.place(self.cleaned_data["place"])

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data["fields_" if name == "fields" else name] for name in MENTOR_FIELDS}


class ServiceFilterForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *ServiceKind.choices])
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All")), ("verified", _("verified")), ("pending", _("waiting for verification"))],
    )
    incubator = forms.ChoiceField(label=_("Incubator"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["incubator"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            *((site.code, site.name) for site in sites_of(user)),
        ]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ServiceForm(forms.Form):
    """One service on one day."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ServiceKind.choices)
    on = DayField(label=_("On"))
    subject = forms.CharField(label=_("Subject"), max_length=200)
    project = RecordField(label=_("Project"), required=False)
    enterprise = RecordField(label=_("Enterprise"), required=False)
    mentor = RecordField(label=_("Mentor"), required=False, help_text=_("needed for mentoring"))
    hours = forms.DecimalField(
        label=_("Hours"), required=False, min_value=0, max_value=1000, decimal_places=2
    )
    result = forms.CharField(
        label=_("Result"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    files = FilesField(label=_("Proof"), required=False, help_text=_("attendance sheet, photo or minutes"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, user: Any, sites: list[Incubator], incubator: Incubator | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {site.code: site for site in sites}
        if incubator is None:
            choices = [(site.code, site.name) for site in sites]
            self.fields["incubator"] = forms.ChoiceField(label=_("Incubator"), choices=choices)
            self.order_fields(["incubator"])
        offer_projects(self.fields["project"], user, None, incubator)  # type: ignore[arg-type]
        offer_enterprises(self.fields["enterprise"], user, None, incubator)  # type: ignore[arg-type]
        mentors = Mentor.objects.visible_to(user).order_by("sort_key", "pk")
        self.fields["mentor"].offer((row.organisation, row.name, row) for row in mentors[:MOST_OFFERED])  # type: ignore[attr-defined]

    @property
    def site(self) -> Incubator:
        return self.sites[self.cleaned_data["incubator"]]

    def values(self) -> dict[str, Any]:
        names = ("kind", "on", "hours", "mentor", "project", "enterprise", "subject", "result")
        return {name: self.cleaned_data[name] for name in names}
