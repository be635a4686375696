"""What apps above hang in here: ways to apply for what a policy gives, shown on the page of entitlements."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Offer:
    """A button beside a policy: a link, or a form with these ``fields`` that is posted to ``url``."""

    label: str | Promise
    url: str
    note: str | Promise = ""
    fields: Mapping[str, str] = field(default_factory=dict)


#: ``provider(user=, applicant=, policies=)`` answers, for ids of policies, the offer to this applicant today;
#: a fixed number of queries.
Provider = Callable[..., Mapping[int, Offer]]

_PROVIDERS: dict[str, Provider] = {}


def register_offers(name: str, provider: Provider) -> None:
    """Called by each app above when it is ready."""
    _PROVIDERS[name] = provider


def offers_for(*, user: Any, applicant: Any, policies: Collection[int]) -> dict[int, Offer]:
    """The offers to an applicant, by id of the policy."""
    found: dict[int, Offer] = {}
    for provider in _PROVIDERS.values():
        found |= provider(user=user, applicant=applicant, policies=policies)
    return found
