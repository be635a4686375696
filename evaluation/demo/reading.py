"""Reading the data files: YAML entries as dictionaries, repaired where the notation cut a text in two."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parent / "data"
Entry = dict[str, Any]

# (11.180, 0.06, 0.54%): price, change and percentage that a web page pasted into company names.
_STOCK_QUOTE = re.compile(r"\s*[（(]\s*\d[\d,.]*\s*[,，]\s*[-+]?[\d.]+\s*[,，]\s*[-+]?[\d.]+%\s*[）)]")


class BadData(ValueError):
    """A data file contradicts itself; the load stops rather than guess."""


def without_stock_quotes(name: str) -> str:
    """A name without the share prices pasted into it; every other bracket stays."""
    return _STOCK_QUOTE.sub("", name)


def rejoined(entry: Mapping[str, Any]) -> Entry:
    """``{a: one, two: null}`` back to ``{a: "one, two"}``.

    In a flow mapping an unquoted comma ends the text, and the rest of it becomes a key without a value. No
    real key holds a space, so such a key is the tail of the text before it.
    """
    whole: Entry = {}
    last = ""
    for key, value in entry.items():
        if value is None and " " in key:
            whole[last] = f"{whole[last]}, {key}"
            continue
        whole[key] = value
        last = key
    for key in ("zh", "en"):
        if isinstance(whole.get(key), str):
            whole[key] = without_stock_quotes(whole[key])
    return whole


@cache
def document(name: str) -> Any:
    """The parsed content of one data file; callers do not change it."""
    with (DATA / f"{name}.yaml").open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def entries(name: str, section: str | None = None) -> list[Entry]:
    """The entries of a file, or of one section of it, in their order."""
    content = document(name)
    return [rejoined(entry) for entry in (content[section] if section else content)]


def labels(section: str) -> Mapping[str, Any]:
    """Our own wording for entries that the sources give in one language only."""
    return document("labels")[section]
