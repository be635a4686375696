"""Everything that an evaluation uses, as plain JSON that nobody can change afterwards.

The snapshot has two parts. ``input`` decides the result: the scheme, the incubators with their verified
records, the projects, the rates. Its SHA-256 identifies the run: the same inputs give the same run.
``frozen`` says when it was taken and where the history chains stood; it is covered by the digest that reports
print, but does not make another run. Press reports are not part of either.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.errors import Conflict
from core.history import canonical, heads
from core.periods import Period
from evaluation.enums import Audience, NodeKind, SchemeStatus
from evaluation.indicators import CALCULATIONS
from evaluation.models import EvaluationRun, Scheme, SchemeNode
from evaluation.selectors import frozen_rows
from incubators.models import Incubator, Park

FORMAT = 1
JOINT_ZH, JOINT_EN = "联合引进项目", "Project credited jointly"
FOREIGN_FACTS = frozenset({"registered", "paid_in", "producing"})


@dataclass(frozen=True)
class Snapshot:
    """``text`` is canonical JSON; its SHA-256 is ``sha256``. ``input_sha256`` covers the ``input`` part."""

    text: str
    sha256: str
    input_sha256: str
    as_of: date
    scheme_id: int


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def frozen_input(run: EvaluationRun) -> dict[str, Any]:
    """What the run was made from, as it was frozen."""
    content: dict[str, Any] = json.loads(run.snapshot)["input"]
    return content


def as_of_day(period: Period, on: date) -> date:
    """Data count up to this day: the last of the period, or today while it is still running."""
    return min(period.end - timedelta(days=1), on)


def scheme_for(period: Period) -> Scheme:
    """The published scheme in force on the last day of the period. Raises ``Conflict`` without one."""
    day = period.end - timedelta(days=1)
    scheme = (
        Scheme.objects.filter(status=SchemeStatus.PUBLISHED, valid_from__lte=day)
        .exclude(valid_until__lte=day)
        .order_by("-valid_from", "code", "-version")
        .first()
    )
    if scheme is None:
        raise Conflict(_("No published evaluation scheme is in force in this period."), code="no_scheme")
    return scheme


def freeze_inputs(
    *, park: Park, incubator: Incubator | None, audience: str, period: Period, at: datetime
) -> Snapshot:
    """Read and freeze. For operators only the own incubator goes in; for the park, its peers do too."""
    zone = ZoneInfo(park.time_zone)
    as_of = as_of_day(period, at.astimezone(zone).date())
    scheme = scheme_for(period)
    own = incubator if audience == Audience.OPERATOR else None
    projects = frozen_rows.project_rows(park.pk, until=as_of, zone=zone, only=own)
    incubators = _incubators(park, incubator, own, projects, period, as_of)
    if own is not None:
        projects = [_as_seen_by(own.code, project) for project in projects]
    for project in projects:
        del project["incubator_id"]
    content = {
        "audience": str(audience),
        "park": {
            "id": park.pk,
            "code": park.code,
            "name_zh": park.name_zh,
            "name_en": park.name_en or park.name_zh,
            "time_zone": park.time_zone,
        },
        "subject": incubator.code if incubator else None,
        "period": period.code,
        "previous_period": period.previous().code,
        "as_of": as_of.isoformat(),
        "scheme": frozen_scheme(scheme),
        "incubators": incubators,
        "projects": projects,
        "rates": frozen_rows.rate_rows(projects, until=as_of),
        "evidence": frozen_rows.evidence_rows(park.pk, _digests(incubators, projects), only=own),
    }
    chains = [f"incubator:{row['code']}" for row in incubators]
    if own is None:
        chains.append(park.chain)
    decisive = canonical(content)
    around = canonical({"format": FORMAT, "frozen": {"at": at, "history": heads(chains)}})
    # "input" sorts behind the other keys, so that the large part is written only once.
    text = (around[:-1] + b',"input":' + decisive + b"}").decode()
    return Snapshot(
        text=text,
        sha256=sha256_of(text),
        input_sha256=hashlib.sha256(decisive).hexdigest(),
        as_of=as_of,
        scheme_id=scheme.pk,
    )


def _incubators(
    park: Park,
    incubator: Incubator | None,
    own: Incubator | None,
    projects: list[dict[str, Any]],
    period: Period,
    as_of: date,
) -> list[dict[str, Any]]:
    """The subject and, for the park, every operating incubator with a contract, projects or measures."""
    if own is not None:
        candidates = [own]
    else:
        candidates = list(park.incubators.operating().select_related("operator").order_by("code"))
        if incubator is not None and incubator not in candidates:
            candidates = sorted([*candidates, incubator], key=lambda row: row.code)
    start, until = period.previous().start, as_of + timedelta(days=1)
    contracts = frozen_rows.contract_rows(candidates, start=start, end=period.end)
    observations = frozen_rows.observation_rows(candidates, start=start, end=until)
    homes = {
        row["enterprise_id"]: row["incubator_id"]
        for row in reversed(projects)
        if row["enterprise_id"] and row["incubator_id"]
    }
    recognitions = frozen_rows.recognition_rows(park.pk, start=start, end=until, home_of=homes)
    active = {row["incubator_id"] for row in projects} | set(contracts) | set(observations)
    return [
        {
            "id": row.pk,
            "code": row.code,
            "name_zh": row.name_zh,
            "name_en": row.name_en or row.name_zh,
            "operator": row.operator.name_zh if row.operator else row.operator_name,
            "contract": _without_targets(contracts.get(row.pk)),
            "targets": contracts[row.pk]["targets"] if row.pk in contracts else [],
            "observations": observations.get(row.pk, []),
            "recognitions": recognitions.get(row.pk, []),
        }
        for row in candidates
        if row == incubator or row.pk in active
    ]


def _without_targets(contract: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if contract is None else {key: contract[key] for key in contract if key != "targets"}


def _as_seen_by(code: str, project: dict[str, Any]) -> dict[str, Any]:
    """A project as this operator may see it: of another's, no more than the credit that is shared."""
    shares = {code: project["shares"].get(code, "0")} if project["shares"] else {}
    if project["incubator"] == code:
        return {**project, "shares": shares}
    facts = [
        {**fact, "id": None, "evidence": []}
        for fact in project["facts"]
        if fact["kind"] in FOREIGN_FACTS and fact["verified_on"]
    ]
    hidden = {
        "id": None,
        "code": "",
        "name_zh": JOINT_ZH,
        "name_en": JOINT_EN,
        "incubator": None,
        "enterprise_id": None,
        "enterprise_zh": "",
        "enterprise_en": "",
    }
    return {**project, **hidden, "shares": shares, "facts": facts, "moves": []}


def _digests(incubators: list[dict[str, Any]], projects: list[dict[str, Any]]) -> set[str]:
    rows = [fact for project in projects for fact in project["facts"]]
    for incubator in incubators:
        rows += [*incubator["observations"], *incubator["recognitions"]]
    return {digest for row in rows for digest in row["evidence"]}


def frozen_scheme(scheme: Scheme) -> dict[str, Any]:
    """The scheme as data: headings followed by their indicators, then bonus, deductions and vetoes."""
    nodes = list(scheme.nodes.select_related("indicator", "parent").order_by("position", "pk"))
    ordered: list[SchemeNode] = []
    for node in nodes:
        if node.parent_id is None:
            ordered += [node, *(child for child in nodes if child.parent_id == node.pk)]
    return {
        "code": scheme.code,
        "version": scheme.version,
        "name_zh": scheme.name_zh,
        "name_en": scheme.name_en or scheme.name_zh,
        "label_zh": scheme.label_zh,
        "label_en": scheme.label_en,
        "valid_from": scheme.valid_from.isoformat(),
        "source": scheme.source,
        "bonus_limit": f"{scheme.bonus_limit:f}",
        "grades": scheme.grades,
        "nodes": [_frozen_node(node) for node in ordered],
    }


def _frozen_node(node: SchemeNode) -> dict[str, Any]:
    frozen = {
        "code": node.code,
        "parent": node.parent.code if node.parent else None,
        "kind": node.kind,
        "name_zh": node.name_zh,
        "name_en": node.name_en or node.name_zh,
        "weight": f"{node.weight:f}",
        "rule": node.rule,
    }
    indicator = node.indicator
    if node.kind == NodeKind.GROUP or indicator is None:
        return frozen
    return frozen | {
        "indicator": indicator.code,
        "direction": indicator.direction,
        "unit_zh": indicator.unit_zh,
        "unit_en": indicator.unit_en,
        "formula_zh": indicator.formula_zh,
        "formula_en": indicator.formula_en,
        "calculation": indicator.calculation,
        "value_kind": CALCULATIONS[indicator.calculation].kind,
    }
