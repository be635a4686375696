"""What anybody may see without signing in: the contest, its entry form, its results, and by a secret link the
state of one's own entry."""

import re
import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contests import services
from contests.models import Contest, Division, Entry
from contests.selectors import public_promotions, steps_of_entries
from contests.services.entries import hash_of_secret
from contests.web.access import uploads
from contests.web.brake import is_too_much
from contests.web.forms.contests import PublicEntryForm
from core.errors import Conflict
from core.web.errors import shown_on, status_of, told_to

ONCE = re.compile(r"[A-Za-z0-9_-]{16,60}")


def _public_contest(slug: str) -> Contest:
    rows = Contest.objects.public().select_related("park").prefetch_related("hosts", "fields")
    found: Contest = get_object_or_404(rows, code=slug)
    return found


def _divisions(contest: Contest) -> list[tuple[Division, str]]:
    """Each division with where its form stands today: open, ahead or closed."""
    today = timezone.localdate()
    found = []
    for division in contest.divisions.order_by("opens_on", "code"):
        if division.is_open_on(today):
            state = "open"
        else:
            state = "ahead" if division.takes_form and today < division.opens_on else "closed"
        found.append((division, state))
    return found


@require_safe
def contest_public(request: HttpRequest, slug: str) -> HttpResponse:
    contest = _public_contest(slug)
    divisions = _divisions(contest)
    context = {
        "contest": contest,
        "divisions": divisions,
        "is_open": any(state == "open" for _division, state in divisions),
        "rounds": contest.rounds.select_related("division").order_by("sequence", "pk"),
        "has_results": _announced(contest) != [],
    }
    return render(request, "contests/public_contest.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def contest_enter(request: HttpRequest, slug: str) -> HttpResponse:
    """The entry form. The hidden ``once`` makes the secret of the entry: pressing twice enters once."""
    contest = _public_contest(slug)
    divisions = _divisions(contest)
    open_ones = [division for division, state in divisions if state == "open"]
    if request.method == "POST" and is_too_much(request, contest_id=contest.pk):
        return render(request, "contests/public_slow.html", {"contest": contest}, status=429)
    if not open_ones:
        status = 409 if request.method == "POST" else 200
        context = {"contest": contest, "divisions": divisions}
        return render(request, "contests/public_closed.html", context, status=status)
    form = PublicEntryForm(request.POST or None, request.FILES or None, contest=contest, divisions=open_ones)
    if request.method == "POST" and request.POST.get("website"):
        # A robot filled in what nobody sees. It is told nothing that would help it.
        return redirect("contest-public", slug=slug)
    once = request.POST.get("once", "")
    if request.method == "POST" and not ONCE.fullmatch(once):
        once = secrets.token_urlsafe(24)
    if request.method == "POST" and form.is_valid():
        secret = _secret_of(once)
        with shown_on(form):
            _enter(form, secret)
            return redirect("contest-receipt", token=secret)
    if request.method == "POST" and not form.is_bound:
        form = PublicEntryForm({}, contest=contest, divisions=open_ones)
        form.is_valid()
    context = {
        "contest": contest,
        "form": form,
        "divisions": divisions,
        "once": once or secrets.token_urlsafe(24),
    }
    return render(request, "contests/public_enter.html", context, status=status_of(form))


def _secret_of(once: str) -> str:
    """What only we can make of the form's token: whoever sees the page's source cannot guess another's."""
    return salted_hmac("contests.entry", once, algorithm="sha256").hexdigest()[:48]


def _enter(form: PublicEntryForm, secret: str) -> None:
    try:
        services.enter_by_form(
            division=form.cleaned_data["division"],
            values=form.values(),
            files=uploads(form.cleaned_data["files"]),
            secret=secret,
            at=timezone.now(),
        )
    except Conflict:
        # Sent twice in the same moment: the other one has made the entry.
        if not Entry.objects.filter(secret_hash=hash_of_secret(secret)).exists():
            raise


def _by_link(token: str) -> Entry:
    entry = services.entry_of_secret(token)
    if entry is None:
        raise Http404(_("No entry belongs to this link. Check that you copied all of it."))
    return entry


@never_cache
@require_safe
def contest_receipt(request: HttpRequest, token: str) -> HttpResponse:
    entry = _by_link(token)
    context = {
        "entry": entry,
        "contest": entry.division.contest,
        "steps": steps_of_entries([entry], timezone.localdate())[entry.pk],
        "token": token,
        "link": request.build_absolute_uri(),
        "files": entry.files.order_by("pk"),
    }
    response = render(request, "contests/public_receipt.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@never_cache
@require_POST
def receipt_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    entry = _by_link(token)
    with told_to(request):
        services.withdraw_entry(entry=entry, actor=None, at=timezone.now())
        messages.success(request, _("Your entry is withdrawn."))
    return redirect("contest-receipt", token=token)


def _announced(contest: Contest) -> list[dict[str, Any]]:
    """The lists that are or were on public show, round by round."""
    found: dict[int, dict[str, Any]] = {}
    for line in public_promotions(contest, timezone.localdate()):
        promotion = line.promotion
        group = found.setdefault(
            promotion.pk, {"round": promotion.round, "notice": promotion.notice, "lines": []}
        )
        group["lines"].append(line)
    return list(found.values())


@require_safe
def contest_results(request: HttpRequest, slug: str) -> HttpResponse:
    contest = _public_contest(slug)
    context = {"contest": contest, "groups": _announced(contest), "today": timezone.localdate()}
    return render(request, "contests/public_results.html", context)
