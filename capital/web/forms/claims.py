"""Forms of claims for interest."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from capital.web.forms.records import LoanField, ProofForm
from core.web.fields import AmountField, DayField


class ClaimStartForm(forms.Form):
    """For which loan, under which policy: the rest of the form follows from it."""

    def __init__(self, *args: Any, loans: Any, policies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["loan"] = LoanField(loans, label=_("Loan"))
        self.fields["policy"] = forms.ChoiceField(label=_("Policy"), choices=policies)


class DrawsField(forms.CharField):
    """One step a line: the day and the principal from then on."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Principal drawn"),
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_(
                "one step a line: the day, then the principal from that day on, as in 2021-01-01 4,000,000"
            ),
        )

    def clean(self, value: Any) -> list[dict[str, str]]:
        typed = super().clean(value)
        return [self._step(line.strip()) for line in typed.splitlines() if line.strip()]

    def _step(self, line: str) -> dict[str, str]:
        day, _space, amount = line.replace("\u3000", " ").partition(" ")
        try:
            on: date | None = DayField().clean(day)
            principal: Decimal | None = AmountField().clean(amount.strip())
        except ValidationError as error:
            raise ValidationError(f"{line[:60]}: {' '.join(error.messages)}") from None
        assert on is not None
        return {"on": on.isoformat(), "principal": str(principal)}


def draws_as_typed(draws: list[dict[str, str]]) -> str:
    return "\n".join(f"{one['on']} {Decimal(one['principal']):,}" for one in draws)


class ClaimForm(ProofForm):
    """The period, the principal, the rate and the interest; then what the policy asks beside them."""

    starts_on = DayField(label=_("Interest from"))
    ends_on = DayField(label=_("Interest until (not included)"))
    base_rate_percent = forms.DecimalField(
        label=_("Base rate of the period (%)"),
        max_digits=7,
        decimal_places=4,
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"}),
        help_text=_("the published rate that the policy names, not that of the contract"),
    )
    interest_paid_amount = AmountField(
        label=_("Interest paid"), help_text=_("in the period, as the bank's list says")
    )
    draws = DrawsField()

    def __init__(self, *args: Any, asked: dict[str, Any], label_of: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for key, spec in asked.items():
            yes_no = [("", _t("not known")), ("yes", _t("yes")), ("no", _t("no"))]
            self.fields[f"fact_{key}"] = (
                forms.ChoiceField(label=label_of(spec), required=False, choices=yes_no)
                if spec.kind == "flag"
                else forms.CharField(label=label_of(spec), required=False, max_length=60)
            )
        self.add_file(
            _("Proof of the interest paid"), _("the bank's list of interest; needed for verification")
        )

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        facts = {}
        for key, spec in self.asked.items():
            typed = data[f"fact_{key}"]
            if typed != "":
                facts[key] = typed == "yes" if spec.kind == "flag" else typed
        plain = ("starts_on", "ends_on", "base_rate_percent", "interest_paid_amount", "draws")
        return {**{name: data[name] for name in plain}, "facts": facts}


class CommitForm(forms.Form):
    def __init__(self, *args: Any, budgets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["budget"] = forms.ModelChoiceField(budgets, label=_("Budget"), empty_label="—")
        self.fields["reference"] = forms.CharField(
            label=_("Decision or file number"), required=False, max_length=120
        )
