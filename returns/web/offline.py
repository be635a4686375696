"""The worker that shows the entry page again without a line. It sees addresses below /returns/ only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script itself: the same for everyone, checked for a newer one at each visit."""
    words = {
        "title": _("No line"),
        "words": _(
            "The server cannot be reached, and this browser keeps no copy of this page. What you typed "
            "before is not lost: open the page again when the line is back."
        ),
    }
    response = render(request, "returns/sw.js", words, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response
