"""Who may do what on the pages of applications, and the papers that come with a form."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import (
    Application,
    Meeting,
    Programme,
    ProgrammeStep,
    reads_programmes,
    runs_programmes,
)
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from incubators.scope import Action, may_somewhere, scope_of


def parks_to_run(user: Any) -> list[Park]:
    """The parks whose programmes the person runs."""
    places = scope_of(user).places(Action.MANAGE)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return list(parks.order_by("sort_key", "pk"))


def refuse_others(user: Any, park_id: int | None = None) -> None:
    """403 for whoever does not run programmes: there, or anywhere."""
    may = may_somewhere(Action.MANAGE, user) if park_id is None else runs_programmes(user, park_id)
    if not may:
        raise PermissionDenied(_("Only the park administrator runs programmes."))


def may_write(user: Any, application: Application) -> bool:
    return scope_of(user).allows(
        Action.ENTER, park_id=application.park_id, incubator_id=application.incubator_id
    )


def refuse_readers(user: Any, application: Application) -> None:
    """403 for whoever may only read the application."""
    if not may_write(user, application):
        raise PermissionDenied(_("Only those who work for the applicant write this application."))


def programme_of(request: HttpRequest, pk: int) -> Programme:
    rows = Programme.objects.visible_to(request.user).select_related("park", "policy", "budget")
    found: Programme = get_object_or_404(rows, pk=pk)
    return found


def step_of(request: HttpRequest, pk: int) -> ProgrammeStep:
    """A step of a programme that the person reads as a whole; others find nothing."""
    rows = ProgrammeStep.objects.visible_to(request.user).select_related(
        "programme__park", "programme__budget", "programme__policy"
    )
    found: ProgrammeStep = get_object_or_404(rows, pk=pk)
    if not reads_programmes(request.user, found.programme.park_id):
        raise Http404
    return found


def meeting_of(request: HttpRequest, pk: int) -> Meeting:
    rows = Meeting.objects.visible_to(request.user).select_related(
        "programme__park", "programme__budget", "proposed_by", "confirmed_by", "evidence"
    )
    found: Meeting = get_object_or_404(rows, pk=pk)
    return found


def application_of(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).select_related(
        "programme__park", "programme__policy", "programme__budget", "project__park", "project__enterprise",
        "project__incubator", "enterprise__park", "enterprise__incubator", "incubator", "current_step",
        "policy_version__policy", "submitted_by", "decided_by", "entered_by", "commitment__budget",
    )  # fmt: skip
    found: Application = get_object_or_404(rows, pk=pk)
    return found


def stored(
    request: HttpRequest, park: Park, incubator: Incubator | None, files: Iterable[Any]
) -> list[EvidenceFile]:
    """Store what came with a form, in the caller's transaction."""
    user: Any = request.user
    return [
        store_evidence(
            park=park, incubator=incubator, content=file, name=file.name, actor=user, at=timezone.now()
        )
        for file in files
    ]


def posted(request: HttpRequest) -> Any:
    """What was sent, also where it is nothing at all: then the form says what is missing."""
    return request.POST if request.method == "POST" else None


def sent_files(request: HttpRequest) -> Any:
    return request.FILES if request.method == "POST" else None
