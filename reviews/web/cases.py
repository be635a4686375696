"""One case: for whoever runs the review, for its operator, and (in ``mine``) for its experts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.web.errors import shown_on, status_of, told_to
from core.web.fields import FilesField
from evidence.web.views import SHOWN_TYPES, served_file
from reviews import services
from reviews.enums import AssignmentState
from reviews.models import Assignment, Case, Score, reads_reviews, runs_reviews
from reviews.selectors import GIVEN, in_words, options_for, result_of, sector_names
from reviews.signals import subject_of
from reviews.web.access import case_of, own_assignment, refuse_readers, store_files
from reviews.web.forms import ResultForm, WordsForm
from reviews.web.mine import files_of, mine_page


@login_required
@require_safe
def review_case(request: HttpRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    task = own_assignment(request, case)
    if task is not None and (task.is_open or not reads_reviews(request.user, case.park_id)):
        return mine_page(request, case, task)
    if not reads_reviews(request.user, case.park_id):
        return _for_operator(request, case)
    return case_page(request, case)


def case_page(request: HttpRequest, case: Case, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Everything about a case, for the park's people; ``forms`` replaces one that was refused."""
    may_run = runs_reviews(request.user, case.park_id)
    sectors = sector_names()
    tasks = list(case.assignments.select_related("expert").order_by("pk"))
    sheets = _sheets(case)
    subject = subject_of(case.subject_kind)
    is_open = case.round.state == "open" and not case.result
    options = options_for(case, on=timezone.localdate()) if may_run and is_open else []
    context = {
        "case": case,
        "round": case.round,
        "field": sectors.get(case.field, case.field),
        "outcome": result_of(case),
        "tasks": [(task, in_words(task.reasons, sectors), sheets.get(task.pk, [])) for task in tasks],
        "still_needed": max(0, case.round.marks_needed - sum(task.state in GIVEN for task in tasks)),
        "proposed": sum(task.state == AssignmentState.PROPOSED for task in tasks),
        "files": files_of(case, names=True),
        "options": options,
        "may_run": may_run,
        "is_open": is_open,
        "may_confirm": bool(
            may_run and case.result and not case.is_final and case.result_by_id != request.user.pk
        ),
        "subject_url": subject.url_of(case.subject_id) if subject else "",
        "subject_label": subject.label if subject else "",
        "result_form": ResultForm(initial={"result": case.result, "reason": case.result_reason}),
        "words_form": WordsForm(),
        "was_asked": any(task.state != AssignmentState.PROPOSED for task in tasks),
        **forms,
    }
    return render(request, "reviews/case.html", context, status=status)


def _sheets(case: Case) -> dict[int, list[Score]]:
    """The score sheets of each assignment, the newest first, with their lines."""
    found: dict[int, list[Score]] = {}
    rows = Score.objects.filter(assignment__case=case).prefetch_related("lines__criterion")
    for score in rows.order_by("assignment_id", "-edition"):
        found.setdefault(score.assignment_id, []).append(score)
    return found


def _for_operator(request: HttpRequest, case: Case) -> HttpResponse:
    """What the operator of a team gets to know: the result once it is final, and no expert's name where
    they stay unnamed."""
    outcome = result_of(case) if case.is_final else None
    comments: list[dict[str, str]] = []
    if outcome is not None:
        rows = Score.objects.current().filter(assignment__case=case).select_related("assignment__expert")
        for number, score in enumerate(rows.order_by("-mark", "pk"), start=1):
            who = (
                _("Expert %(number)d") % {"number": number}
                if case.round.is_anonymous
                else score.assignment.expert.name
            )
            comments.append({"who": who, "mark": str(score.mark), "words": score.comment})
    context = {
        "case": case,
        "round": case.round,
        "outcome": outcome,
        "comments": comments,
        "files": files_of(case, names=True),
    }
    return render(request, "reviews/case_operator.html", context)


@login_required
@require_safe
def case_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of the case: for whoever may see the case, and for an expert once he has declared."""
    case = case_of(request, pk)
    task = own_assignment(request, case)
    if task is not None and task.state == AssignmentState.INVITED:
        raise Http404
    file = get_object_or_404(case.files, pk=file_pk)
    shown = file.content_type in SHOWN_TYPES and "download" not in request.GET
    response = served_file(file, shown=shown, framed_by="'none'")
    response["X-Frame-Options"] = "DENY"
    return response


def _run(request: HttpRequest, pk: int) -> Case:
    case = case_of(request, pk)
    refuse_readers(request.user, case.park_id)
    return case


@login_required
@require_POST
def case_result(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    case = _run(request, pk)
    form = ResultForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            case = services.set_result(case=case, actor=user, at=timezone.now(), **form.cleaned_data)
            if case.is_final:
                messages.success(request, _("The result is final."))
            else:
                messages.success(request, _("The result is recorded. A second person has to confirm it."))
            return redirect("review-case", pk=case.pk)
    return case_page(request, case, status=status_of(form), result_form=form)


@login_required
@require_POST
def case_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    case = _run(request, pk)
    with told_to(request):
        services.confirm_result(case=case, actor=user, at=timezone.now())
        messages.success(request, _("The result is final."))
    return redirect("review-case", pk=case.pk)


@login_required
@require_POST
def case_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    case = _run(request, pk)
    with told_to(request):
        services.remove_case(case=case, actor=user, at=timezone.now())
        return redirect("review-detail", pk=case.round_id)
    return redirect("review-case", pk=case.pk)


@login_required
@require_POST
def case_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Files for the experts, added to those that are there."""
    user: Any = request.user
    case = _run(request, pk)
    with told_to(request), transaction.atomic():
        files = FilesField(required=False).clean(request.FILES.getlist("files"))
        stored = store_files(request, case.round.park, case.incubator, files)
        both = {file.pk: file for file in (*case.files.order_by("pk"), *stored)}
        services.set_case_files(case=case, files=list(both.values()), actor=user, at=timezone.now())
    return redirect(reverse("review-case", args=[case.pk]) + "#files")


def assignment_of(request: HttpRequest, pk: int) -> Assignment:
    """An assignment that the person runs."""
    rows = Assignment.objects.visible_to(request.user).select_related("case__round__park", "expert__user")
    found: Assignment = get_object_or_404(rows, pk=pk)
    refuse_readers(request.user, found.case.park_id)
    return found
