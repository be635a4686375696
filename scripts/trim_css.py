"""Drop the rules of a minified style sheet that this product never uses.

Usage: trim_css.py SOURCE.css TARGET.css
A selector goes when it names a class that starts with one of ``UNUSED``; a rule goes when no selector
is left. The list names whole Tabler parts (carousel, maps, editors, brand colours), never single classes
of a part in use, so that a page can be written from Tabler's documentation.
"""

import re
import sys
from pathlib import Path

UNUSED = (
    "accordion", "apexcharts", "avatar-upload", "bg-facebook", "bg-x", "breadcrumb-arrows", "browser",
    "btn-facebook", "carousel", "chart-sparkline", "chat", "cookie", "countup", "cursor", "dropzone",
    "dz-", "emoji", "flag", "fslightbox", "fc-", "fc", "form-colorinput", "form-imagecheck",
    "form-selectgroup", "form-floating", "gl-star", "hr-text", "img-responsive", "jvm", "jsvectormap",
    "litepicker", "map-", "marketing", "nav-segmented", "noUi", "offcanvas", "page-center", "payment",
    "placeholder", "plyr", "popover", "bs-popover", "ribbon", "shape", "signature", "sl-",
    "space-between-", "star", "tinymce", "tox", "toast", "tooltip", "bs-tooltip", "ts-",
    "dropdown-menu-arrow", "tracking", "turbo", "typed", "ui-", "vr", "navbar-expand",
    "navbar-vertical", "navbar-overlap", "settings-", "ratio", "icon-pulse", "icon-tada", "switch-icon",
    "tag-", "rounded-", "slide", "social", "hero", "divide-", "columns-", "coloris", "clr-", "scroll-",
    "btn-animate", "bg-gradient", "gradient", "bg-pattern", "form-range", "datagrid-", "chips",
    "steps-", "timeline", "wizard", "link-", "text-bg-", "object-", "font-",
)  # fmt: skip
BRANDS = (
    "x|facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket"
    "|tabler"
)
COLOURS = "azure|indigo|purple|pink|orange|lime|cyan|teal|yellow|blue|green"
CLASS = re.compile(r"\.((?:\\.|[\w-])+)")
COLOURED = re.compile(
    rf"^(?:bg|text|btn|btn-outline|btn-ghost|alert|badge|border|card|table|status|list-group-item|steps|progress|avatar|legend|form)"
    rf"-(?:{BRANDS}|{COLOURS})(?:-|$)"
)


def used(selector: str) -> bool:
    return not any(name.startswith(UNUSED) or COLOURED.match(name) for name in CLASS.findall(selector))


def split_selectors(prelude: str) -> list[str]:
    """Split at commas outside brackets: ``a,b:is(c,d)`` is two selectors."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(prelude):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(prelude[start:index])
            start = index + 1
    return [*parts, prelude[start:]]


def blocks(css: str) -> list[tuple[str, str | None]]:
    """Top-level ``(prelude, body)`` pairs; a statement such as ``@charset`` has no body."""
    found, index, start = [], 0, 0
    while index < len(css):
        if css[index] == ";":
            found.append((css[start:index], None))
            start = index = index + 1
        elif css[index] == "{":
            depth, open_at = 1, index
            while depth:
                index += 1
                depth += (css[index] == "{") - (css[index] == "}")
            found.append((css[start:open_at], css[open_at + 1 : index]))
            start = index = index + 1
        else:
            index += 1
    return found


def trim(css: str) -> str:
    out = []
    for prelude, body in blocks(css):
        if body is None:
            out.append(prelude + ";")
        elif prelude.startswith(("@media", "@supports")):
            inner = trim(body)
            if inner:
                out.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@"):
            out.append(f"{prelude}{{{body}}}")
        else:
            kept = [selector for selector in split_selectors(prelude) if used(selector)]
            if kept:
                out.append(f"{','.join(kept)}{{{body}}}")
    return "".join(out)


def main(source: str, target: str) -> None:
    css = Path(source).read_text(encoding="utf-8")
    notice = re.search(r"/\*!.*?\*/", css, re.S)
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.S).strip()
    # Data URLs contain ";" and "{", so they are set aside while the blocks are cut.
    held: list[str] = []
    bare = re.sub(
        r'url\("?data:[^)]*?"?\)', lambda m: f"url(__held{held.append(m[0]) or len(held) - 1}__)", bare
    )
    small = re.sub(r"url\(__held(\d+)__\)", lambda m: held[int(m[1])], trim(bare))
    Path(target).write_text((notice[0] + "\n" if notice else "") + small + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
