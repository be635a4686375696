"""The hidden sheet by which one of our own files is known again when it comes back."""

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.headers.lines import text_of
from exchange.sheets import RawSheet

MARKER_SHEET = "_enclave"
VERSION = "1"


@dataclass(frozen=True)
class Marker:
    """``sheet``: code of the table; ``run``: the import whose rows the file returns, None for a template."""

    sheet: str
    run: str | None = None
    version: str = VERSION

    def rows(self) -> list[tuple[str, str]]:
        """What the hidden sheet holds: names in the first column, values in the second."""
        return [("sheet", self.sheet), ("version", self.version), ("run", self.run or "")]


def marker_of(sheets: Sequence[RawSheet]) -> Marker | None:
    """The marker among the sheets of a file; None where it is missing or says nothing."""
    for sheet in sheets:
        if sheet.name == MARKER_SHEET:
            said = {text_of(row.cells[0]): text_of(row.cells[1]) for row in sheet.rows if len(row.cells) > 1}
            if said.get("sheet"):
                return Marker(said["sheet"], said.get("run") or None, said.get("version", ""))
    return None
