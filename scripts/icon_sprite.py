"""Write one SVG sprite from the Tabler icons named in a list (one name a line, ``#`` starts a comment).

Usage: icon_sprite.py PACKAGE_FOLDER NAMES.txt TARGET.svg
"""

import re
import sys
from pathlib import Path


def main(package: str, names: str, target: str) -> None:
    wanted = [line.split("#")[0].strip() for line in Path(names).read_text(encoding="utf-8").splitlines()]
    symbols = []
    for name in sorted({name for name in wanted if name}):
        svg = (Path(package) / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
        body = re.search(r"<svg.*?>(.*)</svg>", svg, re.S)
        if body is None:
            raise SystemExit(f"{name}: no <svg> element")
        paths = re.sub(r"\s*\n\s*", "", body[1])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{paths}</symbol>')
    licence = "<!-- Tabler Icons, MIT licence, see vendor/README.md -->"
    Path(target).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">{licence}\n' + "\n".join(symbols) + "\n</svg>\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
