"""Collect, compile and check translations without the gettext tools, which a bare machine does not have.

    messages.py compile        write django.mo beside each django.po that is newer
    messages.py check          exit 1 and list what is missing, untranslated, fuzzy, or has other placeholders
    messages.py collect [PO…]  bring each django.po in line with the texts of the code: new ones are added
                               (translated where one of the given files translates them), unused ones removed

Compiled files are not committed. ``compile`` needs the standard library only, the others Django's own parser.
"""

import re
import sys
from pathlib import Path

import po
import texts

LOCALE = Path(__file__).resolve().parent.parent / "locale"
FIRST = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
HEADER = """Language: zh_Hans
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=1; plural=0;
"""
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sdif]|%[sd]|\{[a-z_0-9]*\}", re.IGNORECASE)


def problems(path: Path, used: dict[texts.Key, po.Entry]) -> list[str]:
    """What is wrong with a .po file, one sentence each, with the line."""
    name = path.relative_to(LOCALE.parent)
    entries = [entry for entry in po.Reader(path).read() if entry.text]
    known = {(entry.context, entry.text) for entry in entries}
    found = [
        f"{name}: {entry.text!r} of {entry.places[0]} is missing"
        for key, entry in used.items()
        if key not in known
    ]
    for entry in entries:
        where = f"{name}:{entry.line}: {entry.text!r}"
        if entry.fuzzy:
            found.append(f"{where} is marked fuzzy")
        elif not entry.translated:
            found.append(f"{where} has no translation")
        elif _placeholders_differ(entry):
            found.append(f"{where} has other placeholders than its translation")
    return found


def _placeholders_differ(entry: po.Entry) -> bool:
    """A translation may leave out a number in one plural form, but never name something unknown."""
    known = set(PLACEHOLDER.findall((entry.text or "") + (entry.plural or "")))
    used = [set(PLACEHOLDER.findall(form)) for form in entry.forms.values()]
    if entry.plural is None:
        return any(names != known for names in used)
    return any(names - known for names in used)


def compile_all() -> int:
    for path in sorted(LOCALE.rglob("*.po")):
        compiled = path.with_suffix(".mo")
        sources = (path, Path(po.__file__))
        if not compiled.exists() or compiled.stat().st_mtime < max(file.stat().st_mtime for file in sources):
            draft = compiled.with_suffix(".mo.tmp")
            draft.write_bytes(po.catalogue(po.Reader(path).read()))
            draft.replace(compiled)
    return 0


def check_all() -> int:
    used = texts.used(LOCALE.parent)
    paths = sorted(LOCALE.rglob("*.po"))
    found = [problem for path in paths for problem in problems(path, used)]
    if not paths:
        found.append("there is no django.po under locale/")
    print("\n".join(found) if found else f"all {len(used)} messages are translated")
    return 1 if found else 0


def collect(path: Path, used: dict[texts.Key, po.Entry], fragments: list[po.Entry]) -> str:
    """The new content of a .po file: its header, then every used text with the translation it has."""
    entries = po.Reader(path).read()
    header = [entry for entry in entries if not entry.text]
    known = {(entry.context, entry.text): entry for entry in [*fragments, *entries] if entry.translated}
    for key, entry in used.items():
        if key in known:
            entry.forms, entry.fuzzy = known[key].forms, known[key].fuzzy
        else:
            entry.forms = {0: ""}
    return po.written([*header, *used.values()])


def collect_all(fragments: list[str]) -> int:
    given = [entry for name in fragments for entry in po.Reader(Path(name)).read() if entry.text]
    FIRST.parent.mkdir(parents=True, exist_ok=True)
    if not FIRST.exists():
        FIRST.write_text(po.written([po.Entry(text="", forms={0: HEADER})]), encoding="utf-8")
    for path in sorted(LOCALE.rglob("*.po")):
        path.write_text(collect(path, texts.used(LOCALE.parent), given), encoding="utf-8")
    return 0


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["compile"]:
                return compile_all()
            case ["check"]:
                return check_all()
            case ["collect", *fragments]:
                return collect_all(fragments)
    except po.PoError as error:
        print(f"messages: {error}", file=sys.stderr)
        return 1
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
