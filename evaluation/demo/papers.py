"""Files that serve as evidence of invented records: each says in two languages that it proves nothing.

The pages were set once, with an embedded font, and hold four lines of 60 characters that are filled in here;
the length stays, so the cross-reference table of the PDF still fits.
"""

from collections.abc import Sequence
from functools import cache

from evaluation.demo.reading import DATA

LINES, WIDTH = 4, 60
TITLES = {
    "agreement": "示例入驻孵化协议",
    "licence": "示例营业执照",
    "bank": "示例银行回单",
    "lease": "示例场地租赁合同",
    "permit": "示例开工凭证",
    "production": "示例投产凭证",
    "milestone": "示例里程碑证明",
    "certificate": "示例证书",
    "other": "示例运输单据",
}


@cache
def _page(kind: str) -> bytes:
    return (DATA / "papers" / f"{kind}.pdf").read_bytes()


def paper(kind: str, lines: Sequence[str]) -> bytes:
    """A PDF of this kind with up to four Latin lines; other lines give other bytes."""
    page = _page(kind)
    for number in range(1, LINES + 1):
        text = lines[number - 1] if number <= len(lines) else ""
        page = page.replace(f"@{number}".ljust(WIDTH, "@").encode(), _line(text))
    return page


def _line(text: str) -> bytes:
    """Printable ASCII without what a PDF string would read as its own end, cut or filled to the width."""
    plain = "".join(character for character in text if " " <= character <= "~" and character not in "()\\")
    return plain[:WIDTH].ljust(WIDTH).encode("ascii")
