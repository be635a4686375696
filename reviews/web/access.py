"""Who may do what on the pages of reviews."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from incubators.scope import Action, may_somewhere, scope_of
from reviews.enums import AssignmentState
from reviews.models import Assignment, Case, Expert, ReviewRound, runs_reviews
from reviews.services import recheck_assignment


def parks_to_run(user: Any) -> list[Park]:
    """The parks whose reviews the person administers."""
    places = scope_of(user).places(Action.MANAGE)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return list(parks.order_by("sort_key", "pk"))


def refuse_readers(user: Any, park_id: int | None = None) -> None:
    """403 for whoever does not administer reviews: there, or anywhere."""
    may = may_somewhere(Action.MANAGE, user) if park_id is None else runs_reviews(user, park_id)
    if not may:
        raise PermissionDenied(_("Only the park administrator runs reviews."))


def round_of(request: HttpRequest, pk: int) -> ReviewRound:
    found: ReviewRound = get_object_or_404(
        ReviewRound.objects.visible_to(request.user).select_related("park", "created_by"), pk=pk
    )
    return found


def expert_of(request: HttpRequest, pk: int) -> Expert:
    rows = Expert.objects.visible_to(request.user).select_related(
        "park", "user", "employer_organisation", "employer_enterprise"
    )
    found: Expert = get_object_or_404(rows, pk=pk)
    return found


def case_of(request: HttpRequest, pk: int) -> Case:
    """The case, looked at with the eyes of today: a conflict that has turned up closes it this moment."""
    rows = Case.objects.visible_to(request.user).select_related(
        "round__park", "enterprise", "project", "incubator", "result_by", "confirmed_by"
    )
    found: Case = get_object_or_404(rows, pk=pk)
    task = own_assignment(request, found)
    if task is not None:
        checked = recheck_assignment(assignment=task, at=timezone.now())
        if checked.state == AssignmentState.RECUSED:
            raise Http404
    return found


def own_assignment(request: HttpRequest, case: Case) -> Assignment | None:
    """What the person himself has to do with the case as an expert."""
    rows = Assignment.objects.of_expert(request.user).filter(case=case)
    return rows.select_related("case__round__park", "case__incubator", "expert__user").first()


def store_files(
    request: HttpRequest, park: Park, incubator: Incubator | None, files: list[Any]
) -> list[EvidenceFile]:
    """Store what came with a form, in the caller's transaction."""
    user: Any = request.user
    with transaction.atomic():
        return [
            store_evidence(
                park=park,
                incubator=incubator,
                content=file,
                name=file.name,
                actor=user,
                at=timezone.now(),
            )
            for file in files
        ]
