"""Forms of applications. They read what people type; the services decide."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from applications.enums import ApplicantKind, ApplicationState, AwardRule, DecisionOutcome, StepKind
from applications.models import Application, Programme
from core.web.fields import FILE_TYPES, AmountField, DayField, FilesField
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from funding.calculator import Terms
from funding.facts import NEVER_ASKED
from funding.models import PolicyVersion
from funding.report.matching import decisions_of
from funding.web.facts import FactsForm
from incubators.models import Incubator
from incubators.scope import Action, scope_of
from ledger.web.forms import PartsMixin
from projects.models import Project
from reviews.selectors import sector_names
from support.web.fields import RecordField

MOST_OFFERED = 1000
#: Asked for once, as the amount of the application.
AMOUNT_FACT = "requested_yuan"


def _all(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False)


class ApplicationFilter(forms.Form):
    """Filters of the list; nonsense filters nothing."""

    q = forms.CharField(label=_("Title or applicant"), required=False, max_length=80)
    programme = _all(_("Programme"))
    state = _all(_("State"))
    step = _all(_("Stands at"))
    incubator = _all(_("Incubator"))
    kind = _all(_("Who applies"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _t("All"))
        rows = Programme.objects.visible_to(user).order_by("-closes_on", "-pk")
        self._offer("programme", [every, *((str(row.pk), row.name) for row in rows[:200])])
        awarded = ("awarded", _t("all that were approved"))
        self._offer("state", [every, *ApplicationState.choices, awarded])
        self._offer("kind", [every, *ApplicantKind.choices])
        homes = Incubator.objects.filter(applications__in=Application.objects.visible_to(user)).distinct()
        self._offer("incubator", [every, *((row.code, row.name) for row in homes.order_by("sort_key")[:200])])
        self._offer("step", [every, *StepKind.choices])

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ApplicantForm(forms.Form):
    """Which programme, and who applies."""

    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"), empty_label=None)
    project = RecordField(label=_("Project"), required=False)
    enterprise = RecordField(label=_("Enterprise"), required=False)
    name = forms.CharField(
        label=_("Applicant from outside"),
        max_length=200,
        required=False,
        help_text=_("only if the applicant is not on record"),
    )
    organisation = forms.CharField(label=_("Organisation of the applicant"), max_length=200, required=False)
    contact = forms.CharField(label=_("Telephone or e-mail"), max_length=160, required=False)

    def __init__(self, *args: Any, user: Any, today: date, named: Any = None, **kwargs: Any) -> None:
        """``named`` is the applicant from whose page the person comes: then nobody has to be chosen."""
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(user).filter(
            state="open", opens_on__lte=today, closes_on__gte=today
        )
        if named is not None:
            programmes = programmes.filter(park=named.park_id)
        self.fields["programme"].queryset = programmes.order_by("closes_on", "pk")  # type: ignore[attr-defined]
        self.fields["programme"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]
        self.named = named
        if named is None:
            self._offer_applicants(user)
        else:
            for name in ("project", "enterprise", "name", "organisation", "contact"):
                del self.fields[name]

    def _offer_applicants(self, user: Any) -> None:
        places = scope_of(user).places(Action.ENTER)
        here = places.filter(park="park", incubator="incubator")
        projects = Project.objects.visible_to(user).filter(here).order_by("-updated_at", "-pk")
        firms = Enterprise.objects.visible_to(user).filter(here).order_by("-updated_at", "-pk")
        self.fields["project"].offer(  # type: ignore[attr-defined]
            (row.code, row.name, row)
            for row in projects.select_related("park", "incubator", "enterprise", "sector")[:MOST_OFFERED]
        )
        self.fields["enterprise"].offer(  # type: ignore[attr-defined]
            (row.credit_code or row.organisation_number, row.name, row)
            for row in firms.select_related("park", "incubator")[:MOST_OFFERED]
        )
        if not (places.everywhere or places.park_ids):
            for name in ("name", "organisation", "contact"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.named is not None:
            return values
        given = [name for name in ("project", "enterprise", "name") if values.get(name)]
        if not given and not self.errors:
            self.add_error("project", _t("Choose the project or the enterprise that applies."))
        if len(given) > 1:
            self.add_error(given[1], _t("One applicant only: leave this or the other empty."))
        return values

    def applicant(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("name"):
            parts = ("name", "organisation", "contact")
            return {"outside": {name: data[name] for name in parts}}
        return {"project": data["project"]} if data.get("project") else {"enterprise": data["enterprise"]}


class KeptFiles(forms.ModelMultipleChoiceField):
    """The files of the application; what is unticked is left out."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return obj.title or obj.original_name


class DraftForm(forms.Form):
    """What the applicant writes himself; the facts are a form of their own."""

    title = forms.CharField(label=_("Title of the application"), max_length=200)
    requested_amount = AmountField(
        label=_("Amount applied for"), required=False, help_text=_("such as 500,000 or 50万")
    )
    field = forms.ChoiceField(label=_("Field of work"), required=False)
    summary = forms.CharField(
        label=_("What is applied for, and why"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    name = forms.CharField(label=_("Applicant from outside"), max_length=200, required=False)
    organisation = forms.CharField(label=_("Organisation of the applicant"), max_length=200, required=False)
    contact = forms.CharField(label=_("Telephone or e-mail"), max_length=160, required=False)
    kept_files = KeptFiles(EvidenceFile.objects.none(), label=_("Files of the application"), required=False)
    from_record = KeptFiles(
        EvidenceFile.objects.none(), label=_("Files of the project to add"), required=False
    )
    files = FilesField(label=_("Further files"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, application: Application, offered: Sequence[EvidenceFile], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.application = application
        # A draft may be kept without; it is not handed in without.
        by_amount = application.programme.award_rule == AwardRule.REQUESTED
        self.fields["requested_amount"].is_needed_later = by_amount  # type: ignore[attr-defined]
        self.fields["field"].choices = [("", "—"), *sector_names().items()]  # type: ignore[attr-defined]
        if application.applicant_kind != ApplicantKind.OUTSIDE:
            for name in ("name", "organisation", "contact"):
                del self.fields[name]
        kept = application.files.all()
        self.fields["kept_files"].queryset = kept  # type: ignore[attr-defined]
        ids = {file.pk for file in kept}
        others = [file.pk for file in offered if file.pk not in ids]
        self.fields["from_record"].queryset = EvidenceFile.objects.filter(pk__in=others)  # type: ignore[attr-defined]
        if not ids:
            del self.fields["kept_files"]
        if not others:
            del self.fields["from_record"]

    def values(self) -> dict[str, Any]:
        names = ("title", "requested_amount", "field", "summary")
        return {name: self.cleaned_data[name] for name in names}

    def outside(self) -> dict[str, Any] | None:
        if "name" not in self.fields:
            return None
        return {name: self.cleaned_data[name] for name in ("name", "organisation", "contact")}

    def chosen_files(self) -> list[EvidenceFile]:
        return [*self.cleaned_data.get("kept_files", ()), *self.cleaned_data.get("from_record", ())]


class StatedFacts(FactsForm):
    """The facts of the policy that an applicant may say; the park's decisions and the amount are left out."""

    def __init__(
        self, version: PolicyVersion, data: Any = None, *, initial: Mapping[str, Any] | None = None
    ) -> None:
        terms: Terms = version.compiled()
        super().__init__(terms, data, initial=initial)
        for name in {*NEVER_ASKED, *decisions_of(version), AMOUNT_FACT} & set(self.fields):
            del self.fields[name]


class CheckForm(forms.Form):
    """The formal check: one result, words where it is not simply passed."""

    result = forms.ChoiceField(
        label=_("Result of the formal check"),
        widget=forms.RadioSelect,
        choices=[
            ("passed", _("Complete and admissible: on to the next step")),
            ("returned", _("Send it back to be completed")),
            ("failed", _("Not admissible: the application ends here")),
        ],
    )
    reason = forms.CharField(
        label=_("In words for the applicant"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("needed unless it is passed, or every point stands at its field"),
    )


class MoveForm(forms.Form):
    """Many applications at once: one result, one reason."""

    result = forms.ChoiceField(label=_("Result"))
    reason = forms.CharField(
        label=_("Reason in words"), required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, results: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = results  # type: ignore[attr-defined]


class StartReviewForm(forms.Form):
    opens_on = DayField(label=_("Marks from"))
    closes_on = DayField(label=_("Marks until"), help_text=_("the last day"))
    note = forms.CharField(
        label=_("Words for the experts"), required=False, max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class StepNoticeForm(forms.Form):
    title = forms.CharField(label=_("Title of the notice"), max_length=200)
    text = forms.CharField(
        label=_("Text"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    on = DayField(label=_("On show from"))


class MeetingForm(forms.Form):
    held_on = DayField(label=_("Held on"))
    number = forms.CharField(label=_("Number of the minutes"), max_length=80, required=False)
    file = forms.FileField(
        label=_("Minutes of the meeting"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": FILE_TYPES}),
    )
    note = forms.CharField(
        label=_("Note on the meeting"), required=False, max_length=3000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class LineForm(forms.Form):
    """The decision about one application."""

    outcome = forms.ChoiceField(choices=DecisionOutcome.choices, required=False)
    award_class = forms.ChoiceField(required=False)
    amount = AmountField(required=False)
    reason = forms.CharField(max_length=1000, required=False)

    def __init__(self, *args: Any, classes: Sequence[str], label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["award_class"].choices = [("", "—"), *((code, code) for code in classes)]  # type: ignore[attr-defined]
        words = {
            "outcome": _t("Decision about %(title)s"),
            "award_class": _t("Class for %(title)s"),
            "amount": _t("Amount for %(title)s"),
            "reason": _t("Reason for %(title)s"),
        }
        for name, sentence in words.items():
            look = "form-select" if name in ("outcome", "award_class") else "form-control"
            if name == "amount":
                look += " num"
            self.fields[name].widget.attrs |= {"aria-label": sentence % {"title": label}, "class": look}


class AgreementForm(PartsMixin):
    number = forms.CharField(label=_("Number of the agreement"), max_length=80)
    signed_on = DayField(label=_("Signed on"))
    file = forms.FileField(
        label=_("Signed agreement"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": FILE_TYPES}),
    )
    note = forms.CharField(
        label=_("Note on the agreement"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_parts()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self.check_parts()
        return values


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why it is taken back"), max_length=1000)


class ClawBackForm(forms.Form):
    once = forms.CharField(widget=forms.HiddenInput, max_length=60)
    amount = AmountField(label=_("Amount to be paid back"))
    on = DayField(label=_("Came back on"))
    reason = forms.CharField(label=_("Stated reason"), max_length=300)
    file = forms.FileField(
        label=_("Document"), required=False, widget=forms.ClearableFileInput(attrs={"accept": FILE_TYPES})
    )


class ReleaseAwardForm(forms.Form):
    amount = AmountField(
        label=_("Amount that is not needed"),
        required=False,
        help_text=_("empty: everything that is not on its way"),
    )
    reason = forms.CharField(label=_("Why it is not needed"), max_length=300)
