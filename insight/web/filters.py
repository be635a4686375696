"""Filters of the lists: what was typed is cleaned, an unknown choice filters nothing."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.search import fold
from incubators.enums import FigureKind, IncubatorKind, OrganisationKind


class Filters(forms.Form):
    """A GET form. ``words`` is the search text in the form in which names are stored."""

    q = forms.CharField(label=_("Search"), required=False, max_length=80)

    def value(self, name: str) -> Any:
        """The chosen value; empty where nothing or nonsense was chosen."""
        return self._cleaned.get(name, "")

    @property
    def words(self) -> str:
        return fold(str(self.value("q")))

    @property
    def is_set(self) -> bool:
        return any(self._cleaned.values())

    @cached_property
    def _cleaned(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})


def _choices(kinds: Any) -> list[tuple[str, Any]]:
    return [("", _("All")), *kinds.choices]


class IncubatorFilters(Filters):
    kind = forms.ChoiceField(label=_("Kind"), choices=_choices(IncubatorKind), required=False)


class FigureFilters(Filters):
    kind = forms.ChoiceField(label=_("Kind of entry"), choices=_choices(FigureKind), required=False)
    about = forms.SlugField(required=False, widget=forms.HiddenInput)


class OrganisationFilters(Filters):
    kind = forms.ChoiceField(label=_("Kind"), choices=_choices(OrganisationKind), required=False)
