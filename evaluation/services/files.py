"""Report files: outside the web root, under random names, written whole or not at all."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Conflict
from evaluation.enums import RunState
from evaluation.models import ReportRun
from evaluation.selectors.results import report_title


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "reports"


def new_name(format: str) -> str:
    return f"{secrets.token_hex(16)}.{format}"


def write_file(name: str, content: bytes) -> None:
    """Write beside the final name, then rename: whoever opens the name finds a whole file."""
    folder().mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder(), prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder() / name)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def file_is_there(name: str) -> bool:
    return bool(name) and (folder() / name).is_file()


def read_file(name: str) -> bytes:
    return (folder() / name).read_bytes()


def open_report(*, report: ReportRun) -> BinaryIO:
    """The file of a finished report. Raises ``Conflict`` while there is none."""
    if report.state != RunState.DONE or not file_is_there(report.storage_name):
        raise Conflict(_("The file of this report is not ready."), code="not_ready")
    return (folder() / report.storage_name).open("rb")


def report_file_name(report: ReportRun) -> str:
    """The name under which the file is offered for download."""
    return f"{report_title(report)}.{report.format}"
