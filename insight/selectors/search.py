"""Search over everything that the person may see, in groups."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from applications.models import Application, Programme
from capital.models import BankProduct, Fund
from contests.models import Challenge, Entry
from core.search import fold
from enterprises.identifiers import clean_identifier
from enterprises.models import Enterprise
from funding.models import Policy
from incubators.models import Incubator, Organisation
from outreach.models import Lead
from projects.models import Project, ReportedProject
from reviews.models import Case
from sharing.models import SharingAgreement

SHOWN = 5
LONGEST = 80


@dataclass(frozen=True)
class Group:
    """Up to five records of one kind; ``count`` is ``5+`` where there are more."""

    key: str
    records: list[Any]
    count: str


def search(user: Any, text: str) -> list[Group]:
    """Groups that found something, in a fixed order. Each word has to occur, in any script."""
    words = fold(text.replace("\x00", " ")[:LONGEST]).split()
    if not words:
        return []
    condition = Q()
    for word in words:
        condition &= Q(search_text__contains=word)
    groups = [_group(key, find(user, condition, text)) for key, find in FINDERS.items()]
    return [group for group in groups if group.records]


def _group(key: str, found: QuerySet[Any]) -> Group:
    order = "code" if key == "policies" else "sort_key"
    records = list(found.order_by(order, "pk")[: SHOWN + 1])
    return Group(key, records[:SHOWN], f"{SHOWN}+" if len(records) > SHOWN else str(len(records)))


def _enterprises(user: Any, condition: Q, text: str) -> QuerySet[Any]:
    number = clean_identifier(text.replace("\x00", ""))[:18]
    by_number = Q(credit_code=number) | Q(organisation_number=number) if number else Q(pk__in=[])
    return (
        Enterprise.objects.visible_to(user).filter(condition | by_number).select_related("incubator", "park")
    )


FINDERS: dict[str, Callable[[Any, Q, str], QuerySet[Any]]] = {
    "projects": lambda user, condition, _text: (
        Project.objects.visible_to(user).filter(condition).select_related("incubator", "park")
    ),
    "enterprises": _enterprises,
    "leads": lambda user, condition, _text: (
        Lead.objects.visible_to(user).filter(condition).select_related("incubator", "park")
    ),
    "cases": lambda user, condition, _text: (
        Case.objects.visible_to(user).filter(condition).select_related("round")
    ),
    "entries": lambda user, condition, _text: (
        Entry.objects.visible_to(user).filter(condition).select_related("division__contest")
    ),
    "challenges": lambda user, condition, _text: Challenge.objects.visible_to(user).filter(condition),
    "incubators": lambda user, condition, _text: (
        Incubator.objects.visible_to(user).filter(condition).select_related("park")
    ),
    "applications": lambda user, condition, _text: (
        Application.objects.visible_to(user).filter(condition).select_related("programme")
    ),
    "programmes": lambda user, condition, _text: (
        Programme.objects.visible_to(user).filter(condition).select_related("park")
    ),
    "policies": lambda user, condition, _text: (
        Policy.objects.visible_to(user).filter(condition).select_related("park")
    ),
    "funds": lambda user, condition, _text: (
        Fund.objects.visible_to(user).filter(condition).select_related("park", "manager")
    ),
    "products": lambda user, condition, _text: (
        BankProduct.objects.visible_to(user).filter(condition).select_related("park", "bank")
    ),
    "sharing": lambda user, condition, _text: (
        SharingAgreement.objects.visible_to(user).filter(condition).select_related("park")
    ),
    "reported": lambda user, condition, _text: (
        ReportedProject.objects.visible_to(user).filter(condition).select_related("incubator", "park")
    ),
    "organisations": lambda user, condition, _text: Organisation.objects.visible_to(user).filter(condition),
}
