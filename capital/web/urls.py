"""Addresses of funds and credit."""

from django.urls import path

from capital.web import credit, funds, matches, offers, records, subsidies

urlpatterns = [
    *offers.addresses(),
    *records.addresses(),
    path("<int:pk>/", funds.fund_detail, name="fund-detail"),
    path("investments/", funds.investment_list, name="fund-investment-list"),
    path("investments/new/", funds.investment_create, name="fund-investment-create"),
    path("investments/<int:pk>/", funds.investment_detail, name="fund-investment-detail"),
    path("investments/<int:pk>/edit/", funds.investment_edit, name="fund-investment-edit"),
    path("investments/<int:pk>/exits/new/", funds.exit_create, name="fund-exit-create"),
    path("products/<int:pk>/", credit.product_detail, name="credit-product-detail"),
    path("products/<int:pk>/loans/", credit.loan_link, name="credit-loan-link"),
    path("loans/<int:pk>/unlink/", credit.loan_unlink, name="credit-loan-unlink"),
    path("whitelists/<int:pk>/", credit.list_detail, name="credit-list-detail"),
    path("pools/<int:pk>/", credit.pool_detail, name="credit-pool-detail"),
    path("risks/<int:pk>/recoveries/new/", credit.recovery_create, name="credit-recovery-create"),
    path("subsidies/", subsidies.subsidy_list, name="credit-subsidy-list"),
    path("subsidies/new/", subsidies.subsidy_create, name="credit-subsidy-create"),
    path("subsidies/<int:pk>/", subsidies.subsidy_detail, name="credit-subsidy-detail"),
    path("subsidies/<int:pk>/edit/", subsidies.subsidy_edit, name="credit-subsidy-edit"),
    path("subsidies/<int:pk>/commit/", subsidies.subsidy_commit, name="credit-subsidy-commit"),
    path("subsidies/<int:pk>/withdraw/", subsidies.subsidy_withdraw, name="credit-subsidy-withdraw"),
    path("matches/", matches.match_list, name="credit-match-list"),
    path("matches/new/", matches.match_create, name="credit-match-create"),
    path("matches/<int:pk>/", matches.match_detail, name="credit-match-detail"),
    path("matches/<int:pk>/edit/", matches.match_edit, name="credit-match-edit"),
    path("matches/<int:pk>/move/", matches.match_move, name="credit-match-move"),
    path("matches/<int:pk>/reopen/", matches.match_reopen, name="credit-match-reopen"),
    path("matches/<int:pk>/remove/", matches.match_remove, name="credit-match-remove"),
    path("events/<int:pk>/", matches.event_summary, name="credit-event"),
    path("suggest/", matches.suggest, name="credit-suggest"),
]
