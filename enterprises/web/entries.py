"""Yearly figures and recognitions: entered by one person, verified by a second."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.web.errors import shown_on, status_of, told_to
from enterprises.models import Enterprise, Recognition, YearlyFigure
from enterprises.services import (
    YEAR_FIELDS,
    enter_recognition,
    enter_yearly_figures,
    verify_recognition,
    verify_yearly_figures,
)
from enterprises.web.forms import RecognitionForm, YearForm
from enterprises.web.picking import refuse_readers
from evidence.enums import EvidenceKind
from evidence.services import store_evidence


def _enterprise(request: HttpRequest, pk: int) -> Enterprise:
    enterprise: Enterprise = get_object_or_404(
        Enterprise.objects.visible_to(request.user).select_related("park", "incubator"), pk=pk
    )
    refuse_readers(request.user, enterprise)
    return enterprise


@login_required
@require_http_methods(["GET", "POST"])
def figures_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter or correct the figures of one year; ``?year=2020`` starts from what is stored."""
    user: Any = request.user
    enterprise = _enterprise(request, pk)
    today = timezone.localdate()
    stored = _stored(enterprise, request.GET.get("year", ""))
    if request.method == "POST":
        form = YearForm(request.POST, today=today)
        if form.is_valid():
            with shown_on(form):
                enter_yearly_figures(
                    enterprise=enterprise,
                    year=form.cleaned_data["year"],
                    values=form.values(),
                    actor=user,
                    at=timezone.now(),
                )
                messages.success(
                    request,
                    _("The figures of %(year)d are saved and wait for verification.")
                    % {"year": form.cleaned_data["year"]},
                )
                return redirect(_back(enterprise, "#figures"))
    else:
        initial = {name: getattr(stored, name) for name in ("year", *YEAR_FIELDS)} if stored else {}
        form = YearForm(initial=initial, today=today)
    context = {
        "form": form,
        "enterprise": enterprise,
        "stored": stored,
        "draft": f"enterprise-{pk}-year-{stored.year if stored else 'new'}",
    }
    return render(request, "enterprises/year_form.html", context, status=status_of(form))


def _stored(enterprise: Enterprise, year: str) -> YearlyFigure | None:
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        return None
    return YearlyFigure.objects.filter(enterprise=enterprise, year=int(year)).first()


@login_required
@require_http_methods(["GET", "POST"])
def recognition_enter(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = _enterprise(request, pk)
    form = RecognitionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": "file"}):
            _enter(enterprise, form, request.user)
            messages.success(request, _("The recognition is saved and waits for verification."))
            return redirect(_back(enterprise, "#recognitions"))
    context = {"form": form, "enterprise": enterprise, "draft": f"enterprise-{pk}-recognition"}
    return render(request, "enterprises/recognition_form.html", context, status=status_of(form))


@transaction.atomic
def _enter(enterprise: Enterprise, form: RecognitionForm, user: Any) -> None:
    """The certificate and the title together, or neither."""
    now = timezone.now()
    values, upload = form.values(), form.cleaned_data["file"]
    if upload:
        values["evidence"] = store_evidence(
            park=enterprise.park,
            incubator=enterprise.incubator,
            content=upload.file,
            name=upload.name,
            kind=EvidenceKind.CERTIFICATE,
            actor=user,
            at=now,
        )
    enter_recognition(enterprise=enterprise, values=values, actor=user, at=now)


@login_required
@require_POST
def figures_verify(request: HttpRequest, pk: int) -> HttpResponse:
    figures = get_object_or_404(
        YearlyFigure.objects.visible_to(request.user).select_related("enterprise"), pk=pk
    )
    with told_to(request):
        verify_yearly_figures(figures=figures, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("The figures of %(year)d are verified.") % {"year": figures.year})
    return redirect(_back(figures.enterprise, "#figures"))


@login_required
@require_POST
def recognition_verify(request: HttpRequest, pk: int) -> HttpResponse:
    recognition = get_object_or_404(
        Recognition.objects.visible_to(request.user).select_related("enterprise"), pk=pk
    )
    with told_to(request):
        verify_recognition(recognition=recognition, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("“%(title)s” is verified.") % {"title": recognition.get_kind_display()})
    return redirect(_back(recognition.enterprise, "#recognitions"))


def _back(enterprise: Enterprise, anchor: str) -> str:
    return reverse("enterprise-detail", args=[enterprise.pk]) + anchor
