"""Closed periods of the parks one works in; closing and reopening by the park's administrator."""

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
from django.views.decorators.http import require_http_methods, require_POST

from core.periods import Period, recent_periods
from core.web.errors import shown_on, status_of, told_to
from incubators.models import Incubator, Park
from incubators.scope import REFUSALS, Action, scope_of
from returns.models import PeriodClose
from returns.services import close_period, reopen_period

PERIODS_OFFERED = {"month": 14, "quarter": 6, "half": 4, "year": 4}
MOST_SHOWN = 100


def managed_parks(user: Any) -> list[Park]:
    places = scope_of(user).places(Action.MANAGE)
    rows = Park.objects.filter(incubators__isnull=False).distinct()
    return list(
        (rows if places.everywhere else rows.filter(pk__in=places.park_ids)).order_by("sort_key", "pk")
    )


class CloseForm(forms.Form):
    """Which period, for the whole park or one of its incubators."""

    place = forms.ChoiceField(label=gettext_lazy("Closed for"))
    period = forms.ChoiceField(label=gettext_lazy("Period to close"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, parks: list[Park], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today, language = timezone.localdate(), get_language() or "zh-hans"
        places: list[tuple[str, Any]] = []
        for park in parks:
            places.append((f"park:{park.pk}", _("the whole park: %(name)s") % {"name": park.name}))
            sites = Incubator.objects.filter(park=park).operating().order_by("sort_key", "pk")
            places += [(f"incubator:{site.pk}", site.name) for site in sites]
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (period.code, period.label(language))
            for kind, count in PERIODS_OFFERED.items()
            for period in recent_periods(kind, until=today, count=count + 1)  # type: ignore[arg-type]
            if period.end <= today
        ]

    def chosen(self) -> tuple[Park, Incubator | None]:
        kind, _colon, number = self.cleaned_data["place"].partition(":")
        if kind == "park":
            return Park.objects.get(pk=number), None
        site = Incubator.objects.select_related("park").get(pk=number)
        assert site.park is not None
        return site.park, site


@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    parks = managed_parks(user)
    if request.method == "POST" and not parks:
        raise PermissionDenied(REFUSALS[Action.MANAGE]())
    form = CloseForm(request.POST if request.method == "POST" else None, parks=parks) if parks else None
    if form is not None and request.method == "POST" and form.is_valid():
        with shown_on(form):
            park, incubator = form.chosen()
            data = form.cleaned_data
            closed = close_period(
                park=park,
                incubator=incubator,
                period=data["period"],
                note=data["note"],
                actor=user,
                at=timezone.now(),
            )
            label = Period.parse(closed.period).label(get_language() or "zh-hans")
            messages.success(request, _("%(period)s is closed.") % {"period": label})
            return redirect("return-closes")
    rows = (
        PeriodClose.objects.visible_to(user)
        .select_related("park", "incubator", "closed_by", "reopened_by")
        .order_by("-closed_at", "-pk")[:MOST_SHOWN]
    )
    managed = {park.pk for park in parks}
    context = {
        "form": form,
        "rows": [{"close": row, "may_reopen": row.park_id in managed} for row in rows],
    }
    return render(request, "returns/closes.html", context, status=status_of(form) if form else 200)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    closed = get_object_or_404(PeriodClose.objects.visible_to(user), pk=pk)
    with told_to(request):
        reopen_period(
            close=closed, reason=request.POST.get("reason", "")[:300], actor=user, at=timezone.now()
        )
        messages.success(request, _("The period is open again."))
    return redirect("return-closes")
