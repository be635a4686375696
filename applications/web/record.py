"""The page of one application: where it stands, what is next and who acts, and everything it rests on."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import selectors
from applications.enums import ApplicationState, MoneyStage, StepKind
from applications.models import Application, GrantAgreement, reads_programmes, runs_programmes
from applications.models.applications import SUBJECT
from applications.web.access import application_of, may_write
from applications.web.changes import history_of
from applications.web.desk import results_at
from applications.web.drafting import fact_rows, remark_rows, version_asked
from applications.web.forms import ClawBackForm, MoveForm, ReleaseAwardForm
from core.web.errors import status_of
from core.web.once import new_token
from funding.web.answering import answer_context
from incubators.scope import Action, scope_of
from ledger.enums import CommitmentState
from reviews.enums import NoticeCode
from reviews.models import Case, Objection, Score, reads_reviews
from reviews.selectors import cases_about, notice_state, results_of

OPEN_STATES = (ApplicationState.DRAFT, ApplicationState.RETURNED)


@login_required
@require_safe
def application_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, application_of(request, pk))


def detail_page(
    request: HttpRequest,
    application: Application,
    *,
    clawback: ClawBackForm | None = None,
    release: ReleaseAwardForm | None = None,
) -> HttpResponse:
    context = record_context(request, application)
    rights = context["rights"]
    commitment = application.commitment
    may_claw = bool(commitment and commitment.paid_amount > commitment.clawed_amount and rights["pays"])
    once = {"once": new_token(), "on": timezone.localdate()}
    context |= {
        "clawback": clawback or (ClawBackForm(initial=once) if may_claw else None),
        "release": release or (ReleaseAwardForm() if _may_release(context) else None),
        "move": _move_form(application) if rights["runs"] else None,
        "history": history_of(application, whole=False)[::-1],
    }
    bound = clawback or release
    status = status_of(bound) if bound is not None else 200
    return render(request, "applications/application_detail.html", context, status=status)


def _may_release(context: dict[str, Any]) -> bool:
    waits = any(one.confirmed_at is None for one in context["releases"])
    return bool(context["releasable"]) and context["rights"]["pays"] and not waits


def _move_form(application: Application) -> MoveForm | None:
    step = application.current_step
    if step is None or step.kind in (StepKind.FORMAL_CHECK, StepKind.MEETING):
        return None
    return MoveForm(results=results_at(step), initial={"result": "passed"})


@login_required
@require_safe
def application_chain(request: HttpRequest, pk: int) -> HttpResponse:
    """From the application to the money in the bank on one page, for auditors and for the file."""
    application = application_of(request, pk)
    context = record_context(request, application)
    _add_sheets(context["cases"])
    _add_objections(context["notices"] if context["reads_all"] else [])
    context |= {
        "history": history_of(application, whole=context["reads_all"]),
        "entries": list(application.commitment.entries.select_related("by").order_by("on", "pk"))
        if application.commitment
        else [],
        "holds": selectors.answer_holds(application) if application.answer else None,
        "printed_at": timezone.now(),
    }
    return render(request, "applications/chain.html", context)


def record_context(request: HttpRequest, application: Application) -> dict[str, Any]:
    """What the page and the chain have in common."""
    today = timezone.localdate()
    trail = selectors.trail_of(application, today)
    reads_all = reads_programmes(request.user, application.park_id)
    rights = _rights(request.user, application)
    version = application.policy_version or version_asked(application, today)
    asked = (
        selectors.kept_answer(application)
        if application.policy_version is not None
        else selectors.preview(application, day=today)
    )
    agreement = GrantAgreement.objects.filter(application=application).select_related("evidence").first()
    decision = application.decisions.filter(meeting__confirmed_at__isnull=False)
    commitment = application.commitment
    return {
        "application": application,
        "programme": application.programme,
        "policy": application.programme.policy,
        "rights": rights,
        "reads_all": reads_all,
        "trail": trail,
        "line": _line(trail),
        "next": next_of(application, trail, rights, reads_all=reads_all),
        "remarks": remark_rows(application),
        "fact_rows": fact_rows(application, version) if version is not None else [],
        "is_kept": application.policy_version is not None,
        "answer": answer_context(asked) if asked is not None else None,
        "cases": _cases(request, application),
        "notices": _notices(application, today),
        "decision": decision.select_related("meeting__proposed_by", "meeting__confirmed_by",
                                            "meeting__evidence").first() if reads_all else None,
        "agreement": agreement,
        "instalments": list(commitment.instalments.select_related("batch").order_by("number"))
        if commitment
        else [],
        "releases": selectors.releases_of(application) if commitment else [],
        "releasable": selectors.releasable(commitment) if commitment else None,
        "others": selectors.other_grants_of(application),
        "files": _files(application),
        "today": today,
    }  # fmt: skip


def _rights(user: Any, application: Application) -> dict[str, bool]:
    scope = scope_of(user)
    writes = may_write(user, application)
    own = user.pk in (application.submitted_by_id, application.entered_by_id)
    return {
        "writes": writes,
        "edits": writes and application.is_writable,
        "withdraws": writes and application.state in ("submitted", "returned"),
        "runs": runs_programmes(user, application.park_id),
        "is_own": own,
        "checks": runs_programmes(user, application.park_id)
        and not own
        and application.current_step is not None
        and application.current_step.kind == StepKind.FORMAL_CHECK,
        "pays": scope.allows(Action.PAY, park_id=application.park_id),
        "reads_reviews": reads_reviews(user, application.park_id),
    }


def _line(trail: Any) -> list[dict[str, Any]]:
    """The status line: dates, days and which point is now; what ended badly is marked."""
    bad = (
        ApplicationState.REJECTED,
        ApplicationState.WITHDRAWN,
        ApplicationState.CLAWED_BACK,
        ApplicationState.GIVEN_UP,
    )
    rows: list[dict[str, Any]] = []
    nearest = True
    for point in trail.line:
        if point.code in bad and point.is_now:
            state = "stopped"
        elif point.is_now:
            state = "done" if point.code in ("closed", "received_money") else "current"
        elif point.is_skipped:
            state = "skipped"
        elif point.reached_on is not None:
            state = "done"
        else:
            state, nearest = ("next", False) if nearest else ("ahead", False)
        rows.append({"point": point, "state": state})
    return rows


def _cases(request: HttpRequest, application: Application) -> list[dict[str, Any]]:
    """Reviews about it: the park's people see marks as they come, others the result once it is final."""
    seen = Case.objects.visible_to(request.user).values("pk")
    cases = list(cases_about(SUBJECT, application.pk).filter(pk__in=seen))
    results = results_of(cases)
    reads = reads_reviews(request.user, application.park_id)
    return [
        {"case": case, "outcome": results[case.pk], "open": reads or case.is_final, "reads": reads}
        for case in cases
    ]


def _notices(application: Application, today: Any) -> list[dict[str, Any]]:
    rows = (
        application.log.filter(batch__notice__isnull=False)
        .select_related("batch__notice__park")
        .order_by("pk")
    )
    return [
        {
            "notice": row.batch.notice,
            "line": row.line,
            "standing": stand,
            "label": NoticeCode(stand.code).label,
        }
        for row in rows
        if row.batch is not None
        and row.batch.notice is not None
        and (stand := notice_state(row.batch.notice, today))
    ]


def _files(application: Application) -> list[dict[str, Any]]:
    rows = application.files.select_related("uploaded_by").order_by("pk")
    return [
        {
            "name": file.title or file.original_name,
            "url": reverse("evidence-file", args=[file.pk]),
            "size": file.size,
            "sha256": file.sha256,
            "on": file.uploaded_at,
            "by": file.uploaded_by,
        }
        for file in rows
    ]


def _add_sheets(cases: list[dict[str, Any]]) -> None:
    """The score sheets that count, for those who read reviews."""
    found: dict[int, list[Score]] = {}
    rows = Score.objects.current().filter(
        assignment__case__in=[one["case"].pk for one in cases if one["reads"]]
    )
    for score in rows.select_related("assignment__expert").order_by("pk"):
        found.setdefault(score.assignment.case_id, []).append(score)
    for one in cases:
        one["sheets"] = found.get(one["case"].pk, [])


def _add_objections(notices: list[dict[str, Any]]) -> None:
    found: dict[int, list[Objection]] = {}
    held = [one["notice"].pk for one in notices]
    for row in Objection.objects.filter(notice__in=held).select_related("ruled_by").order_by("pk"):
        found.setdefault(row.notice_id, []).append(row)
    for one in notices:
        one["objections"] = found.get(one["notice"].pk, [])


def next_of(
    application: Application, trail: Any, rights: dict[str, bool], *, reads_all: bool
) -> dict[str, Any]:
    """What happens next, who has to act, and the button for whoever it is."""
    state = application.state
    if state in OPEN_STATES:
        return _next_of_writer(application, rights)
    if state == ApplicationState.SUBMITTED:
        return _next_at_step(application, rights, reads_all)
    if state in (ApplicationState.APPROVED, ApplicationState.AGREED):
        return _next_of_money(application, trail, rights)
    words = {
        ApplicationState.CLOSED: _("Everything is received and the application is closed."),
        ApplicationState.REJECTED: _("The application was rejected."),
        ApplicationState.WITHDRAWN: _("The applicant took the application back."),
        ApplicationState.CLAWED_BACK: _("Money was asked back."),
        ApplicationState.GIVEN_UP: _("The award was given up; its money is back in the budget."),
    }
    return {"words": words[ApplicationState(state)], "who": ""}


def _next_of_writer(application: Application, rights: dict[str, bool]) -> dict[str, Any]:
    is_back = application.state == ApplicationState.RETURNED
    words = (
        _("The park sent it back: complete what is marked and hand it in again.")
        if is_back
        else _("Look it over and hand it in; from then on it stays as it is.")
    )
    return {"words": words, "who": _("the applicant"), "submit": rights["writes"]}


def _next_at_step(application: Application, rights: dict[str, bool], reads_all: bool) -> dict[str, Any]:
    step = application.current_step
    assert step is not None
    park = _("the park administrator")
    by_kind = {
        StepKind.FORMAL_CHECK: (_("The park checks whether it is complete and admissible."), park),
        StepKind.PROFESSIONAL_REVIEW: (_("Experts give their marks; the park concludes."), park),
        StepKind.DEFENCE: (_("The team defends its application before a panel."), park),
        StepKind.SITE_VISIT: (_("The park looks at it on site."), park),
        StepKind.PUBLIC_NOTICE: (_("The list is on public show; objections are ruled on."), park),
        StepKind.MEETING: (
            _("The meeting decides; a second person confirms."),
            _("the park administrator and a second person"),
        ),
    }
    words, who = by_kind[StepKind(step.kind)]
    found: dict[str, Any] = {"words": words, "who": who}
    if rights["checks"]:
        found |= {"url": reverse("application-check", args=[application.pk]), "action": _("Check it now")}
    elif reads_all:
        found |= {"url": reverse("programme-step", args=[step.pk]), "action": _("Work list of this step")}
    return found


def _next_of_money(application: Application, trail: Any, rights: dict[str, bool]) -> dict[str, Any]:
    needs = application.programme.needs_agreement
    finance = _("the finance officer")
    if needs and application.state == ApplicationState.APPROVED:
        found: dict[str, Any] = {
            "words": _("The agreement is signed and its instalments are entered."),
            "who": finance,
        }
        if rights["pays"]:
            url = reverse("application-agreement", args=[application.pk])
            found |= {"url": url, "action": _("Enter the agreement")}
        return found
    commitment = application.commitment
    if commitment is not None and commitment.state == CommitmentState.CLOSED:
        found = {"words": _("Everything is received: it can be closed."), "who": _("the park administrator")}
        return found | {"close": rights["runs"]}
    part = trail.money == MoneyStage.PART
    words = (
        _("Part of the money is received; the next instalment follows.")
        if part
        else _("The first instalment is paid once its condition is met.")
    )
    found = {"words": words, "who": finance}
    if commitment is not None:
        found |= {"url": reverse("ledger-commitment", args=[commitment.pk]), "action": _("See the payments")}
    return found
