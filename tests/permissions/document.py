"""docs/permissions.md: the matrix as it was measured. ``make permissions`` writes it anew."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.permissions.probing import Row
from tests.permissions.world import ROLES

PATH = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
PAGES, API = "Pages", "REST"


def section(rows: Sequence[Row]) -> str:
    """One table per app: a row per address and method, a column per role."""
    head = "| address | " + " | ".join(ROLES) + " |\n|---|" + "---|" * len(ROLES)
    parts = []
    ordered = sorted(rows, key=lambda row: (row.route.app, row.route.path, row.method))
    for app, of_app in groupby(ordered, key=lambda row: row.route.app):
        lines = [f"| `{row.key}` | " + " | ".join(row.answers) + " |" for row in of_app]
        parts.append(f"### {app}\n\n{head}\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def written(name: str) -> str:
    """The section as it stands in the document."""
    text = PATH.read_text(encoding="utf-8")
    found = re.search(rf"^## {name}\n\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].rstrip("\n") + "\n" if found else ""


def write(name: str, rows: Sequence[Row]) -> None:
    """Put the section in the place of the one of before."""
    text = PATH.read_text(encoding="utf-8")
    start = text.index(f"## {name}\n")
    rest = text.find("\n## ", start + 1)
    tail = text[rest:] if rest >= 0 else "\n"
    PATH.write_text(
        f"{text[:start]}## {name}\n\n{section(rows)}{tail if rest >= 0 else ''}", encoding="utf-8"
    )
