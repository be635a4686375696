"""Bringing something in: a file, a pasted block, an empty grid, a corrected file."""

import hashlib
import io
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, FieldError, Invalid
from core.saving import clean_text
from exchange.enums import GONE, ImportSource, ImportState, RowState
from exchange.headers import marker_of
from exchange.models import ImportRow, ImportRun
from exchange.reading import read_file, read_pasted
from exchange.services import files
from exchange.services.changing import take_corrections
from exchange.services.leases import claim, enqueue_on_commit
from exchange.services.storing import add_rows
from exchange.services.taking import take_in
from exchange.sheets import Place, RawSheet, Sheet, sheet_of
from incubators.scope import Action, require

#: From so many rows on, the work goes to a worker.
LARGEST_INLINE = 1000
#: Titles, headings and notes that may stand above the rows.
LINES_ABOVE = 20
LARGEST_GRID = 200


def start_import(
    *, sheet: str, place: Place, content: BinaryIO, name: str, actor: User, at: datetime
) -> ImportRun:
    """Store the file and say what would become of its rows: at once, or by a worker when it is long.

    The same bytes for the same place and table again give the earlier run with ``is_repeat`` set; a file that
    this system returned goes to the run that it belongs to. Raises ``Invalid`` for what cannot be read and
    ``Refused`` for somebody who may not enter records there.
    """
    table = _table(sheet)
    _require_enter(place, actor)
    data, name = _bytes(content, name), _clean_name(name)
    digest = hashlib.sha256(data).hexdigest()
    if earlier := _earlier(table, place, digest):
        return earlier
    raws = read_file(io.BytesIO(data), name)
    marker = marker_of(raws)
    if marker is not None:
        if marker.sheet != table.code:
            raise _other_table(marker.sheet)
        if (known := _returned_to(marker.run, table, place)) is not None:
            return take_corrections(run=known, raws=raws, actor=actor, at=at)
    run = _stored(table, place, ImportSource.FILE, data, name=name, suffix=_suffix(name), actor=actor, at=at)
    return run if run.is_repeat else _begin(run, raws, at)


def start_pasted(*, sheet: str, place: Place, text: str, actor: User, at: datetime) -> ImportRun:
    """A block copied from a spreadsheet, with its heading row. The same block again is the same run."""
    table = _table(sheet)
    _require_enter(place, actor)
    data = text.encode("utf-8", errors="replace")
    if len(data) > settings.EVIDENCE_MAX_BYTES:
        raise _too_large(_("The pasted block"))
    digest = hashlib.sha256(data).hexdigest()
    if earlier := _earlier(table, place, digest):
        return earlier
    raws = [read_pasted(text)]
    run = _stored(table, place, ImportSource.PASTED, data, name="", suffix=".txt", actor=actor, at=at)
    return run if run.is_repeat else _begin(run, raws, at)


@transaction.atomic
def start_empty(*, sheet: str, place: Place, actor: User, at: datetime, rows: int = 20) -> ImportRun:
    """A grid of empty rows, to be filled in on the page."""
    table = _table(sheet)
    _require_enter(place, actor)
    columns = list(table.columns())
    run = ImportRun.objects.create(
        sheet=table.code,
        park=place.park,
        incubator=place.incubator,
        source=ImportSource.GRID,
        state=ImportState.READY,
        language=get_language() or settings.LANGUAGE_CODE,
        layout={"mapping": {str(index): column.name for index, column in enumerate(columns)}},
        rows_total=0,
        created_at=at,
        created_by=actor,
        updated_at=at,
    )
    number = max(1, min(rows, LARGEST_GRID))
    blank = {column.name: None for column in columns}
    add_rows(
        [ImportRow(run=run, number=index + 1, values=blank, status=RowState.EMPTY) for index in range(number)]
    )
    return run


def reupload(*, run: ImportRun, content: BinaryIO, name: str, actor: User, at: datetime) -> ImportRun:
    """A returned file with corrections: the parked rows take over what was changed in it.

    Rows are found by the row number that the returned file carries; rows that were written stay as they are,
    rows without a number are new.
    """
    require(Action.ENTER, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    data = _bytes(content, name)
    raws = read_file(io.BytesIO(data), _clean_name(name))
    marker = marker_of(raws)
    if marker is not None and marker.run not in (None, str(run.pk)):
        message = _("This file was returned for another import.")
        raise Conflict(message, code="other_run", fields=[FieldError("file", message, "other_run")])
    return take_corrections(run=run, raws=raws, actor=actor, at=at)


def _begin(run: ImportRun, raws: Sequence[RawSheet], at: datetime) -> ImportRun:
    """Small tables are read within the request; for the others, and for those that fail on the way, there is
    the worker."""
    rows = max((len(raw.rows) for raw in raws), default=0)
    if rows > LARGEST_INLINE + LINES_ABOVE:
        enqueue_on_commit(run)
        return run
    lease = claim(run.pk, lambda: at)
    if lease is not None:
        take_in(lease=lease, raws=raws)
    run.refresh_from_db()
    return run


def _table(code: str) -> Sheet:
    table = sheet_of(code)
    if table is None:
        raise Invalid(
            _("There is no such table."),
            fields=[FieldError("sheet", _("“%(code)s” is not a table.") % {"code": code[:40]}, "not_found")],
        )
    return table


def _require_enter(place: Place, actor: User) -> None:
    incubator_id = place.incubator.pk if place.incubator is not None else None
    require(Action.ENTER, user=actor, park_id=place.park.pk, incubator_id=incubator_id)


def _bytes(content: BinaryIO, name: str) -> bytes:
    content.seek(0)
    data = content.read(settings.EVIDENCE_MAX_BYTES + 1)
    if len(data) > settings.EVIDENCE_MAX_BYTES:
        raise _too_large(f"“{name}”")
    return data


def _too_large(what: str) -> Invalid:
    limit = settings.EVIDENCE_MAX_BYTES // 1024 // 1024
    message = _("%(what)s is larger than %(limit)d MB. Split it into smaller tables.")
    said = message % {"what": what, "limit": limit}
    return Invalid(said, code="too_large", fields=[FieldError("file", said, "too_large")])


def _clean_name(name: str) -> str:
    last = re.split(r"[\\/]", clean_text(name, field="file"))[-1].strip(" .")
    stem, suffix = Path(last).stem, Path(last).suffix[:20]
    return stem[: 255 - len(suffix)] + suffix if last else _("unnamed")


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z]{1,5}", suffix) else ""


def _earlier(table: Sheet, place: Place, digest: str) -> ImportRun | None:
    """The run of the same bytes, unless nothing of it stands any more."""
    run: ImportRun | None = (
        ImportRun.objects.filter(sheet=table.code, park=place.park, incubator=place.incubator, sha256=digest)
        .exclude(state__in=GONE)
        .select_related("park", "incubator", "created_by")
        .first()
    )
    if run is not None:
        run.is_repeat = True
    return run


def _returned_to(number: str | None, table: Sheet, place: Place) -> ImportRun | None:
    """The run that a returned file belongs to, if it is one of this place and still stands."""
    if not number or not number.isdigit() or len(number) > 18:
        return None
    found: ImportRun | None = (
        ImportRun.objects.filter(pk=int(number), sheet=table.code, park=place.park, incubator=place.incubator)
        .exclude(state__in=[ImportState.DISCARDED, ImportState.FAILED])
        .first()
    )
    return found


def _other_table(code: str) -> Invalid:
    other = sheet_of(code)
    chinese = (get_language() or "zh").startswith("zh")
    label = (other.label_zh if chinese else other.label_en) if other is not None else code
    message = _("This file is a table of “%(label)s”. Choose that table and bring it in there.") % {
        "label": label
    }
    return Invalid(message, code="other_table", fields=[FieldError("file", message, "other_table")])


def _stored(
    table: Sheet,
    place: Place,
    source: str,
    data: bytes,
    *,
    name: str,
    suffix: str,
    actor: User,
    at: datetime,
) -> ImportRun:
    """The run with its file; the earlier one when somebody brought the same bytes at the same moment."""
    digest = hashlib.sha256(data).hexdigest()
    stored = files.store_file(data, suffix=suffix)
    try:
        with transaction.atomic():
            return ImportRun.objects.create(
                sheet=table.code,
                park=place.park,
                incubator=place.incubator,
                source=source,
                state=ImportState.READING,
                original_name=name,
                storage_name=stored,
                sha256=digest,
                size=len(data),
                language=get_language() or settings.LANGUAGE_CODE,
                created_at=at,
                created_by=actor,
                updated_at=at,
            )
    except IntegrityError:
        files.remove_file(stored)
        earlier = _earlier(table, place, digest)
        if earlier is None:
            raise
        return earlier
    except BaseException:
        files.remove_file(stored)
        raise
