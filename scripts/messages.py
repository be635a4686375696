"""Compile and check translations without the gettext tools, which a bare machine does not have.

    messages.py compile    write django.mo beside each django.po that is newer
    messages.py check      exit 1 and list what is untranslated, fuzzy, or has other placeholders

Compiled files are not committed. Standard library only.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
MAGIC = 0x950412DE
CONTEXT_SEPARATOR = "\x04"
PLURAL_SEPARATOR = "\x00"
KEYWORD = re.compile(r"msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\]")
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sdif]|%[sd]|\{[a-z_0-9]*\}", re.IGNORECASE)


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
    kept = {entry.key: entry.value for entry in entries if entry.translated and not entry.fuzzy}
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


def problems(path: Path) -> list[str]:
    """What is wrong with a .po file, one sentence each, with the line."""
    found = []
    for entry in Reader(path).read():
        if not entry.text:
            continue
        where = f"{path.relative_to(LOCALE.parent)}:{entry.line}: {entry.text[:70]!r}"
        if entry.fuzzy:
            found.append(f"{where} is marked fuzzy")
        elif not entry.translated:
            found.append(f"{where} has no translation")
        elif _placeholders_differ(entry):
            found.append(f"{where} has other placeholders than its translation")
    return found


def _placeholders_differ(entry: Entry) -> bool:
    """A translation may leave out a number in one plural form, but never name something unknown."""
    known = set(PLACEHOLDER.findall((entry.text or "") + (entry.plural or "")))
    used = [set(PLACEHOLDER.findall(form)) for form in entry.forms.values()]
    if entry.plural is None:
        return any(names != known for names in used)
    return any(names - known for names in used)


def compile_all() -> int:
    for path in sorted(LOCALE.rglob("*.po")):
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            draft = compiled.with_suffix(".mo.tmp")
            draft.write_bytes(catalogue(Reader(path).read()))
            draft.replace(compiled)
    return 0


def check_all() -> int:
    found = [problem for path in sorted(LOCALE.rglob("*.po")) for problem in problems(path)]
    print("\n".join(found) if found else "every message is translated")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["compile"]:
                return compile_all()
            case ["check"]:
                return check_all()
    except PoError as error:
        print(f"messages: {error}", file=sys.stderr)
        return 1
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
