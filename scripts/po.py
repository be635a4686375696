"""Read, write and compile gettext catalogues (.po and .mo). Standard library only."""

import ast
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAGIC = 0x950412DE
CONTEXT_SEPARATOR = "\x04"
PLURAL_SEPARATOR = "\x00"
KEYWORD = re.compile(r"msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\]")


class PoError(Exception):
    """A .po file that cannot be read; names the file and the line."""


@dataclass
class Entry:
    """One message: its English text, its context and plural, and its translations by plural form."""

    line: int = 0
    context: str | None = None
    text: str | None = None
    plural: str | None = None
    forms: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False
    places: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        text = self.text or ""
        named = text if self.context is None else f"{self.context}{CONTEXT_SEPARATOR}{text}"
        return named if self.plural is None else f"{named}{PLURAL_SEPARATOR}{self.plural}"

    @property
    def value(self) -> str:
        return PLURAL_SEPARATOR.join(self.forms[number] for number in sorted(self.forms))

    @property
    def translated(self) -> bool:
        return bool(self.forms) and all(self.forms.values())

    @property
    def usable(self) -> bool:
        """Fuzzy ones are guesses, except the header, which names the character set."""
        return self.translated and not (self.fuzzy and self.text)


class Reader:
    """Reads one .po file line by line; a quoted line continues the field before it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[Entry] = []
        self._entry = Entry()
        self._field = ""

    def read(self) -> list[Entry]:
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                self._take(line.strip(), number)
            except (ValueError, SyntaxError) as error:
                raise PoError(f"{self.path}:{number}: {error}") from None
        self._finish()
        return self.entries

    def _take(self, line: str, number: int) -> None:
        if not line or line.startswith("#"):
            if self._entry.text is not None:
                self._finish()
            if line.startswith("#,") and "fuzzy" in line:
                self._entry.fuzzy = True
        elif line.startswith('"'):
            self._append(line)
        else:
            keyword, _, quoted = line.partition(" ")
            self._begin(keyword, number)
            self._append(quoted.strip())

    def _begin(self, keyword: str, number: int) -> None:
        starts_next = keyword in {"msgctxt", "msgid"} and self._entry.forms
        if starts_next:
            self._finish()
        if not KEYWORD.fullmatch(keyword):
            raise ValueError(f"unknown keyword {keyword}")
        self._entry.line = self._entry.line or number
        self._field = keyword

    def _append(self, quoted: str) -> None:
        text = ast.literal_eval(quoted)
        entry = self._entry
        match self._field:
            case "msgctxt":
                entry.context = (entry.context or "") + text
            case "msgid":
                entry.text = (entry.text or "") + text
            case "msgid_plural":
                entry.plural = (entry.plural or "") + text
            case _:
                form = int(self._field[7:-1]) if self._field.startswith("msgstr[") else 0
                entry.forms[form] = entry.forms.get(form, "") + text

    def _finish(self) -> None:
        if self._entry.text is not None:
            self.entries.append(self._entry)
        self._entry, self._field = Entry(), ""


def catalogue(entries: list[Entry]) -> bytes:
    """The binary form that ``gettext.GNUTranslations`` reads: sorted keys, offsets, then the texts."""
    kept = {entry.key: entry.value for entry in entries if entry.usable}
    pairs = sorted((key.encode(), value.encode()) for key, value in kept.items())
    keys = b"".join(key + b"\0" for key, _ in pairs)
    values = b"".join(value + b"\0" for _, value in pairs)
    header = 7 * 4
    keys_at = header + 16 * len(pairs)
    tables = list(_offsets([key for key, _ in pairs], keys_at))
    tables += _offsets([value for _, value in pairs], keys_at + len(keys))
    head = struct.pack(
        "<7I", MAGIC, 0, len(pairs), header, header + 8 * len(pairs), 0, header + 16 * len(pairs)
    )
    return head + struct.pack(f"<{len(tables)}I", *tables) + keys + values


def _offsets(texts: list[bytes], start: int) -> Iterator[int]:
    for text in texts:
        yield len(text)
        yield start
        start += len(text) + 1


def written(entries: list[Entry]) -> str:
    """The entries as a .po file, in their order, each text on one line."""
    return "\n".join(_block(entry) for entry in entries)


def _block(entry: Entry) -> str:
    lines = [f"#: {place}" for place in entry.places]
    lines += ["#, fuzzy"] if entry.fuzzy else []
    if entry.context is not None:
        lines.append(f"msgctxt {_quoted(entry.context)}")
    lines.append(f"msgid {_quoted(entry.text or '')}")
    if entry.plural is None:
        lines.append(f"msgstr {_quoted(entry.forms.get(0, ''))}")
    else:
        lines.append(f"msgid_plural {_quoted(entry.plural)}")
        lines += [f"msgstr[{number}] {_quoted(text)}" for number, text in sorted(entry.forms.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """One line, or one line for each line of the text as translators' editors write it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    lines = escaped.split("\n")
    if len(lines) == 1:
        return f'"{escaped}"'
    parts = [f'"{line}\\n"' for line in lines[:-1]] + ([f'"{lines[-1]}"'] if lines[-1] else [])
    return "\n".join(['""', *parts])
