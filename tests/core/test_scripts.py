"""What the scripts of the pages must not do."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_script_marks_a_form_by_a_property() -> None:
    """A field of the same name shadows it: a form with a field "confirmed" could not be marked confirmed."""
    scripts = sorted((ROOT / "static" / "js").glob("*.js"))
    assert scripts
    found = [
        (path.name, line)
        for path in scripts
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bform\.\w+ = ", line)
    ]
    assert found == []
