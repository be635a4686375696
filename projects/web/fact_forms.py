"""Forms of facts and their proof. Files that arrived are kept when something else has to be mended."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.enums import Currency
from core.web.fields import AmountField, DayField, FilesField
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from projects.enums import FactKind
from projects.models import Project
from projects.web.forms import choices_with_blank

#: How many of the last files of the place are offered for use a second time.
RECENT_FILES = 12


class FactForm(forms.Form):
    """One dated fact with its proof. Files that arrived are kept when something else has to be mended."""

    on = DayField(label=gettext_lazy("on"))
    amount = AmountField(
        label=gettext_lazy("amount"), required=False, help_text=gettext_lazy("500万 is understood")
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("currency"), choices=choices_with_blank(Currency.choices), required=False
    )
    note = forms.CharField(label=gettext_lazy("note"), max_length=300, required=False)
    existing = forms.ModelMultipleChoiceField(
        EvidenceFile.objects.none(),
        label=gettext_lazy("Use a file that is already there"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("proof"),
        required=False,
        help_text=gettext_lazy("PDF, photos, Word, Excel or plain text, up to 30 MB each"),
    )

    def __init__(
        self, *args: Any, project: Project, kind: str, with_files: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if kind == FactKind.PAID_IN:
            self.fields["amount"].required = self.fields["currency"].required = True
            self.fields["currency"].choices = Currency.choices  # type: ignore[attr-defined]
        if not with_files:
            del self.fields["existing"], self.fields["files"]
            return
        offer_files(self, project)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("amount") is None:
            data["currency"] = ""
        elif not data.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Choose the currency of the amount."))
        return data


def posted_ids(form: forms.Form) -> list[str]:
    """The stored files that a form names; a hostile list is cut short."""
    data: Any = form.data
    return [pk for pk in data.getlist("existing") if pk.isdigit()][:50] if form.is_bound else []


def offer_files(form: forms.Form, project: Project) -> None:
    """Let the form use files that are already stored, where there are any."""
    stored: Any = form.fields["existing"]
    stored.queryset = files_near(project, posted_ids(form))
    if not stored.queryset.exists():
        del form.fields["existing"]


def need_a_file(form: forms.Form, data: dict[str, Any]) -> dict[str, Any]:
    if not form.errors and not data.get("files") and not data.get("existing"):
        form.add_error("files", _("Choose at least one file."))
    return data


def files_near(project: Project, ids: list[str]) -> Any:
    """Files of this project, those just uploaded for it, and the last ones of its place."""
    here = EvidenceFile.objects.filter(park=project.park_id, incubator=project.incubator_id)
    latest = list(here.order_by("-uploaded_at", "-pk").values_list("pk", flat=True)[:RECENT_FILES])
    near = (
        Q(project_links__project=project)
        | Q(facts__project=project)
        | Q(pk__in=[int(pk) for pk in ids if len(pk) < 18] + latest)
    )
    return here.filter(near).distinct().order_by("-uploaded_at", "-pk")


class AttachForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("kind"), choices=EvidenceKind.choices, initial=EvidenceKind.OTHER
    )
    existing = FactForm.base_fields["existing"]
    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("files"),
        required=False,
        help_text=gettext_lazy("PDF, photos, Word, Excel or plain text, up to 30 MB each"),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_files(self, project)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return need_a_file(self, data)


class ProofForm(forms.Form):
    existing = FactForm.base_fields["existing"]
    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("proof"),
        required=False,
        help_text=gettext_lazy("PDF, photos, Word, Excel or plain text, up to 30 MB each"),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_files(self, project)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return need_a_file(self, data)


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What has to be mended"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
