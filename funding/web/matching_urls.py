"""Addresses of entitlements, proposals and portfolio runs."""

from django.urls import path

from funding.web import entitlements, portfolio, proposals

urlpatterns = [
    path("entitlements/", entitlements.entitlement_list, name="entitlement-list"),
    path("entitlements/proposals/", proposals.entitlement_proposals, name="entitlement-proposals"),
    path(
        "entitlements/proposals/<int:pk>/decide/",
        proposals.entitlement_proposal_decide,
        name="entitlement-proposal-decide",
    ),
    path("entitlements/answers/<int:pk>/verify/", entitlements.entitlement_verify, name="entitlement-verify"),
    path("entitlements/<slug:kind>/<int:pk>/", entitlements.entitlement_detail, name="entitlement-detail"),
    path(
        "entitlements/<slug:kind>/<int:pk>/answer/",
        entitlements.entitlement_answer,
        name="entitlement-answer",
    ),
    path("portfolios/", portfolio.portfolio_list, name="portfolio-list"),
    path("portfolios/new/", portfolio.portfolio_new, name="portfolio-new"),
    path("portfolios/<int:pk>/", portfolio.portfolio_detail, name="portfolio-detail"),
    path("portfolios/<int:pk>/export/", portfolio.portfolio_export, name="portfolio-export"),
]
