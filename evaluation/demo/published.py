"""Reported projects, agreements and processes: what the sources say, in tables that no total reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.enums import FigureStatus, Qualifier
from evaluation.demo.reading import BadData, Entry, entries
from evaluation.demo.storing import SOURCED, Layout, resolver, store
from incubators.models import Agreement, ReferenceProcess
from projects.models import ReportedProject

PROJECTS = Layout(
    {
        **SOURCED,
        "company": "company_code",
        "stage_code": "stage_code",
        "stage_basis": "stage_basis",
        "incubator_note": "incubator_note",
        "overlap_note": "overlap_note",
        "batch": "batch",
        "dates": "dates",
    },
    own=frozenset({"sector", "incubator", "incubator_candidates", "destination"}),
)
AGREEMENTS = Layout(
    {
        **SOURCED,
        "kind": "kind",
        "date": "date_text",
        "place": "place",
        "parties": "party_codes",
        "count": "count",
        "amount_yuan": "amount",
        "qualifier": "qualifier",
    }
)
PROCESSES = Layout({**SOURCED, "owner": "owner_code", "steps": "steps", "notes": "notes"})


def load_reported_projects(
    *, parks: Mapping[Any, Any], incubators: Mapping[Any, Any], at: datetime
) -> tuple[dict[Any, Any], int]:
    """Projects of the press; two incubators that a text credits together are both candidates, no more."""
    found = entries("projects")
    park_pk, incubator_pk = resolver(parks), resolver(incubators)
    rows = []
    for entry in found:
        sector = entry["sector"] or {}
        values = PROJECTS.values(entry)
        values |= {
            "sector_zh": sector.get("zh", ""),
            "sector_en": sector.get("en", ""),
            "park_id": _known(park_pk, entry["destination"], entry),
            "incubator_id": _known(incubator_pk, entry["incubator"], entry),
            "as_of": entry["dates"].get("as_of", ""),
            "status": FigureStatus.REPORTED,
        }
        rows.append(values)
    projects, touched = store(ReportedProject, rows, at=at)
    _link_candidates(found, projects, incubators)
    return projects, touched


def _known(pk_of: Any, code: str | None, entry: Entry) -> int | None:
    pk: int | None = pk_of(code)
    if code and pk is None:
        raise BadData(f"{entry['id']}: nothing is called {code}")
    return pk


def _link_candidates(found: list[Entry], projects: Mapping[Any, Any], incubators: Mapping[Any, Any]) -> None:
    through = ReportedProject.candidates.through
    wanted = {
        (projects[(entry["id"],)].pk, incubators[(code,)].pk)
        for entry in found
        for code in entry.get("incubator_candidates", ())
    }
    there = set(through.objects.values_list("reportedproject_id", "incubator_id"))
    through.objects.bulk_create(
        through(reportedproject_id=project, incubator_id=incubator)
        for project, incubator in sorted(wanted - there)
    )


def load_agreements(*, at: datetime) -> tuple[dict[Any, Any], int]:
    rows = []
    for entry in entries("agreements"):
        values = AGREEMENTS.values(entry)
        values["qualifier"] = values.get("qualifier") or Qualifier.UNKNOWN
        rows.append(values)
    return store(Agreement, rows, at=at)


def load_processes(*, at: datetime) -> tuple[dict[Any, Any], int]:
    return store(ReferenceProcess, [PROCESSES.values(entry) for entry in entries("processes")], at=at)
