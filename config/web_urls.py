"""Addresses of the pages."""

from django.urls import URLPattern, URLResolver, include, path

from core.web.drafts import draft_save

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("incubators.web.urls")),
    path("", include("enterprises.web.urls")),
    path("", include("accounts.web.urls")),
    path("", include("insight.web.urls")),
    path("imports/", include("exchange.web.urls")),
    path("liaison/", include("outreach.web.urls")),
    path("services/", include("support.web.urls")),
    path("money/", include("ledger.web.urls")),
    path("reviews/", include("reviews.web.urls")),
    path("", include("funding.web.matching_urls")),
    path("policies/", include("funding.web.urls")),
    path("applications/", include("applications.web.urls")),
    path("contests/", include("contests.web.urls")),
    path("sharing/", include("sharing.web.urls")),
    path("funds/", include("capital.web.urls")),
    path("returns/", include("returns.web.urls")),
    path("projects/", include("projects.web.urls")),
    path("evidence/", include("evidence.web.urls")),
    path("drafts/<slug:form>/", draft_save, name="draft-save"),
    path("evaluation/", include("evaluation.web.urls")),
]
