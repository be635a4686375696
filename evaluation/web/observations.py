"""Monthly measures of an incubator: a year at a glance, one value to enter, values to verify."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError, Refused
from core.periods import BadPeriod, Period
from core.templatetags import fmt
from core.web.errors import sentence, status_of, told_to
from evaluation.measures import MEASURES, Measure
from evaluation.models import Observation
from evaluation.services import enter_observation, verify_observations
from evaluation.web.choosing import FIRST_YEAR
from evaluation.web.forms import ObservationForm
from evaluation.web.links import observations_url
from evidence.enums import EvidenceKind
from evidence.services import store_evidence
from incubators.models import Incubator
from incubators.scope import Action, scope_of

MOST_IDS = 500


@dataclass(frozen=True)
class Words:
    """A measure in the language of the page."""

    code: str
    name: str
    unit: str

    @classmethod
    def of(cls, measure: Measure) -> "Words":
        language = get_language() or "zh-hans"
        return cls(measure.code, measure.name(language), measure.unit(language))


@dataclass(frozen=True)
class Place:
    """The incubator and year that the page shows, and the cell that is open."""

    incubator: Incubator
    year: int
    measure: Measure | None
    month: Period | None
    wrong: str = ""

    def url(self, *, measure: str = "", month: str = "") -> str:
        return observations_url(
            incubator=self.incubator.code, year=str(self.year), measure=measure, month=month
        )


@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The year as a table; the form enters or corrects one value."""
    on = timezone.localdate()
    incubators = list(
        Incubator.objects.visible_to(request.user)
        .filter(park__isnull=False)
        .operating()
        .select_related("park")
        .order_by("park_id", "sort_key", "pk")
    )
    place = read_place(request.GET, incubators, on=on)
    if place is None:
        return render(request, "evaluation/observations.html", {"place": None})
    rows = stored(place)
    if request.method == "POST":
        form = ObservationForm(request.POST, request.FILES)
        if form.is_valid() and _enter(request, place, form):
            return redirect(
                place.url(measure=form.cleaned_data["measure"], month=form.cleaned_data["period"])
            )
    else:
        form = ObservationForm(initial=_initial(place, rows, on=on))
    context = _context(request, place, rows, on=on) | {"incubators": incubators, "form": form}
    status = status_of(form) if form.is_bound else 422 if place.wrong else 200
    return render(request, "evaluation/observations.html", context, status=status)


def read_place(query: Mapping[str, str], incubators: list[Incubator], *, on: date) -> Place | None:
    """What the address names; Http404 for an incubator of somebody else, None where there is none at all."""
    if not incubators:
        return None
    code = query.get("incubator", "")
    incubator = next((row for row in incubators if row.code == code), None) if code else incubators[0]
    if incubator is None:
        raise Http404(_("There is no such incubator in your care."))
    month, wrong = _read_month(query.get("month", ""))
    year, wrong_year = _read_year(query.get("year", ""))
    shown = month.year if month else year or _last_year(incubator, on=on)
    return Place(incubator, shown, MEASURES.get(query.get("measure", "")), month, wrong or wrong_year)


def _read_month(typed: str) -> tuple[Period | None, str]:
    if not typed:
        return None, ""
    try:
        month = Period.parse(typed)
    except BadPeriod:
        month = None
    if month is None or month.kind != "month":
        shown = typed[:20].replace("\x00", "")
        return None, _("Month: “%(typed)s” is not a month. Write it like 2021-04.") % {"typed": shown}
    return month, ""


def _read_year(typed: str) -> tuple[int | None, str]:
    if not typed:
        return None, ""
    if typed.isascii() and typed.isdigit() and len(typed) == 4 and 2000 <= int(typed) <= 2100:
        return int(typed), ""
    shown = typed[:20].replace("\x00", "")
    return None, _("Year: “%(typed)s” is not a year. Write it like 2021.") % {"typed": shown}


def _last_year(incubator: Incubator, *, on: date) -> int:
    last = Observation.objects.filter(incubator=incubator).aggregate(last=Max("starts_on"))["last"]
    return last.year if last else on.year


def stored(place: Place) -> dict[tuple[str, str], Observation]:
    """The values of the year by measure and month."""
    rows = (
        Observation.objects.filter(incubator=place.incubator, starts_on__year=place.year)
        .select_related("entered_by", "verified_by")
        .prefetch_related("evidence")
        .order_by("starts_on", "measure")
    )
    return {(row.measure, row.period): row for row in rows}


def _initial(place: Place, rows: Mapping[tuple[str, str], Observation], *, on: date) -> dict[str, Any]:
    month = place.month or Period.containing(on, "month").previous()
    initial: dict[str, Any] = {"period": month.code}
    if place.measure:
        initial["measure"] = place.measure.code
        known = rows.get((place.measure.code, month.code))
        if known:
            initial |= {"value": fmt.grouped(known.value), "note": known.note}
    return initial


def _enter(request: HttpRequest, place: Place, form: ObservationForm) -> bool:
    """Store the value and its files together; what the service refuses is said with measure and month."""
    data, now = form.cleaned_data, timezone.now()
    user: Any = request.user
    park: Any = place.incubator.park
    measure, month = MEASURES[data["measure"]], Period.parse(data["period"])
    language = get_language() or "zh-hans"
    words = {"month": month.label(language), "measure": measure.name(language)}
    try:
        with transaction.atomic():
            files = [
                store_evidence(
                    park=park,
                    incubator=place.incubator,
                    content=file,
                    name=file.name or "",
                    kind=EvidenceKind.RETURN,
                    actor=user,
                    at=now,
                )
                for file in data["evidence"]
            ]
            enter_observation(
                incubator=place.incubator,
                measure=measure.code,
                period=month.code,
                value=data["value"],
                note=data["note"],
                evidence=files,
                correct=data["correct"],
                actor=user,
                at=now,
            )
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        _explain(form, error, words)
        return False
    value = f"{fmt.grouped(data['value'])} {measure.unit(language)}"
    messages.success(
        request,
        _("%(month)s, %(measure)s: %(value)s is entered and waits for verification.")
        % {**words, "value": value},
    )
    return True


def _explain(form: ObservationForm, error: DomainError, words: Mapping[str, str]) -> None:
    form.refusal = error  # type: ignore[attr-defined]
    field = error.fields[0].field if error.fields else "value"
    name = {"content": "evidence", "file": "evidence"}.get(field, field)
    message = _("%(month)s, %(measure)s: %(message)s") % {**words, "message": sentence(error)}
    form.add_error(name if name in form.fields else None, message)


def _context(
    request: HttpRequest, place: Place, rows: Mapping[tuple[str, str], Observation], *, on: date
) -> dict[str, Any]:
    user: Any = request.user
    scope = scope_of(user)
    where = {"park_id": place.incubator.park_id, "incubator_id": place.incubator.pk}
    may_verify = scope.allows(Action.VERIFY, **where)
    months = [Period(place.year, "month", number) for number in range(1, 13)]
    table = [_line(place, measure, months, rows, on=on) for measure in MEASURES.values()]
    open_row = rows.get((place.measure.code, place.month.code)) if place.measure and place.month else None
    waiting = [
        {
            "row": row,
            "measure": Words.of(MEASURES[row.measure]),
            "is_own": row.entered_by_id == user.pk,
            "version": version_of(row),
        }
        for row in rows.values()
        if row.verified_at is None and row.measure in MEASURES
    ]
    return {
        "place": place,
        "years": range(on.year, min(FIRST_YEAR, place.year) - 1, -1),
        "months": months,
        "table": table,
        "open_row": open_row,
        "open_version": version_of(open_row) if open_row else "",
        "open_measure": Words.of(place.measure) if place.measure else None,
        "open_is_own": bool(open_row and open_row.entered_by_id == user.pk),
        "waiting": waiting,
        "can_verify_some": may_verify and any(not item["is_own"] for item in waiting),
        "may_enter": scope.allows(Action.ENTER, **where),
        "may_verify": may_verify,
        "missing_count": sum(cell["state"] == "missing" for line in table for cell in line["cells"]),
        "form_url": place.url(measure=place.measure.code if place.measure else ""),
    }


def _line(
    place: Place,
    measure: Measure,
    months: list[Period],
    rows: Mapping[tuple[str, str], Observation],
    *,
    on: date,
) -> dict[str, Any]:
    cells = []
    for month in months:
        row = rows.get((measure.code, month.code))
        cells.append(
            {
                "row": row,
                "month": month,
                "state": _state(measure, row, month, on=on),
                "url": place.url(measure=measure.code, month=month.code),
                "is_open": place.measure == measure and place.month == month,
            }
        )
    return {"measure": Words.of(measure), "cells": cells}


def _state(measure: Measure, row: Observation | None, month: Period, *, on: date) -> str:
    if row is None and month.start > on:
        return "future"
    if row is None:
        return "missing" if measure.required and month.end <= on else "empty"
    return "verified" if row.verified_at else "pending"


@login_required
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """A second person confirms the chosen values as he saw them; all of them or none."""
    pairs = (one.partition("@")[::2] for one in request.POST.getlist("observation")[:MOST_IDS])
    chosen = {int(pk): seen for pk, seen in pairs if pk.isascii() and pk.isdigit() and len(pk) < 19}
    if not chosen:
        messages.error(request, _("Choose at least one value to verify."))
        return redirect(_back(request))
    with transaction.atomic():
        rows = list(
            Observation.objects.visible_to(request.user)
            .filter(pk__in=chosen)
            .select_related("incubator")
            .select_for_update(of=("self",))
            .order_by("incubator_id", "pk")
        )
        if not rows:
            raise Http404
        with told_to(request):
            _check_seen(rows, chosen)
            verify_observations(observations=rows, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
            words = ngettext("%(count)d value is verified.", "%(count)d values are verified.", len(rows))
            messages.success(request, words % {"count": len(rows)})
    return redirect(observations_url(incubator=rows[0].incubator.code, year=str(rows[0].starts_on.year)))


def _check_seen(rows: list[Observation], chosen: Mapping[int, str]) -> None:
    """Nobody verifies a value that he has not seen."""
    for row in rows:
        if chosen[row.pk] != version_of(row):
            raise Conflict(
                _("%(measure)s of %(month)s was changed after you opened the page. Look again, then verify.")
                % {"measure": Words.of(MEASURES[row.measure]).name, "month": fmt.period(row.period)},
                code="changed_meanwhile",
            )


def version_of(row: Observation) -> str:
    """What tells one state of a value from the next."""
    return row.entered_at.isoformat()


def _back(request: HttpRequest) -> str:
    code, year = request.POST.get("incubator", ""), request.POST.get("year", "")
    return observations_url(incubator=code[:60].replace("\x00", ""), year=year[:4].replace("\x00", ""))
