"""Asking for a report: who may, what is frozen, which run it is."""

from datetime import datetime
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import FieldError, Invalid, Refused
from core.periods import BadPeriod, Period
from evaluation.enums import Audience, ReportFormat, ReportLanguage, RunState
from evaluation.models import EvaluationRun, ReportRun
from evaluation.services.files import file_is_there
from evaluation.services.runs import get_or_create_run
from incubators.models import Incubator, Park
from incubators.scope import Action, require, scope_of

BUILD_REPORT = "evaluation.build_report"


def request_report(
    *,
    park: Park | None = None,
    incubator: Incubator | None = None,
    period: str,
    format: str,
    language: str,
    actor: User | None,
    at: datetime,
    dispatch: bool = True,
) -> ReportRun:
    """The report of an incubator, or of a whole park, for a period: the one that exists, or a new one.

    ``actor`` None is the system itself; ``dispatch`` False leaves the work to the caller. Raises ``Http404``
    for a stranger, ``Refused`` for someone who may see but not evaluate, ``Invalid`` for a bad period, format
    or language, ``Conflict`` without a scheme.
    """
    place = _place(park, incubator)
    audience = _audience(place, incubator, actor)
    wanted = _checked_period(period, at.astimezone(ZoneInfo(place.time_zone)), format, language)
    run = get_or_create_run(
        park=place, incubator=incubator, audience=audience, period=wanted, actor=actor, at=at
    )
    with transaction.atomic():
        return _queued_file(run, format=format, language=language, actor=actor, at=at, dispatch=dispatch)


def request_file(
    *, run: EvaluationRun, format: str, language: str, actor: User | None, at: datetime
) -> ReportRun:
    """A file of a run that exists, from the data it froze then; one that failed is queued again.

    The caller has found ``run`` among those that ``actor`` sees. Raises ``Refused`` for someone who may not
    evaluate there, ``Invalid`` for an unknown format or language.
    """
    require(Action.EVALUATE, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    if wrong := _wrong_kind(format, language):
        raise Invalid(_("This report cannot be made as asked."), fields=wrong)
    with transaction.atomic():
        return _queued_file(run, format=format, language=language, actor=actor, at=at)


def _queued_file(
    run: EvaluationRun,
    *,
    format: str,
    language: str,
    actor: User | None,
    at: datetime,
    dispatch: bool = True,
) -> ReportRun:
    report, created = ReportRun.objects.get_or_create(
        run=run,
        format=format,
        language=language,
        defaults={"requested_at": at, "requested_by": actor},
    )
    if (created or _queue_again(report)) and dispatch:
        # A broker that is down must not undo the request: the beat finds it waiting.
        transaction.on_commit(lambda: enqueue(report_run_id=report.pk), robust=True)
    return ReportRun.objects.select_related("run__park", "run__incubator").get(pk=report.pk)


def enqueue(*, report_run_id: int) -> None:
    """Hand the work to a worker, by name, so that nothing here depends on the tasks above it."""
    current_app.send_task(BUILD_REPORT, kwargs={"report_run_id": report_run_id})


def _place(park: Park | None, incubator: Incubator | None) -> Park:
    place = incubator.park if incubator else park
    if place is None or (park is not None and park != place):
        message = _("Choose an incubator of a park, or a park.")
        raise Invalid(message, fields=[FieldError("incubator", message, "required")])
    if incubator is not None and not Incubator.objects.operating().filter(pk=incubator.pk).exists():
        message = _("Totals and planned sites cannot be evaluated.")
        raise Invalid(message, fields=[FieldError("incubator", message, "not_operating")])
    return place


def _audience(park: Park, incubator: Incubator | None, actor: User | None) -> str:
    """The park's own staff compare incubators; an operator gets his own one, alone."""
    if actor is None:
        return Audience.PARK
    scope = scope_of(actor)
    sees_park = scope.sees_whole_park(park.pk)
    if incubator is None and not sees_park:
        if park.pk not in scope.incubator_parks.values():
            raise Http404(_("There is no such park in your care."))
        raise Refused(_("Only the park's own staff can have the report of the whole park."))
    incubator_id = incubator.pk if incubator else None
    if not scope.allows(Action.READ, park_id=park.pk, incubator_id=incubator_id):
        raise Http404(_("There is no such incubator in your care."))
    require(Action.EVALUATE, user=actor, park_id=park.pk, incubator_id=incubator_id)
    return Audience.PARK if sees_park else Audience.OPERATOR


def _checked_period(code: str, now: datetime, format: str, language: str) -> Period:
    wrong: list[FieldError] = []
    period = None
    try:
        period = Period.parse(code)
    except BadPeriod:
        wrong.append(FieldError("period", _("Write 2021, 2021-H1, 2021-Q2 or 2021-04."), "not_a_period"))
    if period is not None and period.start > now.date():
        wrong.append(FieldError("period", _("This period has not begun yet."), "future"))
    wrong += _wrong_kind(format, language)
    if wrong or period is None:
        raise Invalid(_("This report cannot be made as asked."), fields=wrong)
    return period


def _wrong_kind(format: str, language: str) -> list[FieldError]:
    wrong = []
    if format not in ReportFormat.values:
        wrong.append(FieldError("format", _("Choose pdf, docx or xlsx."), "unknown"))
    if language not in ReportLanguage.values:
        wrong.append(FieldError("language", _("Choose zh-hans or en."), "unknown"))
    return wrong


def _queue_again(report: ReportRun) -> bool:
    """A failed report, or one whose file was lost, is made again; whoever comes first queues it."""
    if report.state == RunState.DONE and file_is_there(report.storage_name):
        return False
    return bool(
        ReportRun.objects.filter(pk=report.pk)
        .filter(Q(state=RunState.FAILED) | Q(state=RunState.DONE))
        .filter(storage_name=report.storage_name, state=report.state)
        .update(
            state=RunState.QUEUED,
            attempts=0,
            progress=0,
            step="",
            error="",
            finished_at=None,
            lease_until=None,
            lease_token="",
        )
    )
