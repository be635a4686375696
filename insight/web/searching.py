"""Search over everything."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from insight.selectors.search import LONGEST, search

TITLES = {
    "projects": (_("Projects"), "route"),
    "enterprises": (_("Enterprises"), "building"),
    "leads": (_("Leads"), "bulb"),
    "cases": (_("Review cases"), "clipboard-check"),
    "entries": (_("Contest entries"), "award"),
    "challenges": (_("Challenges"), "target"),
    "incubators": (_("Incubators"), "building-community"),
    "applications": (_("Applications"), "file-text"),
    "programmes": (_("Programmes"), "list-check"),
    "policies": (_("Policies"), "coins"),
    "sharing": (_("Benefit sharing"), "scale"),
    "funds": (_("Funds"), "coins"),
    "products": (_("Bank products"), "coins"),
    "reported": (_("Projects reported in the press"), "news"),
    "organisations": (_("Organisations"), "users"),
}
#: Where the whole list of a group is found; its search field is called q.
LISTS = {
    "projects": "project-list",
    "enterprises": "enterprise-list",
    "leads": "lead-list",
    "applications": "application-list",
    "programmes": "programme-list",
    "policies": "policy-list",
    "sharing": "sharing-list",
    "funds": "fund-list",
    "products": "credit-product-list",
    "reported": "reported-project-list",
    "incubators": "incubator-list",
    "organisations": "organisation-list",
}


@login_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", " ").strip()[:LONGEST]
    groups = [
        {"group": group, "title": TITLES[group.key][0], "icon": TITLES[group.key][1],
         "list": LISTS.get(group.key, "")}
        for group in search(request.user, text)
    ]  # fmt: skip
    return render(request, "insight/search.html", {"text": text, "groups": groups})
