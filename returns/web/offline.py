"""The worker that shows the entry page again without a line. It sees addresses below /returns/ only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script itself: the same for everyone, checked for a newer one at each visit."""
    response = render(request, "returns/sw.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response
