"""A new dated version of what a rung asks in a park. Versions are followed, never changed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.errors import Refused
from core.web.errors import shown_on, status_of
from core.web.fields import DayField
from enterprises.enums import Comparison, LadderFactKey, RecognitionKind
from enterprises.ladder import BESIDE, RUNGS
from enterprises.models import LadderRule
from enterprises.services import replace_rule
from enterprises.services.ladder import LINE_FIELDS, RULE_FIELDS
from incubators.models import Park
from incubators.scope import Action, require

SPARE_LINES = 2
TITLES = [(rung.value, rung.label) for rung in (*RUNGS, *BESIDE)]
VALUE = {"inputmode": "decimal", "class": "num"}


class RuleForm(forms.Form):
    rung = forms.ChoiceField(label=gettext_lazy("Title"), choices=TITLES)
    starts_on = DayField(
        label=gettext_lazy("Valid from"), help_text=gettext_lazy("the version before it ends on this day")
    )
    ends_on = DayField(
        label=gettext_lazy("Valid until"),
        required=False,
        help_text=gettext_lazy("the first day on which it no longer holds"),
    )
    source = forms.CharField(
        label=gettext_lazy("Source document"),
        max_length=300,
        help_text=gettext_lazy("title and number of the document that sets the thresholds"),
    )
    window_from = DayField(label=gettext_lazy("Applications from"), required=False)
    window_until = DayField(label=gettext_lazy("Applications until (included)"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LineForm(forms.Form):
    """One line; a line without a criterion is left out."""

    key = forms.ChoiceField(
        label=gettext_lazy("Criterion"), required=False, choices=[("", "—"), *LadderFactKey.choices]
    )
    comparison = forms.ChoiceField(
        label=gettext_lazy("Comparison"), required=False, choices=Comparison.choices
    )
    value = forms.DecimalField(
        label=gettext_lazy("Threshold"),
        required=False,
        max_digits=18,
        decimal_places=4,
        widget=forms.TextInput(attrs=VALUE),
    )
    applies_key = forms.ChoiceField(
        label=gettext_lazy("Only by"), required=False, choices=[("", "—"), *LadderFactKey.choices]
    )
    applies_above = forms.DecimalField(
        label=gettext_lazy("above"), required=False, max_digits=18, decimal_places=4,
        widget=forms.TextInput(attrs=VALUE),
    )  # fmt: skip
    applies_upto = forms.DecimalField(
        label=gettext_lazy("up to"), required=False, max_digits=18, decimal_places=4,
        widget=forms.TextInput(attrs=VALUE),
    )  # fmt: skip
    alternative = forms.CharField(label=gettext_lazy("Alternatives"), required=False, max_length=20)
    clause = forms.CharField(
        label=gettext_lazy("Clause"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def values(self) -> dict[str, Any] | None:
        if not self.cleaned_data.get("key"):
            return None
        return {name: self.cleaned_data[name] for name in LINE_FIELDS}


LineForms = forms.formset_factory(LineForm, extra=SPARE_LINES, max_num=60, absolute_max=60)


@login_required
@require_http_methods(["GET", "POST"])
def ladder_rule_new(request: HttpRequest, code: str) -> HttpResponse:
    """A version for this park; ``?from=7`` starts from an earlier one."""
    user: Any = request.user
    park = get_object_or_404(Park.objects.of_scope(user), code=code)
    try:
        require(Action.MANAGE, user=user, park_id=park.pk)
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    earlier = _earlier(request)
    today = timezone.localdate()
    form = RuleForm(request.POST or None, initial=_initial(earlier) | {"starts_on": today, "ends_on": None})
    lines = LineForms(request.POST or None, initial=_lines_of(earlier), prefix="lines")
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        with shown_on(form):
            rows = [values for line in lines if (values := line.values()) is not None]
            rule = replace_rule(
                park=park, values=form.cleaned_data, lines=rows, actor=user, at=timezone.now()
            )
            messages.success(
                request, _("The version is saved and holds from %(day)s on.") % {"day": rule.starts_on}
            )
            return redirect("ladder-rule", pk=rule.pk)
    context = {
        "form": form,
        "lines": lines,
        "park": park,
        "earlier": earlier,
        "title": RecognitionKind(earlier.rung).label if earlier else "",
    }
    return render(request, "enterprises/ladder_rule_form.html", context, status=_status(form, lines))


def _status(form: RuleForm, lines: Any) -> int:
    return 422 if lines.is_bound and not lines.is_valid() else status_of(form)


def _earlier(request: HttpRequest) -> LadderRule | None:
    number = request.GET.get("from", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    found: LadderRule = get_object_or_404(LadderRule.objects.visible_to(request.user), pk=int(number))
    return found


def _initial(rule: LadderRule | None) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RULE_FIELDS} if rule else {}


def _lines_of(rule: LadderRule | None) -> list[Mapping[str, Any]]:
    if rule is None:
        return []
    return [
        {name: _plain(getattr(line, name)) for name in LINE_FIELDS}
        for line in rule.criteria.order_by("position")
    ]


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else value
