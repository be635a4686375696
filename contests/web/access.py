"""Who may do what on the pages of contests and challenges: 404 for a stranger, then 403 for a reader."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from contests.models import Bid, Challenge, Contest, ContestRound, Division, Entry, Milestone, runs_contests
from contests.services import Upload
from contests.services.entries import RELATED
from incubators.models import Incubator, Park
from incubators.scope import Action, may_somewhere, scope_of


def parks_to_run(user: Any) -> list[Park]:
    """The parks whose contests the person administers."""
    places = scope_of(user).places(Action.MANAGE)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return list(parks.order_by("sort_key", "pk"))


def sites_to_enter(user: Any, park_id: int) -> list[Incubator]:
    """The incubators of a park for whose teams the person enters."""
    scope = scope_of(user)
    rows = Incubator.objects.filter(park=park_id).order_by("sort_key", "pk")
    return [row for row in rows if scope.allows(Action.ENTER, park_id=park_id, incubator_id=row.pk)]


def enters_in(user: Any, park_id: int) -> bool:
    return runs_contests(user, park_id) or bool(sites_to_enter(user, park_id))


def refuse_readers(user: Any, park_id: int | None = None) -> None:
    """403 for whoever does not administer contests: there, or anywhere."""
    may = may_somewhere(Action.MANAGE, user) if park_id is None else runs_contests(user, park_id)
    if not may:
        raise PermissionDenied(_("Only the park administrator runs contests and challenges."))


def refuse_outsiders(user: Any, park_id: int) -> None:
    """403 for whoever enters nothing in this park."""
    if not enters_in(user, park_id):
        raise PermissionDenied(_("Only the park administrator and its operators enter teams here."))


def contest_of(request: HttpRequest, pk: int) -> Contest:
    found: Contest = get_object_or_404(
        Contest.objects.visible_to(request.user).select_related("park").prefetch_related("hosts", "fields"),
        pk=pk,
    )
    return found


def division_of(request: HttpRequest, pk: int) -> Division:
    rows = Division.objects.visible_to(request.user).select_related("contest__park", "incubator")
    found: Division = get_object_or_404(rows, pk=pk)
    return found


def entry_of(request: HttpRequest, pk: int) -> Entry:
    rows = Entry.objects.visible_to(request.user).select_related(
        *RELATED, "field", "judged_by", "entered_by", "lead", "project"
    )
    found: Entry = get_object_or_404(rows, pk=pk)
    return found


def round_of(request: HttpRequest, pk: int) -> ContestRound:
    rows = ContestRound.objects.visible_to(request.user).select_related(
        "contest__park", "division", "review_round", "promotion__notice", "promotion__decided_by",
        "promotion__confirmed_by",
    )  # fmt: skip
    found: ContestRound = get_object_or_404(rows, pk=pk)
    return found


def challenge_of(request: HttpRequest, pk: int) -> Challenge:
    rows = Challenge.objects.visible_to(request.user).select_related(
        "park", "publisher", "incubator", "budget", "field", "review_round", "award__commitment"
    )
    found: Challenge = get_object_or_404(rows, pk=pk)
    return found


def bid_of(request: HttpRequest, pk: int) -> Bid:
    rows = Bid.objects.visible_to(request.user).select_related(
        "challenge__park", "enterprise", "project", "organisation", "incubator", "submitted_by"
    )
    found: Bid = get_object_or_404(rows, pk=pk)
    return found


def milestone_of(request: HttpRequest, pk: int) -> Milestone:
    rows = Milestone.objects.visible_to(request.user).select_related(
        "award__challenge__park", "award__bid__incubator"
    )
    found: Milestone = get_object_or_404(rows, pk=pk)
    return found


def uploads(files: list[Any]) -> list[Upload]:
    return [Upload(file.name, file) for file in files]
