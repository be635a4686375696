"""The page of one project: where it stands, what is missing, its facts and its story."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.enums import Role
from core.templatetags.fmt import day
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from projects.enums import FactKind, RequestState, Stage
from projects.models import GateRequest, Project, ProjectFact, RelocationLeg, StageLog
from projects.selectors import Gate, gates_of, last_request, roles_at
from projects.signals import panels_of
from projects.stages import ENDED, PATH, SIDE_DOORS
from projects.web.access import Rights, rights_in, verifier_of, visible_project
from projects.web.changes import history_of
from projects.web.fact_forms import AttachForm
from projects.web.facts import PAPERS
from projects.web.merging import merged_elsewhere
from projects.web.missing import remarks_of, tasks_of
from projects.web.road_sections import road_of
from projects.web.story import story_of

#: Stages that many projects pass over.
OPTIONAL = ("accelerating", "relocating")


def facts_of(project: Project) -> list[ProjectFact]:
    """Facts with their files and people, oldest day first."""
    files = Prefetch("evidence", EvidenceFile.objects.select_related("uploaded_by").order_by("pk"))
    rows = project.facts.select_related("entered_by", "verified_by", "returned_by").prefetch_related(files)
    return list(rows.order_by("on", "pk"))


@login_required
@require_GET
def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    if (moved_on := merged_elsewhere(request, "project", pk)) is not None:
        return moved_on
    project = visible_project(request, pk)
    rights = rights_in(request.user, project)
    facts = facts_of(project)
    log = list(project.stage_log.select_related("moved_by").order_by("sequence"))
    legs = legs_of(project)
    attachments = list(
        project.attachments.select_related("file__uploaded_by", "file__verified_by").order_by(
            "-attached_at", "-pk"
        )
    )
    files = [link.file for link in attachments]
    last = last_request(project)
    moves_as = roles_at(request.user, project, on=timezone.localdate()) if rights.enter else frozenset()  # type: ignore[arg-type]
    gates = [_gate(gate, project, facts, legs, rights, moves_as, last) for gate in gates_of(project)]
    waiting = last if last is not None and last.state == RequestState.OPEN else None
    shares = list(project.credit_shares.select_related("incubator").order_by("-percent", "pk"))
    context = {
        "project": project,
        "rights": rights,
        "steps": stage_steps(project, log),
        "gates": gates,
        "nearest": _nearest(gates),
        "waiting": waiting,
        "may_decide": bool(waiting and rights.verify and waiting.requested_by_id != rights.user_id),
        "next_action": _next_action(project, gates, facts, rights, waiting),
        "cards": [_card(kind, facts, project, rights) for kind in FactKind],
        "legs": legs,
        "shares": shares,
        "road": road_of(project, log, rights),
        "may_divide": rights.may_divide(project),
        "files": [_file(file, rights, attached=True) for file in files],
        "proofs": _proofs(facts, legs, files, rights),
        "attach_form": AttachForm(
            initial={"kind": _wanted_kind(gates)}, auto_id="id_attach_%s", project=project
        ),
        "events": story_of(project, log=log, facts=facts, legs=legs, files=files),
        "history": history_of(project, facts=facts, legs=legs, files=files),
        "details": _details(project),
        "may_delete": rights.enter and len(log) == 1 and not facts and not legs and not files,
        "ended": project.stage in ENDED,
        "panels": panels_of(user=request.user, project=project),
    }
    return render(request, "projects/detail.html", context)


def legs_of(project: Project) -> list[RelocationLeg]:
    rows = project.legs.select_related("legal_entity", "entered_by").prefetch_related("evidence")
    return list(rows.order_by("sequence"))


def stage_steps(project: Project, log: list[StageLog]) -> list[dict[str, Any]]:
    """The path as a bar: what was passed with its date, where it stands, what lies ahead."""
    dates = {row.to_stage: row.on for row in log}
    stage = project.stage
    here = (
        stage
        if stage in PATH
        else next((row.from_stage for row in reversed(log) if row.from_stage in PATH), "lead")
    )
    place = PATH.index(here)
    states = {"suspended": "paused", "moved_elsewhere": "stopped", "terminated": "stopped"}
    steps = []
    for index, code in enumerate(PATH):
        if index < place:
            state = "done" if code in dates else "skipped"
        elif index == place:
            state = states.get(stage, "current")
        else:
            state = "next" if index == place + 1 and stage in PATH else "ahead"
        label = (
            Stage(code).label
            if index != place or stage in PATH
            else f"{Stage(code).label} · {Stage(stage).label}"
        )
        date = project.stage_since if index == place else dates.get(code) if index < place else None
        steps.append({"label": label, "state": state, "date": date})
    return steps


def _gate(
    gate: Gate,
    project: Project,
    facts: list[ProjectFact],
    legs: list[RelocationLeg],
    rights: Rights,
    moves_as: frozenset[str],
    last: GateRequest | None,
) -> dict[str, Any]:
    remarks = remarks_of(last, gate.to_stage)
    tasks = tasks_of(gate, project, facts, legs, may_enter=rights.enter, remarks=remarks)
    may_act = rights.enter and bool(moves_as & set(gate.movers))
    asks = bool(last is not None and last.state == RequestState.OPEN)
    return {
        "stage": gate.to_stage,
        "label": Stage(gate.to_stage).label,
        "tasks": tasks,
        "missing": sum(not item.waits for item in gate.missing),
        "open": gate.is_open,
        "optional": gate.to_stage in OPTIONAL,
        "may_move": may_act and gate.is_open and not gate.must_request,
        "may_request": may_act and gate.is_requestable and not asks,
        "requested": last if asks and last is not None and last.to_stage == gate.to_stage else None,
        "second_person": verifier_of(project, "") if gate.decided_by else "",
        "days": gate.days,
        "movers": [str(Role(code).label) for code in gate.movers] if rights.enter and not may_act else [],
        "url": reverse("project-move", args=[project.pk]) + f"?to={gate.to_stage}",
        "request_url": reverse("project-request-create", args=[project.pk, gate.to_stage]),
    }


def _next_action(
    project: Project,
    gates: list[dict[str, Any]],
    facts: list[ProjectFact],
    rights: Rights,
    waiting: GateRequest | None,
) -> dict[str, Any] | None:
    """The one thing to do now: decide what waits, verify, move on or request, or mend what is missing."""
    if waiting is not None and rights.verify and waiting.requested_by_id != rights.user_id:
        url = reverse("project-request-review", args=[waiting.pk])
        return {"url": url, "label": _("Decide: %(stage)s") % {"stage": waiting.get_to_stage_display()}}
    for fact in facts:
        if fact.returned_at is None and fact.evidence.all() and rights.may_judge(fact):
            return {
                "url": f"#fact-{fact.kind}",
                "label": _("Verify: %(fact)s") % {"fact": fact.get_kind_display()},
            }
    return _next_of_operator(project, gates) if rights.enter and waiting is None else None


def _nearest(gates: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The gate for which the operator has the least to do; the further one where two ask for as much."""
    return min(reversed(gates), key=lambda gate: int(gate["missing"]), default=None)


def _next_of_operator(project: Project, gates: list[dict[str, Any]]) -> dict[str, Any] | None:
    ready = [gate for gate in gates if gate["may_move"] and not gate["missing"]]
    if ready:
        return {"url": ready[-1]["url"], "label": _("Move to “%(stage)s”") % {"stage": ready[-1]["label"]}}
    asked = [gate for gate in gates if gate["may_request"] and not gate["missing"]]
    if asked:
        return {
            "url": asked[-1]["request_url"],
            "label": _("Request “%(stage)s”") % {"stage": asked[-1]["label"]},
        }
    fewest = _nearest(gates)
    for task in fewest["tasks"] if fewest else ():
        if task.get("url") and task["state"] == "open":
            return {
                "url": task["url"],
                "label": _("Next: %(task)s") % {"task": task["action"]},
                "title": task["label"],
            }
    move = reverse("project-move", args=[project.pk])
    if project.stage in SIDE_DOORS:
        return {"url": move, "label": _("Take the project up again")}
    return {"url": move, "label": _("Move the project")} if gates else None


def _card(kind: FactKind, facts: list[ProjectFact], project: Project, rights: Rights) -> dict[str, Any]:
    """One kind of fact with its entries, what may be done, and who has to do it otherwise."""
    entries = [_entry(fact, project, rights) for fact in facts if fact.kind == kind]
    several = kind == FactKind.PAID_IN
    may_enter = rights.enter and (several or not entries)
    return {
        "kind": kind.value,
        "label": kind.label,
        "entries": entries,
        "enter_url": reverse("project-fact-enter", args=[project.pk, kind.value]) if may_enter else "",
        "several": several,
        "paper": PAPERS[kind],
    }


def _entry(fact: ProjectFact, project: Project, rights: Rights) -> dict[str, Any]:
    status = "verified" if fact.verified_at else "returned" if fact.returned_at else "entered"
    files = [_file(file, rights) for file in fact.evidence.all()]
    may_judge = rights.may_judge(fact) and fact.returned_at is None
    waits = ""
    if status == "entered" and not may_judge:
        who = verifier_of(project, fact.kind)
        if not files:
            waits = _("No proof is attached yet, so nobody can verify this.")
        elif fact.entered_by_id == rights.user_id:
            waits = _("You entered this yourself. It is for %(who)s to verify.") % {"who": who}
        else:
            waits = _("Waits for %(who)s.") % {"who": who}
    return {
        "fact": fact,
        "status": "pending" if status == "entered" and files else status,
        "files": files,
        "waits": waits,
        "may_judge": may_judge,
        "may_verify": may_judge and bool(files),
        "may_enter": rights.enter,
        "may_prove": rights.enter and fact.verified_at is None,
        "proof_url": reverse("project-fact-evidence", args=[project.pk, fact.pk]),
    }


def _file(file: EvidenceFile, rights: Rights, *, attached: bool = False) -> dict[str, Any]:
    return {
        "file": file,
        "url": reverse("evidence-file", args=[file.pk]),
        "preview": reverse("evidence-preview", args=[file.pk]),
        "is_picture": file.content_type in ("image/png", "image/jpeg", "image/webp"),
        "is_pdf": file.content_type == "application/pdf",
        "kind": EvidenceKind(file.kind).label,
        "may_verify": rights.verify and not file.is_verified and file.uploaded_by_id != rights.user_id,
        "may_detach": attached and rights.enter and not file.is_verified,
    }


def _proofs(
    facts: list[ProjectFact], legs: list[RelocationLeg], attached: list[EvidenceFile], rights: Rights
) -> list[dict[str, Any]]:
    """Files that prove a fact or a leg, once each, beside those attached to the project itself."""
    seen = {file.pk for file in attached}
    rows = []
    holders = [(fact.get_kind_display(), fact.evidence.all()) for fact in facts]
    holders += [(f"{leg.from_place} → {leg.to_place}", leg.evidence.all()) for leg in legs]
    for label, files in holders:
        for file in files:
            if file.pk not in seen:
                seen.add(file.pk)
                rows.append({**_file(file, rights), "proves": label})
    return rows


def _wanted_kind(gates: list[dict[str, Any]]) -> str:
    """The kind of file that a next stage asks for first."""
    for gate in gates:
        for task in gate["tasks"]:
            _path, _mark, kind = task.get("url", "").partition("?kind=")
            if kind in EvidenceKind.values:
                return kind
    return EvidenceKind.OTHER


def _details(project: Project) -> list[tuple[str, Any]]:
    return [
        (_("Sector"), project.sector),
        (_("First contact"), day(project.first_contact_on)),
        (_("Source of the lead"), project.get_lead_source_display()),
        (_("Team lead"), project.team_lead),
        (_("Contact"), project.contact),
        (_("Site in the park"), project.destination_site),
        (_("Number in your own system"), project.external_id),
        (_("Entered by"), project.entered_by),
    ]
