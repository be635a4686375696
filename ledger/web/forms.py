"""Forms of budgets, commitments and payments."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.enums import Currency
from core.web.fields import FILE_TYPES, AmountField, DayField
from enterprises.models import Enterprise
from incubators.models import Organisation, Park
from ledger.enums import AccountKind, ChangeKind, CrossBorderKind, InstalmentState
from ledger.models import BankAccount, Budget, Commitment, Instalment
from ledger.services import Part
from projects.models import Project
from support.web.fields import MOST_OFFERED, RecordField

MOST_PARTS = 4


class PaperField(forms.FileField):
    """One paper that proves it."""

    widget = forms.ClearableFileInput(attrs={"accept": FILE_TYPES})


class BudgetForm(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    park = forms.ModelChoiceField(Park.objects.none(), label=_("Park"))
    code = forms.SlugField(
        label=_("Programme code"),
        max_length=60,
        help_text=_("small letters, digits and hyphens; the same every year"),
    )
    year = forms.IntegerField(label=_("Budget year"), min_value=2000, max_value=2100)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=300, required=False)
    policy_code = forms.CharField(
        label=_("Policy code"),
        max_length=80,
        required=False,
        help_text=_("of the policy that is paid from it, if there is one"),
    )
    forbid_same_base = forms.BooleanField(
        label=_("No second grant for the same purpose"),
        required=False,
        help_text=_("refuse money for something the same beneficiary already has money for"),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, parks: list[Park], budget: Budget | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if budget is not None:
            for name in ("park", "code", "year", "currency"):
                del self.fields[name]
        else:
            self.fields["park"].queryset = Park.objects.filter(pk__in=[park.pk for park in parks])  # type: ignore[attr-defined]
            if len(parks) == 1:
                self.fields["park"].initial = parks[0]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("park", "version")}


class ChangeForm(forms.Form):
    once = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)
    kind = forms.ChoiceField(label=_("What changes"), choices=ChangeKind.choices)
    amount = AmountField(label=_("Amount"), help_text=_("such as 2,000,000 or 200万"))
    on = DayField(label=_("Booking day"))
    reason = forms.CharField(label=_("Stated reason"), max_length=300)
    file = PaperField(
        label=_("Approving document"), required=False, help_text=_("needed for everything but a reduction")
    )

    def __init__(self, *args: Any, budget: Budget, is_appropriated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = ["increase", "decrease"] if is_appropriated else ["appropriation"]
        if budget.accounts.filter(kind=AccountKind.CLAWED_BACK, balance__gt=0).exists():
            wanted.append("reuse")
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, label) for kind, label in ChangeKind.choices if kind in wanted
        ]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Stated reason"), max_length=300)


class PartsMixin(forms.Form):
    """Up to four instalments, line by line; empty lines do not count."""

    def add_parts(self, rows: int = MOST_PARTS) -> None:
        for number in range(1, rows + 1):
            self.fields[f"amount_{number}"] = AmountField(label=_("Amount"), required=False)
            self.fields[f"due_{number}"] = DayField(label=_("Due"), required=False)
            self.fields[f"condition_{number}"] = forms.CharField(
                label=_("Condition for payment"), max_length=300, required=False
            )
            self.fields[f"abroad_{number}"] = forms.BooleanField(label=_("Across a border"), required=False)

    def part_rows(self) -> list[tuple[int, Any, Any, Any, Any]]:
        return [
            (number, *(self[f"{name}_{number}"] for name in ("amount", "due", "condition", "abroad")))
            for number in range(1, MOST_PARTS + 1)
        ]

    def check_parts(self) -> None:
        for number in range(1, MOST_PARTS + 1):
            amount, due = (self.cleaned_data.get(f"{name}_{number}") for name in ("amount", "due"))
            if amount and not due and f"due_{number}" not in self.errors:
                self.add_error(f"due_{number}", _t("Say when this instalment is due."))
            if due and not amount and f"amount_{number}" not in self.errors:
                self.add_error(f"amount_{number}", _t("Say how much this instalment is."))

    def parts(self) -> list[Part]:
        data = self.cleaned_data
        return [
            Part(data[f"amount_{n}"], data[f"due_{n}"], data[f"condition_{n}"], data[f"abroad_{n}"])
            for n in range(1, MOST_PARTS + 1)
            if data.get(f"amount_{n}")
        ]


class CommitForm(PartsMixin):
    enterprise = RecordField(label=_("Enterprise"), required=False)
    project = RecordField(label=_("Project"), required=False)
    organisation = RecordField(
        label=_("Organisation"), required=False, help_text=_("such as an operator, for its fee or reward")
    )
    purpose = forms.CharField(label=_("Purpose of the money"), max_length=200)
    amount = AmountField(label=_("Amount"), help_text=_("such as 2,000,000 or 200万"))
    base = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        required=False,
        help_text=_("a word and a year, such as rd_expense:2021; finds double funding"),
    )
    reference = forms.CharField(label=_("Decision or file number"), max_length=120, required=False)
    submitted_on = DayField(label=_("Applied for on"), required=False)
    on = DayField(label=_("Committed on"))

    def __init__(self, *args: Any, budget: Budget, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_parts()
        firms = Enterprise.objects.visible_to(user).filter(park=budget.park_id).order_by("sort_key", "pk")
        self.fields["enterprise"].offer(  # type: ignore[attr-defined]
            (row.credit_code or row.organisation_number, row.name, row) for row in firms[: MOST_OFFERED * 3]
        )
        projects = Project.objects.visible_to(user).filter(park=budget.park_id).order_by("sort_key", "pk")
        self.fields["project"].offer(  # type: ignore[attr-defined]
            (row.code, row.name, row) for row in projects[: MOST_OFFERED * 3]
        )
        self.fields["organisation"].offer(  # type: ignore[attr-defined]
            ("", row.name, row) for row in Organisation.objects.order_by("sort_key", "pk")[:MOST_OFFERED]
        )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self.check_parts()
        return values


class PlanForm(PartsMixin):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_parts()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self.check_parts()
        return values


class ReleaseForm(forms.Form):
    once = forms.CharField(widget=forms.HiddenInput, max_length=60)
    amount = AmountField(
        label=_("Amount"), required=False, help_text=_("empty: everything that is not on its way")
    )
    reason = forms.CharField(label=_("Stated reason"), max_length=300)


class ClawbackForm(forms.Form):
    once = forms.CharField(widget=forms.HiddenInput, max_length=60)
    amount = AmountField(label=_("Amount"))
    on = DayField(label=_("Came back on"))
    reason = forms.CharField(label=_("Stated reason"), max_length=300)
    file = PaperField(label=_("Document"), required=False)


class PaymentFilter(forms.Form):
    q = forms.CharField(label=_("Beneficiary or purpose"), required=False, max_length=80)
    state = forms.ChoiceField(label=_("State"), required=False)
    budget = forms.ChoiceField(label=_("Budget"), required=False)
    abroad = forms.BooleanField(label=_("Across a border"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("All"))
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("open", _("not received yet")),
            ("all", _("All")),
            *InstalmentState.choices,
        ]
        rows = Budget.objects.visible_to(user).order_by("-year", "sort_key", "pk")
        self.fields["budget"].choices = [every, *((str(row.pk), str(row)) for row in rows[:200])]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What narrows the list; without a choice, what is still to be paid."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if found.setdefault("state", "open") == "all":
            del found["state"]
        return found


class ClaimForm(forms.Form):
    file = PaperField(label=_("Proof of the condition"), required=False)

    def __init__(self, *args: Any, condition: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = bool(condition)


class TermsForm(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    account = forms.ModelChoiceField(
        BankAccount.objects.none(), label=_("Bank account"), required=False, empty_label="—"
    )
    pay_currency = forms.ChoiceField(label=_("Currency of payment"), choices=Currency.choices)
    is_cross_border = forms.BooleanField(label=_("Payment across a border"), required=False)
    due_on = DayField(label=_("Due"))
    condition = forms.CharField(label=_("Condition for payment"), max_length=300, required=False)

    def __init__(self, *args: Any, instalment: Instalment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts_of(instalment.commitment)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def accounts_of(commitment: Commitment) -> Any:
    """The accounts to which money of a commitment may go."""
    owner = (
        Q(enterprise=commitment.enterprise_id)
        if commitment.enterprise_id
        else Q(organisation=commitment.organisation_id, organisation__isnull=False)
    )
    return BankAccount.objects.filter(owner, park=commitment.budget.park_id, retired_at=None).order_by("pk")


class StepForm(forms.Form):
    kind = forms.ChoiceField(label=_("Step abroad"), choices=CrossBorderKind.choices)
    on = DayField(label=_("Done on"))
    number = forms.CharField(label=_("Registration or transfer number"), max_length=80, required=False)
    file = PaperField(label=_("Document"))


class BounceForm(forms.Form):
    on = DayField(label=_("Came back on"))
    reason = forms.CharField(label=_("Stated reason"), max_length=300)


class DayForm(forms.Form):
    on = DayField(label=_("Day"))


class ResultForm(forms.Form):
    park = forms.ModelChoiceField(Park.objects.none(), label=_("Park"))
    file = forms.FileField(
        label=_("File of the bank"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.ods,.txt"}),
        help_text=_("Excel or CSV with reference, result, day and reason"),
    )

    def __init__(self, *args: Any, parks: list[Park], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["park"].queryset = Park.objects.filter(pk__in=[park.pk for park in parks])  # type: ignore[attr-defined]
        if len(parks) == 1:
            self.fields["park"].initial = parks[0]


class RatesForm(forms.Form):
    file = forms.FileField(
        label=_("File with rates"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.ods,.txt"}),
        help_text=_("Excel or CSV with currency, day and rate; without a target currency it is yuan"),
    )


class AccountForm(forms.Form):
    enterprise = RecordField(label=_("Enterprise"), required=False)
    organisation = RecordField(label=_("Organisation"), required=False)
    holder = forms.CharField(label=_("Account holder"), max_length=160)
    bank = forms.CharField(label=_("Bank and branch"), max_length=160)
    number = forms.CharField(
        label=_("Account number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    swift = forms.CharField(
        label=_("SWIFT code"), max_length=11, required=False, help_text=_("for payments abroad")
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    file = PaperField(
        label=_("Confirmation of the account"),
        required=False,
        help_text=_("such as the opening permit or a stamped letter"),
    )

    def __init__(self, *args: Any, user: Any, places: Any, may_pay: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        firms = (
            Enterprise.objects.visible_to(user)
            .filter(places)
            .select_related("park", "incubator")
            .order_by("sort_key", "pk")
        )
        self.fields["enterprise"].offer(  # type: ignore[attr-defined]
            (row.credit_code or row.organisation_number, row.name, row) for row in firms[: MOST_OFFERED * 3]
        )
        if may_pay:
            self.fields["organisation"].offer(  # type: ignore[attr-defined]
                ("", row.name, row) for row in Organisation.objects.order_by("sort_key", "pk")[:MOST_OFFERED]
            )
        else:
            del self.fields["organisation"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(values.get("enterprise")) == bool(values.get("organisation")) and not self.errors:
            self.add_error("enterprise", _t("Name one enterprise or one organisation."))
        return values
