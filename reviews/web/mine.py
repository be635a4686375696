"""The expert's own pages: his cases, the declaration of interests, the files, the score sheet."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.drafts import clear_draft
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of
from reviews import services
from reviews.enums import AssignmentState
from reviews.models import Assignment, Case
from reviews.selectors import full_mark_of, my_assignments, sector_names
from reviews.web.access import case_of, own_assignment
from reviews.web.forms import AnswerForm, ScoreForm, WordsForm


@login_required
@require_safe
def review_mine(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    tasks = list(my_assignments(user))
    today = timezone.localdate()
    context = {
        "open": [task for task in tasks if task.is_open and task.case.round.state == "open"],
        "done": [task for task in tasks if not (task.is_open and task.case.round.state == "open")],
        "today": today,
        "records": [
            (record, record.agreement_on(today))
            for record in user.expert_records.select_related("park").order_by("pk")
        ],
    }
    return render(request, "reviews/mine.html", context)


def files_of(case: Case, *, names: bool) -> list[dict[str, Any]]:
    """The files of a case for the list on a page; without their names where applicants stay unnamed."""
    return [
        {
            "name": (file.title or file.original_name)
            if names
            else _("File %(number)d") % {"number": number},
            "url": reverse("review-case-file", args=[case.pk, file.pk]),
            "size": file.size,
            "on": file.uploaded_at,
        }
        for number, file in enumerate(case.files.order_by("pk"), start=1)
    ]


def draft_of(task: Assignment) -> str:
    return f"review-score-{task.pk}"


def mine_page(
    request: HttpRequest, case: Case, task: Assignment, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """The case for its expert: first the declaration, then files and score sheet, then what he submitted."""
    is_declared = task.state in (AssignmentState.ACCEPTED, AssignmentState.SUBMITTED)
    context: dict[str, Any] = {
        "case": case,
        "round": case.round,
        "task": task,
        "names": not case.round.hides_applicants,
        "is_declared": is_declared,
        "is_open": case.round.state == "open" and not case.result,
        "field": sector_names().get(case.field, case.field),
        "full_mark": full_mark_of(case.round),
        "files": files_of(case, names=not case.round.hides_applicants) if is_declared else [],
        "answer": AnswerForm(),
        "declare": WordsForm(),
        "draft": draft_of(task),
        "sheet": task.scores.filter(is_current=True).prefetch_related("lines__criterion").first(),
    }
    if task.state == AssignmentState.ACCEPTED:
        criteria = list(case.round.criteria.order_by("position"))
        form = ScoreForm(criteria=criteria)
        form.initial, context["kept_at"] = initial_with_draft(request, draft_of(task), _last_version(task))
        context["score"] = form
    return render(request, "reviews/case_mine.html", {**context, **forms}, status=status)


def _last_version(task: Assignment) -> dict[str, Any]:
    """Opened again, the sheet starts from what was submitted before."""
    last = task.scores.prefetch_related("lines").order_by("-edition").first()
    if last is None:
        return {}
    found: dict[str, Any] = {"comment": last.comment}
    for line in last.lines.all():
        found |= {f"points_{line.criterion_id}": line.points, f"words_{line.criterion_id}": line.words}
    return found


def _own(request: HttpRequest, pk: int) -> tuple[Case, Assignment]:
    """The case and the person's own assignment; whoever has none is a stranger here."""
    case = case_of(request, pk)
    task = own_assignment(request, case)
    if task is None:
        raise Http404
    return case, task


@login_required
@require_POST
def case_answer(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    case, task = _own(request, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        answer = form.cleaned_data["answer"]
        with shown_on(form):
            services.answer_assignment(
                assignment=task,
                accept=answer == "accept",
                conflict=answer == "conflict",
                words=form.cleaned_data["words"],
                actor=user,
                at=timezone.now(),
            )
            task.refresh_from_db()
            return _after_answer(request, task)
    return mine_page(request, case, task, status=status_of(form), answer=form)


def _after_answer(request: HttpRequest, task: Assignment) -> HttpResponse:
    if task.state == AssignmentState.ACCEPTED:
        return redirect("review-case", pk=task.case_id)
    if task.state == AssignmentState.RECUSED:
        messages.success(request, _("You are recused. The case is closed to you; thank you for saying so."))
    else:
        messages.success(request, _("You declined. The park chooses another expert."))
    return redirect("review-mine")


@login_required
@require_POST
def case_declare(request: HttpRequest, pk: int) -> HttpResponse:
    """A conflict that he finds while reading."""
    user: Any = request.user
    case, task = _own(request, pk)
    form = WordsForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            services.declare_conflict(
                assignment=task, words=form.cleaned_data["words"], actor=user, at=timezone.now()
            )
            messages.success(
                request, _("You are recused. The case is closed to you; thank you for saying so.")
            )
            return redirect("review-mine")
    return mine_page(request, case, task, status=status_of(form), declare=form)


@login_required
@require_POST
def case_score(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    case, task = _own(request, pk)
    form = ScoreForm(request.POST, criteria=list(case.round.criteria.order_by("position")))
    if form.is_valid():
        with shown_on(form):
            services.submit_score(
                assignment=task,
                points=form.points(),
                words=form.words(),
                comment=form.cleaned_data["comment"],
                actor=user,
                at=timezone.now(),
            )
            clear_draft(user=user, form=draft_of(task))
            messages.success(request, _("Your marks are submitted."))
            return redirect("review-mine")
    return mine_page(request, case, task, status=status_of(form), score=form)
