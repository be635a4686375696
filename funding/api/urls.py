"""Addresses of policies and funding."""

from django.urls import path

from funding.api import matching, portfolio, views

urlpatterns = [
    path("policies/", views.PolicyViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "policies/<code:code>/", views.PolicyViewSet.as_view({"get": "retrieve", "patch": "partial_update"})
    ),
    # A question writes nothing: a token that may read may ask.
    path(
        "policies/<code:code>/evaluate/",
        views.PolicyViewSet.as_view({"post": "evaluate"}, write_scope="read", keeps_idempotency=False),
    ),
    path("policies/<code:code>/copies/", views.PolicyViewSet.as_view({"post": "copy"})),
    path("policies/<code:code>/relations/", views.PolicyViewSet.as_view({"put": "relate"})),
    path("policies/<code:code>/versions/", views.PolicyViewSet.as_view({"post": "start"})),
    path("policy-versions/", views.PolicyVersionViewSet.as_view({"get": "list"})),
    path(
        "policy-versions/<id:pk>/",
        views.PolicyVersionViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path("policy-versions/<id:pk>/publication/", views.PolicyVersionViewSet.as_view({"post": "publish"})),
    path("policy-versions/<id:pk>/end/", views.PolicyVersionViewSet.as_view({"post": "end"})),
    path("enterprises/<id:pk>/entitlements/", matching.EnterpriseEntitlementsView.as_view()),
    path("projects/<id:pk>/entitlements/", matching.ProjectEntitlementsView.as_view()),
    path("policy-questions/", matching.PolicyQuestionsView.as_view()),
    path("policy-proposals/", matching.ProposalViewSet.as_view({"get": "list"})),
    path("policy-proposals/<id:pk>/", matching.ProposalViewSet.as_view({"get": "retrieve"})),
    path("policy-proposals/<id:pk>/decision/", matching.ProposalViewSet.as_view({"post": "decide"})),
    path("portfolio-runs/", portfolio.PortfolioRunViewSet.as_view({"get": "list", "post": "create"})),
    path("portfolio-runs/<id:pk>/", portfolio.PortfolioRunViewSet.as_view({"get": "retrieve"})),
    path("portfolio-runs/<id:pk>/export/", portfolio.PortfolioRunViewSet.as_view({"get": "export"})),
]
