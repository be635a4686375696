"""Lists of companies and teams."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.search import fold
from enterprises.identifiers import clean_identifier
from enterprises.models import Enterprise, Recognition


def enterprises_matching(
    user: Any, *, q: str = "", kind: str = "", title: str = "", incubator: str = ""
) -> QuerySet[Enterprise]:
    """Enterprises one may see, by name in any script or number, by kind, verified title, incubator."""
    found = Enterprise.objects.visible_to(user).select_related("incubator", "park")
    if q:
        by_name = Q()
        for word in fold(q).split():
            by_name &= Q(search_text__contains=word)
        number = clean_identifier(q)
        found = found.filter(by_name | Q(credit_code=number) | Q(organisation_number=number))
    if kind:
        found = found.filter(kind=kind)
    if title:
        titles = Recognition.objects.verified().filter(enterprise=OuterRef("pk"), kind=title)
        found = found.filter(Exists(titles))
    if incubator:
        found = found.filter(incubator__code=incubator)
    return found
