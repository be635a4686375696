"""Find every translatable text in the code and the templates, in the order of their files."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import po

Key = tuple[str | None, str | None]
Found = tuple[int, str, list[str]]

# Which arguments are texts, by the function's name without its lazy or no-op variant.
ARGUMENTS = {
    "_": ("text",),
    "gettext": ("text",),
    "ngettext": ("text", "plural"),
    "pgettext": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
}
LITERAL = r"u?(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
CALL = re.compile(rf"\b(_|n?p?gettext)\(({LITERAL}(?:, ?{LITERAL})*)")


def used(root: Path) -> dict[Key, po.Entry]:
    """All texts of the project by context and text, each with the files that use it."""
    entries: dict[Key, po.Entry] = {}
    for path in sources(root):
        for _line, function, values in sorted(found_in(path), key=lambda found: found[0]):
            given = dict(zip(ARGUMENTS[function], values, strict=False))
            key = (given.get("context"), given["text"])
            entry = entries.setdefault(key, po.Entry(context=key[0], text=key[1]))
            entry.plural = entry.plural or given.get("plural")
            place = path.relative_to(root).as_posix()
            if place not in entry.places:
                entry.places.append(place)
    return entries


def sources(root: Path) -> Iterator[Path]:
    """Python files and templates of the apps, of the settings, and the shared templates."""
    for folder in sorted(root.iterdir()):
        if (folder / "apps.py").exists() or folder.name in {"config", "templates"}:
            for pattern in ("*.py", "*.html", "*.txt"):
                yield from sorted(folder.rglob(pattern))


def found_in(path: Path) -> Iterator[Found]:
    source = path.read_text(encoding="utf-8")
    return in_python(source) if path.suffix == ".py" else in_template(source)


def in_python(source: str) -> Iterator[Found]:
    """Calls of the gettext family whose arguments are literal; anything else cannot be collected."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        function = name.removesuffix("_lazy").removesuffix("_noop")
        wanted = ARGUMENTS.get(function, ())
        values = [
            argument.value for argument in node.args[: len(wanted)] if isinstance(argument, ast.Constant)
        ]
        texts = [value for value in values if isinstance(value, str)]
        if wanted and len(texts) == len(wanted):
            yield node.lineno, function, texts


def in_template(source: str) -> Iterator[Found]:
    """Django turns a template into calls for xgettext; the calls are read from there."""
    from django.utils.translation.template import templatize

    calls = templatize(source)
    for call in CALL.finditer(calls):
        values = [ast.literal_eval(literal) for literal in re.findall(LITERAL, call.group(2))]
        yield calls.count("\n", 0, call.start()), call.group(1), values
