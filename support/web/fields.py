"""A record of this place, named by typing a part of it; the browser offers what there is."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

MOST_OFFERED = 300


class OfferingInput(forms.TextInput):
    """A text field with a list of suggestions, which needs no script."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.offered: list[str] = []

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        list_id = f"{name}-offered"
        field = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((label,) for label in self.offered))
        return format_html('{}<datalist id="{}">{}</datalist>', field, list_id, options)


class RecordField(forms.CharField):
    """Text that stands for one of the records offered: its label, its number, or its whole name."""

    widget = OfferingInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=400, **kwargs)
        self.by_label: dict[str, Any] = {}
        self.by_name: dict[str, Any] = {}

    def offer(self, records: Iterable[tuple[str, str, Any]]) -> None:
        """``(number, name, record)``, the likeliest first. Names that two records share stand for none."""
        # Anew for each form: what was offered to somebody else is not his.
        self.by_label, self.by_name = {}, {}
        seen: dict[str, int] = {}
        for number, name, record in records:
            label = f"{name} · {number}" if number else name
            self.by_label[label] = record
            if number:
                self.by_label[number] = record
            seen[name] = seen.get(name, 0) + 1
            self.by_name[name] = record
        self.by_name = {name: record for name, record in self.by_name.items() if seen[name] == 1}
        labels = [label for label in self.by_label if " · " in label or label in self.by_name]
        self.widget.offered = labels[:MOST_OFFERED]  # type: ignore[attr-defined]

    def label_of(self, record: Any) -> str:
        return next((label for label, found in self.by_label.items() if found == record), "")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        record = self.by_label.get(text) or self.by_name.get(text)
        if record is None:
            raise ValidationError(
                _("“%(typed)s” is not in the list. Type a part of the name and choose.")
                % {"typed": text[:60]},
                code="not_found",
            )
        return record
