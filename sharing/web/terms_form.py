"""The form of a version: dates, the rule after expiry, up to three bases with their shares, promises."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.web.fields import AmountField, DayField
from enterprises.models import Enterprise
from sharing.enums import CountedBy, SharingBase, TailRule
from sharing.models import SharingAgreement, SharingParty
from sharing.services import PromiseInput, TermInput
from sharing.web.forms import PercentField

MOST_TERMS, MOST_PROMISES, MOST_OFFERED = 3, 8, 300
TERM_PLAIN = ("base", "rate", "threshold", "cap", "counted_by", "landed_from", "years_counted")


class RatesField(forms.CharField):
    """Percent for each year after expiry: "75, 50, 25", also with 、 or spaces between."""

    def clean(self, value: Any) -> list[Decimal]:
        text = super().clean(value)
        found = [part for part in re.split(r"[\s,，、;；]+", text.replace("％", "%")) if part]
        try:
            rates = [Decimal(part.removesuffix("%")) for part in found]
        except ArithmeticError:
            rates = [Decimal("NaN")]
        if any(not rate.is_finite() or abs(rate) > 100 for rate in rates):
            raise forms.ValidationError(
                _t("Write the percent for each year after expiry, such as 75, 50, 25.")
            )
        return rates


class TermsForm(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(
        label=_("Valid until (not included)"), help_text=_("2024-01-01 for terms that end with 2023")
    )
    tail = forms.ChoiceField(label=_("After expiry"), choices=TailRule.choices)
    tail_years = forms.IntegerField(label=_("Runs on for (years)"), required=False, min_value=0, max_value=30)
    tail_rates = RatesField(
        label=_("Falling rates (%)"),
        required=False,
        max_length=120,
        help_text=_("percent of the rate for each year after expiry, such as 75, 50, 25"),
    )

    def __init__(self, *args: Any, agreement: SharingAgreement, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        self.parties = list(agreement.parties.select_related("park", "organisation").order_by("position"))
        firms = Enterprise.objects.visible_to(user).filter(park=agreement.park_id)
        chosen = [pk for n in self._numbers() for pk in self.initial.get(f"enterprises_{n}", ())]
        self.firms = (
            (firms.filter(pk__in=chosen) | firms).order_by("sort_key", "pk").distinct()[:MOST_OFFERED]
        )
        for number in self._numbers():
            self._add_term(number)
        for number in range(1, MOST_PROMISES + 1):
            self._add_promise(number)

    @staticmethod
    def _numbers() -> range:
        return range(1, MOST_TERMS + 1)

    def _add_term(self, n: int) -> None:
        party = [("", "—"), *((str(row.pk), row.name) for row in self.parties)]
        bases = [("", _t("not used")), *SharingBase.choices]
        sites = self.agreement.incubators.order_by("sort_key", "pk")
        self.fields |= {
            f"base_{n}": forms.ChoiceField(label=_("What is shared"), choices=bases, required=False),
            f"rate_{n}": PercentField(label=_("Part that is shared (%)"), required=False),
            f"threshold_{n}": AmountField(label=_("Counted above"), required=False),
            f"cap_{n}": AmountField(label=_("At most per enterprise and year"), required=False),
            f"holder_{n}": forms.ChoiceField(
                label=_("Collected by"),
                choices=party,
                required=False,
                help_text=_("where the figure counts: this party owes the others"),
            ),
            f"remainder_{n}": forms.ChoiceField(
                label=_("Takes the remaining fen"), choices=party, required=False
            ),
            f"counted_by_{n}": forms.ChoiceField(
                label=_("Enterprises counted"), choices=CountedBy.choices, required=False
            ),
            f"landed_from_{n}": DayField(label=_("Landed on or after"), required=False),
            f"years_counted_{n}": forms.IntegerField(
                label=_("Years from landing"), required=False, min_value=1, max_value=50
            ),
            f"incubators_{n}": forms.ModelMultipleChoiceField(
                sites, label=_("Landed through"), required=False, widget=forms.CheckboxSelectMultiple,
                help_text=_("none chosen: all enclaves of the agreement"),
            ),
            f"enterprises_{n}": forms.MultipleChoiceField(
                label=_("Enterprises on the list"),
                required=False,
                choices=[(str(firm.pk), firm.name) for firm in self.firms],
                widget=forms.SelectMultiple(attrs={"size": 6}),
            ),
        }  # fmt: skip
        for row in self.parties:
            self.fields[f"share_{n}_{row.pk}"] = PercentField(label=row.name, required=False)

    def _add_promise(self, n: int) -> None:
        party = [("", "—"), *((str(row.pk), row.name) for row in self.parties)]
        self.fields |= {
            f"promise_year_{n}": forms.IntegerField(
                label=_("Year"), required=False, min_value=2000, max_value=2100
            ),
            f"promise_payer_{n}": forms.ChoiceField(label=_("Promised by"), choices=party, required=False),
            f"promise_payee_{n}": forms.ChoiceField(label=_("Promised to"), choices=party, required=False),
            f"promise_amount_{n}": AmountField(label=_("Amount"), required=False),
        }

    def term_rows(self) -> list[dict[str, Any]]:
        """The fields of each base for the page."""
        names = (*TERM_PLAIN, "holder", "remainder", "incubators", "enterprises")
        return [
            {
                "number": n,
                "is_open": n == 1 or bool(self[f"base_{n}"].value()),
                "shares": [self[f"share_{n}_{row.pk}"] for row in self.parties],
                **{name: self[f"{name}_{n}"] for name in names},
            }
            for n in self._numbers()
        ]

    def promise_rows(self) -> list[tuple[int, Any, Any, Any, Any]]:
        names = ("year", "payer", "payee", "amount")
        return [(n, *(self[f"promise_{name}_{n}"] for name in names)) for n in range(1, MOST_PROMISES + 1)]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        needed = {
            "rate": _t("Say which part is shared."),
            "holder": _t("Say who collects it."),
            "remainder": _t("Say who takes the remaining fen."),
        }
        for n in self._numbers():
            if not values.get(f"base_{n}"):
                continue
            for name, message in needed.items():
                if values.get(f"{name}_{n}") in (None, "") and f"{name}_{n}" not in self.errors:
                    self.add_error(f"{name}_{n}", message)
            self._check_shares(n)
        self._check_promises(values)
        return values

    def _check_shares(self, n: int) -> None:
        fields = [f"share_{n}_{row.pk}" for row in self.parties]
        if any(name in self.errors for name in fields):
            return
        total = sum((self.cleaned_data.get(name) or Decimal(0) for name in fields), Decimal(0))
        if total != 100:
            message = _t("The shares total %(total)s%%, not 100%%.") % {"total": f"{total.normalize():f}"}
            self.add_error(fields[0], message)

    def _check_promises(self, values: dict[str, Any]) -> None:
        for n in range(1, MOST_PROMISES + 1):
            parts = {name: values.get(f"promise_{name}_{n}") for name in ("year", "payer", "payee", "amount")}
            if any(parts.values()):
                for name, value in parts.items():
                    if not value and f"promise_{name}_{n}" not in self.errors:
                        self.add_error(
                            f"promise_{name}_{n}", _t("Year, both parties and the amount belong together.")
                        )

    def _party(self, key: Any) -> SharingParty:
        return next(row for row in self.parties if str(row.pk) == key)

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        found = {name: data[name] for name in ("valid_from", "valid_until", "tail", "tail_rates")}
        return found | {"tail_years": data.get("tail_years") or 0}

    def terms(self) -> list[TermInput]:
        data = self.cleaned_data
        found = []
        for n in self._numbers():
            if not data.get(f"base_{n}"):
                continue
            listed = {int(pk) for pk in data[f"enterprises_{n}"]}
            found.append(
                TermInput(
                    base=data[f"base_{n}"],
                    holder=self._party(data[f"holder_{n}"]),
                    rate=data[f"rate_{n}"],
                    shares={
                        row: data[f"share_{n}_{row.pk}"]
                        for row in self.parties
                        if data.get(f"share_{n}_{row.pk}")
                    },
                    remainder_to=self._party(data[f"remainder_{n}"]),
                    threshold=data[f"threshold_{n}"] or Decimal(0),
                    cap=data[f"cap_{n}"],
                    counted_by=data[f"counted_by_{n}"] or CountedBy.LANDED,
                    incubators=list(data[f"incubators_{n}"]),
                    enterprises=[firm for firm in self.firms if firm.pk in listed],
                    landed_from=data[f"landed_from_{n}"],
                    years_counted=data[f"years_counted_{n}"],
                )
            )
        return found

    def promises(self) -> list[PromiseInput]:
        data = self.cleaned_data
        return [
            PromiseInput(
                data[f"promise_year_{n}"],
                self._party(data[f"promise_payer_{n}"]),
                self._party(data[f"promise_payee_{n}"]),
                data[f"promise_amount_{n}"],
            )
            for n in range(1, MOST_PROMISES + 1)
            if data.get(f"promise_year_{n}")
        ]


def initial_of(version: Any) -> dict[str, Any]:
    """What the form shows of a version that was read whole."""
    found: dict[str, Any] = {
        name: getattr(version, name)
        for name in ("version", "valid_from", "valid_until", "tail", "tail_years")
    }
    found["tail_rates"] = ", ".join(f"{rate.normalize():f}" for rate in version.tail_rates)
    for n, term in enumerate(sorted(version.terms.all(), key=lambda row: row.pk)[:MOST_TERMS], start=1):
        found |= {f"{name}_{n}": getattr(term, name) for name in TERM_PLAIN}
        found[f"rate_{n}"] = f"{term.rate.normalize():f}"
        found[f"holder_{n}"], found[f"remainder_{n}"] = str(term.holder_id), str(term.remainder_to_id)
        found[f"incubators_{n}"] = [site.pk for site in term.incubators.all()]
        found[f"enterprises_{n}"] = [str(firm.pk) for firm in term.enterprises.all()]
        for share in term.shares.all():
            found[f"share_{n}_{share.party_id}"] = f"{share.percent.normalize():f}"
    rows = sorted(version.promises.all(), key=lambda row: (row.year, row.pk))[:MOST_PROMISES]
    for n, row in enumerate(rows, start=1):
        found |= {
            f"promise_year_{n}": row.year,
            f"promise_payer_{n}": str(row.payer_id),
            f"promise_payee_{n}": str(row.payee_id),
            f"promise_amount_{n}": row.amount,
        }
    return found
