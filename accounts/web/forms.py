"""Forms of one's own settings."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.enums import TokenScope


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label=_("Name shown"),
        max_length=80,
        required=False,
        help_text=_("others see it beside what you enter and verify"),
    )
    language = forms.ChoiceField(label=_("Language of the pages"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the system is set (Chinese)")), *settings.LANGUAGES]  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """A key for a program: what it is for, what it may do, and when it ends."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("such as: nightly data pull")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=TokenScope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[TokenScope.READ],
    )
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("one year"))],
        initial=90,
    )

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])
