"""A report document rendered as PDF, Word or Excel: `render(document, format="pdf")`.

Nothing here needs Django, a database or the clock: equal documents give equal bytes, in any process.
"""

from typing import Literal

from evaluation.render.document import Document

Format = Literal["pdf", "docx", "xlsx"]

CONTENT_TYPES: dict[Format, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS: tuple[Format, ...] = ("pdf", "docx", "xlsx")


def render(document: Document, *, format: Format) -> bytes:
    """The file's bytes. Raises ValueError for a format that is not one of `FORMATS`."""
    if format == "pdf":
        from evaluation.render.pdf import render_pdf

        return render_pdf(document)
    if format == "docx":
        from evaluation.render.word import render_docx

        return render_docx(document)
    if format == "xlsx":
        from evaluation.render.excel import render_xlsx

        return render_xlsx(document)
    raise ValueError(f"unknown report format {format!r}")


def file_name(document: Document, *, format: Format) -> str:
    """The name under which the file is offered for download."""
    return f"{document.file_stem}.{format}"
