"""Forms of challenges, bids and awards. They read what people type; the services decide."""

from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from contests.enums import ChallengeState, TargetRelation
from contests.models import Bid, Challenge, Target
from contests.services import CHALLENGE_FIELDS, is_final
from contests.web.forms.base import FilterForm, all_of, sectors, text
from core.enums import Currency
from core.web.fields import AmountField, DayField, FilesField
from enterprises.models import Enterprise
from incubators.models import Incubator, Organisation, Park
from ledger.models import Budget
from projects.models import Project, Sector
from reviews.enums import MarkMethod
from support.web.fields import MOST_OFFERED, RecordField


class ChallengeFilterForm(FilterForm):
    state = all_of(_("State"), ChallengeState.choices)


class ChallengeForm(forms.Form):
    name_zh = forms.CharField(label=_("Title in Chinese"), max_length=200)
    name_en = forms.CharField(label=_("Title in English"), max_length=300, required=False)
    publisher = RecordField(
        label=_("Publisher"), required=False, help_text=_("an enterprise of the park; empty: the park itself")
    )
    field = forms.ModelChoiceField(label=_("Field of work"), queryset=Sector.objects.none(), required=False)
    problem = text(_("Problem to be solved"), rows=6)
    amount = AmountField(label=_("Money offered"), help_text=_("such as 2,000,000 or 200万"))
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    bids_until = DayField(label=_("Bids until"), help_text=_("the last day; bids are sealed until then"))
    budget = forms.ModelChoiceField(
        label=_("Budget"),
        queryset=Budget.objects.none(),
        required=False,
        empty_label=_("none: the publisher pays"),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, park: Park, user: Any, challenge: Challenge | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if challenge is not None and challenge.state != ChallengeState.DRAFT:
            for name in set(self.fields) - {"bids_until", "version"}:
                del self.fields[name]
            return
        self.fields["field"].queryset = sectors()  # type: ignore[attr-defined]
        budgets = Budget.objects.visible_to(user).filter(park=park)
        self.fields["budget"].queryset = budgets.order_by("-year", "code")  # type: ignore[attr-defined]
        rows = Enterprise.objects.visible_to(user).filter(park=park).order_by("-updated_at", "-pk")
        self.fields["publisher"].offer(  # type: ignore[attr-defined]
            (row.credit_code or row.organisation_number, row.name, row) for row in rows[:MOST_OFFERED]
        )
        if challenge is not None and challenge.publisher is not None:
            self.initial["publisher"] = self.fields["publisher"].label_of(challenge.publisher)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in CHALLENGE_FIELDS if name in self.cleaned_data}


class TargetForm(forms.Form):
    name = forms.CharField(label=_("Acceptance criterion"), max_length=160, required=False)
    relation = forms.ChoiceField(label=_("Has to be"), choices=TargetRelation.choices, required=False)
    value = forms.DecimalField(label=_("Number"), max_digits=18, decimal_places=4, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("name") and self.cleaned_data.get("value") is None and not self.errors:
            self.add_error("value", _("An acceptance criterion has a number."))


TargetRows: Any = formset_factory(TargetForm, extra=3, max_num=12, validate_max=True)


def typed_targets(rows: Any) -> list[dict[str, Any]]:
    return [row.cleaned_data for row in rows if row.cleaned_data.get("name")]


def targets_of(challenge: Challenge | None) -> list[dict[str, Any]]:
    rows = challenge.targets.all() if challenge is not None else Target.objects.none()
    return [{name: getattr(row, name) for name in ("name", "relation", "value", "unit")} for row in rows]


class BidForm(forms.Form):
    incubator = forms.ModelChoiceField(
        label=_("Incubator of the team"), queryset=Incubator.objects.none(), required=False
    )
    enterprise = RecordField(label=_("Enterprise"), required=False)
    project = RecordField(label=_("Project"), required=False)
    organisation = RecordField(label=_("Organisation"), required=False)
    outside_name = forms.CharField(label=_("Team that is not recorded here"), max_length=200, required=False)
    price = AmountField(label=_("Price asked"))
    months = forms.IntegerField(label=_("Months needed"), min_value=1, max_value=120)
    proposal = text(_("Proposed solution"), rows=8, longest=10_000)
    files = FilesField(label=_("Attached files"), required=False, help_text=_("at most 3, of 20 MB each"))

    def __init__(
        self,
        *args: Any,
        challenge: Challenge,
        user: Any,
        sites: list[Incubator],
        needs_site: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = Incubator.objects.filter(pk__in=[site.pk for site in sites]).order_by("sort_key", "pk")
        self.fields["incubator"].queryset = chosen  # type: ignore[attr-defined]
        self.fields["incubator"].required = needs_site
        if needs_site and len(sites) == 1:
            self.fields["incubator"].initial = sites[0]
        firms = Enterprise.objects.visible_to(user).filter(park=challenge.park_id)
        self._offer("enterprise", firms, lambda row: row.credit_code or row.organisation_number)
        projects = Project.objects.visible_to(user).filter(park=challenge.park_id)
        self._offer("project", projects, lambda row: row.code)
        self._offer("organisation", Organisation.objects.visible_to(user), lambda row: row.code)

    def _offer(self, name: str, rows: Any, number: Any) -> None:
        found = rows.order_by("sort_key", "pk")[:MOST_OFFERED]
        self.fields[name].offer((number(row), row.name, row) for row in found)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.cleaned_data.items() if name not in ("incubator", "files")
        }


class AwardForm(forms.Form):
    bid = forms.ModelChoiceField(label=_("Bid"), queryset=Bid.objects.none(), empty_label=None)
    amount = AmountField(label=_("Amount awarded"))
    reason = text(_("Reason in words"), rows=3, longest=3000)

    def __init__(self, *args: Any, bids: list[Bid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Bid.objects.filter(pk__in=[bid.pk for bid in bids]).order_by("number")
        related = rows.select_related("enterprise", "project", "organisation")
        self.fields["bid"].queryset = related  # type: ignore[attr-defined]


class MilestoneForm(forms.Form):
    title = forms.CharField(label=_("Milestone"), max_length=200, required=False)
    due_on = DayField(label=_("Due"), required=False)
    amount = AmountField(label=_("Paid after acceptance"), required=False)

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("title") and not self.cleaned_data.get("due_on") and not self.errors:
            self.add_error("due_on", _("Say when this milestone is due."))


MilestoneRows: Any = formset_factory(MilestoneForm, extra=3, max_num=8, validate_max=True)


def typed_milestones(rows: Any) -> list[dict[str, Any]]:
    return [row.cleaned_data for row in rows if row.cleaned_data.get("title")]


class BidReviewForm(forms.Form):
    method = forms.ChoiceField(label=_("How marks become one"), choices=MarkMethod.choices)
    marks_needed = forms.IntegerField(label=_("Marks needed per case"), min_value=1, max_value=50, initial=3)


class ReportForm(forms.Form):
    words = text(_("What was reached"), rows=4)
    files = FilesField(label=_("Evidence"))

    def __init__(self, *args: Any, milestone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = list(milestone.award.challenge.targets.all()) if is_final(milestone) else []
        for target in self.targets:
            self.fields[f"measured_{target.pk}"] = forms.DecimalField(
                label=_("Measured: %(target)s") % {"target": target},
                max_digits=18,
                decimal_places=4,
            )

    def measured(self) -> dict[int, Any]:
        return {target.pk: self.cleaned_data.get(f"measured_{target.pk}") for target in self.targets}
