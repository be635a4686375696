"""Forms built from the models themselves: the same labels, limits and choices everywhere, fields that
understand what people type."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.web.fields import FILE_TYPES, AmountField, DayField
from enterprises.enums import LadderFactKey
from enterprises.ladder import STATED
from enterprises.models import IpFiling, StatedFact, WhitelistEntry
from enterprises.web.picking import EnterpriseField
from evidence.models import EvidenceFile

FILE = "file"
#: Where the short name of a column says too little on a form.
LABELS: Mapping[tuple[type[models.Model], str], Any] = {
    (IpFiling, "office"): _("Office"),
    (IpFiling, "next_step"): _("Next step"),
    (WhitelistEntry, "authority"): _("Issued by"),
}


class RecordForm(forms.Form):
    """Fields of one model; ``file`` stands for its evidence. With ``user``, the enterprise is asked first."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        model: type[models.Model],
        names: Iterable[str],
        user: Any = None,
        helps: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.model = model
        self.names = [name for name in names if name != "evidence"]
        if user is not None:
            self.fields["enterprise"] = EnterpriseField(
                user=user, help_text=_("name or registration number; suggestions come while you type")
            )
        for name in self.names:
            self.fields[name] = field_of(model, name)
            if helps and name in helps:
                self.fields[name].help_text = helps[name]
        if "evidence" in names:
            self.fields[FILE] = forms.FileField(
                label=_("Evidence"),
                required=False,
                widget=forms.ClearableFileInput(attrs={"accept": FILE_TYPES}),
                help_text=_("PDF, picture or office file"),
            )

    def values(self) -> dict[str, Any]:
        """What was typed; an emptied field that has a default gets it."""
        found = {}
        for name in self.names:
            value, field = self.cleaned_data[name], self.model._meta.get_field(name)
            empty = value is None or value == ""
            found[name] = field.get_default() if empty and field.has_default() else value  # type: ignore[union-attr]
        return found


def field_of(model: type[models.Model], name: str) -> forms.Field:
    """The form field of a model field."""
    field: Any = model._meta.get_field(name)
    plain = {
        "label": LABELS.get((model, name), capfirst(field.verbose_name)),
        "required": not (field.blank or field.null or field.has_default()),
        "help_text": field.help_text,
    }
    if model is StatedFact and name == "key":
        return forms.ChoiceField(
            **plain, choices=[(key.value, key.label) for key in LadderFactKey if key in STATED]
        )
    if field.choices:
        blank = [("", "—")] if field.blank else []
        plain |= {
            "required": not field.blank,
            "initial": field.get_default() if field.has_default() else None,
        }
        return forms.ChoiceField(**plain, choices=[*blank, *field.choices])
    if isinstance(field, models.DateField):
        return DayField(**plain)
    if isinstance(field, models.DecimalField):
        return _decimal(field, plain)
    found: forms.Field = field.formfield(
        **{**plain, "required": plain["required"] and not isinstance(field, models.BooleanField)}
    )
    if isinstance(found.widget, forms.Textarea):
        found.widget.attrs["rows"] = 3
    return found


def _decimal(field: Any, plain: dict[str, Any]) -> forms.Field:
    if field.name == "amount" or field.name.endswith("_amount"):
        return AmountField(**plain)
    return forms.DecimalField(
        **plain,
        max_digits=field.max_digits,
        decimal_places=field.decimal_places,
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"}),
    )


def initial_of(record: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """What the form shows of a stored record; numbers without the zeros of their column."""
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(record, name)
        if isinstance(value, EvidenceFile):
            continue
        found[name] = f"{value.normalize():f}" if isinstance(value, Decimal) else value
    if hasattr(record, "version"):
        found["version"] = record.version
    return found
