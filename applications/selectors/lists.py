"""Lists of programmes, applications and meetings, narrowed by what the address says."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from applications.enums import ApplicationState, ProgrammeState
from applications.models import Application, Meeting, Programme
from applications.models.applications import AWARDED
from core.search import fold
from incubators.scope import Action, scope_of


def programmes_matching(
    user: Any, *, q: str = "", state: str = "", year: str = "", park: str = ""
) -> QuerySet[Programme]:
    """Programmes one may see, with how many applications that one may see were handed in and approved."""
    found = Programme.objects.visible_to(user).select_related("park", "policy", "budget")
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if state in ProgrammeState.values:
        found = found.filter(state=state)
    if year.isdigit() and len(year) == 4:
        found = found.filter(year=int(year))
    if park:
        found = found.filter(park__code=park)
    seen = Q(applications__in=Application.objects.visible_to(user).order_by().values("pk"))
    handed_in = seen & ~Q(applications__state=ApplicationState.DRAFT)
    return found.annotate(
        received=Count("applications", filter=handed_in, distinct=True),
        approved=Count("applications", filter=seen & Q(applications__state__in=AWARDED), distinct=True),
    )


def programmes_for(user: Any, *, day: date, park_id: int | None = None) -> QuerySet[Programme]:
    """Programmes to which the person can apply on that day, for somebody in one of his places."""
    scope = scope_of(user)
    places = scope.places(Action.ENTER)
    homes = {scope.incubator_parks[key] for key in places.incubator_ids if key in scope.incubator_parks}
    found = Programme.objects.visible_to(user).filter(
        state=ProgrammeState.OPEN, opens_on__lte=day, closes_on__gte=day
    )
    if not places.everywhere:
        found = found.filter(park__in=sorted({*places.park_ids, *homes}))
    if park_id is not None:
        found = found.filter(park=park_id)
    return found.select_related("park", "policy").order_by("closes_on", "pk")


def applications_matching(
    user: Any,
    *,
    q: str = "",
    programme: str = "",
    state: str = "",
    step: str = "",
    incubator: str = "",
    kind: str = "",
    mine: str = "",
) -> QuerySet[Application]:
    """Applications one may see; ``step`` is the kind of step at which they stand, ``state`` may be
    ``awarded``."""
    found = Application.objects.visible_to(user).select_related(
        "programme__park", "incubator", "project", "enterprise", "current_step", "commitment"
    )
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if programme.isdigit() and len(programme) <= 18:
        found = found.filter(programme=int(programme))
    elif programme:
        found = found.filter(programme__code=programme)
    if state == "awarded":
        found = found.filter(state__in=AWARDED)
    elif state:
        found = found.filter(state=state)
    if step:
        found = found.filter(current_step__kind=step)
    if incubator:
        found = found.filter(incubator__code=incubator)
    if kind:
        found = found.filter(applicant_kind=kind)
    return found.filter(Q(entered_by=user.pk) | Q(submitted_by=user.pk)) if mine else found


def applications_about(user: Any, *, project: Any = None, enterprise: Any = None) -> QuerySet[Application]:
    """Those of one project, or of one enterprise and its projects, newest first."""
    rows = Application.objects.visible_to(user).select_related("programme", "current_step", "commitment")
    if project is not None:
        rows = rows.filter(project=project)
    if enterprise is not None:
        rows = rows.filter(Q(enterprise=enterprise) | Q(project__enterprise=enterprise))
    return rows.order_by("-created_at", "-pk")


def meetings_seen(user: Any) -> QuerySet[Meeting]:
    rows: QuerySet[Meeting] = Meeting.objects.visible_to(user)
    return rows.select_related("programme__park", "evidence", "proposed_by", "confirmed_by")
