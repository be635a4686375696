"""Demonstration data of the road home: a checklist, proposals of credit, a follow-up, ends, duplicates.

Everything hangs on the fictional projects that are there already; two more leads show what duplicates look
like. Each part is left alone once somebody has begun to work on it.
"""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from core.demo import Loaded, told_at_once
from core.enums import Provenance
from evidence.services import store_evidence
from incubators.models import Incubator
from projects import services
from projects.enums import ClinicalPhase, Presence, Product, Stage, StepState
from projects.models import (
    CreditProposal,
    FollowUp,
    LegStep,
    Merge,
    Project,
    RelocationLeg,
    ReturnOutcome,
    SupportCheck,
)
from projects.reading.road import FOLLOWED, returned_projects, unexplained_ends

UPPSALA, ZHANGJIANG, SHENZHEN = "jy-uppsala", "jy-zhangjiang", "jy-shenzhen-incubator"
OPERATORS = {UPPSALA: "op-uppsala", ZHANGJIANG: "op-zhangjiang", SHENZHEN: "op-shenzhen"}
ADMINISTRATOR = "park-jiangyin"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
DRUGS = (ClinicalPhase.PHASE_1, ClinicalPhase.PRECLINICAL, ClinicalPhase.TRIAL_APPROVED)
PAIRS = (
    ("DEMO-PAIR-1", "示例项目：甲虫微流控芯片", "示例項目：甲蟲微流控芯片（二次录入）"),
    ("DEMO-PAIR-2", "示例项目：乙星光纤传感", "示例項目：乙星光纖傳感"),
)


def load(*, at: datetime) -> list[Loaded]:
    """Load what is missing; without the demonstration accounts and projects there is nothing to show."""
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    sites = {site.code: site for site in Incubator.objects.select_related("park").filter(code__in=OPERATORS)}
    if len(sites) < len(OPERATORS) or not {*OPERATORS.values(), ADMINISTRATOR} <= set(people):
        return []
    parts: tuple[tuple[str, Callable[..., tuple[int, int]]], ...] = (
        ("steps of a leg's checklist", _load_checklist),
        ("outcomes of returns", _load_outcomes),
        ("proposals of credit", _load_proposals),
        ("follow-ups", _load_follow_up),
        ("statements of support before an end", _load_support),
        ("merges of duplicates", _load_pairs),
    )
    loaded = []
    for name, part in parts:
        with told_at_once():
            loaded.append(Loaded(name, *part(people, sites, at)))
    return loaded


def _samples(site: Incubator, *stages: str) -> Any:
    rows = Project.objects.filter(provenance=Provenance.DEMONSTRATION, incubator=site, stage__in=stages)
    return rows.select_related("park", "incubator").order_by("code")


def _load_checklist(people: dict[str, User], sites: dict[str, Incubator], at: datetime) -> tuple[int, int]:
    """The leg that is on its way, or planned, at any of the sites."""
    known = LegStep.objects.filter(leg__project__provenance=Provenance.DEMONSTRATION).count()
    legs = RelocationLeg.objects.filter(
        project__provenance=Provenance.DEMONSTRATION,
        project__incubator__in=sites.values(),
        project__stage=Stage.RELOCATING,
        arrived_on__isnull=True,
    ).select_related("project__park", "project__incubator")
    leg = legs.order_by("-planned_on", "pk").first()
    if known or leg is None or leg.project.incubator is None:
        return known, 0
    operator = people[OPERATORS[leg.project.incubator.code]]
    steps = services.start_checklist(leg=leg, actor=operator, at=at)
    by_code = {step.code: step for step in LegStep.objects.filter(leg=leg).select_related("leg__project")}
    settled: dict[str, dict[str, Any]] = {
        "company": {"state": StepState.DONE, "note": "示例：营业执照已取得"},
        "samples": {"state": StepState.NOT_NEEDED, "reason": "示例：不涉及人类遗传资源"},
        "equipment": {"state": StepState.IN_PROGRESS, "owner": operator, "ticket_number": "示例-0012"},
    }
    for code, values in settled.items():
        if code in by_code:
            services.change_step(step=by_code[code], values=values, actor=operator, at=at)
    return len(steps), len(steps)


def _load_outcomes(people: dict[str, User], sites: dict[str, Incubator], at: datetime) -> tuple[int, int]:
    known = ReturnOutcome.objects.filter(project__provenance=Provenance.DEMONSTRATION).count()
    if known:
        return known, 0
    administrator = people[ADMINISTRATOR]
    rows: list[Any] = list(
        returned_projects(administrator)
        .filter(provenance=Provenance.DEMONSTRATION, incubator=sites[UPPSALA])
        .order_by("code")[: len(DRUGS)]
    )
    for project, phase in zip(rows, DRUGS, strict=False):
        values = {"product": Product.DRUG, "phase": phase, "phase_on": project.arrived_on}
        services.record_outcome(project=project, values=values, actor=people[OPERATORS[UPPSALA]], at=at)
    return len(rows), len(rows)


def _load_proposals(people: dict[str, User], sites: dict[str, Incubator], at: datetime) -> tuple[int, int]:
    """One division that all sides agreed to, one that waits for its answers."""
    known = CreditProposal.objects.filter(project__provenance=Provenance.DEMONSTRATION).count()
    if known:
        return known, 0
    early = (Stage.INCUBATING, Stage.ACCELERATING)
    agreed = _samples(sites[UPPSALA], *early).first()
    waiting = _samples(sites[ZHANGJIANG], *early).first()
    made = 0
    if agreed is not None:
        proposal = services.propose_credit(
            project=agreed,
            shares={sites[UPPSALA]: Decimal(70), sites[ZHANGJIANG]: Decimal(30)},
            words="示例：乌普萨拉完成前期研发，张江提供加速与落户对接。",
            actor=people[OPERATORS[UPPSALA]],
            at=at,
        )
        for place, person in ((sites[ZHANGJIANG], OPERATORS[ZHANGJIANG]), (None, ADMINISTRATOR)):
            if proposal.is_open:
                proposal = services.answer_proposal(
                    proposal=proposal, answer="agree", incubator=place, actor=people[person], at=at
                )
        made += 1
    if waiting is not None:
        services.propose_credit(
            project=waiting,
            shares={sites[ZHANGJIANG]: Decimal(60), sites[SHENZHEN]: Decimal(40)},
            words="示例：深圳引荐团队，张江负责孵化。",
            actor=people[OPERATORS[ZHANGJIANG]],
            at=at,
        )
        made += 1
    return made, made


def _load_follow_up(people: dict[str, User], sites: dict[str, Incubator], at: datetime) -> tuple[int, int]:
    known = FollowUp.objects.filter(project__provenance=Provenance.DEMONSTRATION).count()
    if known:
        return known, 0
    for code, site in sites.items():
        for project in _samples(site, *FOLLOWED):
            log = project.stage_log.filter(to_stage=Stage.INDUSTRIALISED).order_by("on").first()
            if log is None or log.on.year + 1 > at.year:
                continue
            operator = people[OPERATORS[code]]
            file = store_evidence(
                park=project.park,
                incubator=site,
                content=io.BytesIO(PDF + f"follow-up {project.code}".encode()),
                name="follow-up.pdf",
                title="示例：跟踪走访记录",
                actor=operator,
                at=at,
                provenance=Provenance.DEMONSTRATION,
            )
            row = services.save_follow_up(
                project=project,
                year=log.on.year + 1,
                values={"is_operating": True, "place": "江阴高新区（示例）", "staff_count": 36,
                        "revenue_amount": Decimal(12_000_000), "currency": "CNY"},
                evidence=[file],
                actor=operator,
                at=at,
            )  # fmt: skip
            services.verify_follow_up(follow_up=row, actor=people[ADMINISTRATOR], at=at)
            return 1, 1
    return 0, 0


def _load_support(people: dict[str, User], sites: dict[str, Incubator], at: datetime) -> tuple[int, int]:
    """One end is explained; the newer ones wait, so that the due list shows what it asks for."""
    known = SupportCheck.objects.filter(log__project__provenance=Provenance.DEMONSTRATION).count()
    if known:
        return known, 0
    ends = unexplained_ends(people[ADMINISTRATOR], since=at.date() - timedelta(days=4000))
    log = (
        ends.filter(project__provenance=Provenance.DEMONSTRATION, project__incubator__in=sites.values())
        .order_by("on", "pk")
        .first()
    )
    if log is None or log.project.incubator is None:
        return 0, 0
    services.record_cause(
        log=log,
        values={
            "funding": Presence.NO,
            "policy": Presence.YES,
            "service": Presence.UNKNOWN,
            "words": "示例：后续融资未到位，政策已兑现。",
        },
        actor=people[OPERATORS[log.project.incubator.code]],
        at=at,
    )
    return 1, 1


def _load_pairs(people: dict[str, User], sites: dict[str, Incubator], at: datetime) -> tuple[int, int]:
    """One pair that was merged, one that still asks whether it is one project."""
    site, operator = sites[SHENZHEN], people[OPERATORS[SHENZHEN]]
    known = Project.everything.filter(incubator=site, external_id__startswith="DEMO-PAIR-")
    if site.park is None or known.exists():
        return Merge.objects.filter(kept_project__in=known).count(), 0
    pairs = []
    for number, first, second in PAIRS:
        pairs.append(
            [
                services.create_project(
                    park=site.park,
                    incubator=site,
                    values={"name_zh": name, "external_id": f"{number}-{place}", "summary": "示例"},
                    actor=operator,
                    at=at,
                    provenance=Provenance.DEMONSTRATION,
                )
                for place, name in enumerate((first, second), start=1)
            ]
        )
    kept, merged = pairs[0]
    services.merge_records(
        kind="project", kept=kept, merged=merged, reason="示例：同一项目录入两次", actor=operator, at=at
    )
    return 1, 1
