"""Public notices: list, form, page with objections, and the page that is printed and hung out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.scope import Action, may_somewhere
from reviews import services
from reviews.enums import NoticeCode
from reviews.models import Case, Objection, PublicNotice, ReviewRound, reads_reviews, runs_reviews
from reviews.selectors import notice_state, notices_matching
from reviews.services import OBJECTION_FIELDS
from reviews.web.access import parks_to_run, refuse_readers, store_files
from reviews.web.forms import NoticeFilterForm, NoticeForm, ObjectionForm, RulingForm

ORDERS = {"start": "starts_on"}


@login_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    filters = NoticeFilterForm(request.GET)
    chosen = filters.values()
    page = page_of(
        notices_matching(request.user, on=today, **chosen).prefetch_related("objections"),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="-start",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [(notice, _code(notice, today)) for notice in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_run": may_somewhere(Action.MANAGE, request.user),
    }
    return render(request, "reviews/notice_list.html", context)


def _code(notice: PublicNotice, today: Any) -> NoticeCode:
    """Where the notice stands, from the objections already read."""
    if notice.withdrawn_at is not None:
        return NoticeCode.WITHDRAWN
    if today < notice.starts_on:
        return NoticeCode.UPCOMING
    if today <= notice.ends_on:
        return NoticeCode.RUNNING
    waits = any(not objection.ruling for objection in notice.objections.all())
    return NoticeCode.OBJECTIONS if waits else NoticeCode.OVER


def _notice(request: HttpRequest, pk: int) -> PublicNotice:
    found: PublicNotice = get_object_or_404(
        PublicNotice.objects.visible_to(request.user).select_related("park", "created_by"), pk=pk
    )
    return found


@login_required
@require_http_methods(["GET", "POST"])
def notice_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    refuse_readers(user)
    round = _round(request)
    initial = {"starts_on": timezone.localdate(), **_from_round(round)}
    form = NoticeForm(request.POST or None, parks=parks_to_run(user), initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            return redirect(
                submit_once(request, request.POST.get("once", ""), lambda: _create(user, form, round))
            )
    context = {"form": form, "round": round, "once": request.POST.get("once") or new_token()}
    return render(request, "reviews/notice_form.html", context, status=status_of(form))


def _round(request: HttpRequest) -> ReviewRound | None:
    """The round whose results are announced, where the person comes from its page."""
    key = request.GET.get("round", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return ReviewRound.objects.visible_to(request.user).filter(pk=int(key)).first()


def _from_round(round: ReviewRound | None) -> dict[str, Any]:
    """The recommended cases of a round, to start from."""
    if round is None:
        return {}
    cases = [case for case in _finals(round) if case.result == "recommended"]
    return {
        "title": _("Public notice: %(round)s") % {"round": round.name},
        "lines": "\n".join(f"{case.title} | {case.applicant}" for case in cases),
        "park": str(round.park_id),
    }


def _finals(round: ReviewRound) -> list[Case]:
    rows = round.cases.select_related("round").exclude(result="").order_by("number", "pk")
    return [case for case in rows if case.is_final]


def _create(user: Any, form: NoticeForm, round: ReviewRound | None) -> str:
    now = timezone.now()
    with transaction.atomic():
        notice = services.open_notice(
            park=round.park if round is not None else form.park,
            subject_kind="review-round" if round is not None else "list",
            # A list typed by hand is about itself: the moment tells it from every other.
            subject_id=round.pk if round is not None else int(now.timestamp() * 1000),
            title=form.cleaned_data["title"],
            text=form.cleaned_data["text"],
            lines=form.typed_lines(),
            on=form.cleaned_data["starts_on"],
            days=form.cleaned_data["days"],
            day_count=form.cleaned_data["day_count"],
            actor=user,
            at=now,
        )
    return reverse("review-notice-detail", args=[notice.pk])


@login_required
@require_safe
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _notice(request, pk))


def _page(
    request: HttpRequest,
    notice: PublicNotice,
    *,
    status: int = 200,
    objection_form: ObjectionForm | None = None,
    refused: tuple[int, RulingForm] | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    standing = notice_state(notice, today)
    may_run = runs_reviews(request.user, notice.park_id)
    objections = []
    if reads_reviews(request.user, notice.park_id):
        rows = notice.objections.select_related("ruled_by", "entered_by").prefetch_related("evidence")
        for objection in rows.order_by("received_on", "pk"):
            form = refused[1] if refused and refused[0] == objection.pk else RulingForm()
            objections.append((objection, _files(objection), form))
    context = {
        "notice": notice,
        "standing": standing,
        "standing_label": NoticeCode(standing.code).label,
        "lines": list(enumerate(notice.lines, start=1)),
        "objections": objections,
        "may_run": may_run,
        "reads_all": reads_reviews(request.user, notice.park_id),
        "objection_form": objection_form or ObjectionForm(initial={"received_on": today}),
        "hears": may_run and standing.code in ("running", "objections", "over"),
    }
    return render(request, "reviews/notice.html", context, status=status)


def _files(objection: Objection) -> list[dict[str, Any]]:
    return [
        {
            "name": file.title or file.original_name,
            "url": reverse("evidence-file", args=[file.pk]),
            "size": file.size,
            "on": file.uploaded_at,
        }
        for file in objection.evidence.all()
    ]


@login_required
@require_safe
def notice_print(request: HttpRequest, pk: int) -> HttpResponse:
    notice = _notice(request, pk)
    context = {"notice": notice, "lines": list(enumerate(notice.lines, start=1))}
    return render(request, "reviews/notice_print.html", context)


@login_required
@require_POST
def notice_object(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    notice = _notice(request, pk)
    refuse_readers(user, notice.park_id)
    form = ObjectionForm(request.POST, request.FILES)
    if form.is_valid():
        with shown_on(form, names={"evidence": "files"}), transaction.atomic():
            files = store_files(request, notice.park, None, form.cleaned_data["files"])
            values = {name: form.cleaned_data[name] for name in OBJECTION_FIELDS}
            services.file_objection(notice=notice, values=values, files=files, actor=user, at=timezone.now())
            messages.success(request, _("The objection is recorded."))
            return redirect(reverse("review-notice-detail", args=[notice.pk]) + "#objections")
    return _page(request, notice, status=status_of(form), objection_form=form)


@login_required
@require_POST
def notice_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    notice = _notice(request, pk)
    refuse_readers(user, notice.park_id)
    with told_to(request):
        services.withdraw_notice(
            notice=notice, reason=request.POST.get("words", ""), actor=user, at=timezone.now()
        )
    return redirect("review-notice-detail", pk=notice.pk)


@login_required
@require_POST
def objection_rule(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    objection: Objection = get_object_or_404(
        Objection.objects.visible_to(user).select_related("notice__park"), pk=pk
    )
    refuse_readers(user, objection.notice.park_id)
    form = RulingForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            services.rule_objection(objection=objection, actor=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The ruling is recorded."))
            return redirect(reverse("review-notice-detail", args=[objection.notice_id]) + "#objections")
    return _page(request, objection.notice, status=status_of(form), refused=(objection.pk, form))
