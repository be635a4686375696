"""What was brought in, kept as it came: outside the web root, under random names, whole or not at all."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def store_file(content: bytes, *, suffix: str) -> str:
    """Write beside the final name, then rename; the name gives nothing away."""
    random = secrets.token_hex(16)
    name = f"{random[:2]}/{random}{suffix}"
    target = folder() / name
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return name


def open_file(name: str) -> BinaryIO:
    """The bytes as they came. Raises ``FileNotFoundError``."""
    return (folder() / name).open("rb")


def remove_file(name: str) -> None:
    (folder() / name).unlink(missing_ok=True)
