"""The expert pool: list, record, form."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.identifiers import masked
from core.saving import values_of
from core.web.errors import shown_on, status_of
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from core.web.versions import both_versions
from incubators.scope import Action, may_somewhere
from reviews.models import Assignment, Expert, reads_reviews, runs_reviews
from reviews.selectors import experts_matching, pool_of, sector_names
from reviews.services import EXPERT_FIELDS, save_expert
from reviews.web.access import expert_of, parks_to_run, refuse_readers
from reviews.web.forms import ExpertFilterForm, ExpertForm

ORDERS = {"name": "sort_key", "updated": "updated_at"}


@login_required
@require_safe
def expert_list(request: HttpRequest) -> HttpResponse:
    filters = ExpertFilterForm(request.GET)
    chosen = filters.values()
    today = timezone.localdate()
    page = page_of(
        experts_matching(request.user, **chosen, on=today),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="name",
        cursor=request.GET.get("cursor", ""),
    )
    sectors = sector_names()
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [(row, named(row, sectors), row.agreement_on(today)) for row in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_run": may_somewhere(Action.MANAGE, request.user),
    }
    return render(request, "reviews/expert_list.html", context)


def named(expert: Expert, sectors: dict[str, str]) -> list[str]:
    return [sectors.get(code, code) for code in expert.fields]


@login_required
@require_safe
def expert_detail(request: HttpRequest, pk: int) -> HttpResponse:
    expert = expert_of(request, pk)
    user: Any = request.user
    whole = runs_reviews(user, expert.park_id) or expert.user_id == user.pk
    today = timezone.localdate()
    load = next((one for one in pool_of(expert.park_id, on=today)[0] if one.id == expert.pk), None)
    tasks = Assignment.objects.visible_to(user).filter(expert=expert).select_related("case__round")
    context = {
        "expert": expert,
        "fields": named(expert, sector_names()),
        "phone": expert.phone if whole else masked(expert.phone),
        "email": expert.email if whole else masked(expert.email),
        "agreement": expert.agreement_on(today),
        "load": load,
        "assignments": tasks.order_by("-updated_at", "-pk")[:50],
        "may_run": runs_reviews(user, expert.park_id),
        "reads_all": reads_reviews(user, expert.park_id),
    }
    return render(request, "reviews/expert.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def expert_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    refuse_readers(user)
    form = ExpertForm(request.POST or None, parks=parks_to_run(user))
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"fields": "fields_"}):
            return redirect(submit_once(request, request.POST.get("once", ""), lambda: _create(user, form)))
    context = {"form": form, "once": request.POST.get("once") or new_token()}
    return render(request, "reviews/expert_form.html", context, status=status_of(form))


def _create(user: Any, form: ExpertForm) -> str:
    expert = save_expert(expert=None, park=form.park, values=form.values(), actor=user, at=timezone.now())
    return reverse("expert-detail", args=[expert.pk])


@login_required
@require_http_methods(["GET", "POST"])
def expert_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    expert = expert_of(request, pk)
    refuse_readers(user, expert.park_id)
    stored = values_of(expert, EXPERT_FIELDS)
    initial = stored | {"fields_": stored["fields"], "version": expert.version}
    form = ExpertForm(request.POST or None, expert=expert, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"fields": "fields_"}):
            save_expert(
                expert=expert,
                park=expert.park,
                values=form.values(),
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The expert is saved."))
            return redirect("expert-detail", pk=expert.pk)
    context = {"form": form, "expert": expert, "theirs": both_versions(form, initial)}
    return render(request, "reviews/expert_form.html", context, status=status_of(form))
