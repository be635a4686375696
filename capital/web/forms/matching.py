"""Forms of matchmaking."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from capital.enums import FundStage, MatchStage
from capital.models import BankProduct, Fund, FundInvestment
from capital.web.forms.records import LoanField
from core.enums import Currency
from core.web.fields import AmountField, DayField
from enterprises.enums import Guarantee
from enterprises.models import Loan
from enterprises.web.picking import EnterpriseField
from incubators.enums import OrganisationKind
from incubators.models import Organisation
from outreach.models import Event


class MatchForm(forms.Form):
    """Two parties of an event and what is needed. The counterpart is one drop-down."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, record: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if record is None:
            self.fields["event"] = forms.ModelChoiceField(
                Event.objects.visible_to(user).filter(cancelled=False).order_by("-starts_on", "-pk"),
                label=_("Matchmaking event"),
                empty_label="—",
            )
            self.fields["enterprise"] = EnterpriseField(
                user=user, help_text=_("name or registration number; suggestions come while you type")
            )
        self.fields["counterpart"] = forms.ChoiceField(
            label=_("Bank product, fund or investor"), choices=counterparts(user)
        )
        self.fields["need_amount"] = AmountField(label=_("Amount needed"))
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=Currency.choices, initial=Currency.CNY
        )
        self.fields["contacted_on"] = DayField(
            label=_("Brought together on"), required=False, help_text=_("empty: the first day of the event")
        )
        self.fields["note"] = forms.CharField(label=_("Note"), required=False, max_length=300)

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = ("need_amount", "currency", "note")
        found = {name: data[name] for name in names} | counterpart_of(data["counterpart"])
        return found | ({"contacted_on": data["contacted_on"]} if data["contacted_on"] else {})


def counterparts(user: Any) -> list[tuple[str, Any]]:
    products = BankProduct.objects.visible_to(user).select_related("bank").order_by("sort_key", "pk")
    funds = Fund.objects.visible_to(user).order_by("sort_key", "pk")
    kinds = (OrganisationKind.BANK, OrganisationKind.FUND)
    houses = Organisation.objects.filter(kind__in=kinds).order_by("sort_key", "pk")
    return [
        ("", "—"),
        (_t("Bank products"), [(f"product-{one.pk}", f"{one.name} · {one.bank_words}") for one in products]),
        (_t("Funds"), [(f"fund-{one.pk}", one.name) for one in funds]),
        (_t("Banks and investors"), [(f"organisation-{one.pk}", one.name) for one in houses]),
    ]


def counterpart_of(chosen: str) -> dict[str, Any]:
    """The three links of which one is set; the choices are those that the person sees."""
    kind, _dash, key = chosen.partition("-")
    kinds: dict[str, Any] = {"product": BankProduct, "fund": Fund, "organisation": Organisation}
    empty: dict[str, Any] = dict.fromkeys(kinds)
    return {**empty, kind: kinds[kind].objects.get(pk=int(key))} if kind in kinds else empty


class MoveForm(forms.Form):
    """The next step, its day, and what came of it."""

    def __init__(self, *args: Any, match: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [code for code in MatchStage if code != MatchStage.CONTACTED]
        order = [MatchStage.CONTACTED, MatchStage.MET, MatchStage.OFFERED]
        done = order.index(match.stage) if match.stage in order else 0
        self.fields["to_stage"] = forms.ChoiceField(
            label=_("Next step"),
            choices=[(one.value, one.label) for one in steps if one not in order[: done + 1]],
        )
        self.fields["on"] = DayField(label=_("On"))
        loans = Loan.objects.filter(enterprise=match.enterprise_id, match=None).select_related("enterprise")
        invested = FundInvestment.objects.filter(event__enterprise=match.enterprise_id, match=None)
        if match.fund_id is None:
            self.fields["loan"] = LoanField(
                loans, label=_("Loan that came of it"), required=False, help_text=_("for “financing granted”")
            )
        if match.product_id is None:
            if match.fund_id is not None:
                invested = invested.filter(fund=match.fund_id)
            self.fields["investment"] = forms.ModelChoiceField(
                invested.select_related("fund", "event__enterprise"),
                label=_("Investment that came of it"),
                required=False,
                empty_label="—",
                help_text=_("for “financing granted”"),
            )
        self.fields["reason"] = forms.CharField(
            label=_("Why it came to nothing"), required=False, max_length=300
        )


class SuggestForm(forms.Form):
    """What an enterprise looks for."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"] = EnterpriseField(user=user)
        self.fields["amount"] = AmountField(label=_("Amount needed"), required=False)
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=Currency.choices, required=False
        )
        self.fields["stage"] = forms.ChoiceField(
            label=_("Stage of the enterprise"),
            required=False,
            choices=[("", _("not said")), *FundStage.choices],
        )
        self.fields["security"] = forms.ChoiceField(
            label=_("Security it can give"), required=False, choices=[("", _("not said")), *Guarantee.choices]
        )
