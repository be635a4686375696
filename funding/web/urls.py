"""Addresses of policies and funding."""

from django.urls import path

from funding.web import asking, editing, policies, versions

# No code of a policy holds an underscore: “new_policy” cannot be one.
urlpatterns = [
    path("", policies.policy_list, name="policy-list"),
    path("new_policy/", policies.policy_create, name="policy-create"),
    path("<code:code>/", policies.policy_detail, name="policy-detail"),
    path("<code:code>/ask/", asking.policy_ask, name="policy-ask"),
    path("<code:code>/edit/", policies.policy_edit, name="policy-edit"),
    path("<code:code>/copy/", policies.policy_copy, name="policy-copy"),
    path("<code:code>/relate/", policies.policy_relate, name="policy-relate"),
    path("<code:code>/start/", versions.version_start, name="policy-version-start"),
    path("versions/<int:pk>/", versions.version_detail, name="policy-version"),
    path("versions/<int:pk>/edit/", editing.version_edit, name="policy-version-edit"),
    path("versions/<int:pk>/preview/", editing.version_preview, name="policy-version-preview"),
    path("versions/<int:pk>/differences/", versions.version_diff, name="policy-version-diff"),
    path("versions/<int:pk>/publish/", versions.version_publish, name="policy-version-publish"),
    path("versions/<int:pk>/end/", versions.version_end, name="policy-version-end"),
    path("versions/<int:pk>/discard/", versions.version_discard, name="policy-version-discard"),
]
