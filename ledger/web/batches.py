"""Payment batches: choose, check, export, send, read the answer of the bank; and exchange rates by file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.identifiers import masked
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from incubators.scope import REFUSALS, Action, may_somewhere
from ledger import services
from ledger.enums import BatchState
from ledger.models import BankResult, Instalment, PaymentBatch
from ledger.render import CONTENT_TYPE, payment_list_file
from ledger.selectors.batches import payments_of
from ledger.selectors.lists import instalments_matching
from ledger.web.access import allows, parks_to_pay, refuse
from ledger.web.forms import DayForm, RatesForm, ResultForm

MOST_OFFERED = 300


def seen_batch(request: HttpRequest, pk: int) -> PaymentBatch:
    rows = PaymentBatch.objects.visible_to(request.user)
    found: PaymentBatch = get_object_or_404(
        rows.select_related("park", "budget", "made_by", "checked_by", "sent_by"), pk=pk
    )
    return found


def _payers(user: Any) -> None:
    if not may_somewhere(Action.PAY, user):
        raise PermissionDenied(REFUSALS[Action.PAY]())


@login_required
@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    page = page_of(
        PaymentBatch.objects.visible_to(user)
        .select_related("park", "made_by", "checked_by")
        .prefetch_related("instalments"),
        order="-made",
        orders={"made": "made_at"},
        default="-made",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "rows": [
            (row, len(row.instalments.all()), sum(one.pay_amount or 0 for one in row.instalments.all()))
            for row in page.rows
        ],
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "results": list(
            BankResult.objects.visible_to(user).select_related("read_by").order_by("-read_at", "-pk")[:10]
        ),
        "may_pay": may_somewhere(Action.PAY, user),
    }
    return render(request, "ledger/batch_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def batch_new(request: HttpRequest) -> HttpResponse:
    """Choose among the payments whose condition is confirmed."""
    user: Any = request.user
    _payers(user)
    parks = parks_to_pay(user)
    rows = (
        instalments_matching(user)
        .filter(state__in=["ready", "bounced"], commitment__budget__park__in=[park.pk for park in parks])
        .order_by("due_on", "pk")
    )
    if request.method == "POST":
        wanted = {int(text) for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 18}
        chosen = [row for row in rows if row.pk in wanted]
        with told_to(request):
            park = chosen[0].commitment.budget.park if chosen else parks[0]
            batch = services.make_batch(
                park=park,
                instalments=chosen,
                title=request.POST.get("title", "")[:160],
                actor=user,
                at=timezone.now(),
            )
            messages.success(
                request, _("Batch %(number)s is made; a second person checks it.") % {"number": batch}
            )
            return redirect("batch-detail", pk=batch.pk)
        return redirect("batch-new")
    today = timezone.localdate()
    context = {
        "rows": [(row, _hindrance(row)) for row in rows[:MOST_OFFERED]],
        "today": today,
    }
    return render(request, "ledger/batch_new.html", context)


def _hindrance(row: Instalment) -> str:
    """Why a payment cannot be chosen yet; empty when it can."""
    if row.account is None:
        return _("Name the bank account first.")
    if row.account.verified_at is None:
        return _("A second person has to confirm the bank account first.")
    if row.account.retired_at is not None:
        return _("This account is no longer used.")
    return ""


@login_required
@require_safe
def batch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    batch = seen_batch(request, pk)
    may_pay = allows(user, Action.PAY, batch.park_id)
    rows = payments_of(batch)
    context = {
        "batch": batch,
        "rows": [
            (
                row,
                row.account.number if may_pay and row.account else masked(getattr(row.account, "number", "")),
            )
            for row in rows
        ],
        "total": sum(row.pay_amount or 0 for row in rows),
        "may_pay": may_pay,
        "may_check": batch.state == BatchState.DRAFT
        and batch.made_by_id != user.pk
        and allows(user, Action.VERIFY_MONEY, batch.park_id),
        "is_own": batch.state == BatchState.DRAFT and batch.made_by_id == user.pk,
        "is_open": any(row.state == "sent" for row in rows),
        "today": timezone.localdate(),
    }
    return render(request, "ledger/batch.html", context)


@login_required
@require_POST
def batch_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Check, send, take a payment out, or mark payments as received: one button each."""
    user: Any = request.user
    batch = seen_batch(request, pk)
    act = request.POST.get("act", "")
    refuse(user, Action.VERIFY_MONEY if act == "check" else Action.PAY, batch.park_id)
    with told_to(request):
        if act == "check":
            services.check_batch(batch=batch, actor=user, at=timezone.now())
            messages.success(request, _("Checked. The list is frozen and can go to the bank."))
        elif act == "take_out":
            number = request.POST.get("instalment", "")
            rows = batch.instalments.select_related("commitment__budget__park", "commitment__incubator")
            row = get_object_or_404(rows, pk=int(number) if number.isdecimal() and len(number) < 18 else 0)
            services.take_out(batch=batch, instalment=row, actor=user, at=timezone.now())
            messages.success(request, _("Taken out of the batch."))
        else:
            _dated_act(request, batch, act)
    return redirect("batch-detail", pk=pk)


def _dated_act(request: HttpRequest, batch: PaymentBatch, act: str) -> None:
    """Send the batch, or mark the chosen payments as received, on the day of the form."""
    user: Any = request.user
    form = DayForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["on"]))
        return
    on = form.cleaned_data["on"]
    if act == "send":
        services.send_batch(batch=batch, on=on, actor=user, at=timezone.now())
        messages.success(request, _("Recorded as handed to the bank."))
    elif act == "receive":
        wanted = {int(text) for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 18}
        rows = batch.instalments.select_related("commitment__budget__park", "commitment__incubator")
        chosen = [row for row in rows if row.pk in wanted]
        done = services.receive_many(instalments=chosen, on=on, actor=user, at=timezone.now())
        messages.success(request, _("Received: %(count)s payments.") % {"count": done})


@login_required
@require_safe
def batch_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The payment list as Excel, with whole account numbers: for whoever pays."""
    batch = seen_batch(request, pk)
    refuse(request.user, Action.PAY, batch.park_id)
    if batch.state == BatchState.DRAFT:
        messages.error(request, _("A second person has to check the batch before it leaves the house."))
        return redirect("batch-detail", pk=pk)
    headers = {"Content-Disposition": f'attachment; filename="{batch.number}.xlsx"'}
    return HttpResponse(payment_list_file(batch), content_type=CONTENT_TYPE, headers=headers)


@login_required
@require_http_methods(["GET", "POST"])
def batch_result(request: HttpRequest) -> HttpResponse:
    """Read the file with which the bank answers."""
    user: Any = request.user
    _payers(user)
    parks = parks_to_pay(user)
    form = ResultForm(request.POST or None, request.FILES or None, parks=parks)
    result = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with shown_on(form):
            result = services.read_bank_result(
                park=form.cleaned_data["park"], content=file, name=file.name, actor=user, at=timezone.now()
            )
            return redirect("batch-result-detail", pk=result.pk)
    return render(request, "ledger/result_form.html", {"form": form}, status=status_of(form))


@login_required
@require_safe
def batch_result_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = BankResult.objects.visible_to(request.user).select_related("park", "read_by")
    return render(request, "ledger/result.html", {"result": get_object_or_404(rows, pk=pk)})


@login_required
@require_http_methods(["GET", "POST"])
def rate_import(request: HttpRequest) -> HttpResponse:
    """Dated exchange rates from Excel or CSV: for the administrator of the installation."""
    user: Any = request.user
    if not user.is_superuser:
        raise PermissionDenied(_("Only the administrator of the installation can record exchange rates."))
    form = RatesForm(request.POST or None, request.FILES or None)
    read = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with shown_on(form):
            read = services.import_rates(content=file, name=file.name, actor=user, at=timezone.now())
            form = RatesForm()
    return render(request, "ledger/rate_import.html", {"form": form, "read": read}, status=status_of(form))
