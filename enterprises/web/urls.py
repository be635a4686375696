"""Addresses of the pages of enterprises; the page of one enterprise stands in ``insight``."""

from django.urls import path

from enterprises.web import entries, financing, ladder, owners, records, rules, spaces, tracked, views

urlpatterns = [
    path("enterprises/", views.enterprise_list, name="enterprise-list"),
    path("enterprises/new/", views.enterprise_create, name="enterprise-create"),
    path("enterprises/<int:pk>/edit/", views.enterprise_edit, name="enterprise-edit"),
    path("enterprises/<int:pk>/figures/", entries.figures_enter, name="enterprise-figures"),
    path("enterprises/<int:pk>/recognitions/", entries.recognition_enter, name="enterprise-recognition"),
    path("enterprises/<int:pk>/ladder/", ladder.ladder_check, name="ladder-check"),
    path("yearly-figures/<int:pk>/verify/", entries.figures_verify, name="yearly-figures-verify"),
    path("recognitions/<int:pk>/verify/", entries.recognition_verify, name="recognition-verify"),
    path("ladder/", ladder.ladder, name="ladder"),
    path("ladder/rules/", ladder.ladder_rules, name="ladder-rules"),
    path("ladder/rules/<int:pk>/", ladder.ladder_rule, name="ladder-rule"),
    path("ladder/rules/new/<slug:code>/", rules.ladder_rule_new, name="ladder-rule-new"),
    path("ip/", tracked.ip_list, name="ip-list"),
    path("ip/new/", tracked.ip_create, name="ip-create"),
    path("ip/<int:pk>/", tracked.ip_detail, name="ip-detail"),
    path("ip/<int:pk>/edit/", tracked.ip_edit, name="ip-edit"),
    path("ip/<int:pk>/owners/", owners.ip_owners, name="ip-owners"),
    path("ip/<int:pk>/remove/", tracked.ip_remove, name="ip-remove"),
    path("talents/", tracked.talent_list, name="talent-list"),
    path("talents/new/", tracked.talent_create, name="talent-create"),
    path("talents/<int:pk>/", tracked.talent_detail, name="talent-detail"),
    path("talents/<int:pk>/edit/", tracked.talent_edit, name="talent-edit"),
    path("talents/<int:pk>/remove/", tracked.talent_remove, name="talent-remove"),
    path("spaces/", spaces.space_list, name="space-list"),
    path("spaces/<int:pk>/", spaces.space_detail, name="space-detail"),
    path("spaces/<int:pk>/occupancies/new/", spaces.occupancy_create, name="occupancy-create"),
    path("occupancies/<int:pk>/edit/", spaces.occupancy_edit, name="occupancy-edit"),
    path("occupancies/<int:pk>/end/", spaces.occupancy_end, name="occupancy-end"),
    path("occupancies/<int:pk>/remove/", spaces.occupancy_remove, name="occupancy-remove"),
    path("financing/", financing.financing_list, name="financing-list"),
    *records.addresses(),
]
