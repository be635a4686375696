"""What a contract asks an operator to report: seen by both sides, kept by the park's administrator."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.web.errors import shown_on, status_of, told_to
from core.web.fields import DayField
from incubators.models import OperatorContract
from incubators.scope import REFUSALS, Action, scope_of
from returns.duties import DEFAULTS, VARIANCE_PERCENT
from returns.enums import Frequency
from returns.measures import LINES
from returns.models import ReturnDuty
from returns.services import create_default_duties, save_duty


class DutyForm(forms.Form):
    """How often, by when, from when on, and which lines."""

    frequency = forms.ChoiceField(label=gettext_lazy("How often"), choices=Frequency.choices)
    due_days = forms.IntegerField(
        label=gettext_lazy("Days after the period"),
        min_value=1,
        max_value=180,
        help_text=gettext_lazy("10: the return of April is due on 10 May"),
    )
    starts_on = DayField(
        label=gettext_lazy("Asked from"),
        help_text=gettext_lazy("the first return is that of the period which holds this day"),
    )
    variance_percent = forms.IntegerField(
        label=gettext_lazy("Ask for a word from a change of"),
        min_value=1,
        max_value=1000,
        initial=VARIANCE_PERCENT,
        help_text=gettext_lazy("against the period before"),
    )
    is_active = forms.BooleanField(label=gettext_lazy("In force"), required=False, initial=True)
    lines = forms.MultipleChoiceField(
        label=gettext_lazy("What is reported"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, duty: ReturnDuty | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        self.fields["lines"].choices = [  # type: ignore[attr-defined]
            (line.code, _with_unit(line.name(language), line.unit(language))) for line in LINES.values()
        ]
        if duty is not None:
            self.fields["frequency"].disabled = True


def _with_unit(name: str, unit: str) -> str:
    """“Jobs (persons)”; a name that says its unit already stays as it is."""
    return name if unit in name else f"{name} · {unit}"


def _contract(pk: int, user: Any) -> OperatorContract:
    found: OperatorContract = get_object_or_404(
        OperatorContract.objects.visible_to(user).select_related("incubator__park", "operator"), pk=pk
    )
    return found


def _may_manage(user: Any, contract: OperatorContract) -> bool:
    return scope_of(user).allows(Action.MANAGE, park_id=contract.incubator.park_id)


@login_required
@require_GET
def page(request: HttpRequest, contract: int) -> HttpResponse:
    record = _contract(contract, request.user)
    language = get_language() or "zh-hans"
    duties = [
        {"duty": duty, "lines": [LINES[code].name(language) for code in duty.lines if code in LINES]}
        for duty in ReturnDuty.objects.filter(contract=record).order_by("pk")
    ]
    missing = set(DEFAULTS) - {row["duty"].frequency for row in duties}  # type: ignore[attr-defined]
    context = {
        "contract": record,
        "incubator": record.incubator,
        "duties": duties,
        "may_manage": _may_manage(request.user, record),
        "offers_defaults": bool(missing),
    }
    return render(request, "returns/duties.html", context)


@login_required
@require_POST
def defaults(request: HttpRequest, contract: int) -> HttpResponse:
    """Monthly, quarterly and yearly with the usual lines, as a start."""
    record = _contract(contract, request.user)
    user: Any = request.user
    with told_to(request):
        made = create_default_duties(contract=record, actor=user, at=timezone.now())
        words = _("%(count)d duties were set up. Change them as the contract says.")
        messages.success(request, words % {"count": len(made)})
    return redirect("return-duty-list", record.pk)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, contract: int, pk: int | None = None) -> HttpResponse:
    record = _contract(contract, request.user)
    user: Any = request.user
    if not _may_manage(user, record):
        raise PermissionDenied(REFUSALS[Action.MANAGE]())
    duty = get_object_or_404(ReturnDuty, pk=pk, contract=record) if pk else None
    form = DutyForm(
        request.POST if request.method == "POST" else None, duty=duty, initial=_initial(duty, record)
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version")
        with shown_on(form):
            save_duty(
                duty=duty,
                contract=record,
                values=values,
                actor=user,
                at=timezone.now(),
                expected_version=version if duty else None,
            )
            messages.success(request, _("The duty is saved. Returns that exist keep the lines they have."))
            return redirect("return-duty-list", record.pk)
    context = {"form": form, "duty": duty, "contract": record, "incubator": record.incubator}
    return render(request, "returns/duty_form.html", context, status=status_of(form))


def _initial(duty: ReturnDuty | None, contract: OperatorContract) -> dict[str, Any]:
    if duty is None:
        default = DEFAULTS["month"]
        return {
            "due_days": default.due_days,
            "lines": list(default.lines),
            "starts_on": max(contract.starts_on, timezone.localdate().replace(day=1)),
        }
    names = ("frequency", "due_days", "starts_on", "variance_percent", "is_active", "lines", "version")
    return {name: getattr(duty, name) for name in names}
