"""Lists and counts of people and talent-plan results; what of a person is shown to whom."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from core.search import fold
from enterprises.enums import TalentOutcome
from enterprises.models import Person, TalentResult
from incubators.models import Incubator
from incubators.scope import Action, scope_of


def people_matching(
    user: Any, *, q: str = "", plan: str = "", outcome: str = "", incubator: str = "", waiting: bool = False
) -> QuerySet[Person]:
    """People one may see, by name or enterprise, by plan and result."""
    rows = Person.objects.visible_to(user).select_related("enterprise__incubator", "enterprise__park")
    for word in fold(q).split():
        rows = rows.filter(Q(search_text__contains=word) | Q(enterprise__search_text__contains=word))
    results = TalentResult.objects.filter(person=OuterRef("pk"))
    wanted = {"plan": plan, "outcome": outcome}
    asked = {name: value for name, value in wanted.items() if value}
    if waiting:
        asked |= {"verified_at": None, "returned_at": None}  # type: ignore[dict-item]
    if asked:
        rows = rows.filter(Exists(results.filter(**asked)))
    if incubator:
        rows = rows.filter(enterprise__incubator__code=incubator)
    return rows


def with_results(rows: QuerySet[Person]) -> QuerySet[Person]:
    results = TalentResult.objects.select_related("evidence", "entered_by", "verified_by", "returned_by")
    return rows.prefetch_related(Prefetch("results", results.order_by("-year", "pk")))


def sees_contacts(user: Any, person: Person) -> bool:
    """Telephone and e-mail are for those who enter or verify there; auditors and finance see that they are
    known, not what they are."""
    enterprise = person.enterprise
    return scope_of(user).allows(
        Action.ENTER, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id
    )


def talents_selected(incubator: Incubator, start: date, end: date) -> dict[str, int]:
    """Verified places in talent plans in ``[start, end)`` of an incubator's enterprises, by plan."""
    found: dict[str, int] = {}
    rows = TalentResult.objects.verified().filter(
        person__enterprise__incubator=incubator,
        outcome=TalentOutcome.SELECTED,
        on__gte=start,
        on__lt=end,
    )
    for plan in rows.values_list("plan", flat=True):
        found[plan] = found.get(plan, 0) + 1
    return found
