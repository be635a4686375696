"""Notices in the product, and when the digest comes by mail."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Notice
from accounts.services import change_email, mark_notices_read
from core.web.errors import shown_on, status_of
from core.web.keyset import page_of
from insight.enums import DigestRhythm
from insight.models import Digest
from insight.services import save_preference
from insight.services.digests import PREFERENCE_FIELDS, preference_of

ICONS = {
    "ticket": "lifebuoy",
    "gate": "route",
    "return": "table",
    "credit": "users",
    "import": "file-spreadsheet",
    "escalation": "alert-triangle",
}


@login_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    rows = Notice.objects.visible_to(request.user)
    unread_only = request.GET.get("show") == "unread"
    page = page_of(
        rows.unread() if unread_only else rows,
        order="",
        orders={"new": "created_at"},
        default="-new",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "rows": [(notice, ICONS.get(notice.kind.split("-")[0], "bell")) for notice in page.rows],
        "page": page,
        "unread_only": unread_only,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }
    return render(request, "insight/notices.html", context)


@login_required
@require_safe
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Go where the notice leads; it counts as read from then on."""
    user: Any = request.user
    notice = get_object_or_404(Notice.objects.visible_to(user), pk=pk)
    mark_notices_read(user=user, ids=[notice.pk], at=timezone.now())
    safe = url_has_allowed_host_and_scheme(notice.url, {request.get_host()}, request.is_secure())
    return redirect(notice.url if notice.url and safe else "notice-list")


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    mark_notices_read(user=user, at=timezone.now())
    return redirect("notice-list")


class DigestForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("without an address everything still stands under “Due dates” and “Notices”"),
    )
    rhythm = forms.ChoiceField(label=gettext_lazy("How often to send"), choices=DigestRhythm.choices)
    hour = forms.TypedChoiceField(
        label=gettext_lazy("From this hour on"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = ["Asia/Shanghai", "Asia/Hong_Kong", "Europe/Stockholm"]
        rest = sorted(name for name in available_timezones() if "/" in name and name not in usual)
        self.fields["time_zone"].choices = [(name, name) for name in [*usual, *rest]]  # type: ignore[attr-defined]


@login_required
@require_http_methods(["GET", "POST"])
def digest_settings(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    now = timezone.now()
    stored = preference_of(user, at=now)
    initial = {name: getattr(stored, name) for name in PREFERENCE_FIELDS} | {"email": user.email}
    form = DigestForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            values = dict(form.cleaned_data)
            with transaction.atomic():
                change_email(user=user, email=values.pop("email"), actor=user, at=now)
                save_preference(user=user, values=values, actor=user, at=now)
            messages.success(request, _("Your settings are saved."))
            return redirect("digest-settings")
    digests = Digest.objects.visible_to(user).order_by("-on", "-pk")[:10]
    return render(
        request, "insight/digest_settings.html", {"form": form, "digests": digests}, status=status_of(form)
    )
