"""Terms: the form with a worked example beside it, the page of a version, its two signatures."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.web.errors import shown_on, status_of, told_to
from core.web.once import new_token, submit_once
from enterprises.models import Enterprise
from incubators.scope import Action
from sharing import services
from sharing.calculator import HUNDRED, Rule, shared_of, tail_factor
from sharing.enums import SharingBase, SharingVersionState
from sharing.models import SharingAgreement
from sharing.selectors import phases_of, whole_version
from sharing.web.access import allows, refuse, seen_agreement, seen_version
from sharing.web.terms_form import TermsForm, initial_of

EXAMPLE = Decimal(1_000_000)
FIELDS = {
    "terms": "base_1",
    "shares": "rate_1",
    "rate": "rate_1",
    "cap": "cap_1",
    "base": "base_1",
    "enterprises": "enterprises_1",
    "incubators": "incubators_1",
    "remainder_to": "remainder_1",
}


@login_required
@require_http_methods(["GET", "POST"])
def terms_create(request: HttpRequest, pk: int) -> HttpResponse:
    """New terms; those after agreed ones begin with what was agreed last."""
    user: Any = request.user
    agreement = seen_agreement(request, pk)
    refuse(user, Action.MANAGE, agreement.park_id)
    last = agreement.versions.order_by("-valid_until").first()
    initial: dict[str, Any] = {"valid_from": agreement.signed_on}
    if last is not None:
        initial = initial_of(whole_version(last.pk))
        initial = {name: value for name, value in initial.items() if not name.startswith("promise_")}
        initial |= {"valid_from": last.valid_until, "valid_until": None, "version": None}
    form = TermsForm(request.POST or None, agreement=agreement, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names=FIELDS):

            def write() -> str:
                version = services.save_terms(
                    agreement=agreement, version=None, values=form.values(), terms=form.terms(),
                    promises=form.promises(), actor=user, at=timezone.now(),
                )  # fmt: skip
                return reverse("sharing-version", args=[version.pk])

            return redirect(submit_once(request, request.POST.get("once", ""), write))
    context = {"form": form, "agreement": agreement, "once": request.POST.get("once") or new_token()}
    return _form_page(request, context)


@login_required
@require_http_methods(["GET", "POST"])
def terms_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    version = seen_version(request, pk)
    agreement = version.agreement
    refuse(user, Action.MANAGE, agreement.park_id)
    form = TermsForm(
        request.POST or None, agreement=agreement, user=user, initial=initial_of(whole_version(pk))
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names=FIELDS):
            services.save_terms(
                agreement=agreement,
                version=version,
                values=form.values(),
                terms=form.terms(),
                promises=form.promises(),
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The terms are saved."))
            return redirect("sharing-version", pk=pk)
    if version.state != SharingVersionState.DRAFT and request.method == "GET":
        messages.info(request, _("Terms that were put forward stay as they are; start a new version."))
        return redirect("sharing-version", pk=pk)
    return _form_page(request, {"form": form, "agreement": agreement, "version": version})


def _form_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    form = context["form"]
    values = _typed(form)
    context |= {"example": example_of(form.agreement, values), "example_figure": EXAMPLE}
    return render(request, "sharing/terms_form.html", context, status=status_of(form))


def _typed(form: TermsForm) -> dict[str, Any]:
    """What stands in the fields now, as text or as it was stored."""
    return {name: form[name].value() for name in form.fields}


@login_required
@require_POST
def terms_example(request: HttpRequest, pk: int) -> HttpResponse:
    """The worked example for what is typed this moment; writes nothing."""
    agreement = seen_agreement(request, pk)
    refuse(request.user, Action.MANAGE, agreement.park_id)
    form = TermsForm(request.POST, agreement=agreement, user=request.user)
    form.is_valid()
    typed = _number(request.POST.get("example_figure"))
    figure = EXAMPLE if typed is None else typed
    context = {
        "agreement": agreement,
        "example": example_of(agreement, _typed(form), figure),
        "example_figure": figure,
    }
    return render(request, "sharing/_example.html", context)


def _number(text: Any) -> Decimal | None:
    scale = Decimal(1)
    typed = str(text if text is not None else "").replace(",", "").replace("%", "").strip()
    for word, factor in (("万元", 10_000), ("万", 10_000), ("亿", 100_000_000)):
        if typed.endswith(word):
            typed, scale = typed.removesuffix(word), Decimal(factor)
            break
    try:
        found = Decimal(typed) * scale
    except ArithmeticError:
        return None
    return found if found.is_finite() and 0 <= found <= Decimal(10) ** 15 else None


def example_of(
    agreement: SharingAgreement, typed: dict[str, Any], figure: Decimal = EXAMPLE
) -> list[dict[str, Any]]:
    """One worked example for each base that is far enough, in the order of the form."""
    parties = list(agreement.parties.select_related("park", "organisation").order_by("position"))
    found = []
    for n in (1, 2, 3):
        base, rate = typed.get(f"base_{n}"), _number(typed.get(f"rate_{n}"))
        shares = [(party, _number(typed.get(f"share_{n}_{party.pk}")) or Decimal(0)) for party in parties]
        total = sum((share for _party, share in shares), Decimal(0))
        if not base or base not in SharingBase.values or not rate or rate > HUNDRED:
            continue
        rule = Rule(
            rate=rate,
            threshold=_number(typed.get(f"threshold_{n}")) or Decimal(0),
            cap=_number(typed.get(f"cap_{n}")) or None,
            shares=tuple((party.pk, share) for party, share in shares if share),
            remainder_to=_chosen(typed.get(f"remainder_{n}"), shares),
        )
        whole = shared_of(figure, rule)
        found.append(
            {
                "base": SharingBase(base).label,
                "rule": rule,
                "counted": max(figure - rule.threshold, Decimal(0)),
                "shared": whole,
                "total_percent": total,
                "rows": [(party, share, whole.shares.get(party.pk, Decimal(0))) for party, share in shares]
                if total == HUNDRED
                else [],
                "tail": _tail(typed, rule, figure),
            }
        )
    return found


def _chosen(key: Any, shares: list[tuple[Any, Decimal]]) -> int:
    with_share = [party.pk for party, share in shares if share]
    wanted = int(key) if str(key or "").isdigit() else 0
    return wanted if wanted in with_share else (with_share or [0])[-1]


def _tail(typed: dict[str, Any], rule: Rule, figure: Decimal) -> list[tuple[int, Decimal, Decimal]]:
    """(year after expiry, percent of the rate, amount shared) for the example, up to the first nothing."""
    kind = str(typed.get("tail") or "ends")
    years = _number(typed.get("tail_years")) or Decimal(0)
    text = str(typed.get("tail_rates") or "").replace("、", ",").replace("，", ",")
    rates = [rate for rate in (_number(part) for part in text.replace(" ", ",").split(",")) if rate]
    rows = []
    for after in range(1, 32):
        factor = tail_factor(kind, int(min(years, Decimal(30))), rates, after)
        rows.append((after, factor, shared_of(figure, rule, factor).amount))
        if not factor:
            break
    return rows


@login_required
@require_safe
def version_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    version = whole_version(seen_version(request, pk).pk)
    may_manage = allows(user, Action.MANAGE, version.agreement.park_id)
    may_sign = allows(user, Action.VERIFY_MONEY, version.agreement.park_id)
    own = version.proposed_by_id == user.pk
    terms = sorted(version.terms.all(), key=lambda row: row.pk)
    firms = Enterprise.objects.visible_to(user).filter(sharing_terms__version=version)
    typed = initial_of(version)
    context = {
        "version": version,
        "agreement": version.agreement,
        "terms": terms,
        "firms": set(firms.values_list("pk", flat=True)),
        "promises": sorted(version.promises.all(), key=lambda row: (row.year, row.pk)),
        "phases": phases_of(version, this_year=timezone.localdate().year),
        "example": example_of(version.agreement, typed),
        "example_figure": EXAMPLE,
        "may_edit": may_manage and version.state == SharingVersionState.DRAFT,
        "may_agree": may_sign and version.state == SharingVersionState.PROPOSED and not own,
        "may_return": may_sign and version.state == SharingVersionState.PROPOSED,
        "is_own": own and version.state == SharingVersionState.PROPOSED,
    }
    return render(request, "sharing/version.html", context)


@login_required
@require_POST
def version_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Put forward, agree, send back, drop; which of them is posted as ``act``."""
    user: Any = request.user
    version = seen_version(request, pk)
    act, now = request.POST.get("act", ""), timezone.now()
    signs = act in ("agree", "return")
    refuse(user, Action.VERIFY_MONEY if signs else Action.MANAGE, version.agreement.park_id)
    with told_to(request):
        if act == "propose":
            services.propose_terms(version=version, actor=user, at=now)
            messages.success(request, _("Put forward. A second person agrees to the terms."))
        elif act == "agree":
            services.agree_terms(version=version, actor=user, at=now)
            messages.success(request, _("The terms are agreed and frozen."))
        elif act == "return":
            reason = request.POST.get("reason", "")[:300]
            services.return_terms(version=version, reason=reason, actor=user, at=now)
            messages.success(request, _("The terms are a draft again."))
        elif act == "drop":
            services.drop_terms(version=version, actor=user, at=now)
            messages.success(request, _("The draft is gone."))
            return redirect("sharing-detail", pk=version.agreement_id)
        else:
            messages.error(request, _("Choose what to do with the terms."))
    return redirect("sharing-version", pk=pk)
