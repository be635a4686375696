"""Which policies a person sees, and which version of one holds on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from core.search import fold
from funding.enums import PolicyStatus, VersionState
from funding.models import Policy, PolicyRelation, PolicyVersion
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


def policies_matching(
    user: Any,
    *,
    q: str = "",
    region: str = "",
    computability: str = "",
    place: str = "",
    in_force: date | None = None,
) -> PolicyQuerySet:
    """Policies the person sees whose codes and names contain every word of ``q``, in any script.

    ``place`` is ``library``, ``own`` (of any park one sees) or the code of a park; ``in_force`` is a day on
    which a version holds. Proposals hold on no day.
    """
    found = Policy.objects.visible_to(user)
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if region:
        found = found.filter(region_zh=region)
    if computability:
        found = found.filter(computability=computability)
    if place:
        places = {"library": Q(park=None), "own": Q(park__isnull=False)}
        found = found.filter(places.get(place, Q(park__code=place)))
    if in_force is not None:
        holding = PolicyVersion.objects.on(in_force).filter(policy=OuterRef("pk"))
        found = found.exclude(status=PolicyStatus.PROPOSAL).filter(Exists(holding))
    return found


def regions_of(user: Any) -> list[str]:
    """The regions that the policies one sees are of."""
    rows = Policy.objects.visible_to(user).exclude(region_zh="")
    return list(rows.order_by("region_zh").values_list("region_zh", flat=True).distinct())


def newest_or_current(versions: Iterable[PolicyVersion], day: date) -> PolicyVersion | None:
    """The published version that holds on the day, or else the newest one."""
    published = sorted((one for one in versions if one.is_published), key=lambda one: one.number)
    return next((one for one in published if holds_on(one, day)), published[-1] if published else None)


def holds_on(version: PolicyVersion, day: date) -> bool:
    return (
        version.is_published
        and (version.valid_from is None or version.valid_from <= day)
        and (version.valid_until is None or day < version.valid_until)
    )


def relations_of(user: Any, policy: Policy) -> list[tuple[Policy, PolicyRelation]]:
    """How the policy stands to others that the person sees."""
    rows = PolicyRelation.objects.visible_to(user).filter(Q(policy=policy) | Q(other=policy))
    pairs = [
        (one.other if one.policy_id == policy.pk else one.policy, one)
        for one in rows.select_related("policy", "other").order_by("pk")
    ]
    seen = set(
        Policy.objects.visible_to(user)
        .filter(pk__in=[other.pk for other, _one in pairs])
        .values_list("pk", flat=True)
    )
    return [(other, one) for other, one in pairs if other.pk in seen]


def version_for(policy: Policy, *, as_of: date | None, today: date) -> Held:
    """The version that answers. With a day, the one that holds then (``NoVersion`` if none does); without,
    the one of today or else the newest, which then is no longer or not yet in force. A proposal holds on no
    day."""
    published = policy.versions.filter(state=VersionState.PUBLISHED)
    if policy.status == PolicyStatus.PROPOSAL:
        newest = None if as_of else published.order_by("-number").first()
        if newest is None:
            raise NoVersion(policy, as_of, [])
        return Held(newest, False)
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
