"""Typst: a template of this package and a JSON text → PDF or PNG, with our own fonts only.

The compiler is kept, which is five times faster than a fresh one per report. Typst's thread pool is global
to the process: after a fork nobody works in it, and even a new compiler would wait for ever. A child of a
process that has already typeset therefore hands the job to a fresh interpreter. Celery's parent never
typesets, so its children keep the fast way.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evaluation.render.per_process import PerProcess

if TYPE_CHECKING:
    import typst

Target = Literal["pdf", "png"]

_ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).resolve().parent / "templates"
FONTS = _ROOT / "static" / "fonts" / "pdf"
_PATIENCE_SECONDS = 120


def _make_compiler() -> "typst.Compiler":
    import typst

    return typst.Compiler(root=str(TEMPLATES), font_paths=[str(FONTS)], ignore_system_fonts=True)


_compiler = PerProcess(_make_compiler)


def typeset(template: str, data: str, *, target: Target, timestamp: int, ppi: float | None = None) -> bytes:
    """Compile `template` with `data` in `sys.inputs.data`. `timestamp`: the document's date, Unix seconds.

    A PNG is the first page at `ppi` dots per inch. Raises RuntimeError when Typst refuses the template.
    """
    if _compiler.used_before_fork():
        return _typeset_elsewhere(template, data, target=target, timestamp=timestamp, ppi=ppi)
    return _typeset_here(template, data, target=target, timestamp=timestamp, ppi=ppi)


def _typeset_here(template: str, data: str, *, target: Target, timestamp: int, ppi: float | None) -> bytes:
    import typst

    with _compiler.use() as compiler:
        try:
            output = compiler.compile(
                input=str(TEMPLATES / template),
                format=target,
                ppi=ppi,
                sys_inputs={"data": data},
                timestamp=timestamp,
            )
        except typst.TypstError as error:
            raise RuntimeError(f"{template}: {error}") from error
    # Without an output path Typst returns the file, or a list of pages when there is more than one.
    first = output[0] if isinstance(output, list) else output
    if first is None:
        raise RuntimeError(f"{template}: Typst returned nothing")
    return first


def _typeset_elsewhere(
    template: str, data: str, *, target: Target, timestamp: int, ppi: float | None
) -> bytes:
    job = {"template": template, "data": data, "target": target, "timestamp": timestamp, "ppi": ppi}
    done = subprocess.run(
        [sys.executable, "-m", "evaluation.render.typesetting"],
        input=json.dumps(job).encode(),
        capture_output=True,
        cwd=_ROOT,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{template}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.stdout.buffer.write(_typeset_here(**json.load(sys.stdin.buffer)))
