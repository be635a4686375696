"""One bank product with its loans, one list with its entries, one pool with what it bore."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from capital.enums import FundStage
from capital.models import BankProduct, CreditList, PoolRecovery, ProductLoan, RiskPool, sees_whole_park_of
from capital.selectors.credit import (
    entries_of,
    entry_counts,
    excess_of,
    linkable_loans,
    loans_of_product,
    recoveries_of,
    risks_of,
    standings_of,
    usage_of,
    warnings_of,
)
from capital.services import link_loan, unlink_loan
from capital.services.acting import plain
from capital.web import forms
from capital.web.access import (
    allow,
    allow_somewhere,
    form_page,
    rights_in,
    seen,
    sent,
)
from capital.web.offers import may_keep, sector_words
from capital.web.records import plain_form
from core.web.errors import told_to
from enterprises.enums import Guarantee
from enterprises.models import RiskShare
from incubators.scope import Action, may_somewhere, scope_of

SHOWN = 50


@login_required
@require_safe
def product_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    rows = BankProduct.objects.select_related("park", "bank", "needs_list", "pool", "entered_by")
    product = seen(request, rows, pk)
    links = list(loans_of_product(user, product).order_by("-loan__starts_on", "-pk")[:SHOWN])
    warnings = warnings_of(links)
    context = {
        "product": product,
        "usage": usage_of(user, [product])[product.pk],
        "rows": [(row, warnings.get(row.pk), rights_in(user, row.owner)) for row in links],
        "stages": [FundStage(code).label for code in product.stages],
        "securities": [Guarantee(code).label for code in product.securities],
        "fields": sector_words(product),
        "may_keep": may_keep(request, product),
        "may_enter": may_somewhere(Action.ENTER, user),
        "today": timezone.localdate(),
    }
    return render(request, "capital/product.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def loan_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a recorded loan is one of this product."""
    user: Any = request.user
    product = seen(request, BankProduct.objects.select_related("park", "pool"), pk)
    allow_somewhere(request)
    places = scope_of(user).places(Action.ENTER)
    loans = linkable_loans(user, product).filter(
        places.filter(park="enterprise__park", incubator="enterprise__incubator")
    )
    pools = RiskPool.objects.visible_to(user).order_by("sort_key", "pk")
    form = forms.LinkLoanForm(sent(request), loans=loans, pools=pools)
    back = reverse("credit-product-detail", args=[pk])

    def write() -> str:
        data = form.cleaned_data
        link_loan(loan=data["loan"], product=product, pool=data["pool"], actor=user, at=timezone.now())
        excess = excess_of(product, data["loan"])
        if excess is not None:
            messages.warning(
                request,
                _("Linked. With %(sum)s the line is above the %(most)s that the product is said to lend.")
                % {"sum": plain(excess.total), "most": plain(excess.most)},
            )
        else:
            messages.success(request, _("The loan belongs to this product now."))
        return back

    return form_page(
        request, form, write, title=_("Add a recorded loan"), subtitle=product.name,
        submit=_("Add the loan"), back=(product.name, back), draft=f"credit-loan-{pk}",
    )  # fmt: skip


@login_required
@require_POST
def loan_unlink(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    link = seen(request, ProductLoan.objects.select_related("loan__enterprise__park", "product"), pk)
    allow(request, link.owner)
    with told_to(request):
        unlink_loan(link=link, actor=user, at=timezone.now())
        messages.success(request, _("The loan stays recorded; it no longer counts for the product."))
    return redirect("credit-product-detail", pk=link.product_id)


@login_required
@require_safe
def list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    register = seen(request, CreditList.objects.select_related("park", "entered_by"), pk)
    today = timezone.localdate()
    entries = list(entries_of(user, register).order_by("-starts_on", "-pk")[: SHOWN + 1])
    context = {
        "register": register,
        "counts": entry_counts(user, [register], day=today)[register.pk],
        "rows": entries[:SHOWN],
        "more": len(entries) > SHOWN,
        "products": BankProduct.objects.visible_to(user).filter(needs_list=register).order_by("sort_key"),
        "may_keep": may_keep(request, register),
        "may_enter": may_somewhere(Action.ENTER, user),
        "today": today,
    }
    return render(request, "capital/whitelist.html", context)


@login_required
@require_safe
def pool_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    pool = seen(request, RiskPool.objects.select_related("park", "keeper", "entered_by"), pk)
    risks = list(risks_of(user, pool).order_by("-lost_on", "-pk")[:SHOWN])
    recoveries = list(recoveries_of(user, pool).order_by("-on", "-pk")[:SHOWN])
    context = {
        "pool": pool,
        "standing": standings_of([pool])[pool.pk] if sees_whole_park_of(user, pool) else None,
        "risks": [(row, rights_in(user, row.owner)) for row in risks],
        "recoveries": [(row, rights_in(user, row.owner)) for row in recoveries],
        "products": BankProduct.objects.visible_to(user).filter(pool=pool).order_by("sort_key"),
        "may_keep": may_keep(request, pool),
    }
    return render(request, "capital/pool.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def recovery_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Money that came back for the shared risk ``pk``."""
    rows = RiskShare.objects.select_related("loan__enterprise__park", "loan__enterprise__incubator")
    risk = seen(request, rows, pk)
    allow(request, risk.owner)
    back = (risk.owner.name, reverse("enterprise-detail", args=[risk.owner.pk]) + "#financing")
    return plain_form(request, PoolRecovery(risk=risk), "credit-recovery", back=back)
