"""What a contract asks of an indicator in a period: set by the park's administrator."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.web.errors import shown_on, status_of
from evaluation.models import Indicator
from incubators.models import OperatorContract
from incubators.scope import Action, scope_of
from incubators.services import set_target
from insight.selectors.published import is_chinese


class TargetForm(forms.Form):
    indicator = forms.ChoiceField(label=gettext_lazy("Indicator"))
    period = forms.CharField(
        label=gettext_lazy("Period"),
        max_length=8,
        help_text=gettext_lazy("2021, 2021-H1, 2021-Q2 or 2021-04"),
    )
    value = forms.DecimalField(
        label=gettext_lazy("Target"),
        min_value=0,
        max_digits=20,
        decimal_places=4,
        help_text=gettext_lazy("in the unit of the indicator; money in yuan"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Indicator.objects.order_by("sort_key", "pk")
        self.fields["indicator"].choices = [  # type: ignore[attr-defined]
            (row.code, f"{row.name} ({row.unit_zh if is_chinese() else row.unit_en})") for row in rows
        ]

    def clean_period(self) -> str:
        return str(self.cleaned_data["period"]).strip().upper()


@login_required
@require_http_methods(["GET", "POST"])
def target(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    user: Any = request.user
    contract = get_object_or_404(
        OperatorContract.objects.visible_to(user).select_related("incubator__park"),
        pk=pk,
        incubator__code=code,
    )
    incubator = contract.incubator
    if not scope_of(user).allows(Action.MANAGE, park_id=incubator.park_id):
        raise PermissionDenied(_("Only the park administrator can set targets."))
    form = TargetForm(request.POST or None, initial={"period": str(contract.starts_on.year)})
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            set_target(contract=contract, **form.cleaned_data, actor=user, at=timezone.now())
            messages.success(request, _("The target is saved."))
            return redirect(reverse("incubator-detail", args=[code]) + "#contracts")
    context = {
        "form": form,
        "incubator": incubator,
        "title": _("Target of contract %(number)s") % {"number": contract.number},
        "save": _("Save the target"),
        "draft": f"contract-{contract.pk}-target",
        "kept_at": "",
        "cancel": reverse("incubator-detail", args=[code]),
    }
    return render(request, "incubators/form.html", context, status=status_of(form))
