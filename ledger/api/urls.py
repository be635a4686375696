"""Addresses of money."""

from django.urls import path

from ledger.api import payments, rates, views

Commitments, Instalments = views.CommitmentViewSet, payments.InstalmentViewSet
Batches, Accounts = payments.BatchViewSet, payments.BankAccountViewSet
READ = {"get": "retrieve"}
ALL = {"get": "list"}

urlpatterns = [
    path("budgets/", views.BudgetViewSet.as_view({**ALL, "post": "create"})),
    path("budgets/<id:pk>/", views.BudgetViewSet.as_view({**READ, "patch": "partial_update"})),
    path("budgets/<id:pk>/changes/", views.BudgetViewSet.as_view({"post": "propose"})),
    path("budget-changes/", views.ChangeViewSet.as_view(ALL)),
    path("budget-changes/<id:pk>/", views.ChangeViewSet.as_view(READ)),
    path("budget-changes/<id:pk>/approve/", views.ChangeViewSet.as_view({"post": "approve"})),
    path("budget-changes/<id:pk>/refuse/", views.ChangeViewSet.as_view({"post": "refuse"})),
    path("commitments/", Commitments.as_view({**ALL, "post": "create"})),
    path("commitments/<id:pk>/", Commitments.as_view(READ)),
    path("commitments/<id:pk>/instalments/", Commitments.as_view({"put": "plan"})),
    path("commitments/<id:pk>/release/", Commitments.as_view({"post": "release"})),
    path("commitments/<id:pk>/claw-back/", Commitments.as_view({"post": "claw_back"})),
    path("commitments/<id:pk>/other-grants/", Commitments.as_view({"get": "others"})),
    path("ledger-entries/", views.EntryViewSet.as_view(ALL)),
    path("ledger-entries/<id:pk>/", views.EntryViewSet.as_view(READ)),
    path("instalments/", Instalments.as_view(ALL)),
    path("instalments/<id:pk>/", Instalments.as_view({**READ, "patch": "partial_update"})),
    path("instalments/<id:pk>/claim/", Instalments.as_view({"post": "claim"})),
    path("instalments/<id:pk>/verify/", Instalments.as_view({"post": "verify"})),
    path("instalments/<id:pk>/return/", Instalments.as_view({"post": "send_back"})),
    path("instalments/<id:pk>/received/", Instalments.as_view({"post": "received"})),
    path("instalments/<id:pk>/bounced/", Instalments.as_view({"post": "bounced"})),
    path("instalments/<id:pk>/steps/", payments.StepViewSet.as_view({**ALL, "post": "create"})),
    path("exchange-rates/", rates.ExchangeRateViewSet.as_view({**ALL, "post": "create"})),
    path("exchange-rates/<id:pk>/", rates.ExchangeRateViewSet.as_view(READ)),
    path("exchange-rates/import/", rates.RatesFileViewSet.as_view({"post": "create"})),
    path("payment-batches/", Batches.as_view({**ALL, "post": "create"})),
    path("payment-batches/<id:pk>/", Batches.as_view(READ)),
    path("payment-batches/<id:pk>/check/", Batches.as_view({"post": "check"})),
    path("payment-batches/<id:pk>/take-out/", Batches.as_view({"post": "take_out"})),
    path("payment-batches/<id:pk>/send/", Batches.as_view({"post": "send"})),
    path("payment-batches/<id:pk>/file/", Batches.as_view({"get": "file"})),
    path("bank-accounts/", Accounts.as_view({**ALL, "post": "create"})),
    path("bank-accounts/<id:pk>/", Accounts.as_view(READ)),
    path("bank-accounts/<id:pk>/verify/", Accounts.as_view({"post": "verify"})),
    path("bank-accounts/<id:pk>/retire/", Accounts.as_view({"post": "retire"})),
    path("bank-results/", payments.BankResultViewSet.as_view({**ALL, "post": "create"})),
    path("bank-results/<id:pk>/", payments.BankResultViewSet.as_view(READ)),
]
