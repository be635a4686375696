"""The facts of a policy as a form: yes, no or not known; sums with 万元; rates in percent; choices."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.fmt import CURRENCY_WORDS, is_chinese
from exchange.cells import parse_cell
from exchange.sheets import Column, Kind
from funding.calculator import FactSpec, Terms
from funding.calculator.numbers import plain
from funding.render.trace import choice_words, label_of_fact

PREFIX = "q"
_SEPARATORS = re.compile(r"[\n;；、]+|[,，]\s+")
_COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "money": {"kind": Kind.MONEY, "unit_zh": "元", "lowest": 0},
    "signed_money": {"kind": Kind.MONEY, "unit_zh": "元"},
    "money_list": {"kind": Kind.MONEY, "unit_zh": "元", "lowest": 0},
    "count": {"kind": Kind.INTEGER, "lowest": 0},
    "number": {"kind": Kind.DECIMAL, "lowest": 0},
    "rate": {"kind": Kind.PERCENT, "places": 4, "lowest": 0},
}


def read_number(typed: str, kind: str) -> Decimal:
    """A sum, rate (as a share of one), count or number as people write it: 600万, 3.85%, 36.

    Raises ``ValidationError`` with the sentence of the cell reader.
    """
    parsed = parse_cell(typed, Column("value", "", "", **_COLUMNS[kind]), today_year=2000)
    if parsed.error is not None:
        raise forms.ValidationError(str(parsed.error.message), code=parsed.error.code)
    if parsed.value is None:
        raise forms.ValidationError(_("Enter a number."), code="required")
    value = Decimal(parsed.value)
    return value / 100 if kind == "rate" else value


def as_typed(value: Any, kind: str) -> str:
    """A stored number as it stands in a field: 1,000,000; 10% for 0.10."""
    number = Decimal(str(value))
    if kind == "rate":
        return f"{plain(number * 100):f}%"
    shown = plain(number)
    places = max(0, -int(shown.as_tuple().exponent))
    return f"{shown:,.{places}f}" if kind in ("money", "signed_money") else f"{shown:f}"


def as_data(number: Decimal) -> int | str:
    """As terms and examples write it: whole numbers as such, anything else as text with a point."""
    value = plain(number)
    return int(value) if value == value.to_integral_value() else f"{value:f}"


class NumberField(forms.CharField):
    """One number of the given kind; empty means not known."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})

    def __init__(self, *, kind: str, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=60, **kwargs)
        self.kind = kind

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return as_data(read_number(typed, self.kind)) if typed else None


class NumbersField(forms.CharField):
    """Several sums, one a line."""

    widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=2000, **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        parts = [part for part in _SEPARATORS.split(typed) if part.strip()]
        return [as_data(read_number(part, "money_list")) for part in parts] if parts else None


class FlagField(forms.ChoiceField):
    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        unknown = gettext_lazy("I do not know")
        choices = [("yes", gettext_lazy("yes")), ("no", gettext_lazy("no")), ("", unknown)]
        super().__init__(choices=choices, required=False, initial="", **kwargs)

    def clean(self, value: Any) -> Any:
        return {"yes": True, "no": False}.get(super().clean(value))


class ChoiceField(forms.ChoiceField):
    def clean(self, value: Any) -> Any:
        return super().clean(value) or None


class FactsForm(forms.Form):
    """One field for each fact, in the order of the terms."""

    def __init__(self, terms: Terms, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        shown = {key: _typed_fact(terms.facts[key], value) for key, value in (initial or {}).items()
                 if key in terms.facts}  # fmt: skip
        super().__init__(data, prefix=PREFIX, initial=shown)
        for key, spec in terms.facts.items():
            self.fields[key] = field_of(spec, terms.currency)

    def facts(self) -> dict[str, Any]:
        """What is known, as plain data. Call after ``is_valid``."""
        return {key: value for key, value in self.cleaned_data.items() if value is not None}

    def rows(self) -> list[dict[str, Any]]:
        """Each field with its unit, for the page."""
        return [{"bound": self[name], "unit": getattr(self.fields[name], "unit", "")} for name in self.fields]

    def problems(self) -> list[dict[str, str]]:
        """What cannot be read, by the name of the fact."""
        return [
            {"name": str(self.fields[name].label), "message": str(message), "id": self[name].auto_id}
            for name, messages in self.errors.items()
            if name in self.fields
            for message in messages
        ]


def field_of(spec: FactSpec, currency: str) -> forms.Field:
    label = label_of_fact(spec)
    if spec.kind == "flag":
        return FlagField(label=label)
    if spec.kind == "choice":
        choices = [("", _("I do not know")), *((name, choice_words(name)) for name in spec.choices)]
        return ChoiceField(label=label, choices=choices, required=False)
    if spec.kind == "money_list":
        field: forms.Field = NumbersField(label=label, help_text=_("one sum a line, in the order drawn"))
    else:
        field = NumberField(kind=spec.kind, label=label)
    money = spec.kind in ("money", "signed_money", "money_list")
    word = CURRENCY_WORDS.get(currency, (currency, currency))[0 if is_chinese() else 1]
    field.unit = word if money else ""  # type: ignore[attr-defined]
    if money and spec.kind != "money_list":
        field.widget.attrs["placeholder"] = _("such as 6,000,000 or 600万")
    if spec.kind == "rate":
        field.widget.attrs["placeholder"] = _("such as 3.85%")
    return field


def _typed_fact(spec: FactSpec, value: Any) -> Any:
    if spec.kind == "flag":
        return {True: "yes", False: "no"}.get(value, "")
    if spec.kind == "money_list":
        return "\n".join(as_typed(one, "money") for one in value)
    return value if spec.kind == "choice" else as_typed(value, spec.kind)
