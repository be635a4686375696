"""One's own settings: name, language, tokens of one's programs."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import ApiToken
from accounts.services import change_profile, issue_token, revoke_token
from accounts.web.forms import ProfileForm, TokenForm
from core.web.errors import shown_on, status_of, told_to


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    initial = {"display_name": user.display_name, "language": user.language}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            language = form.cleaned_data["language"]
            change_profile(user=user, **form.cleaned_data, actor=user, at=timezone.now())
            response = redirect("settings")
            with translation.override(language or translation.get_language()):
                messages.success(request, _("Your profile is saved."))
            if language:
                response.set_cookie(
                    settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax"
                )
            else:
                response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
            return response
    return render(request, "accounts_settings/profile.html", {"form": form}, status=status_of(form))


@login_required
@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    return _token_page(request, TokenForm())


@login_required
@require_POST
@never_cache
@sensitive_variables("text")
def token_create(request: HttpRequest) -> HttpResponse:
    """Make a token; its text stands on the answer to this request and nowhere else."""
    user: Any = request.user
    form = TokenForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            token, text = issue_token(
                user=user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                lifetime=form.lifetime,
                actor=user,
                at=timezone.now(),
            )
            return _token_page(request, TokenForm(), made=token, text=text)
    return _token_page(request, form, status=status_of(form))


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    with told_to(request):
        revoke_token(token=token, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("token-list")


def _token_page(
    request: HttpRequest,
    form: TokenForm,
    *,
    made: ApiToken | None = None,
    text: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    tokens = ApiToken.objects.filter(user=request.user).order_by("-created_at", "-pk")[:100]  # type: ignore[misc]
    context = {
        "form": form,
        "made": made,
        "text": text,
        "rows": [(token, _state(token, now)) for token in tokens],
    }
    return render(request, "accounts_settings/tokens.html", context, status=status)


def _state(token: ApiToken, now: Any) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "active" if token.is_live(now) else "expired"
