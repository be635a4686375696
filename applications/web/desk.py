"""The park's desk: what stands at a step, moved on together, put before experts, put on public show."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import selectors, services
from applications.enums import StepKind, StepResult
from applications.models import Application, ProgrammeStep, StepBatch, runs_programmes
from applications.stages import BY_HAND, days_between, is_late
from applications.web.access import posted, refuse_others, step_of
from applications.web.forms import MoveForm, StartReviewForm, StepNoticeForm
from core.web.errors import shown_on, status_of, told_to
from reviews.enums import NoticeCode
from reviews.models import Case
from reviews.selectors import notice_state, results_of

MOST_SHOWN = 500


def results_at(step: ProgrammeStep) -> list[tuple[str, Any]]:
    """What one can do with applications at this step, for one or for many."""
    return [(code, StepResult(code).label) for code in BY_HAND[step.kind] if code != StepResult.RETURNED]


@login_required
@require_safe
def programme_step(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, step_of(request, pk))


def _page(
    request: HttpRequest, step: ProgrammeStep, *, form: MoveForm | None = None, ticked: set[int] | None = None
) -> HttpResponse:
    may_run = runs_programmes(request.user, step.programme.park_id)
    results = results_at(step)
    context = {
        "step": step,
        "programme": step.programme,
        "chain": list(step.programme.steps.order_by("position")),
        "rows": _rows(request, step, ticked or set()),
        "total": Application.objects.visible_to(request.user).filter(current_step=step).count(),
        "most": MOST_SHOWN,
        "batches": _batches(step),
        "free": selectors.without_batch(step).count() if step.kind != StepKind.FORMAL_CHECK else 0,
        "may_run": may_run,
        "form": form or (MoveForm(results=results) if may_run and results else None),
        "is_meeting": step.kind == StepKind.MEETING,
        "is_notice": step.kind == StepKind.PUBLIC_NOTICE,
    }
    return render(request, "applications/step.html", context, status=status_of(form) if form else 200)


def _batches(step: ProgrammeStep) -> list[tuple[StepBatch, Any, str]]:
    """Rounds and notices of the step; of a notice how it stands, with its word."""
    today = timezone.localdate()
    rows: list[tuple[StepBatch, Any, str]] = []
    for one in selectors.batches_of(step):
        standing = notice_state(one.notice, today) if one.notice else None
        rows.append((one, standing, str(NoticeCode(standing.code).label) if standing else ""))
    return rows


def _rows(request: HttpRequest, step: ProgrammeStep, ticked: set[int]) -> list[dict[str, Any]]:
    """Each application at the step: since when, how late, and what experts or the notice say."""
    today = timezone.localdate()
    seen = Application.objects.visible_to(request.user).values("pk")
    found = list(selectors.waiting_at(step).filter(pk__in=seen)[:MOST_SHOWN])
    stays = selectors.standing_rows(found)
    cases = selectors.case_of(found) if step.has_marks else {}
    results = results_of(list(_with_people(cases).values())) if cases else {}
    notices = selectors.notice_stand(found, today) if step.kind == StepKind.PUBLIC_NOTICE else {}
    rows = []
    for one in found:
        stay, case = stays[one.pk], cases.get(one.pk)
        rows.append(
            {
                "application": one,
                "stay": stay,
                "days": days_between(stay.entered_on, None, today),
                "late": is_late(stay.entered_on, step.days_allowed, today),
                "case": case,
                "outcome": results.get(case.pk) if case else None,
                "notice": notices.get(one.pk),
                "ticked": one.pk in ticked,
            }
        )
    return rows


def _with_people(cases: dict[int, Case]) -> dict[int, Case]:
    rows = Case.objects.filter(pk__in=[case.pk for case in cases.values()])
    return {case.pk: case for case in rows.select_related("round", "result_by", "confirmed_by")}


def chosen_ids(request: HttpRequest) -> set[int]:
    given = request.POST.getlist("application")
    return {int(key) for key in given if key.isascii() and key.isdigit() and len(key) < 19}


@login_required
@require_POST
def programme_step_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the ticked applications on, with one result; all of them or none."""
    user: Any = request.user
    step = step_of(request, pk)
    refuse_others(user, step.programme.park_id)
    ids = chosen_ids(request)
    form = MoveForm(request.POST, results=results_at(step))
    if form.is_valid():
        rows = Application.objects.visible_to(user).filter(pk__in=ids, current_step=step)
        with shown_on(form, names={"applications": "result"}):
            moved = services.move_applications(
                applications=list(rows),
                result=form.cleaned_data["result"],
                reason=form.cleaned_data["reason"],
                actor=user,
                at=timezone.now(),
            )
            label = StepResult(form.cleaned_data["result"]).label
            words = _("Applications moved: %(count)d (%(result)s).") % {"count": len(moved), "result": label}
            messages.success(request, words)
            return redirect(_next(request) or reverse("programme-step", args=[step.pk]))
    return _page(request, step, form=form, ticked=ids)


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    good = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if good else ""


@login_required
@require_http_methods(["GET", "POST"])
def programme_step_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Put what stands here before experts: a round with the criteria of the step, one case each."""
    user: Any = request.user
    step = step_of(request, pk)
    refuse_others(user, step.programme.park_id)
    free = selectors.without_batch(step).count()
    today = timezone.localdate()
    closes = today + timedelta(days=step.days_allowed or 20)
    form = StartReviewForm(posted(request), initial={"opens_on": today, "closes_on": closes})
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"step": "opens_on", "applications": "opens_on"}):
            batch = services.start_review(step=step, values=form.cleaned_data, actor=user, at=timezone.now())
            messages.success(request, _("The round is open. Give the cases out to experts now."))
            return redirect("review-detail", pk=batch.round_id)
    context = {"form": form, "step": step, "programme": step.programme, "free": free}
    return render(request, "applications/step_review.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def programme_step_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the list of what stands here on public show."""
    user: Any = request.user
    step = step_of(request, pk)
    refuse_others(user, step.programme.park_id)
    free = list(selectors.without_batch(step)[:MOST_SHOWN])
    initial = {
        "title": _("Public notice: %(programme)s") % {"programme": step.programme.name_zh},
        "on": timezone.localdate(),
    }
    form = StepNoticeForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"starts_on": "on", "step": "title", "applications": "title"}):
            services.open_step_notice(step=step, actor=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The list is on public show."))
            return redirect("programme-step", pk=step.pk)
    context = {"form": form, "step": step, "programme": step.programme, "free": free}
    return render(request, "applications/step_notice.html", context, status=status_of(form))


def told_and_back(request: HttpRequest, target: str, deed: Any, words: str, **values: Any) -> HttpResponse:
    """One deed of a button: what is refused is said on the next page."""
    with told_to(request):
        deed(actor=request.user, at=timezone.now(), **values)
        messages.success(request, words)
    return redirect(target)
