"""Addresses of funds and credit."""

from typing import Any

from django.urls import URLPattern, path

from capital.api import matching, views

Subsidies, Matches = views.InterestSubsidyViewSet, matching.MatchViewSet
ALL = {"get": "list", "post": "create"}
ONE = {"get": "retrieve", "patch": "partial_update"}
ONE_REMOVABLE = {**ONE, "delete": "destroy"}


def _offers(name: str, view: Any) -> list[URLPattern]:
    return [path(f"{name}/", view.as_view(ALL)), path(f"{name}/<id:pk>/", view.as_view(ONE))]


def _verified(name: str, view: Any) -> list[URLPattern]:
    return [
        path(f"{name}/", view.as_view(ALL)),
        path(f"{name}/<id:pk>/", view.as_view(ONE_REMOVABLE)),
        path(f"{name}/<id:pk>/verify/", view.as_view({"post": "verify"})),
        path(f"{name}/<id:pk>/return/", view.as_view({"post": "send_back_one"})),
    ]


urlpatterns = [
    *_offers("funds", views.FundViewSet),
    *_offers("bank-products", views.BankProductViewSet),
    *_offers("credit-lists", views.CreditListViewSet),
    *_offers("risk-pools", views.RiskPoolViewSet),
    *_verified("fund-investments", views.FundInvestmentViewSet),
    *_verified("fund-exits", views.FundExitViewSet),
    *_verified("pool-recoveries", views.PoolRecoveryViewSet),
    *_verified("interest-subsidies", Subsidies),
    path("interest-subsidies/<id:pk>/commit/", Subsidies.as_view({"post": "commit"})),
    path("interest-subsidies/<id:pk>/withdraw/", Subsidies.as_view({"post": "withdraw"})),
    path("product-loans/", views.ProductLoanViewSet.as_view(ALL)),
    path(
        "product-loans/<id:pk>/", views.ProductLoanViewSet.as_view({"get": "retrieve", "delete": "destroy"})
    ),
    path("matchmaking/events/", Matches.as_view({"get": "events"})),
    path("matchmaking/", Matches.as_view(ALL)),
    path("matchmaking/<id:pk>/", Matches.as_view(ONE_REMOVABLE)),
    path("matchmaking/<id:pk>/move/", Matches.as_view({"post": "move"})),
]
