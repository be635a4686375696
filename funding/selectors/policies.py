"""Which policies a person sees, and which version of one holds on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.search import fold
from funding.enums import PolicyStatus, VersionState
from funding.models import Policy, PolicyVersion
from funding.models.policies import PolicyQuerySet


class NoVersion(LookupError):
    """No published version of the policy holds on the day. ``held`` lists the times that are covered."""

    def __init__(self, policy: Policy, day: date | None, held: list[tuple[date | None, date | None]]) -> None:
        super().__init__(f"{policy.code} has no version on {day}")
        self.policy, self.day, self.held = policy, day, held


@dataclass(frozen=True, slots=True)
class Held:
    """A version, and whether it holds on the day that was asked about."""

    version: PolicyVersion
    in_force: bool


def policies_matching(user: Any, *, q: str = "", region: str = "", computability: str = "") -> PolicyQuerySet:
    """Policies the person sees whose codes and names contain every word of ``q``, in any script."""
    found = Policy.objects.visible_to(user)
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if region:
        found = found.filter(region_zh=region)
    if computability:
        found = found.filter(computability=computability)
    return found


def version_for(policy: Policy, *, as_of: date | None, today: date) -> Held:
    """The version that answers. With a day, the one that holds then (``NoVersion`` if none does); without,
    the one of today or else the newest, which then is no longer or not yet in force."""
    published = policy.versions.filter(state=VersionState.PUBLISHED)
    current = published.on(as_of or today).first()
    if current is not None:
        return Held(current, True)
    newest = None if as_of else published.order_by("-number").first()
    if newest is None:
        held = list(published.order_by("number").values_list("valid_from", "valid_until"))
        raise NoVersion(policy, as_of, held)
    return Held(newest, False)


def versions_on(user: Any, *, day: date) -> Iterable[PolicyVersion]:
    """Versions in force on the day of every policy the person sees; proposals are no policies and stay
    out."""
    policies = Policy.objects.visible_to(user).exclude(status=PolicyStatus.PROPOSAL)
    return (
        PolicyVersion.objects.on(day)
        .filter(policy__in=policies)
        .select_related("policy", "policy__park")
        .order_by("policy__code")
    )
