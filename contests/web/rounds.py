"""Rounds: the form with rule and score sheet, the ranking, the decision and its second person, the notice."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contests import services
from contests.models import Contest, ContestRound, Promotion, PromotionLine, runs_contests
from contests.selectors import (
    contest_rounds,
    entries_for,
    lines_of,
    previous_round,
    ranked_cases,
)
from contests.services import ROUND_FIELDS
from contests.web.access import contest_of, refuse_readers, round_of
from contests.web.forms.base import ReasonForm
from contests.web.forms.contests import AnnounceForm, RoundForm
from core.errors import DomainError
from core.saving import values_of
from core.web.errors import put_on, shown_on, status_of, told_to
from incubators.scope import scope_of
from reviews.selectors import notice_state
from reviews.web.forms import CriterionRows, typed_criteria


@login_required
@require_http_methods(["GET", "POST"])
def round_create(request: HttpRequest, pk: int) -> HttpResponse:
    contest = contest_of(request, pk)
    refuse_readers(request.user, contest.park_id)
    last = contest.rounds.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    initial = {"sequence": last + 1, "marks_needed": 3, "ties": "decide"}
    return _form(request, contest, None, initial)


@login_required
@require_http_methods(["GET", "POST"])
def round_edit(request: HttpRequest, pk: int) -> HttpResponse:
    round = round_of(request, pk)
    refuse_readers(request.user, round.park_id)
    initial = values_of(round, ROUND_FIELDS) | {"version": round.version, "marks_needed": 3}
    return _form(request, round.contest, round, initial)


def _form(
    request: HttpRequest, contest: Contest, round: ContestRound | None, initial: dict[str, Any]
) -> HttpResponse:
    user: Any = request.user
    form = RoundForm(request.POST or None, contest=contest, round=round, initial=initial)
    has_sheet = round is None or round.review_round_id is None
    rows = CriterionRows(request.POST or None, prefix="criteria") if has_sheet else None
    is_valid = form.is_valid() and (rows is None or rows.is_valid())
    if request.method == "POST" and is_valid:
        criteria = typed_criteria(rows) if rows is not None else []
        with shown_on(form, names={"criteria": ""}):
            saved = services.save_contest_round(
                round=round,
                contest=contest,
                values=form.values(),
                review=form.review() if criteria else None,
                criteria=criteria,
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The round is saved."))
            return redirect("contest-round-detail", pk=saved.pk)
    status = 422 if rows is not None and rows.is_bound and not rows.is_valid() else status_of(form)
    context = {"form": form, "rows": rows, "contest": contest, "round": round}
    return render(request, "contests/round_form.html", context, status=status)


@login_required
@require_safe
def round_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, round_of(request, pk))


def _page(
    request: HttpRequest,
    round: ContestRound,
    *,
    status: int = 200,
    typed: dict[int, dict[str, Any]] | None = None,
    error: DomainError | None = None,
    announce: AnnounceForm | None = None,
) -> HttpResponse:
    user: Any = request.user
    today = timezone.localdate()
    promotion = getattr(round, "promotion", None)
    reads_all = scope_of(user).sees_whole_park(round.park_id)
    may_run = runs_contests(user, round.park_id)
    lines = lines_of(round) if reads_all else []
    counts = next((row for row in contest_rounds(round.contest) if row["round"].pk == round.pk), {})
    standing = notice_state(promotion.notice, today) if promotion and promotion.notice else None
    waiting = entries_for(round, today).exclude(pk__in=_known(round)).count() if may_run else 0
    context = {
        "round": round,
        "contest": round.contest,
        "promotion": promotion,
        "rows": [(line, (typed or {}).get(line.entry_id)) for line in lines],
        "cases": ranked_cases(round) if reads_all and promotion is None else [],
        "counts": counts,
        "standing": standing,
        "standing_label": _standing_label(standing),
        "in_effect": _in_effect(promotion),
        "before": previous_round(round, round.division_id),
        "waiting": waiting,
        "reads_all": reads_all,
        "may_run": may_run,
        "may_decide": may_run and promotion is not None and promotion.state == "proposed",
        "may_confirm": may_run
        and promotion is not None
        and promotion.state == "decided"
        and promotion.decided_by_id != user.pk,
        "decide_error": error,
        "decide_reason": (typed or {}).get(0, {}).get("reason", ""),
        "announce_form": announce or AnnounceForm(initial={"on": today, "days": 5}),
        "criteria": list(round.review_round.criteria.order_by("position")) if round.review_round else [],
    }
    return render(request, "contests/round.html", context, status=status)


def _standing_label(standing: Any) -> str:
    from reviews.enums import NoticeCode

    return str(NoticeCode(standing.code).label) if standing else ""


def _known(round: ContestRound) -> list[int]:
    if round.review_round is None:
        return []
    return list(round.review_round.cases.values_list("subject_id", flat=True))


def _in_effect(promotion: Promotion | None) -> set[int]:
    if promotion is None or promotion.notice is None:
        return set()
    lines = PromotionLine.objects.in_effect().filter(promotion=promotion)
    return set(lines.values_list("entry_id", flat=True))


@login_required
@require_POST
def round_fill(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    round = round_of(request, pk)
    refuse_readers(user, round.park_id)
    with told_to(request):
        cases = services.fill_round(round=round, actor=user, at=timezone.now())
        messages.success(request, _("Entries before this round now: %(count)d more.") % {"count": len(cases)})
    return redirect("contest-round-detail", pk=pk)


@login_required
@require_POST
def round_propose(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    round = round_of(request, pk)
    refuse_readers(user, round.park_id)
    with told_to(request):
        services.propose_promotion(round=round, actor=user, at=timezone.now())
        messages.success(request, _("The rule has proposed. Nobody moves on before you decide."))
    return redirect("contest-round-detail", pk=pk)


def _promotion(request: HttpRequest, pk: int) -> Promotion:
    """Whoever may see the round but not its ranking is refused, not sent away."""
    round = round_of(request, pk)
    refuse_readers(request.user, round.park_id)
    rows = Promotion.objects.select_related("round__contest__park")
    found: Promotion = get_object_or_404(rows, round=round)
    return found


@login_required
@require_POST
def round_decide(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    promotion = _promotion(request, pk)
    chosen = {int(key) for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit()}
    ids = promotion.lines.values_list("entry_id", flat=True)
    reasons = {key: request.POST.get(f"reason_{key}", "")[:2000] for key in ids}
    version = request.POST.get("version", "")
    reason = request.POST.get("reason", "")[:2000]
    form = ReasonForm({"reason": reason})
    with shown_on(form):
        services.decide_promotion(
            promotion=promotion,
            chosen=chosen,
            reason=reason,
            reasons=reasons,
            expected_version=int(version) if version.isascii() and version.isdigit() else None,
            actor=user,
            at=timezone.now(),
        )
        messages.success(request, _("The decision is recorded. A second person has to confirm it."))
        return redirect("contest-round-detail", pk=pk)
    typed = {key: {"chosen": key in chosen, "reason": words} for key, words in reasons.items()}
    typed[0] = {"reason": reason}
    error = form.refusal  # type: ignore[attr-defined]
    return _page(request, round_of(request, pk), status=status_of(form), typed=typed, error=error)


@login_required
@require_POST
def round_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    promotion = _promotion(request, pk)
    with told_to(request):
        services.confirm_promotion(promotion=promotion, actor=user, at=timezone.now())
        said = _("The promotion is confirmed. Announce it; it counts once the notice is over.")
        messages.success(request, said)
    return redirect("contest-round-detail", pk=pk)


@login_required
@require_POST
def round_return(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    promotion = _promotion(request, pk)
    with told_to(request):
        services.return_promotion(
            promotion=promotion, reason=request.POST.get("reason", ""), actor=user, at=timezone.now()
        )
    return redirect("contest-round-detail", pk=pk)


@login_required
@require_POST
def round_announce(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    promotion = _promotion(request, pk)
    form = AnnounceForm(request.POST)
    if form.is_valid():
        try:
            services.announce_promotion(
                promotion=promotion, actor=user, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            put_on(form, error)
        else:
            messages.success(request, _("The list is on public show."))
            return redirect("contest-round-detail", pk=pk)
    return _page(request, round_of(request, pk), status=status_of(form), announce=form)


@login_required
@require_safe
def promotion_page(request: HttpRequest, pk: int) -> HttpResponse:
    """From a notice to the round it tells of."""
    promotion = get_object_or_404(Promotion.objects.visible_to(request.user), pk=pk)
    return redirect("contest-round-detail", pk=promotion.round_id)
