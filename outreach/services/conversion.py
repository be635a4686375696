"""A lead becomes a project, once, without retyping; from then on it stands where its project stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core.errors import Conflict
from incubators.enums import OrganisationKind
from incubators.models import Organisation
from outreach.enums import DropReason, LeadOrigin, LeadStage
from outreach.models import Introduction, Lead
from outreach.services.leads import write_move
from outreach.services.records import day_of, lock, remember, touch, wrong
from outreach.stages import OF_PROJECT, following
from projects.enums import LeadSource, Stage
from projects.models import Project
from projects.services import create_project
from projects.services.records import lock as lock_project

ACADEMIC = frozenset({OrganisationKind.UNIVERSITY, OrganisationKind.INSTITUTE})
INVESTING = frozenset({OrganisationKind.FUND, OrganisationKind.BANK})


def project_source_of(lead: Lead) -> str:
    """The project's source of the lead, in the coarser words of projects."""
    plain = {
        LeadOrigin.EVENT: LeadSource.EVENT,
        LeadOrigin.CONTEST: LeadSource.CONTEST,
        LeadOrigin.MANDATE: LeadSource.MANDATE,
        LeadOrigin.DIRECT: LeadSource.DIRECT,
    }
    if lead.source in plain:
        return plain[LeadOrigin(lead.source)]
    named: Organisation | None = lead.source_organisation
    if lead.source_contact is not None:
        named = lead.source_contact.organisation
    kind = named.kind if named else ""
    if kind in ACADEMIC:
        return LeadSource.UNIVERSITY
    return LeadSource.INVESTOR if kind in INVESTING else LeadSource.REFERRAL


def project_values_of(lead: Lead) -> dict[str, Any]:
    """What the project takes over. Of the contact only the name: a project is read by more people."""
    values = {
        name: getattr(lead, name)
        for name in ("name_zh", "name_en", "sector", "summary", "team_lead", "first_contact_on")
    }
    if lead.external_id and not _number_is_taken(lead):
        values["external_id"] = lead.external_id
    contact = lead.contact
    spoken = [contact.name_zh, contact.organisation_words] if contact else [lead.organisation_words]
    return {
        **values,
        "contact": " · ".join(word for word in spoken if word)[:160],
        "lead_source": project_source_of(lead),
    }


def _number_is_taken(lead: Lead) -> bool:
    taken: bool = Project.objects.filter(
        park=lead.park_id, incubator=lead.incubator_id, external_id=lead.external_id
    ).exists()
    return taken


@transaction.atomic
def convert_lead(
    *,
    lead: Lead,
    values: Mapping[str, Any] | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Project:
    """Make the project and link both. The row's lock decides: of two at the same moment, one is refused.

    ``values`` replace what the lead says, field by field of ``projects.services.create_project``.
    """
    locked = lock(lead, actor=actor, expected_version=expected_version)
    if locked.project_id is not None:
        raise Conflict(_("This lead has already become a project."), code="already_converted")
    if locked.stage == LeadStage.DROPPED:
        raise Conflict(
            _("This lead was dropped. Take it up again before it becomes a project."), code="dropped"
        )
    project = create_project(
        park=locked.park,
        incubator=locked.incubator,
        values={**project_values_of(locked), **(values or {})},
        actor=actor,
        at=at,
        provenance=locked.provenance,
    )
    _link(locked, project, actor, at)
    return project


@transaction.atomic
def link_lead(*, lead: Lead, project: Project, actor: User, at: datetime) -> Lead:
    """The project was entered already: link both instead of making it a second time."""
    locked = lock(lead, actor=actor)
    if locked.project_id is not None:
        raise Conflict(_("This lead has already become a project."), code="already_converted")
    known = lock_project(project, actor=actor)
    if (known.park_id, known.incubator_id) != (locked.park_id, locked.incubator_id):
        raise wrong("project", _("Choose a project of the same place."), "not_found")
    if Lead.objects.filter(project=known).exists():
        raise Conflict(_("Another lead has become this project."), code="project_taken")
    _link(locked, known, actor, at)
    return locked


def _link(lead: Lead, project: Project, actor: User, at: datetime) -> None:
    lead.project, lead.converted_at, lead.converted_by = project, at, actor
    touch(lead, at=at)
    lead.save(update_fields=["project", "converted_at", "converted_by", "version", "updated_at"])
    for claim in Introduction.objects.select_for_update(of=("self",)).filter(lead=lead, project=None):
        claim.project = project
        claim.version += 1
        claim.updated_at = at
        claim.save(update_fields=["project", "version", "updated_at"])
    remember(lead, "lead.converted", {"project": [None, project.code]}, actor, at)
    stage = following(project.stage, LeadStage.TALK)
    if stage == lead.stage:
        return
    on = day_of(lead, at) if stage == LeadStage.TALK else project.stage_since
    reason = DropReason.PROJECT_ENDED if stage == LeadStage.DROPPED else ""
    write_move(lead, to_stage=stage, on=on, drop_reason=reason, note="", actor=actor, at=at)


@transaction.atomic
def follow_project(*, project_id: int, at: datetime) -> bool:
    """Let the lead of this project stand where the project stands; whether it had to move.

    Called after each move and nightly for all, so that a message that was lost is made good.
    """
    lead: Lead | None = (
        Lead.objects.select_for_update(of=("self",))
        .select_related("park", "incubator", "project", "owner")
        .filter(project=project_id)
        .first()
    )
    if lead is None or lead.project is None:
        return False
    project = lead.project
    stage = following(project.stage, lead.stage)
    if stage == lead.stage:
        return False
    write_move(
        lead,
        to_stage=stage,
        on=project.stage_since,
        drop_reason=DropReason.PROJECT_ENDED if stage == LeadStage.DROPPED else "",
        note=str(Stage(project.stage).label) if stage == LeadStage.DROPPED else "",
        actor=None,
        at=at,
    )
    if stage == LeadStage.LANDED and lead.owner is not None:
        _tell_of_landing(lead, lead.owner, at)
    return True


def _tell_of_landing(lead: Lead, owner: User, at: datetime) -> None:
    notify(
        users=[owner],
        kind="lead",
        text=lambda: _("“%(name)s”, a lead of yours, has landed in the park.") % {"name": lead.name},
        url=reverse("lead-detail", args=[lead.pk]),
        key=f"lead-landed-{lead.pk}",
        at=at,
    )


def follow_projects(*, at: datetime) -> int:
    """Bring every lead back in step with its project; how many had to move."""
    behind = (
        (project_id, project_stage, stage)
        for project_id, project_stage, stage in Lead.objects.filter(project__isnull=False).values_list(
            "project_id", "project__stage", "stage"
        )
        if project_id is not None and following(project_stage, stage) != stage
    )
    return sum(follow_project(project_id=project_id, at=at) for project_id, _old, _new in list(behind))


def release_project(*, project: Project, at: datetime) -> None:
    """A project entered by mistake is about to be deleted: its lead is a lead in talks again.

    Raises ``Conflict`` where the project alone bears an agent's credit.
    """
    if Introduction.objects.filter(project=project, lead=None).exists():
        raise Conflict(
            _("An introduction is recorded for this project. Withdraw it before you delete the project."),
            code="has_introduction",
        )
    Introduction.objects.filter(project=project).update(project=None, updated_at=at)
    lead: Lead | None = (
        Lead.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .filter(project=project)
        .first()
    )
    if lead is None:
        return
    lead.project = lead.converted_at = lead.converted_by = None
    lead.reached = LeadStage.TALK
    touch(lead, at=at)
    lead.save(update_fields=["project", "converted_at", "converted_by", "reached", "version", "updated_at"])
    remember(lead, "lead.project_deleted", {"project": [project.code, None]}, None, at)
    if lead.stage != OF_PROJECT[Stage.LEAD]:
        write_move(
            lead,
            to_stage=LeadStage.TALK,
            on=lead.stage_since,
            drop_reason="",
            note="",
            actor=None,
            at=at,
        )
