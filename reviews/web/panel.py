"""A panel that sits together: invited at once, marks read from a signed table, results in one go."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import Invalid
from core.web.errors import shown_on, status_of, told_to
from reviews import services
from reviews.enums import AssignmentState
from reviews.models import Assignment, Expert, ReviewRound
from reviews.report import marks_table
from reviews.selectors import in_words, pool_of, results_of, sector_names
from reviews.services import Conclusion
from reviews.web.access import refuse_readers, round_of, store_files
from reviews.web.forms import PaperForm, ResultForm
from reviews.web.rounds import EXCEL, answer_file

MOST_NAMED = 8


def _run(request: HttpRequest, pk: int) -> ReviewRound:
    round = round_of(request, pk)
    refuse_readers(request.user, round.park_id)
    return round


@login_required
@require_safe
def review_panel(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _run(request, pk))


def _page(request: HttpRequest, round: ReviewRound, **forms: Any) -> HttpResponse:
    candidates, experts = pool_of(round.park_id, on=timezone.localdate())
    sectors = sector_names()
    cases = list(round.cases.select_related("round", "result_by", "confirmed_by").order_by("number", "pk"))
    results = results_of(cases)
    waiting = Assignment.objects.filter(
        case__in=cases, case__result="", state__in=[AssignmentState.INVITED, AssignmentState.ACCEPTED]
    )
    context = {
        "round": round,
        "pool": [
            (experts[one.id], one, ", ".join(sectors.get(code, code) for code in sorted(one.fields)))
            for one in candidates
        ],
        "waiting": waiting.count(),
        "open_rows": [(case, results[case.pk]) for case in cases if not case.is_final],
        "final_count": sum(case.is_final for case in cases),
        "paper_form": PaperForm(),
        "result_form": ResultForm(),
        **forms,
    }
    status = next((status_of(form) for form in forms.values() if form.errors), 200)
    return render(request, "reviews/panel.html", context, status=status)


def _chosen(request: HttpRequest, name: str) -> list[int]:
    """Ids that were ticked; nonsense is nobody."""
    given: Iterable[str] = request.POST.getlist(name)
    return [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19]


@login_required
@require_POST
def review_panel_invite(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    round = _run(request, pk)
    experts = list(Expert.objects.filter(park=round.park_id, pk__in=_chosen(request, "expert")))
    with told_to(request):
        panel = services.assign_panel(round=round, experts=experts, actor=user, at=timezone.now())
        said = _("Invitations sent: %(count)d. The experts are told.") % {"count": len(panel.invited)}
        messages.success(request, said)
        for one in panel.barred[:MOST_NAMED]:
            words = {
                "expert": one.expert.name,
                "number": one.case.number,
                "why": "; ".join(in_words(one.reasons, sector_names())),
            }
            messages.warning(request, _("%(expert)s, case %(number)s: %(why)s") % words)
        if (more := len(panel.barred) - MOST_NAMED) > 0:
            messages.warning(request, _("And %(count)d more that could not be invited.") % {"count": more})
    return redirect("review-panel", pk=round.pk)


@login_required
@require_safe
def review_marks_table(request: HttpRequest, pk: int) -> HttpResponse:
    """The table to fill in, with a row for each expert and case that still has no marks."""
    return answer_file(marks_table(_run(request, pk)), EXCEL, _("Marks"), "xlsx")


@login_required
@require_POST
def review_marks(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    round = _run(request, pk)
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        table, now = form.cleaned_data["file"], timezone.now()
        with shown_on(form), transaction.atomic():
            sheets = services.read_sheets(round=round, content=table, name=table.name, at=now)
            (scan,) = store_files(request, round.park, None, [form.cleaned_data["scan"]])
            scores = services.enter_marks(round=round, sheets=sheets, scan=scan, actor=user, at=now)
            messages.success(request, _("Marks entered: %(count)d.") % {"count": len(scores)})
            if (aside := len(sheets) - len(scores)) > 0:
                words = _("Sheets set aside because of a conflict of interest: %(count)d.")
                messages.warning(request, words % {"count": aside})
            return redirect("review-panel", pk=round.pk)
    return _page(request, round, paper_form=form)


@login_required
@require_POST
def review_results(request: HttpRequest, pk: int) -> HttpResponse:
    """Conclude what is ticked, or confirm it as the second person, as ``deed`` says."""
    user: Any = request.user
    round = _run(request, pk)
    ids = _chosen(request, "case")
    if request.POST.get("deed") == "confirm":
        with told_to(request):
            cases = services.confirm_results(round=round, case_ids=ids, actor=user, at=timezone.now())
            messages.success(request, _("Results that are final now: %(count)d.") % {"count": len(cases)})
        return redirect("review-panel", pk=round.pk)
    form = ResultForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            if not ids:
                raise Invalid(_("Tick at least one case."))
            conclusions = [Conclusion(case_id, **form.cleaned_data) for case_id in ids]
            services.set_results(round=round, conclusions=conclusions, actor=user, at=timezone.now())
            messages.success(request, _("Results recorded: %(count)d.") % {"count": len(ids)})
            return redirect("review-panel", pk=round.pk)
    return _page(request, round, result_form=form)
