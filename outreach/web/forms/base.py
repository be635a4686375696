"""What the forms of liaison share: a place, links to recent records, people of the place, files."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.web.fields import FilesField
from enterprises.web.forms import PlaceField
from incubators.models import Incubator, Organisation, Park
from incubators.scope import Action
from incubators.selectors import people_allowed
from outreach.models import Placed
from projects.models import Sector

#: So many of the latest records stand in a drop-down; older ones are reached from their own pages.
OFFERED = 200


class RecentField(forms.ModelChoiceField):
    """One of the records that the person may see; the drop-down shows the latest."""

    def __init__(self, *, label_of: Callable[[Any], str] = str, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), required=False, **kwargs)
        self.label_of = label_of

    def offer(self, rows: QuerySet[Any], *, order: str = "-updated_at", chosen: Any = None) -> None:
        self.queryset = rows
        recent = list(rows.order_by(order, "-pk")[:OFFERED])
        wanted = str(chosen.pk if hasattr(chosen, "pk") else chosen or "")
        if wanted.isdigit() and wanted not in {str(row.pk) for row in recent}:
            recent += list(rows.filter(pk=int(wanted)))
        self.choices = [("", "—"), *((row.pk, self.label_of(row)) for row in recent)]  # type: ignore[assignment]

    def label_from_instance(self, obj: Any) -> str:
        return self.label_of(obj)


def organisation_field(label: Any, **kwargs: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Organisation.objects.order_by("sort_key", "pk"),
        label=label,
        required=False,
        empty_label="—",
        **kwargs,
    )


def sector_field(empty_label: Any = "—") -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Sector.objects.order_by("position", "code"),
        label=_("Sector"),
        required=False,
        empty_label=empty_label,
    )


class PlacedForm(forms.Form):
    """A record of a park or incubator. ``fields_of_record`` are the names that the service takes.

    A new record asks for its place; an open form carries the version that it was made from.
    """

    fields_of_record: Sequence[str] = ()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, record: Placed | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.record = user, record
        if record is None:
            place = PlaceField()
            place.offer(user)
            self.fields["place"] = place
            self.order_fields(["place"])
        self.offer()

    def offer(self) -> None:
        """Fill the drop-downs; overridden by forms that have some."""

    def chosen(self, name: str) -> Any:
        """What the field holds now, typed or stored: to be offered even where it is not recent."""
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def offer_people(self, name: str) -> None:
        """Those who may enter records at the place of the record, or at any of the person's own places."""
        field = self.fields[name]
        assert isinstance(field, RecentField)
        today, rows = timezone.localdate(), User.objects.none()
        places = [(self.record.park_id, self.record.incubator_id)] if self.record else self._places()
        for park_id, incubator_id in places:
            rows |= people_allowed(Action.ENTER, park_id=park_id, incubator_id=incubator_id, day=today)
        field.offer(rows.distinct(), order="username", chosen=self.chosen(name))

    def _places(self) -> list[tuple[int, int | None]]:
        field = self.fields["place"]
        assert isinstance(field, PlaceField)
        sites = [(site.park_id or 0, site.pk) for site in field.incubators.values()]
        return [*sites[:12], *((park.pk, None) for park in field.parks.values())][:16]

    @property
    def place(self) -> tuple[Park, Incubator | None]:
        field = self.fields["place"]
        assert isinstance(field, PlaceField)
        return field.place(self.cleaned_data["place"])

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields_of_record if name in self.cleaned_data}


class UploadForm(forms.Form):
    files = FilesField(label=_("Files to attach"), help_text=_("PDF, pictures, Word, Excel; several at once"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the park does not agree"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The operator reads these words."),
    )


def without_currency(values: dict[str, Any], amount: str, currency: str) -> dict[str, Any]:
    """The currency that the drop-down shows means nothing while there is no amount."""
    return {**values, currency: values[currency] if values.get(amount) is not None else ""}
