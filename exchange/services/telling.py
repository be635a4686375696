"""News for whoever brought a table in, once a worker is through with it."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services import notify
from exchange.enums import ImportState
from exchange.models import ImportRun
from exchange.selectors import sheet_of_run


def tell_outcome(run: ImportRun, state: str, *, at: datetime) -> None:
    """Tell the person who waits. What ends within the request needs no notice: he sees the page."""
    sheet = sheet_of_run(run)
    name = run.original_name

    def text() -> str:
        words = {
            ImportState.READY: _("“%(name)s” is read and checked. Look at it and submit the good rows."),
            ImportState.MAPPING: _("“%(name)s” is read. Say which column is which."),
            ImportState.FAILED: _("“%(name)s” could not be read. The page says why."),
            ImportState.DONE: _("“%(name)s” is entered. Rows that were held back wait on its page."),
        }[ImportState(state)]
        return words % {"name": name or sheet.label_zh}

    person = run.committed_by if state == ImportState.DONE else run.created_by
    if person is None:
        return
    moment = run.committed_at if state == ImportState.DONE else run.created_at
    notify(
        users=[person],
        kind="import",
        text=text,
        url=reverse("import-run", args=[run.pk]),
        key=f"import:{run.pk}:{state}:{moment:%Y%m%d%H%M%S}" if moment else f"import:{run.pk}:{state}",
        at=at,
    )
