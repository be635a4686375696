"""A whole month of one incubator on one page: the last month beside it, every value entered in one go."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.errors import Refused
from core.periods import BadPeriod, Period
from core.templatetags import fmt
from core.web.errors import shown_on, status_of
from evaluation.measures import MEASURES, Measure
from evaluation.models import Observation
from evaluation.services import ObservationRow, enter_observations
from evaluation.web.forms import MeasureValueField, measure_label
from evaluation.web.links import observations_url
from incubators.models import Incubator
from incubators.scope import Action, require


class MonthForm(forms.Form):
    """One field per measure; what is verified already cannot be typed over here."""

    def __init__(self, *args: Any, stored: Mapping[str, Observation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = stored
        for measure in MEASURES.values():
            row = stored.get(measure.code)
            if row is None or row.verified_at is None:
                self.fields[measure.code] = _field(measure, row)

    def clean(self) -> dict[str, Any]:
        """The rules of each measure, said at its own field."""
        for code, value in list(self.cleaned_data.items()):
            measure = MEASURES[code]
            if value is None:
                continue
            if measure.highest is not None and value > measure.highest:
                self.add_error(code, _("This measure is at most %(highest)s.") % {"highest": measure.highest})
            elif measure.kind == "count" and value != value.to_integral_value():
                self.add_error(code, _("This measure is a whole number."))
        return self.cleaned_data

    def rows(self, month: Period) -> list[ObservationRow]:
        """What was typed and differs from what is stored; an emptied field changes nothing."""
        typed = {code: value for code, value in self.cleaned_data.items() if value is not None}
        return [
            ObservationRow(code, month.code, value, self.stored[code].note if code in self.stored else "")
            for code, value in typed.items()
            if code not in self.stored or self.stored[code].value != value
        ]


def _field(measure: Measure, row: Observation | None) -> MeasureValueField:
    field = MeasureValueField(label=measure_label(measure), required=False)
    field.initial = fmt.grouped(row.value) if row else None
    field.widget.attrs["aria-label"] = field.label
    return field


@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Enter the month named in the address; the last closed month where none is named."""
    user: Any = request.user
    incubator = _incubator(request)
    month = _month(request)
    try:
        require(Action.ENTER, user=user, park_id=incubator.park_id, incubator_id=incubator.pk)
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    stored, before = _stored(incubator, month), _stored(incubator, month.previous())
    form = MonthForm(request.POST if request.method == "POST" else None, stored=stored)
    if request.method == "POST" and form.is_valid():
        rows = form.rows(month)
        with shown_on(form):
            enter_observations(incubator=incubator, rows=rows, actor=user, at=timezone.now())
            words = ngettext(
                "%(month)s: %(count)d value is entered and waits for verification.",
                "%(month)s: %(count)d values are entered and wait for verification.",
                len(rows),
            )
            shown = {"month": fmt.period(month.code), "count": len(rows)}
            messages.success(request, words % shown if rows else _("Nothing was changed."))
            return redirect(observations_url(incubator=incubator.code, year=str(month.year)))
    lines = [
        {
            "label": measure_label(measure),
            "required": measure.required,
            "before": before.get(measure.code),
            "row": stored.get(measure.code),
            "field": form[measure.code] if measure.code in form.fields else None,
        }
        for measure in MEASURES.values()
    ]
    context = {
        "incubator": incubator,
        "month": month,
        "previous": month.previous(),
        "form": form,
        "lines": lines,
        "back": observations_url(incubator=incubator.code, year=str(month.year)),
    }
    return render(request, "evaluation/month.html", context, status=status_of(form))


def _incubator(request: HttpRequest) -> Incubator:
    code = request.GET.get("incubator", "")[:60].replace("\x00", "")
    incubator = Incubator.objects.visible_to(request.user).filter(code=code, park__isnull=False).first()
    if incubator is None:
        raise Http404(_("There is no such incubator in your care."))
    return incubator


def _month(request: HttpRequest) -> Period:
    typed = request.GET.get("month", "")
    last = Period.containing(timezone.localdate(), "month").previous()
    try:
        month = Period.parse(typed) if typed else last
    except BadPeriod:
        raise Http404(_("There is no such month.")) from None
    if month.kind != "month" or month.start > timezone.localdate():
        raise Http404(_("There is no such month."))
    return month


def _stored(incubator: Incubator, month: Period) -> dict[str, Observation]:
    rows = Observation.objects.filter(incubator=incubator, period=month.code)
    return {row.measure: row for row in rows}
