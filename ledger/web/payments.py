"""Payments: the list, one payment with its steps, and the accounts to which money goes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.identifiers import masked
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.scope import REFUSALS, Action, may_somewhere, scope_of
from ledger import services
from ledger.enums import CrossBorderKind, InstalmentState
from ledger.models import BankAccount, Instalment
from ledger.selectors.lists import accounts_seen, instalments_matching, sees_whole_number
from ledger.web.access import allows, parks_to_pay, refuse, seen_instalment, stored
from ledger.web.forms import (
    AccountForm,
    BounceForm,
    ClaimForm,
    PaymentFilter,
    ReasonForm,
    StepForm,
    TermsForm,
)


@login_required
@require_safe
def payment_list(request: HttpRequest) -> HttpResponse:
    """Instalments, due first."""
    user: Any = request.user
    filters = PaymentFilter(request.GET, user=user)
    chosen = filters.values()
    page = page_of(
        instalments_matching(user, **chosen),
        order=request.GET.get("ordering", ""),
        orders={"due": "due_on", "updated": "updated_at"},
        default="due",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": chosen != {"state": "open"},
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_pay": may_somewhere(Action.PAY, user),
        "today": timezone.localdate(),
        "done": InstalmentState.RECEIVED,
    }
    return render(request, "ledger/payment_list.html", context)


@login_required
@require_safe
def payment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, seen_instalment(request, pk))


def _detail(request: HttpRequest, row: Instalment, **forms: Any) -> HttpResponse:
    user: Any = request.user
    place = (row.commitment.park_id, row.commitment.incubator_id)
    may_pay = allows(user, Action.PAY, *place)
    may_verify = allows(user, Action.VERIFY_MONEY, *place)
    is_open = row.state in ("planned", "claimed", "ready", "bounced")
    today = {"on": timezone.localdate()}
    steps = {step.kind: step for step in row.steps.select_related("evidence", "entered_by")}
    account = row.account
    context = {
        "row": row,
        "commitment": row.commitment,
        "account": account,
        "number": (account.number if sees_whole_number(user, account) else masked(account.number))
        if account
        else "",
        "bar": _bar(row, steps),
        "steps": [(kind, CrossBorderKind(kind).label, steps.get(kind)) for kind in CrossBorderKind.values],
        "entries": list(row.entries.select_related("by").order_by("pk")),
        "claim": (forms.get("claim") or ClaimForm(condition=row.condition))
        if row.state == "planned" and (may_pay or allows(user, Action.ENTER, *place))
        else None,
        "may_verify": may_verify and row.state == "claimed" and row.claimed_by_id != user.pk,
        "is_own_claim": row.state == "claimed" and row.claimed_by_id == user.pk,
        "may_return": may_verify and row.state in ("claimed", "ready"),
        "back": forms.get("back") or ReasonForm(),
        "terms": (forms.get("terms") or _terms(row)) if may_pay and is_open else None,
        "step": (forms.get("step") or StepForm(initial=today)) if may_pay and row.is_cross_border else None,
        "bounce": (forms.get("bounce") or BounceForm(initial=today))
        if may_pay and row.state in ("sent", "received")
        else None,
        "sees_batch": scope_of(user).sees_whole_park(row.commitment.park_id),
        "today": timezone.localdate(),
    }
    bound = next((form for form in forms.values() if form is not None), None)
    return render(
        request, "ledger/payment.html", context, status=status_of(bound) if bound is not None else 200
    )


def _terms(row: Instalment) -> TermsForm:
    names = ("account", "pay_currency", "is_cross_border", "due_on", "condition", "version")
    return TermsForm(instalment=row, initial={name: getattr(row, name) for name in names})


def _bar(row: Instalment, steps: dict[str, Any]) -> list[dict[str, Any]]:
    """The way of a payment as a bar of steps, with the papers for abroad in between."""
    rank = {
        "planned": 0, "claimed": 0, "ready": 1, "bounced": 1, "batched": 2, "sent": 3, "received": 4,
    }[row.state]  # fmt: skip
    labels = (
        (_("Condition confirmed"), row.verified_at),
        (_("In a batch"), row.batch.made_at if row.batch else None),
        (_("Sent"), row.sent_on),
        (_("Money received"), row.received_on),
    )
    bar = [
        {
            "label": label,
            "state": "done" if rank > place else "current" if rank == place else "ahead",
            "date": on if rank > place else None,
        }
        for place, (label, on) in enumerate(labels)
    ]
    if row.is_cross_border:
        papers = [
            {
                "label": CrossBorderKind(kind).label,
                "state": "done" if kind in steps else "next",
                "date": steps[kind].on if kind in steps else None,
            }
            for kind in ("documents", "bank", "safe")
        ]
        bar[1:1] = papers
    return bar


def _deed(
    request: HttpRequest, pk: int, name: str, form: Any, deed: Callable[[Instalment, Any], str]
) -> HttpResponse:
    """One form of the page of a payment: done, or shown again with what is wrong."""
    row = seen_instalment(request, pk)
    if form.is_valid():
        with shown_on(form, names={"evidence": "file"}), transaction.atomic():
            messages.success(request, deed(row, form.cleaned_data))
            return redirect("payment-detail", pk=pk)
    return _detail(request, row, **{name: form})


@login_required
@require_POST
def payment_claim(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = seen_instalment(request, pk)
    place = (row.commitment.park_id, row.commitment.incubator_id)
    if not allows(user, Action.ENTER, *place):
        refuse(user, Action.PAY, *place)

    def deed(row: Instalment, data: Any) -> str:
        park, incubator = row.commitment.budget.park, row.commitment.incubator
        file = stored(request, park, incubator, data["file"])
        services.claim_condition(instalment=row, evidence=file, actor=user, at=timezone.now())
        return _("Reported. A second person confirms it.")

    return _deed(request, pk, "claim", ClaimForm(request.POST, request.FILES, condition=row.condition), deed)


@login_required
@require_POST
def payment_verify(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = seen_instalment(request, pk)
    refuse(user, Action.VERIFY_MONEY, row.commitment.park_id, row.commitment.incubator_id)
    with told_to(request):
        services.verify_condition(instalment=row, actor=user, at=timezone.now())
        messages.success(request, _("The condition is confirmed; the payment may go into a batch."))
    return redirect("payment-detail", pk=pk)


@login_required
@require_POST
def payment_return(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = seen_instalment(request, pk)
    refuse(user, Action.VERIFY_MONEY, row.commitment.park_id, row.commitment.incubator_id)

    def deed(row: Instalment, data: Any) -> str:
        services.return_condition(instalment=row, reason=data["reason"], actor=user, at=timezone.now())
        return _("Sent back with your words.")

    return _deed(request, pk, "back", ReasonForm(request.POST), deed)


@login_required
@require_POST
def payment_terms(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = seen_instalment(request, pk)
    refuse(user, Action.PAY, row.commitment.park_id, row.commitment.incubator_id)
    form = TermsForm(request.POST, instalment=row)

    def deed(row: Instalment, data: Any) -> str:
        services.set_terms(
            instalment=row,
            values=form.values(),
            expected_version=data["version"],
            actor=user,
            at=timezone.now(),
        )
        return _("Saved.")

    return _deed(request, pk, "terms", form, deed)


@login_required
@require_POST
def payment_step(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = seen_instalment(request, pk)
    refuse(user, Action.PAY, row.commitment.park_id, row.commitment.incubator_id)

    def deed(row: Instalment, data: Any) -> str:
        file = stored(request, row.commitment.budget.park, row.commitment.incubator, data["file"])
        assert file is not None
        services.record_step(
            instalment=row,
            kind=data["kind"],
            on=data["on"],
            number=data["number"],
            evidence=file,
            actor=user,
            at=timezone.now(),
        )
        return _("The step is recorded.")

    return _deed(request, pk, "step", StepForm(request.POST, request.FILES), deed)


@login_required
@require_POST
def payment_bounce(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = seen_instalment(request, pk)
    refuse(user, Action.PAY, row.commitment.park_id, row.commitment.incubator_id)

    def deed(row: Instalment, data: Any) -> str:
        services.bounce_payment(
            instalment=row, on=data["on"], reason=data["reason"], actor=user, at=timezone.now()
        )
        return _("Booked back; the payment can be sent again.")

    return _deed(request, pk, "bounce", BounceForm(request.POST), deed)


# --- accounts ----------------------------------------------------------------------------------------
@login_required
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    page = page_of(
        accounts_seen(user),
        order="-entered",
        orders={"entered": "entered_at"},
        default="-entered",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "rows": [_account(user, row) for row in page.rows],
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_enter": may_somewhere(Action.ENTER, user) or may_somewhere(Action.PAY, user),
    }
    return render(request, "ledger/accounts.html", context)


def _account(user: Any, row: BankAccount) -> dict[str, Any]:
    place = (row.park_id, row.incubator_id)
    waits = row.verified_at is None and row.retired_at is None
    return {
        "account": row,
        "number": row.number if sees_whole_number(user, row) else masked(row.number),
        "verify": waits and row.entered_by_id != user.pk and allows(user, Action.VERIFY_MONEY, *place),
        "own": waits and row.entered_by_id == user.pk,
        "retire": row.retired_at is None and allows(user, Action.PAY, *place),
    }


@login_required
@require_http_methods(["GET", "POST"])
def account_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    scope = scope_of(user)
    enter, pay = scope.places(Action.ENTER), scope.places(Action.PAY)
    if not enter and not pay:
        raise PermissionDenied(REFUSALS[Action.PAY]())
    places = enter.filter(park="park", incubator="incubator") | pay.filter(park="park", incubator="incubator")
    form = AccountForm(
        request.POST or None, request.FILES or None, user=user, places=places, may_pay=bool(pay.park_ids)
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": "file"}):

            def write() -> str:
                data = form.cleaned_data
                firm, organisation = data["enterprise"], data.get("organisation")
                park = firm.park if firm else parks_to_pay(user)[0]
                paper = stored(request, park, firm.incubator if firm else None, data["file"])
                names = ("holder", "bank", "number", "swift", "currency")
                services.enter_account(
                    park=park,
                    enterprise=firm,
                    organisation=organisation,
                    values={**{name: data[name] for name in names}, "evidence": paper},
                    actor=user,
                    at=timezone.now(),
                )
                return reverse("payment-accounts")

            return redirect(submit_once(request, request.POST.get("once", ""), write))
    context = {"form": form, "once": request.POST.get("once") or new_token()}
    return render(request, "ledger/account_form.html", context, status=status_of(form))


@login_required
@require_POST
def account_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm an account as a second person, or use it no more."""
    user: Any = request.user
    account = get_object_or_404(accounts_seen(user), pk=pk)
    retire = request.POST.get("decision") == "retire"
    refuse(user, Action.PAY if retire else Action.VERIFY_MONEY, account.park_id, account.incubator_id)
    with told_to(request):
        if retire:
            services.retire_account(account=account, actor=user, at=timezone.now())
            messages.success(request, _("The account is no longer used."))
        else:
            services.verify_account(account=account, actor=user, at=timezone.now())
            messages.success(request, _("The account is confirmed."))
    return redirect("payment-accounts")
