"""Addresses of money."""

from django.urls import path

from ledger.web import batches, budgets, commitments, payments

urlpatterns = [
    path("budgets/", budgets.budget_list, name="budget-list"),
    path("budgets/new/", budgets.budget_create, name="budget-create"),
    path("budgets/<int:pk>/", budgets.budget_detail, name="budget-detail"),
    path("budgets/<int:pk>/edit/", budgets.budget_edit, name="budget-edit"),
    path("budgets/<int:pk>/change/", budgets.budget_change, name="budget-change"),
    path("budgets/<int:pk>/commit/", commitments.commitment_create, name="budget-commit"),
    path("budget-changes/<int:pk>/decide/", budgets.budget_decide, name="budget-decide"),
    path("entries/<int:pk>/", budgets.ledger_entry, name="ledger-entry"),
    path("commitments/<int:pk>/", commitments.commitment_detail, name="ledger-commitment"),
    path("commitments/<int:pk>/plan/", commitments.commitment_plan, name="ledger-plan"),
    path("commitments/<int:pk>/release/", commitments.commitment_release, name="ledger-release"),
    path("commitments/<int:pk>/clawback/", commitments.commitment_clawback, name="ledger-clawback"),
    path("payments/", payments.payment_list, name="payment-list"),
    path("payments/accounts/", payments.account_list, name="payment-accounts"),
    path("payments/accounts/new/", payments.account_create, name="payment-account-create"),
    path("bank-accounts/<int:pk>/decide/", payments.account_decide, name="payment-account-decide"),
    path("instalments/<int:pk>/", payments.payment_detail, name="payment-detail"),
    path("instalments/<int:pk>/claim/", payments.payment_claim, name="payment-claim"),
    path("instalments/<int:pk>/verify/", payments.payment_verify, name="payment-verify"),
    path("instalments/<int:pk>/return/", payments.payment_return, name="payment-return"),
    path("instalments/<int:pk>/terms/", payments.payment_terms, name="payment-terms"),
    path("instalments/<int:pk>/step/", payments.payment_step, name="payment-step"),
    path("instalments/<int:pk>/bounce/", payments.payment_bounce, name="payment-bounce"),
    path("batches/", batches.batch_list, name="batch-list"),
    path("batches/new/", batches.batch_new, name="batch-new"),
    path("batches/<int:pk>/", batches.batch_detail, name="batch-detail"),
    path("batches/<int:pk>/act/", batches.batch_act, name="batch-act"),
    path("batches/<int:pk>/export/", batches.batch_export, name="batch-export"),
    path("bank-results/new/", batches.batch_result, name="batch-result"),
    path("bank-results/<int:pk>/", batches.batch_result_detail, name="batch-result-detail"),
    path("exchange-rates/import/", batches.rate_import, name="exchange-rate-import"),
]
