"""Form fields that understand what people type: days as spelled, amounts with 万 and commas, files."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
FILE_TYPES = ".pdf,.png,.jpg,.jpeg,.webp,.heic,.docx,.xlsx,.pptx,.txt,image/*"
MOST_FILES = 20
_SCALES = {"万元": 10_000, "万": 10_000, "亿元": 100_000_000, "亿": 100_000_000, "元": 1}


class DayField(forms.DateField):
    """A day of the calendar. 2021-05-31, 2021.5.31, 2021/5/31 and 2021年5月31日 are all understood."""

    widget = forms.DateInput(
        format="%Y-%m-%d", attrs={"type": "date", "min": "1949-01-01", "max": "2100-12-31"}
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=list(DAY_FORMATS), **kwargs)

    def to_python(self, value: Any) -> Any:
        typed = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
        try:
            day = super().to_python(typed)
        except (ValidationError, ValueError, OverflowError):
            raise ValidationError(
                _("“%(typed)s” is not a day of the calendar. Write it like 2021-05-31.")
                % {"typed": str(value)[:40]},
                code="invalid",
            ) from None
        if day is not None and not 1949 <= day.year <= 2100:
            raise ValidationError(_("Enter a year between 1949 and 2100."), code="range")
        return day


class AmountField(forms.DecimalField):
    """An amount of money in whole units: 5,000,000 and 500万 and ５００万元 mean the same."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})

    default_error_messages = {"min_value": gettext_lazy("This amount cannot be below zero.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, min_value=0, **kwargs)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        text = unicodedata.normalize("NFKC", value).replace(",", "").replace(" ", "").strip()
        scale = 1
        for word, factor in _SCALES.items():
            if text.endswith(word):
                text, scale = text.removesuffix(word), factor
                break
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or abs(amount) > Decimal(10) ** 16:
            raise ValidationError(
                _("“%(typed)s” is not an amount. Write it like 5,000,000 or 500万.") % {"typed": value[:40]},
                code="invalid",
            )
        scaled = amount * scale
        return scaled.quantize(Decimal(1)) if scaled == scaled.to_integral_value() else scaled.normalize()


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, dragged or chosen or taken with the telephone's camera."""

    widget = FilesInput(attrs={"accept": FILE_TYPES})
    default_error_messages = {"required": gettext_lazy("Choose at least one file.")}

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST_FILES:
            raise ValidationError(
                _("Send at most %(most)d files at a time; these are %(count)d.")
                % {"most": MOST_FILES, "count": len(files)}
            )
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return list(files)
