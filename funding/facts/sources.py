"""From records to facts: where each is looked up, and which of several values counts.

A verified record comes first, then a verified answer, then an unverified record, then an unverified answer.
What no record holds is absent, not zero and not "no": records are never complete.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.enums import Currency
from enterprises.due import months_between
from enterprises.enums import RecognitionKind
from enterprises.models import Recognition
from funding.calculator import BadFacts, FactSpec, Terms
from funding.enums import FactOrigin
from funding.facts.known import Known
from projects.enums import FactKind

#: Figures older than this many complete years say nothing about the present.
FRESH_YEARS = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it comes from. ``as_of`` is a day or a year; ``url`` the page of the record."""

    value: Any
    origin: str
    label: str
    as_of: str
    is_verified: bool
    url: str = ""
    stated_id: int | None = None


Source = Callable[[Known], Found | None]


def facts_for(known: Known, terms: Terms, *, policy_id: int | None) -> dict[str, Found]:
    """What is known of the facts that the terms ask for."""
    found: dict[str, Found] = {}
    for key, spec in terms.facts.items():
        one = _fact(known, spec, terms.currency, policy_id)
        if one is not None:
            found[key] = one
    return found


def _fact(known: Known, spec: FactSpec, currency: str, policy_id: int | None) -> Found | None:
    record = None
    source = SOURCES.get(spec.source or DEFAULTS.get(spec.key, ""))
    if source is not None and (currency == Currency.CNY or spec.kind in ("flag", "count")):
        record = _readable(source(known), spec)
    stated = _readable(_stated(known, spec.key, policy_id), spec)
    if record is None or stated is None:
        return record or stated
    return stated if stated.is_verified and not record.is_verified else record


def _readable(found: Found | None, spec: FactSpec) -> Found | None:
    """Another policy may have asked for a flag where this one asks for a sum: such a value is none here."""
    if found is None:
        return None
    try:
        spec.read(found.value)
    except BadFacts:
        return None
    return found


def _stated(known: Known, key: str, policy_id: int | None) -> Found | None:
    one = known.stated.get((key, policy_id)) or known.stated.get((key, None))
    if one is None:
        return None
    return Found(
        tuple(one.value) if isinstance(one.value, list) else one.value,
        FactOrigin.STATED,
        one.note or _("answer of %(day)s") % {"day": one.on.isoformat()},
        one.on.isoformat(),
        one.verified_at is not None,
        stated_id=one.pk,
    )


def _record(known: Known, value: Any, label: str, as_of: str, *, verified: bool, url: str = "") -> Found:
    if not url and known.enterprise is not None:
        url = reverse("enterprise-detail", args=[known.enterprise.pk])
    return Found(value, FactOrigin.RECORD, label, as_of, verified, url)


# --- yearly figures ---------------------------------------------------------------------------------
def _of_year(column: str, *, back: int = 0) -> Source:
    """The newest complete year that holds the number (or the year ``back`` before it)."""

    def find(known: Known) -> Found | None:
        last = known.day.year - 1
        newest = next(
            (
                year
                for year in range(last, last - FRESH_YEARS, -1)
                if year in known.years and getattr(known.years[year], column) is not None
            ),
            None,
        )
        figures = known.years.get(newest - back) if newest is not None else None
        value = getattr(figures, column) if figures is not None else None
        if figures is None or value is None:
            return None
        if column.endswith("_amount") and figures.currency != Currency.CNY:
            return None
        words = _("%(figure)s of %(year)d") % {
            "figure": figures._meta.get_field(column).verbose_name,  # type: ignore[union-attr]
            "year": figures.year,
        }
        return _record(
            known, Decimal(value), words, str(figures.year), verified=figures.verified_at is not None
        )

    return find


# --- titles -----------------------------------------------------------------------------------------
def _titles(known: Known, kinds: tuple[str, ...]) -> list[Recognition]:
    return [title for title in known.titles if title.kind in kinds]


def _holds(*kinds: str) -> Source:
    """Whether one of the titles holds on the day; one that ended answers no, none recorded nothing."""

    def find(known: Known) -> Found | None:
        titles = _titles(known, kinds)
        if not titles:
            return None
        valid = [one for one in titles if one.expires_on is None or one.expires_on > known.day]
        best = max(valid or titles, key=lambda one: (one.verified_at is not None, one.granted_on))
        return _of_title(known, best, bool(valid))

    return find


def _of_title(known: Known, title: Recognition, value: bool) -> Found:
    words = _("%(title)s of %(day)s") % {
        "title": title.get_kind_display(),
        "day": title.granted_on.isoformat(),
    }
    return _record(known, value, words, title.granted_on.isoformat(), verified=title.verified_at is not None)


def _times_recognised(*, again: bool) -> Source:
    """Whether the newest title as a high-tech enterprise is the first, or follows an earlier one."""

    def find(known: Known) -> Found | None:
        titles = _titles(known, (RecognitionKind.HNTE,))
        if not titles:
            return None
        return _of_title(known, titles[-1], (len(titles) > 1) is again)

    return find


# --- people, loans, projects ------------------------------------------------------------------------
def _talent(known: Known) -> Found | None:
    if not known.talents:
        return None
    best = max(known.talents, key=lambda one: (one.verified_at is not None, one.on))
    words = f"{best.person.name} · {best.plan_label} {best.year}"
    url = reverse("talent-detail", args=[best.person.pk])
    return _record(known, True, words, best.on.isoformat(), verified=best.verified_at is not None, url=url)


def _loans(known: Known) -> Found | None:
    loans = [one for one in known.loans if one.currency == Currency.CNY]
    if not loans:
        return None
    sums = tuple(one.drawn_amount for one in loans)
    words = _("loans of %(banks)s") % {"banks": "、".join(dict.fromkeys(one.bank for one in loans))}
    verified = all(one.verified_at is not None for one in loans)
    return _record(known, sums, words, known.day.isoformat(), verified=verified)


def _from_abroad(known: Known) -> Found | None:
    """A project that came through an incubator outside China; an incubator at home says nothing."""
    for project in known.projects:
        if project.incubator is not None and project.incubator.host_country_en not in ("", "China"):
            url = reverse("project-detail", args=[project.pk])
            words = f"{project.code} · {project.incubator.name}"
            return _record(known, True, words, project.first_contact_on.isoformat(), verified=False, url=url)
    return None


def _dated(kind: str) -> Source:
    def find(known: Known) -> Found | None:
        fact = known.dated.get(kind)
        if fact is None:
            return None
        url = reverse("project-detail", args=[fact.project_id])
        words = f"{fact.get_kind_display()} {fact.on.isoformat()}"
        return _record(
            known, True, words, fact.on.isoformat(), verified=fact.verified_at is not None, url=url
        )

    return find


def _months(known: Known) -> Found | None:
    on: date | None = known.enterprise.registered_on if known.enterprise else None
    if on is None or on > known.day:
        return None
    words = _("registered on %(day)s") % {"day": on.isoformat()}
    verified = bool(known.enterprise and known.enterprise.credit_code)
    return _record(known, Decimal(months_between(on, known.day)), words, on.isoformat(), verified=verified)


_K = RecognitionKind
#: Where a fact of the terms may be looked up (``FactSpec.source``).
SOURCES: Mapping[str, Source] = {
    "enterprise.rd_expense": _of_year("rd_expense_amount"),
    "enterprise.rd_expense_prior": _of_year("rd_expense_amount", back=1),
    "enterprise.revenue": _of_year("revenue_amount"),
    "enterprise.revenue_prior": _of_year("revenue_amount", back=1),
    "enterprise.tax_paid": _of_year("tax_paid_amount"),
    "enterprise.tax_paid_prior": _of_year("tax_paid_amount", back=1),
    "enterprise.total_assets": _of_year("total_assets_amount"),
    "enterprise.staff": _of_year("staff_count"),
    "enterprise.rd_staff": _of_year("rd_staff_count"),
    "enterprise.months_registered": _months,
    "enterprise.loans": _loans,
    "enterprise.talent": _talent,
    "enterprise.high_tech": _holds(_K.HNTE),
    "enterprise.high_tech_first": _times_recognised(again=False),
    "enterprise.high_tech_again": _times_recognised(again=True),
    "enterprise.technology_sme": _holds(_K.TECH_SME),
    "enterprise.technology_company": _holds(_K.HNTE, _K.TECH_SME, _K.SPECIALISED_SME),
    "enterprise.specialised_sme": _holds(_K.SPECIALISED_SME),
    "enterprise.gazelle": _holds(_K.GAZELLE),
    "enterprise.unicorn": _holds(_K.UNICORN),
    "project.from_abroad": _from_abroad,
    "project.signed": _dated(FactKind.SIGNED),
    "project.registered": _dated(FactKind.REGISTERED),
    "project.paid_in": _dated(FactKind.PAID_IN),
    "project.producing": _dated(FactKind.PRODUCING),
}

#: Keys of the library whose meaning is known: looked up even where the terms name no source.
DEFAULTS: Mapping[str, str] = {
    "current_yuan": "enterprise.rd_expense",
    "prior_yuan": "enterprise.rd_expense_prior",
    "deductible_rd_yuan": "enterprise.rd_expense",
    "rd_yuan": "enterprise.rd_expense",
    "recognised": "enterprise.high_tech",
    "first_time": "enterprise.high_tech_first",
    "recognised_before": "enterprise.high_tech_again",
    "technology_company": "enterprise.technology_company",
    "technology_sme": "enterprise.technology_sme",
    "talent_founded": "enterprise.talent",
    "qualifying_talent": "enterprise.talent",
    "overseas_talent_project": "project.from_abroad",
    "loans_yuan": "enterprise.loans",
    "registered": "project.registered",
    "landed": "project.registered",
}

#: What differs from one application to the next: an answer counts for the policy that asked, for no other.
ASKED_EACH_TIME = frozenset(
    [
        "requested_yuan",
        "assessed_yuan",
        "applied_rate",
        "subsidy_rate",
        "benchmark_rate",
        "track",
        "loan_yuan",
        "years",
        "months",
        "area_m2",
        "offered_m2",
        "rent_yuan_m2_month",
        "grant_yuan",
        "city_yuan",
        "district_yuan",
        "size_yuan",
        "firms",
        "with_one_off",
        "project_approved",
        "base_conditions_met",
        "first_funds_paid",
        "site_visit_passed",
        "passed_all_stages",
        "qualifies",
        "not_paid_before",
    ]
)

#: What no applicant can answer: it comes from a run over all applicants, or from the ledger.
NEVER_ASKED = frozenset({"rank", "committed_yuan"})
