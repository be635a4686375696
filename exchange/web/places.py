"""Where an import goes. Whoever has several places chooses once; the choice is kept for the session."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from exchange.selectors import places_of
from exchange.sheets import Place, Sheet, sheet_of

KEPT = "import-place"


def key_of(place: Place) -> str:
    return f"i{place.incubator.pk}" if place.incubator else f"p{place.park.pk}"


def name_of(place: Place) -> str:
    if place.incubator is not None:
        return str(place.incubator.name)
    return _("%(park)s, no incubator") % {"park": place.park.name}


def chosen_place(request: HttpRequest, places: Sequence[Place]) -> Place | None:
    """The only place, or the one named in the request, or the one named earlier; None: not chosen yet."""
    if len(places) == 1:
        return places[0]
    known = {key_of(place): place for place in places}
    named = request.POST.get("place") or request.GET.get("place", "")
    if named in known:
        request.session[KEPT] = named
    return known.get(str(request.session.get(KEPT, "")))


def places_to_enter(user: Any) -> list[Place]:
    """Every place in which the person may enter records; readers are told who can."""
    places = places_of(user)
    if not places:
        raise PermissionDenied(_("Only operators and park administrators can bring in tables."))
    return places


def choice_of_places(places: Sequence[Place], place: Place | None) -> list[dict[str, Any]]:
    chosen = key_of(place) if place else ""
    return [{"key": key_of(one), "name": name_of(one), "on": key_of(one) == chosen} for one in places]


def sheet_or_404(code: str) -> Sheet:
    sheet = sheet_of(code)
    if sheet is None:
        raise Http404
    return sheet
