"""Vocabulary of import runs and their rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    """Where an import stands. Rows can be mended while it is ready, done or undone."""

    READING = "reading", _("being read")
    MAPPING = "mapping", _("columns to be assigned")
    READY = "ready", _("ready to submit")
    WRITING = "writing", _("being written")
    DONE = "done", _("written to the records")
    FAILED = "failed", _("could not be read")
    UNDONE = "undone", _("taken back")
    DISCARDED = "discarded", _("put aside")


class ImportSource(models.TextChoices):
    FILE = "file", _("file")
    PASTED = "pasted", _("pasted table")
    GRID = "grid", _("filled in on the page")


class RowState(models.TextChoices):
    """What would become of a row, or what became of it."""

    NEW = "new", _("new record")
    UPDATE = "update", _("changes a record")
    UNCHANGED = "unchanged", _("no changes")
    DUPLICATE = "duplicate", _("possible duplicate")
    ERROR = "error", _("needs correction")
    SKIPPED = "skipped", _("left out")
    CREATED = "created", _("record created")
    UPDATED = "updated", _("record updated")
    EMPTY = "empty", _("empty row")


class RowDecision(models.TextChoices):
    """What a person says of a row that may be the same as a record."""

    NEW = "new", _("it is another one")
    SAME = "same", _("it is the same")
    SKIP = "skip", _("leave this row out")


#: Rows that can still be changed, in the order in which a person wants to see them.
OPEN = (
    RowState.ERROR,
    RowState.DUPLICATE,
    RowState.NEW,
    RowState.UPDATE,
    RowState.UNCHANGED,
    RowState.SKIPPED,
    RowState.EMPTY,
)
#: Rows that a submission takes.
TO_WRITE = (RowState.NEW, RowState.UPDATE)
#: Rows that stay behind until somebody mends or decides them.
PARKED = (RowState.ERROR, RowState.DUPLICATE)
#: Rows that stand in the records.
WRITTEN = (RowState.CREATED, RowState.UPDATED)
#: States in which rows can be changed and submitted.
EDITABLE = (ImportState.READY, ImportState.DONE, ImportState.UNDONE)
#: States in which the same file may be brought again: nothing of this run stands.
GONE = (ImportState.DISCARDED, ImportState.UNDONE, ImportState.FAILED)
