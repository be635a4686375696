"""The rows that a snapshot holds, read in a fixed number of queries and in a fixed order.

Dates are ISO texts in the park's own time zone, amounts are texts: what is stored is what is hashed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from core.models import ExchangeRate
from enterprises.models import Recognition
from evaluation.models import Observation
from evidence.models import EvidenceFile
from incubators.models import ContractTarget, Incubator, OperatorContract
from projects.models import CreditShare, Project, ProjectFact, StageLog

Row = dict[str, Any]


def text(value: Decimal) -> str:
    return f"{value:f}"


def local_day(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).date().isoformat()


def evidence_by(through: Any, column: str, ids: Iterable[int]) -> dict[int, list[str]]:
    """Digests of the files that hang on these records, sorted."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = (
        through.objects.filter(**{f"{column}__in": list(ids)})
        .values_list(column, "evidencefile__sha256")
        .order_by(column, "evidencefile__sha256")
    )
    for record_id, digest in rows:
        found[record_id].append(digest)
    return found


def contract_rows(incubators: Sequence[Incubator], *, start: date, end: date) -> dict[int, Row]:
    """The contract of each incubator that is in force last in ``[start, end)``, with its targets."""
    contracts: dict[int, OperatorContract] = {}
    for contract in OperatorContract.objects.filter(
        incubator__in=incubators, starts_on__lt=end, ends_on__gt=start
    ).order_by("starts_on", "id"):
        contracts[contract.incubator_id] = contract
    targets: dict[int, list[Row]] = defaultdict(list)
    for contract_id, indicator, period, value in (
        ContractTarget.objects.filter(contract__in=list(contracts.values()))
        .order_by("contract_id", "indicator", "period")
        .values_list("contract_id", "indicator", "period", "value")
    ):
        targets[contract_id].append({"indicator": indicator, "period": period, "value": text(value)})
    return {
        incubator_id: {
            "id": contract.pk,
            "number": contract.number,
            "starts_on": contract.starts_on.isoformat(),
            "ends_on": contract.ends_on.isoformat(),
            "fee_amount": text(contract.fee_amount),
            "currency": contract.currency,
            "is_demonstration": contract.is_demonstration,
            "targets": targets[contract.pk],
        }
        for incubator_id, contract in contracts.items()
    }


def observation_rows(incubators: Sequence[Incubator], *, start: date, end: date) -> dict[int, list[Row]]:
    """Verified monthly values in ``[start, end)``, by incubator."""
    rows = list(
        Observation.objects.verified()
        .filter(incubator__in=incubators, starts_on__gte=start, starts_on__lt=end)
        .order_by("incubator_id", "measure", "period")
        .values_list("incubator_id", "id", "measure", "period", "value", "provenance")
    )
    files = evidence_by(Observation.evidence.through, "observation_id", (row[1] for row in rows))
    found: dict[int, list[Row]] = defaultdict(list)
    for incubator_id, record_id, measure, period, value, provenance in rows:
        found[incubator_id].append(
            {
                "id": record_id,
                "measure": measure,
                "period": period,
                "value": text(value),
                "provenance": provenance,
                "evidence": files.get(record_id, []),
            }
        )
    return found


def recognition_rows(
    park_id: int, *, start: date, end: date, home_of: Mapping[int, int]
) -> dict[int, list[Row]]:
    """Verified titles, plan places and filings granted in ``[start, end)``, by the incubator they count for.

    That is the incubator of the enterprise or, where it has none, of its project: each counts once.
    """
    found: dict[int, list[Row]] = defaultdict(list)
    rows = (
        Recognition.objects.verified()
        .filter(enterprise__park=park_id, granted_on__gte=start, granted_on__lt=end)
        .select_related("enterprise", "evidence")
        .order_by("granted_on", "id")
    )
    for row in rows:
        home = row.enterprise.incubator_id or home_of.get(row.enterprise_id)
        if home is None:
            continue
        found[home].append(
            {
                "id": row.pk,
                "kind": row.kind,
                "granted_on": row.granted_on.isoformat(),
                "enterprise_id": row.enterprise_id,
                "enterprise_zh": row.enterprise.name_zh,
                "enterprise_en": row.enterprise.name_en or row.enterprise.name_zh,
                "certificate": row.certificate_number,
                "evidence": [row.evidence.sha256] if row.evidence else [],
            }
        )
    return found


def project_rows(park_id: int, *, until: date, zone: ZoneInfo, only: Incubator | None) -> list[Row]:
    """Every project of the park known by ``until`` (included) with its dated facts and moves.

    With ``only``, those that are incubated there or credited to it.
    """
    projects = Project.objects.filter(park=park_id, first_contact_on__lte=until)
    if only is not None:
        credited = CreditShare.objects.filter(incubator=only).values("project_id")
        projects = projects.filter(Q(incubator=only) | Q(pk__in=credited))
    rows: list[Row] = [
        dict(row)
        for row in projects.order_by("code", "id").values(
            "id",
            "code",
            "name_zh",
            "name_en",
            "incubator__code",
            "incubator_id",
            "provenance",
            "first_contact_on",
            "stage",
            "enterprise_id",
            "enterprise__name_zh",
            "enterprise__name_en",
        )
    ]
    ids = [row["id"] for row in rows]
    shares, facts, moves = _shares(ids), _facts(ids, until=until, zone=zone), _moves(ids, until=until)
    return [_project(row, shares[row["id"]], facts[row["id"]], moves[row["id"]]) for row in rows]


def _project(row: Row, shares: Row, facts: list[Row], moves: list[Row]) -> Row:
    first = (moves[0]["from"] or "lead") if moves else row["stage"]
    return {
        "id": row["id"],
        "code": row["code"],
        "name_zh": row["name_zh"],
        "name_en": row["name_en"],
        "incubator": row["incubator__code"],
        "incubator_id": row["incubator_id"],
        "provenance": row["provenance"],
        "first_contact_on": row["first_contact_on"].isoformat(),
        "first_stage": first,
        "stage": moves[-1]["to"] if moves else row["stage"],
        "stage_since": moves[-1]["on"] if moves else row["first_contact_on"].isoformat(),
        "enterprise_id": row["enterprise_id"],
        "enterprise_zh": row["enterprise__name_zh"] or "",
        "enterprise_en": row["enterprise__name_en"] or row["enterprise__name_zh"] or "",
        "shares": shares,
        "facts": facts,
        "moves": moves,
    }


def _shares(project_ids: list[int]) -> dict[int, Row]:
    found: dict[int, Row] = defaultdict(dict)
    rows = CreditShare.objects.filter(project__in=project_ids).order_by("project_id", "incubator__code")
    for project_id, code, percent in rows.values_list("project_id", "incubator__code", "percent"):
        found[project_id][code] = text(percent)
    return found


def _facts(project_ids: list[int], *, until: date, zone: ZoneInfo) -> dict[int, list[Row]]:
    rows = list(
        ProjectFact.objects.filter(project__in=project_ids, on__lte=until)
        .order_by("project_id", "on", "id")
        .values_list(
            "project_id",
            "id",
            "kind",
            "on",
            "amount",
            "currency",
            "entered_at",
            "verified_at",
            "returned_at",
        )
    )
    verified = (row[1] for row in rows if row[7] is not None)
    files = evidence_by(ProjectFact.evidence.through, "projectfact_id", verified)
    found: dict[int, list[Row]] = defaultdict(list)
    for project_id, record_id, kind, on, amount, currency, entered, verified_at, returned in rows:
        found[project_id].append(
            {
                "id": record_id,
                "kind": kind,
                "on": on.isoformat(),
                "amount": None if amount is None else text(amount),
                "currency": currency,
                "entered_on": local_day(entered, zone),
                "verified_on": local_day(verified_at, zone),
                "returned_on": local_day(returned, zone),
                "evidence": files.get(record_id, []),
            }
        )
    return found


def _moves(project_ids: list[int], *, until: date) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    rows = StageLog.objects.filter(project__in=project_ids, on__lte=until).order_by(
        "project_id", "on", "sequence"
    )
    for project_id, record_id, source, target, on, cause in rows.values_list(
        "project_id", "id", "from_stage", "to_stage", "on", "cause"
    ):
        found[project_id].append(
            {"id": record_id, "from": source, "to": target, "on": on.isoformat(), "cause": cause}
        )
    return found


def evidence_rows(park_id: int, digests: Iterable[str], *, only: Incubator | None) -> list[Row]:
    """The evidence index: one row for each file that proves something in the snapshot."""
    files = EvidenceFile.objects.filter(park=park_id, sha256__in=sorted(set(digests)))
    if only is not None:
        files = files.filter(incubator=only)
    found: dict[str, Row] = {}
    columns = ("id", "sha256", "title", "kind", "size")
    for row in files.order_by("sha256", "id").values(*columns, "verified_at"):
        plain = {name: row[name] for name in columns}
        found.setdefault(row["sha256"], {**plain, "is_verified": row["verified_at"] is not None})
    return list(found.values())


def rate_rows(projects: Sequence[Row], *, until: date) -> list[Row]:
    """Dated rates to the yuan of every foreign currency in which something was paid in."""
    currencies = {
        fact["currency"]
        for project in projects
        for fact in project["facts"]
        if fact["kind"] == "paid_in" and fact["currency"] not in ("", "CNY")
    }
    rates = ExchangeRate.objects.filter(currency__in=sorted(currencies), to_currency="CNY", on__lte=until)
    return [
        {"currency": row.currency, "on": row.on.isoformat(), "rate": text(row.rate), "source": row.source}
        for row in rates.order_by("currency", "on")
    ]
