"""Reads of the exchange app: places to bring tables in for, runs, their counts and rows."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import User
from exchange.enums import TO_WRITE, WRITTEN, RowState
from exchange.models import ImportRow, ImportRun, RememberedHeading
from exchange.sheets import Place, Sheet, sheet_of
from incubators.models import Incubator, Park
from incubators.scope import Action, require, scope_of

MOST_ROWS_OF_A_PAGE = 1000


def place_for(user: User, *, park: Park | None = None, incubator: Incubator | None = None) -> Place:
    """Where an import goes, with the incubators that its incubator column may name.

    Raises ``Refused`` for somebody who may see the place but not enter records there.
    """
    home = incubator.park if incubator is not None else park
    if home is None:
        raise ValueError("an import goes to an incubator of a park, or to a park")
    require(
        Action.ENTER, user=user, park_id=home.pk, incubator_id=incubator.pk if incubator is not None else None
    )
    return _place(user, home, incubator)


def _place(user: User, park: Park, incubator: Incubator | None) -> Place:
    allowed = Incubator.objects.allowing(Action.ENTER, user).filter(park=park)
    return Place(park, incubator, tuple(allowed.select_related("park").order_by("sort_key", "pk")))


def places_of(user: User) -> list[Place]:
    """Every place in which the person may enter records: incubators first, then whole parks."""
    incubators = list(
        Incubator.objects.allowing(Action.ENTER, user)
        .filter(park__isnull=False)
        .operating()
        .select_related("park")
        .order_by("park__sort_key", "sort_key", "pk")
    )
    places = scope_of(user).places(Action.ENTER)
    parks = Park.objects.order_by("sort_key", "pk")
    if not places.everywhere:
        parks = parks.filter(pk__in=places.park_ids)
    by_park: dict[int | None, list[Incubator]] = {}
    for incubator in incubators:
        by_park.setdefault(incubator.park_id, []).append(incubator)
    found = [Place(incubator.park, incubator, tuple(by_park[incubator.park_id])) for incubator in incubators]
    return found + [Place(park, None, tuple(by_park.get(park.pk, ()))) for park in parks]


def place_of_run(run: ImportRun, actor: User) -> Place:
    """The place of a run as this person may use it; the services check whether he may."""
    return _place(actor, run.park, run.incubator)


def sheet_of_run(run: ImportRun) -> Sheet:
    """The table that the run is for. Raises ``LookupError`` when no app offers it any more."""
    sheet = sheet_of(run.sheet)
    if sheet is None:
        raise LookupError(run.sheet)
    return sheet


def runs_of(user: Any) -> QuerySet[ImportRun]:
    """The imports of the places that the person may see, newest first."""
    found: QuerySet[ImportRun] = ImportRun.objects.visible_to(user).select_related(
        "park", "incubator", "created_by", "committed_by", "undone_by", "discarded_by"
    )
    return found.order_by("-created_at", "-pk")


def counts_of(run: ImportRun) -> dict[str, int]:
    """How many rows stand in each status; statuses without rows are there with 0, empty rows are not."""
    counts = {status.value: 0 for status in RowState if status is not RowState.EMPTY}
    rows = run.rows.exclude(status=RowState.EMPTY).values_list("status")
    return counts | dict(rows.annotate(count=Count("pk")))


def counts_of_many(runs: Collection[ImportRun]) -> dict[int, dict[str, int]]:
    """``counts_of`` for a list of runs, in one query."""
    found: dict[int, dict[str, int]] = {
        run.pk: {status.value: 0 for status in RowState if status is not RowState.EMPTY} for run in runs
    }
    rows = ImportRow.objects.filter(run__in=list(found)).exclude(status=RowState.EMPTY)
    for run_id, status, count in rows.values_list("run_id", "status").annotate(count=Count("pk")):
        found[run_id][status] = count
    return found


def writable_of(run: ImportRun) -> int:
    """How many rows a submission would write now."""
    return int(run.rows.filter(status__in=TO_WRITE).count())


def written_by(run: ImportRun) -> dict[int, int]:
    """Record → row, of everything that the run has written and that stands."""
    rows = run.rows.filter(status__in=WRITTEN, record_id__isnull=False)
    return {row.record_id or 0: row.number for row in rows.only("record_id", "number")}


def rows_of(
    run: ImportRun, *, statuses: Collection[str] = (), after: int = 0, limit: int = 100
) -> list[ImportRow]:
    """Rows of these statuses (all without) with numbers above ``after``, by number."""
    rows = run.rows.filter(number__gt=after)
    if statuses:
        rows = rows.filter(status__in=list(statuses))
    found = list(rows.order_by("number")[: min(limit, MOST_ROWS_OF_A_PAGE)])
    for row in found:
        row.run = run
    return found


def remembered(*, sheet: str, place: Place) -> Mapping[str, str]:
    """Folded heading → column, as people of this place assigned them before; "" for one to leave out."""
    kept = RememberedHeading.objects.filter(sheet=sheet, park=place.park, incubator=place.incubator)
    return dict(kept.values_list("heading", "column"))
