"""Somebody else saved meanwhile: what was typed beside what is stored, for forms with a hidden version."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _


def both_versions(form: forms.BaseForm, stored: Mapping[str, Any]) -> list[dict[str, str]]:
    """Rows of ``label``, ``mine``, ``theirs`` for ``core/both_versions.html`` where a form was refused as
    stale, and nothing otherwise. ``stored``: field → value as it is now, with ``version``.

    The form carries the stored version from then on: whoever has seen both and saves again does so knowingly.
    """
    if getattr(getattr(form, "refusal", None), "code", "") != "stale":
        return []
    sent: Any = form.data
    form.data = sent.copy()
    form.data[form.add_prefix("version")] = str(stored["version"])  # type: ignore[index]
    rows = []
    for name, field in form.fields.items():
        if name == "version" or name not in stored or field.widget.is_hidden:
            continue
        mine, theirs = (_words(field, value) for value in (form.cleaned_data.get(name), stored[name]))
        if mine != theirs:
            rows.append({"label": str(field.label), "mine": mine, "theirs": theirs})
    return rows


def stored(form: forms.BaseForm, record: Model) -> dict[str, Any]:
    """What the record holds for the fields of this form that bear the names of its columns."""
    columns = {column.name: column.attname for column in record._meta.concrete_fields}
    return {name: getattr(record, columns[name]) for name in form.fields if name in columns} | {
        "version": record.version  # type: ignore[attr-defined]
    }


def _words(field: forms.Field, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(field, forms.ModelChoiceField):
        found = value if hasattr(value, "pk") else field.queryset.filter(pk=value).first()  # type: ignore[union-attr]
        return str(found or "")
    if isinstance(field, forms.MultipleChoiceField):
        return ", ".join(sorted(_chosen(field, one) for one in value))
    if isinstance(field, forms.ChoiceField):
        return _chosen(field, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _chosen(field: Any, value: Any) -> str:
    for key, label in field.choices:
        options = label if isinstance(label, list | tuple) else [(key, label)]
        for code, words in options:
            if str(code) == str(value):
                return str(words)
    return str(value)
