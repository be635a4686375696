"""The due list: what has to be filed, what waits, what is done; made from the contracts on the way."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from core.periods import BadPeriod, Period
from core.web.keyset import page_of
from incubators.models import Incubator, OperatorContract
from incubators.scope import Action, may_somewhere, scope_of
from returns.enums import Frequency, ReturnState
from returns.models import PeriodReturn, ReturnDuty
from returns.selectors import is_late, open_reviews, return_of
from returns.services import open_returns
from returns.stages import OPEN


class FilterForm(forms.Form):
    """What narrows the list; wrong values narrow nothing."""

    incubator = forms.ChoiceField(label=gettext_lazy("Incubator"), required=False)
    frequency = forms.ChoiceField(label=gettext_lazy("How often"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("Year"), required=False)

    def __init__(self, *args: Any, incubators: list[Incubator], years: range, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("all"))
        choices: dict[str, list[tuple[str, Any]]] = {
            "incubator": [(row.code, row.name) for row in incubators],
            "frequency": list(Frequency.choices),
            "state": [("open", _("to be filed")), *ReturnState.choices],
            "year": [(str(year), str(year)) for year in years],
        }
        for name, options in choices.items():
            self.fields[name].choices = [every, *options]  # type: ignore[attr-defined]

    def chosen(self, name: str) -> str:
        if not self.is_valid() and name in self.errors:
            return ""
        return str(self.cleaned_data.get(name) or "")


def filtered(request: HttpRequest, incubators: list[Incubator]) -> tuple[FilterForm, QuerySet[PeriodReturn]]:
    """The filters of the address and what they let through: the newest version of each return."""
    today = timezone.localdate()
    form = FilterForm(request.GET, incubators=incubators, years=range(today.year, today.year - 6, -1))
    rows = PeriodReturn.objects.visible_to(request.user).filter(is_latest=True)
    if code := form.chosen("incubator"):
        rows = rows.filter(incubator__code=code)
    if frequency := form.chosen("frequency"):
        rows = rows.filter(duty__frequency=frequency)
    if state := form.chosen("state"):
        rows = rows.filter(state__in=sorted(OPEN)) if state == "open" else rows.filter(state=state)
    if year := form.chosen("year"):
        rows = rows.filter(starts_on__year=int(year))
    return form, rows


def own_incubators(user: Any) -> list[Incubator]:
    """Sites that have a contract, among those the person may see."""
    rows = Incubator.objects.visible_to(user).filter(
        park__isnull=False, pk__in=OperatorContract.objects.values("incubator_id")
    )
    return list(rows.order_by("park_id", "sort_key", "pk"))


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    at = timezone.now()
    incubators = own_incubators(user)
    open_returns(incubators=incubators, at=at)
    form, rows = filtered(request, incubators)
    found = page_of(
        rows.select_related("incubator__park", "duty", "submitted_by"),
        order=request.GET.get("ordering", "-due"),
        orders={"due": "due_on", "updated": "updated_at"},
        default="-due",
        cursor=request.GET.get("cursor", ""),
    )
    waiting = open_reviews(user)
    context = {
        "form": form,
        "filtered": any(request.GET.get(name) for name in form.fields),
        "several": len(incubators) > 1,
        "rows": [
            {
                "record": record,
                "late": is_late(record, at),
                "url_name": "return-review" if _is_reviewer(user, record) else "return-detail",
            }
            for record in found.rows
        ],
        "page": found,
        "next_url": found.address(request.GET, found.next_cursor),
        "previous_url": found.address(request.GET, found.previous_cursor),
        "query": request.GET.urlencode(),
        "waiting": list(waiting[:20]),
        "may_manage": may_somewhere(Action.MANAGE, user),
        "may_file": may_somewhere(Action.ENTER, user),
        "without_duty": _without_duty(incubators, user),
    }
    return render(request, "returns/list.html", context)


def _is_reviewer(user: Any, record: PeriodReturn) -> bool:
    return record.state == ReturnState.SUBMITTED and scope_of(user).allows(
        Action.VERIFY, park_id=record.incubator.park_id, incubator_id=record.incubator_id
    )


def _without_duty(incubators: list[Incubator], user: Any) -> list[OperatorContract]:
    """Contracts of today that ask for no return yet: for the administrator who could set that up."""
    places = scope_of(user).places(Action.MANAGE)
    today = timezone.localdate()
    rows = OperatorContract.objects.filter(
        places.filter(park="incubator__park", incubator="incubator"),
        incubator__in=incubators,
        starts_on__lte=today,
        ends_on__gt=today,
    ).exclude(pk__in=ReturnDuty.objects.values("contract_id"))
    return list(rows.select_related("incubator").order_by("incubator__sort_key", "pk"))


@login_required
@require_GET
def of_month(request: HttpRequest) -> HttpResponse:
    """A line for the pages of monthly measures: where the return of this month is filed, if a duty asks."""
    code = request.GET.get("incubator", "")[:60].replace("\x00", "")
    incubator = Incubator.objects.visible_to(request.user).filter(code=code).first()
    if incubator is None:
        raise Http404(_("There is no such incubator in your care."))
    try:
        period = Period.parse(request.GET.get("month", "")[:8])
    except BadPeriod:
        period = Period.containing(timezone.localdate(), "month").previous()
    record = return_of(incubator, period.code)
    duty = None
    if record is None:
        today = timezone.localdate()
        duty = ReturnDuty.objects.filter(
            contract__incubator=incubator,
            contract__starts_on__lte=today,
            contract__ends_on__gt=today,
            frequency=Frequency.MONTH,
            is_active=True,
        ).first()
    context = {"record": record, "duty": duty, "incubator": incubator, "period": period}
    return render(request, "returns/parts/of_month.html", context)
