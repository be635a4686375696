"""Choosing an enterprise by name or number, with suggestions while typing; and who may write for it."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused
from enterprises.identifiers import clean_identifier
from enterprises.models import Enterprise
from incubators.models import Incubator
from incubators.scope import Action, require, scope_of


def refuse_readers(user: Any, enterprise: Enterprise) -> None:
    """403 with the reason for whoever may only read."""
    try:
        require(Action.ENTER, user=user, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def visible_enterprise(request: HttpRequest, pk: Any) -> Enterprise:
    found: Enterprise = get_object_or_404(
        Enterprise.objects.visible_to(request.user).select_related("park", "incubator"), pk=pk
    )
    return found


def label_of(enterprise: Enterprise) -> str:
    """The name and the number that tells it from its namesakes."""
    number = enterprise.credit_code or enterprise.organisation_number
    return f"{enterprise.name} · {number}" if number else enterprise.name


class EnterpriseField(forms.CharField):
    """An enterprise for which the person may enter records."""

    widget = forms.TextInput(attrs={"list": "enterprises", "autocomplete": "off", "data-suggest": ""})

    def __init__(self, *, user: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Enterprise"))
        super().__init__(max_length=320, **kwargs)
        self.user = user

    def prepare_value(self, value: Any) -> Any:
        return label_of(value) if isinstance(value, Enterprise) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        places = scope_of(self.user).places(Action.ENTER)
        rows = Enterprise.objects.visible_to(self.user).filter(
            places.filter(park="park", incubator="incubator")
        )
        found = enterprises_named(rows.select_related("park", "incubator"), typed)
        if len(found) == 1:
            return found[0]
        words = (
            _("Several enterprises are called “%(typed)s”. Type the registration number instead.")
            if found
            else _("No enterprise is called “%(typed)s”. Choose one from the list or enter it first.")
        )
        raise forms.ValidationError(words % {"typed": typed[:80]})


def enterprises_named(rows: Any, typed: str) -> list[Enterprise]:
    """Those with this name or number, at most two: more than one is not clear enough."""
    number = clean_identifier(typed.rsplit(" · ", 1)[-1])
    found = list(rows.filter(Q(credit_code=number) | Q(organisation_number=number))[:2]) if number else []
    if found:
        return found
    name = typed.split(" · ", 1)[0].strip()
    return list(rows.filter(Q(name_zh=name) | Q(name_en__iexact=name))[:2])


def incubator_choices(user: Any) -> list[tuple[str, Any]]:
    """The drop-down of a filter over places."""
    sites = Incubator.objects.visible_to(user).filter(park__isnull=False).order_by("sort_key", "pk")
    return [("", gettext_lazy("All")), *((site.code, site.name) for site in sites)]


class ListFilter(forms.Form):
    """Filters of a list of records; nonsense filters nothing."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["incubator"] = forms.ChoiceField(
            label=gettext_lazy("Incubator"), required=False, choices=incubator_choices(user)
        )

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def choices_of(words: Any) -> list[tuple[str, Any]]:
    return [("", gettext_lazy("All")), *words.choices]
