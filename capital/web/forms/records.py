"""Forms of investments, links and decisions; what forms share."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from capital.models import Fund, FundInvestment
from core.web.fields import FILE_TYPES, AmountField, DayField
from enterprises.enums import FinancingRound
from enterprises.models import Loan
from enterprises.web.picking import EnterpriseField
from enterprises.web.record_forms import field_of
from projects.models import Project

OFFERED = 200


class ProofForm(forms.Form):
    """A form that may bring a file as its proof."""

    def add_file(self, label: Any = None, help_text: Any = None) -> None:
        self.fields["file"] = forms.FileField(
            label=label or _("Evidence"),
            required=False,
            widget=forms.ClearableFileInput(attrs={"accept": FILE_TYPES}),
            help_text=help_text or _("PDF, picture or office file"),
        )


class InvestmentForm(ProofForm):
    """What a fund paid. The round is found by its kind and day, or entered with it."""

    def __init__(self, *args: Any, user: Any, firm: Any = None, record: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        firm = firm or (record.owner if record else None)
        if firm is None:
            self.fields["enterprise"] = EnterpriseField(
                user=user, help_text=_("name or registration number; suggestions come while you type")
            )
        funds = Fund.objects.visible_to(user)
        if firm is not None:
            funds = funds.filter(Q(park=None) | Q(park=firm.park_id))
        self.fields["fund"] = forms.ModelChoiceField(
            funds.order_by("sort_key", "pk"), label=_("Fund"), empty_label="—"
        )
        if record is None:
            self.fields["round"] = forms.ChoiceField(label=_("Round"), choices=FinancingRound.choices)
            self.fields["on"] = DayField(
                label=_("Paid on"),
                help_text=_("a round of this day already recorded is used, not entered again"),
            )
        self.fields["amount"] = AmountField(
            label=_("Amount invested"), help_text=_("in the currency of the fund")
        )
        self.fields["equity_percent"] = field_of(FundInvestment, "equity_percent")
        if firm is not None:
            self.fields["project"] = forms.ModelChoiceField(
                Project.objects.filter(enterprise=firm).order_by("sort_key", "pk"),
                label=_("Project"), required=False, empty_label="—",
            )  # fmt: skip
        self.fields["note"] = field_of(FundInvestment, "note")
        self.add_file()

    def values(self) -> dict[str, Any]:
        kept = {"enterprise", "file"}
        return {name: value for name, value in self.cleaned_data.items() if name not in kept}


class LinkLoanForm(forms.Form):
    """A loan that becomes one of the product."""

    def __init__(self, *args: Any, loans: Any, pools: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["loan"] = LoanField(loans, label=_("Loan"))
        self.fields["pool"] = forms.ModelChoiceField(
            pools,
            label=_("Risk shared by"),
            required=False,
            empty_label="—",
            help_text=_("empty: the pool of the product, where it has one"),
        )


class LoanField(forms.ModelChoiceField):
    """One of the latest loans, with enterprise, bank, line and day."""

    def __init__(self, rows: Any, **kwargs: Any) -> None:
        super().__init__(queryset=rows, empty_label="—", **kwargs)
        recent = list(rows.order_by("-starts_on", "-pk")[:OFFERED])
        self.choices = [("", "—"), *((row.pk, loan_words(row)) for row in recent)]  # type: ignore[assignment]


def loan_words(loan: Loan) -> str:
    line = f"{loan.line_amount:,.2f}".removesuffix(".00")
    return f"{loan.enterprise.name} · {loan} · {line} {loan.currency} · {loan.starts_on}"


class WordsForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the claim is withdrawn"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("What has to be put right?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Your words appear beside the record."),
    )
