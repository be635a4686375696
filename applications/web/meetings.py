"""The meeting: the ranking with its cut-off, the decisions proposed from it, the second person."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import selectors, services
from applications.enums import DecisionOutcome
from applications.models import Decision, Meeting, Programme, runs_programmes
from applications.selectors import Ranking, RankRow
from applications.services import Line
from applications.web.access import meeting_of, posted, programme_of, refuse_others, sent_files, stored
from applications.web.forms import LineForm, MeetingForm
from core.errors import DomainError
from core.web.errors import shown_on, status_of, told_to
from core.web.once import new_token, submit_once
from core.web.versions import both_versions
from incubators.scope import Action, scope_of
from ledger.selectors import budget_standing


def _line_rows(
    request: HttpRequest, programme: Programme, ranking: Ranking, decisions: dict[int, Decision] | None
) -> list[dict[str, Any]]:
    """One row for each application before the meeting, with its form; the cut-off line stands between."""
    classes = [str(one["code"]) for one in programme.classes]
    posted = request.POST if request.method == "POST" else None
    rows: list[dict[str, Any]] = []
    above = True
    for place, row in enumerate(ranking.rows):
        form = LineForm(
            posted,
            prefix=f"line-{row.application.pk}",
            classes=classes,
            label=row.application.title,
            initial=_initial(row, decisions),
        )
        ticked = (
            f"on-{row.application.pk}" in posted
            if posted is not None
            else decisions is None or row.application.pk in decisions
        )
        cut = above and not row.is_in and place > 0
        above = above and row.is_in
        rows.append({"row": row, "form": form, "ticked": ticked, "cut": cut})
    return rows


def _initial(row: RankRow, decisions: dict[int, Decision] | None) -> dict[str, Any]:
    decision = (decisions or {}).get(row.application.pk)
    if decision is not None:
        return {
            "outcome": decision.outcome,
            "award_class": decision.award_class,
            "amount": f"{decision.amount.normalize():f}" if decision.amount is not None else "",
            "reason": decision.reason,
        }
    one = row.suggested
    amount = f"{one.amount.normalize():f}" if one.amount is not None else ""
    if row.is_in:
        return {"outcome": DecisionOutcome.APPROVED, "award_class": one.award_class, "amount": amount}
    reason = "" if row.is_tied else row.words
    return {"outcome": DecisionOutcome.REJECTED, "reason": reason}


def _typed_lines(rows: list[dict[str, Any]]) -> list[Line]:
    found = []
    for one in rows:
        if not one["ticked"]:
            continue
        data = one["form"].cleaned_data
        approved = data.get("outcome") == DecisionOutcome.APPROVED
        found.append(
            Line(
                one["row"].application.pk,
                data.get("outcome") or "",
                data.get("award_class", "") if approved else "",
                data.get("amount") if approved else None,
                data.get("reason", ""),
            )
        )
    return found


def _blame(form: MeetingForm, rows: list[dict[str, Any]], error: DomainError) -> None:
    """What is wrong with a line stands at the line; the rest on top."""
    lines = [one for one in rows if one["ticked"]]
    for item in error.fields:
        parts = item.field.split(".")
        if parts[0] == "lines" and len(parts) == 3 and parts[1].isdigit() and int(parts[1]) < len(lines):
            target = lines[int(parts[1])]["form"]
            target.add_error(parts[2] if parts[2] in target.fields else None, str(item.message))


@login_required
@require_http_methods(["GET", "POST"])
def programme_meeting_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The ranking with what it suggests; a person changes it and says why, then proposes it."""
    programme = programme_of(request, pk)
    refuse_others(request.user, programme.park_id)
    return _form(request, programme, None)


@login_required
@require_http_methods(["GET", "POST"])
def programme_meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    refuse_others(request.user, meeting.park_id)
    if meeting.confirmed_at is not None:
        messages.error(request, _("The decisions of this meeting are confirmed already."))
        return redirect("programme-meeting", pk=pk)
    return _form(request, meeting.programme, meeting)


def _form(request: HttpRequest, programme: Programme, meeting: Meeting | None) -> HttpResponse:
    ranking = selectors.ranking_of(programme)
    decisions = {one.application_id: one for one in meeting.decisions.all()} if meeting is not None else None
    rows = _line_rows(request, programme, ranking, decisions)
    initial: dict[str, Any] = {"held_on": timezone.localdate()}
    if meeting is not None:
        names = ("held_on", "number", "note", "version")
        initial = {name: getattr(meeting, name) for name in names}
    form = MeetingForm(posted(request), sent_files(request), initial=initial)
    if request.method == "POST" and all([form.is_valid(), *(_is_good(one) for one in rows)]):
        with shown_on(form, names={"evidence": "file"}):
            try:
                token = request.POST.get("once", "")
                return redirect(
                    submit_once(request, token, lambda: _save(request, programme, meeting, form, rows))
                )
            except DomainError as error:
                _blame(form, rows, error)
                raise
    context = {
        "programme": programme,
        "meeting": meeting,
        "form": form,
        "theirs": both_versions(form, initial),
        "rows": rows,
        "ranking": ranking,
        "money": budget_standing(programme.budget) if programme.budget is not None else None,
        "once": request.POST.get("once") or new_token(),
        "has_classes": bool(programme.classes),
    }
    wrong = request.method == "POST" and any(one["form"].errors for one in rows)
    status = max(status_of(form), 422 if wrong and not form.errors else 200)
    return render(request, "applications/meeting_form.html", context, status=status)


def _is_good(one: dict[str, Any]) -> bool:
    return not one["ticked"] or one["form"].is_valid()


def _save(
    request: HttpRequest, programme: Programme, meeting: Meeting | None, form: MeetingForm, rows: Any
) -> str:
    user: Any = request.user
    data = form.cleaned_data
    with transaction.atomic():
        values = {name: data[name] for name in ("held_on", "number", "note")}
        if data.get("file"):
            values["evidence"] = stored(request, programme.park, None, [data["file"]])[0]
        given: dict[str, Any] = {
            "values": values,
            "lines": _typed_lines(rows),
            "actor": user,
            "at": timezone.now(),
        }
        if meeting is None:
            saved = services.propose_meeting(programme=programme, **given)
        else:
            saved = services.change_meeting(meeting=meeting, expected_version=data.get("version"), **given)
    messages.success(request, _("The decisions are proposed. A second person confirms them."))
    return reverse("programme-meeting", args=[saved.pk])


@login_required
@require_safe
def programme_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The decisions as proposed, beside what the ranking suggested; confirmed by a second person."""
    meeting = meeting_of(request, pk)
    programme = meeting.programme
    lines = list(
        meeting.decisions.select_related("application__project", "application__enterprise").order_by(
            "place", "pk"
        )
    )
    approved = [one for one in lines if one.outcome == DecisionOutcome.APPROVED]
    total = sum(one.amount or 0 for one in approved)
    money = budget_standing(programme.budget) if programme.budget is not None else None
    is_open = meeting.confirmed_at is None
    pays = scope_of(request.user).allows(Action.PAY, park_id=meeting.park_id)
    context = {
        "meeting": meeting,
        "programme": programme,
        "lines": lines,
        "approved": len(approved),
        "rejected": len(lines) - len(approved),
        "total": total,
        "money": money,
        "left": money.available - total if money is not None and is_open else None,
        "may_change": is_open and runs_programmes(request.user, meeting.park_id),
        "may_confirm": is_open and pays and meeting.proposed_by_id != request.user.pk,
        "is_own": is_open and pays and meeting.proposed_by_id == request.user.pk,
    }
    return render(request, "applications/meeting.html", context)


@login_required
@require_POST
def programme_meeting_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person: all awards become commitments in one go, or nothing happens."""
    meeting = meeting_of(request, pk)
    with told_to(request):
        services.confirm_meeting(meeting=meeting, actor=request.user, at=timezone.now())
        messages.success(request, _("The decisions are confirmed and the money is committed."))
    return redirect("programme-meeting", pk=pk)


@login_required
@require_POST
def programme_meeting_discard(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    refuse_others(request.user, meeting.park_id)
    with told_to(request):
        services.discard_meeting(meeting=meeting, actor=request.user, at=timezone.now())
        messages.success(request, _("The proposal is thrown away; the applications stay before the meeting."))
        return redirect("programme-detail", pk=meeting.programme_id)
    return redirect("programme-meeting", pk=pk)
