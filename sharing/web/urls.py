"""Addresses of benefit sharing."""

from django.urls import path

from sharing.web import agreements, computing, settlements, terms

urlpatterns = [
    path("", agreements.sharing_list, name="sharing-list"),
    path("new/", agreements.sharing_create, name="sharing-create"),
    path("<int:pk>/", agreements.sharing_detail, name="sharing-detail"),
    path("<int:pk>/edit/", agreements.sharing_edit, name="sharing-edit"),
    path("<int:pk>/print/", agreements.sharing_print, name="sharing-print"),
    path("<int:pk>/excel/", agreements.sharing_excel, name="sharing-excel"),
    path("<int:pk>/terms/", terms.terms_create, name="sharing-terms-create"),
    path("<int:pk>/example/", terms.terms_example, name="sharing-example"),
    path("<int:pk>/compute/", computing.sharing_compute, name="sharing-compute"),
    path("<int:pk>/settle/", settlements.sharing_settle, name="sharing-settle"),
    path("<int:pk>/dispute/", settlements.sharing_dispute, name="sharing-dispute"),
    path("terms/<int:pk>/", terms.version_detail, name="sharing-version"),
    path("terms/<int:pk>/edit/", terms.terms_edit, name="sharing-terms-edit"),
    path("terms/<int:pk>/act/", terms.version_act, name="sharing-version-act"),
    path("accruals/<int:pk>/", computing.sharing_accrual, name="sharing-accrual"),
    path("settlements/<int:pk>/", settlements.sharing_settlement, name="sharing-settlement"),
    path("settlements/<int:pk>/act/", settlements.sharing_settlement_act, name="sharing-settlement-act"),
    path("disputes/<int:pk>/resolve/", settlements.sharing_dispute_resolve, name="sharing-dispute-resolve"),
]
