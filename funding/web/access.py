"""Who sees a policy and who may change it: everybody with a place reads, park administrators write."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from funding.models import Policy, PolicyVersion
from incubators.models import Park
from incubators.scope import Action, scope_of


def may_manage(user: Any, policy: Policy) -> bool:
    return policy.park_id is not None and scope_of(user).allows(Action.MANAGE, park_id=policy.park_id)


def visible_policy(request: HttpRequest, code: str) -> Policy:
    policies = Policy.objects.visible_to(request.user).select_related("park")
    found: Policy = get_object_or_404(policies, code=code)
    return found


def managed_policy(request: HttpRequest, code: str) -> Policy:
    """404 for a stranger, 403 with the reason for a reader."""
    policy = visible_policy(request, code)
    refuse_readers(request.user, policy)
    return policy


def visible_version(request: HttpRequest, pk: int) -> PolicyVersion:
    versions = PolicyVersion.objects.visible_to(request.user)
    found: PolicyVersion = get_object_or_404(
        versions.select_related("policy__park", "created_by", "published_by"), pk=pk
    )
    return found


def managed_version(request: HttpRequest, pk: int) -> PolicyVersion:
    version = visible_version(request, pk)
    refuse_readers(request.user, version.policy)
    return version


def refuse_readers(user: Any, policy: Policy) -> None:
    if policy.park_id is None:
        raise PermissionDenied(
            _("Policies of the library are examples; copy one into your park to change it.")
        )
    if not may_manage(user, policy):
        raise PermissionDenied(
            _("Only the administrator of %(park)s can change its policies.") % {"park": policy.park}
        )


def managed_parks(user: Any) -> list[Park]:
    places = scope_of(user).places(Action.MANAGE)
    if not places:
        return []
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return list(parks.order_by("sort_key", "pk"))
