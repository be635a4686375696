"""Files that go out: templates to fill in, files returned with their errors, exports of lists."""

from exchange.writing.exports import export_file
from exchange.writing.returned import returned_file
from exchange.writing.templates import template_file

__all__ = ["export_file", "returned_file", "template_file"]
