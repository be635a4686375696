"""Lines counted from projects, enterprises and returns themselves. Only verified records count."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Min, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import round_to_cent
from core.periods import Period
from enterprises.models import YearlyFigure
from evaluation.indicators import IndicatorValue, Inputs, RecordRef, measure_indicator
from evaluation.indicators.records import IN_CARE, percent_note, stage_on
from evaluation.indicators.values import evidence_of, project_record
from evaluation.selectors import frozen_rows
from incubators.models import Incubator
from outreach.models import Lead
from returns.enums import ReturnAct
from returns.models import PeriodReturn
from returns.selectors.registry import Computed, Found, register_source

#: Lines that are calculated as the evaluation calculates them.
OF_INDICATORS = {
    "signed": "signed_projects",
    "landed": "landings",
    "producing": "production_starts",
    "patents": "patent_filings",
    "tech_titles": "technology_titles",
    "growth_titles": "growth_titles",
    "talent_plans": "talent_plan_places",
}
FACTS_BEHIND = {"signed": "signed", "landed": "registered", "producing": "producing"}
CURRENCIES = {f"paid_in_{code.lower()}": code for code in ("CNY", "HKD", "SEK", "EUR", "USD")}
JOBS = {"jobs": "staff_count", "rd_jobs": "rd_staff_count"}
MOST_RECORDS = 40


def of_projects(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Found:
    """Leads, agreements, landings, payments, titles: everything that hangs on projects."""
    if incubator.park is None:
        return {}
    inputs = _inputs(incubator, periods)
    leads = _leads(incubator, periods) if "new_leads" in codes else []
    found: dict[tuple[str, str], Computed] = {}
    for period, seen in inputs.items():
        for code in codes:
            found[code, period] = _computed(_value(code, seen), seen, code)
        if "new_leads" in codes:
            found["new_leads", period] = _with_leads(found["new_leads", period], leads, seen)
    return found


def _leads(incubator: Incubator, periods: Sequence[Period]) -> list[Lead]:
    """Leads that became no project yet; the others are counted as their projects."""
    first, last = min(period.start for period in periods), max(period.end for period in periods)
    rows = Lead.objects.filter(
        incubator=incubator, project=None, first_contact_on__gte=first, first_contact_on__lt=last
    )
    return list(rows.order_by("first_contact_on", "pk"))


def _with_leads(projects: Computed, leads: Sequence[Lead], inputs: Inputs) -> Computed:
    rows = [lead for lead in leads if inputs.holds(lead.first_contact_on.isoformat())]
    records = tuple(
        {
            "label": f"{lead.name} · {lead.first_contact_on}",
            "url": reverse("lead-detail", args=[lead.pk]),
        }
        for lead in rows
    )
    value = (projects.value or Decimal(0)) + len(rows)
    return replace(projects, value=value, records=(*projects.records, *records)[:MOST_RECORDS])


def _inputs(incubator: Incubator, periods: Sequence[Period]) -> dict[str, Inputs]:
    """What the evaluation would freeze of this incubator, seen through each period."""
    park = incubator.park
    assert park is not None
    first, last = min(period.start for period in periods), max(period.end for period in periods)
    until = last - timedelta(days=1)
    projects = frozen_rows.project_rows(park.pk, until=until, zone=ZoneInfo(park.time_zone), only=incubator)
    homes = {
        row["enterprise_id"]: row["incubator_id"]
        for row in reversed(projects)
        if row["enterprise_id"] and row["incubator_id"]
    }
    recognitions = frozen_rows.recognition_rows(park.pk, start=first, end=last, home_of=homes)
    frozen = {"code": incubator.code, "recognitions": recognitions.get(incubator.pk, []), "observations": []}
    return {
        period.code: Inputs(
            incubator=frozen, projects=projects, rates=[], period=period, as_of=period.end - timedelta(days=1)
        )
        for period in periods
    }


def _value(code: str, inputs: Inputs) -> IndicatorValue:
    if code in OF_INDICATORS:
        return measure_indicator(OF_INDICATORS[code], inputs)
    if code in CURRENCIES:
        return _paid_in(inputs, CURRENCIES[code])
    return _new_leads(inputs) if code == "new_leads" else _in_care(inputs)


def _of_projects(projects: list[Mapping[str, Any]], on: str) -> IndicatorValue:
    records = tuple(
        RecordRef(
            "project",
            row["id"],
            None,
            f"{row['code']} {row['name_zh']}",
            f"{row['code']} {row['name_en'] or row['name_zh']}",
            str(row[on]),
        )
        for row in projects
    )
    return IndicatorValue(Decimal(len(projects)), records=records)


def _new_leads(inputs: Inputs) -> IndicatorValue:
    rows = [row for row in inputs.own_projects if inputs.holds(row["first_contact_on"])]
    return _of_projects(rows, "first_contact_on")


def _in_care(inputs: Inputs) -> IndicatorValue:
    """On the last day of the period, by the dated log of moves."""
    rows = [
        row
        for row in inputs.own_projects
        if row["first_contact_on"] < inputs.end and stage_on(row, inputs.end) in IN_CARE
    ]
    return _of_projects(rows, "stage_since")


def _paid_in(inputs: Inputs, currency: str) -> IndicatorValue:
    """Payments as they were made, without any rate; of a shared landing this incubator's part."""
    rows = [
        (project, fact, inputs.share_of(project))
        for project, fact in inputs.verified_facts("paid_in")
        if fact["currency"] == currency
    ]
    rows = [row for row in rows if row[2] > 0]
    total = sum((round_to_cent(Decimal(fact["amount"]) * share) for _, fact, share in rows), Decimal(0))
    return IndicatorValue(
        total,
        records=tuple(
            project_record(
                project,
                kind="project_fact",
                row=fact,
                note=f"{Decimal(fact['amount']):,.2f} {percent_note(share)}".strip(),
            )
            for project, fact, share in rows
        ),
        evidence=evidence_of([fact for _, fact, _ in rows]),
    )


def _computed(value: IndicatorValue, inputs: Inputs, code: str) -> Computed:
    waiting = _waiting(inputs, FACTS_BEHIND.get(code, "paid_in" if code in CURRENCIES else ""), code)
    note = ""
    if waiting:
        note = _("besides, waiting for verification: %(count)d") % {"count": waiting}
    records = tuple(_shown(record, inputs.code) for record in value.records[:MOST_RECORDS])
    return Computed(value.value, records=records, evidence=value.evidence, note=note)


def _waiting(inputs: Inputs, kind: str, code: str) -> int:
    """Facts of the period that nobody has verified yet and that would count."""
    return sum(
        1
        for project in (inputs.own_projects if kind else ())
        for fact in project["facts"]
        if fact["kind"] == kind
        and not fact["verified_on"]
        and inputs.holds(fact["on"])
        and (kind != "paid_in" or fact["currency"] == CURRENCIES[code])
    )


def _shown(record: RecordRef, incubator: str) -> dict[str, Any]:
    """Label and address of a record, in the language of the page."""
    chinese = (get_language() or "zh").startswith("zh")
    label = record.label_zh if chinese else record.label_en
    words = " · ".join(part for part in (label, record.on, record.note) if part)
    return {"label": words, "url": _address(record, incubator)}


def _address(record: RecordRef, incubator: str) -> str:
    if record.project_id:
        return reverse("project-detail", args=[record.project_id]) + "#facts"
    if record.type == "project" and record.id:
        return reverse("project-detail", args=[record.id])
    return f"{reverse('enterprise-list')}?incubator={incubator}" if record.type == "recognition" else ""


def of_enterprises(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Found:
    """Staff of each enterprise in its latest verified year that the period has reached."""
    latest = max(period.end - timedelta(days=1) for period in periods).year
    rows = list(
        YearlyFigure.objects.verified()
        .filter(enterprise__incubator=incubator, year__lte=latest)
        .select_related("enterprise")
        .order_by("enterprise_id", "-year")
    )
    found: dict[tuple[str, str], Computed] = {}
    for period in periods:
        year = (period.end - timedelta(days=1)).year
        newest: dict[int, YearlyFigure] = {}
        for row in rows:
            if row.year <= year:
                newest.setdefault(row.enterprise_id, row)
        for code in codes:
            found[code, period.code] = _jobs(list(newest.values()), JOBS[code])
    return found


def _jobs(rows: Sequence[YearlyFigure], field: str) -> Computed:
    counted = [(row, getattr(row, field)) for row in rows if getattr(row, field) is not None]
    records = tuple(
        {
            "label": f"{row.enterprise.name} · {row.year} · {count}",
            "url": reverse("enterprise-detail", args=[row.enterprise_id]) + "#figures",
        }
        for row, count in counted[:MOST_RECORDS]
    )
    total = Decimal(sum(count for _, count in counted))
    return Computed(total if counted else None, records=records)


def of_returns(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Found:
    """How many returns fell due in a period, and how many of them came in time, by the first submission."""
    rows = (
        PeriodReturn.objects.filter(
            incubator=incubator,
            edition=1,
            due_on__gte=min(period.start for period in periods),
            due_on__lt=max(period.end for period in periods),
        )
        .annotate(first=Min("moves__at", filter=Q(moves__act=ReturnAct.SUBMIT)))
        .order_by("due_on", "pk")
    )
    due, on_time = Counter[str](), Counter[str]()
    links: dict[str, list[dict[str, Any]]] = defaultdict(list)
    zone = ZoneInfo(incubator.time_zone)
    for row in rows:
        for period in periods:
            if row.due_on in period:
                due[period.code] += 1
                on_time[period.code] += (
                    row.first is not None and row.first.astimezone(zone).date() <= row.due_on
                )
                links[period.code].append(
                    {"label": row.period, "url": reverse("return-detail", args=[row.pk])}
                )
    return dict(_due_lines(codes, due, on_time, links))


def _due_lines(
    codes: Sequence[str], due: Counter[str], on_time: Counter[str], links: Mapping[str, list[dict[str, Any]]]
) -> Iterator[tuple[tuple[str, str], Computed]]:
    counts = {"returns_due": due, "returns_on_time": on_time}
    for period in due:
        for code in codes:
            yield (code, period), Computed(Decimal(counts[code][period]), records=tuple(links[period]))


def register() -> None:
    """The sources of this app, at start."""
    register_source("projects", ["new_leads", "in_care", *OF_INDICATORS, *CURRENCIES], of_projects)
    register_source("enterprises", JOBS, of_enterprises)
    register_source("returns", ["returns_due", "returns_on_time"], of_returns)
