"""All addresses under /api/v1/."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, include, path, re_path, resolve
from drf_spectacular.views import SpectacularAPIView

import accounts.api.schema  # noqa: F401
from core.api.converters import register
from core.api.docs import ApiDocsView
from core.api.views import UnknownAddress

register()
_unknown = UnknownAddress.as_view()


def anything_else(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """An address without its last slash stands for the one with it, whatever the method; the rest is 404."""
    if not request.path_info.endswith("/"):
        try:
            match = resolve(request.path_info + "/")
        except Resolver404:
            match = None
        if match is not None and match.func is not anything_else:
            request.resolver_match = match
            return match.func(request, *match.args, **match.kwargs)
    return _unknown(request)


urlpatterns = [
    path(
        "schema/",
        SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]),
        name="schema",
    ),
    path("docs/", ApiDocsView.as_view(url_name="schema"), name="api-docs"),
    path("", include("projects.api.urls")),  # the busiest first: addresses are tried in this order
    path("", include("accounts.api.urls")),
    path("", include("incubators.api.urls")),
    path("", include("evidence.api.urls")),
    path("", include("enterprises.api.urls")),
    path("", include("evaluation.api.urls")),
    path("", include("exchange.api.urls")),
    path("", include("outreach.api.urls")),
    path("", include("support.api.urls")),
    path("", include("ledger.api.urls")),
    path("", include("reviews.api.urls")),
    path("", include("funding.api.urls")),
    path("", include("applications.api.urls")),
    path("", include("contests.api.urls")),
    path("", include("sharing.api.urls")),
    path("", include("capital.api.urls")),
    path("", include("returns.api.urls")),
    path("", include("insight.api.urls")),
    re_path(r"^[\s\S]*$", anything_else),  # also an address with a line break in it
]
