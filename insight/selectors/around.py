"""What stands around one enterprise: rights, people, money and spaces. A few rows each, newest first."""

from typing import Any

from django.db.models import Prefetch

from enterprises.models import (
    Enterprise,
    FinancingEvent,
    IpFiling,
    IpRight,
    Loan,
    Occupancy,
    Person,
    WhitelistEntry,
)
from enterprises.selectors.talents import with_results

AT_MOST = 50
PEOPLE = ("evidence", "entered_by", "verified_by", "returned_by")


def rights_of(enterprise: Enterprise) -> list[IpRight]:
    filings = Prefetch("filings", IpFiling.objects.order_by("filed_on", "pk"))
    rows = IpRight.objects.filter(enterprise=enterprise).prefetch_related(filings)
    return list(rows.order_by("-updated_at", "pk")[:AT_MOST])


def people_of(enterprise: Enterprise) -> list[Person]:
    rows = with_results(Person.objects.filter(enterprise=enterprise))
    return list(rows.order_by("sort_key", "pk")[:AT_MOST])


def rounds_of(enterprise: Enterprise) -> list[FinancingEvent]:
    rows = FinancingEvent.objects.filter(enterprise=enterprise).select_related(*PEOPLE)
    return list(rows.order_by("-on", "-pk")[:AT_MOST])


def loans_of(enterprise: Enterprise) -> list[Loan]:
    rows = Loan.objects.filter(enterprise=enterprise).select_related(
        *PEOPLE, "risk_share__entered_by", "risk_share__verified_by"
    )
    return list(rows.order_by("-starts_on", "-pk")[:AT_MOST])


def lists_of(enterprise: Enterprise) -> list[WhitelistEntry]:
    rows = WhitelistEntry.objects.filter(enterprise=enterprise).select_related(*PEOPLE)
    return list(rows.order_by("-starts_on", "-pk")[:AT_MOST])


def occupancies_of(user: Any, enterprise: Enterprise) -> list[Occupancy]:
    """Where it sits or sat; spaces of other incubators are shown to those who may see them."""
    rows = Occupancy.objects.visible_to(user).filter(enterprise=enterprise)
    return list(rows.select_related("space__incubator").order_by("-starts_on", "-pk")[:AT_MOST])
