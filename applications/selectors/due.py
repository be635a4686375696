"""What falls due in applications, and what waits for whom."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.enums import ApplicationState, ProgrammeState, StepKind
from applications.models import Application, AwardRelease, Meeting, Programme, StepLog
from core.due import DueItem, Waiting
from incubators.scope import Action, scope_of

#: Days within which what was sent back is expected again.
DAYS_TO_MEND = 10


def due_of_applications(*, user: Any, until: date) -> Iterator[DueItem]:
    """Drafts before the last day, what was sent back, steps that take too long; three queries."""
    scope = scope_of(user)
    writes = scope.places(Action.ENTER).filter(park="programme__park", incubator="incubator")
    yield from _drafts(user, writes, until)
    yield from _returned(user, writes, until)
    runs = scope.places(Action.MANAGE)
    if runs:
        yield from _steps(runs, until)


def _drafts(user: Any, writes: Any, until: date) -> Iterator[DueItem]:
    rows = Application.objects.filter(
        writes,
        state=ApplicationState.DRAFT,
        programme__state=ProgrammeState.OPEN,
        programme__closes_on__lte=until,
    ).select_related("programme")
    for row in rows.order_by("programme__closes_on", "pk"):
        yield DueItem(
            kind="application",
            title=_("Hand in the application"),
            on=row.programme.closes_on,
            url=reverse("application-detail", args=[row.pk]),
            park_id=row.programme.park_id,
            incubator_id=row.incubator_id,
            subject=row.title,
            icon="file-text",
            escalates_after=None,
        )


def _returned(user: Any, writes: Any, until: date) -> Iterator[DueItem]:
    rows = (
        Application.objects.filter(writes, state=ApplicationState.RETURNED)
        .annotate(since=Min("log__entered_on", filter=Q(log__left_at=None)))
        .select_related("programme")
    )
    for row in rows.order_by("since", "pk"):
        day = row.since + timedelta(days=DAYS_TO_MEND)
        if day <= until:
            yield DueItem(
                kind="application",
                title=_("Complete the application that was sent back"),
                on=day,
                url=reverse("application-detail", args=[row.pk]),
                park_id=row.programme.park_id,
                incubator_id=row.incubator_id,
                subject=row.title,
                icon="file-text",
            )


def _steps(runs: Any, until: date) -> Iterator[DueItem]:
    """One item per step at which something stands, due when the first of them has stood for its days."""
    rows = (
        StepLog.objects.filter(
            runs.filter(park="step__programme__park", incubator="step__programme__park__incubators"),
            left_at=None,
            step__days_allowed__isnull=False,
        )
        .order_by()
        .values("step", "step__days_allowed", "step__programme")
        .annotate(first=Min("entered_on"))
    )
    late = {row["step"]: row["first"] + timedelta(days=row["step__days_allowed"] or 0) for row in rows}
    late = {key: day for key, day in late.items() if day <= until}
    if not late:
        return
    programmes = Programme.objects.filter(steps__in=list(late)).prefetch_related("steps").distinct()
    for programme in programmes:
        for step in programme.steps.all():
            if step.pk in late:
                yield DueItem(
                    kind="application",
                    title=_("Move the applications on: %(step)s") % {"step": step.label},
                    on=late[step.pk],
                    url=reverse("programme-detail", args=[programme.pk]),
                    park_id=programme.park_id,
                    subject=programme.name,
                    icon="list-check",
                )


def waiting_applications(*, user: Any, limit: int) -> Iterator[Waiting]:
    """Formal checks and other steps that wait for the park, and meetings and releases to be confirmed; four
    queries."""
    scope = scope_of(user)
    runs, pays = scope.places(Action.MANAGE), scope.places(Action.PAY)
    if runs:
        yield from _checks(user, runs, limit)
        yield from _standing(runs, limit)
    if pays:
        yield from _meetings(user, pays, limit)
        yield from _releases(user, pays, limit)


def _checks(user: Any, runs: Any, limit: int) -> Iterator[Waiting]:
    rows = Application.objects.visible_to(user).filter(
        runs.filter(park="programme__park", incubator="incubator"),
        current_step__kind=StepKind.FORMAL_CHECK,
    )
    for row in rows.select_related("programme", "submitted_by").order_by("submitted_at", "pk")[:limit]:
        yield Waiting(
            kind="application",
            word=_("application to be checked"),
            label=row.title,
            since=row.submitted_at or row.created_at,
            url=reverse("application-detail", args=[row.pk]),
            place=row.programme.name,
            by=str(row.submitted_by or ""),
            is_own=user.pk in (row.submitted_by_id, row.entered_by_id),
            icon="file-text",
        )


def _standing(runs: Any, limit: int) -> Iterator[Waiting]:
    """What stands before the meeting and is on no list yet, one line per programme."""
    rows = (
        StepLog.objects.filter(
            runs.filter(park="step__programme__park", incubator="step__programme__park__incubators"),
            left_at=None,
            step__kind=StepKind.MEETING,
        )
        .exclude(application__decisions__meeting__confirmed_at=None, application__decisions__isnull=False)
        .order_by()
        .values("step__programme", "step__programme__name_zh")
        .annotate(since=Min("entered_at"), count=Count("application", distinct=True))
        .order_by("since")
    )
    for row in rows[:limit]:
        yield Waiting(
            kind="application",
            word=_("applications for the meeting: %(count)d") % {"count": row["count"]},
            label=row["step__programme__name_zh"],
            since=row["since"],
            url=reverse("programme-detail", args=[row["step__programme"]]),
            icon="users",
        )


def _meetings(user: Any, pays: Any, limit: int) -> Iterator[Waiting]:
    rows = Meeting.objects.filter(
        pays.filter(park="programme__park", incubator="programme__park__incubators"), confirmed_at=None
    ).distinct()
    for row in rows.select_related("programme", "proposed_by").order_by("proposed_at", "pk")[:limit]:
        yield Waiting(
            kind="meeting",
            word=_("decisions of a meeting to be confirmed"),
            label=str(row),
            since=row.proposed_at,
            url=reverse("programme-meeting", args=[row.pk]),
            place=row.programme.name,
            by=str(row.proposed_by or ""),
            is_own=row.proposed_by_id == user.pk,
            icon="scale",
        )


def _releases(user: Any, pays: Any, limit: int) -> Iterator[Waiting]:
    rows = AwardRelease.objects.filter(
        pays.filter(
            park="application__programme__park", incubator="application__programme__park__incubators"
        ),
        confirmed_at=None,
    ).distinct()
    for row in rows.select_related("application__programme", "proposed_by").order_by("proposed_at", "pk")[
        :limit
    ]:
        yield Waiting(
            kind="application",
            word=_("money to be given back to the budget"),
            label=row.application.title,
            since=row.proposed_at,
            url=reverse("application-detail", args=[row.application_id]) + "#releases",
            place=row.application.programme.name,
            by=str(row.proposed_by or ""),
            is_own=row.proposed_by_id == user.pk,
            icon="coins",
        )
