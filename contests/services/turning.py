"""A promoted entry becomes a lead, and the lead a project; both linked to the entry, each once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contests.models import Entry, PromotionLine
from contests.services.acting import day_in, locked, remember, require_administrator, touch, wrong
from contests.services.entries import RELATED
from core.errors import Conflict
from incubators.models import Incubator
from outreach.enums import LeadOrigin
from outreach.models import Lead
from outreach.services import convert_lead, create_lead
from projects.models import Project


@transaction.atomic
def make_lead(*, entry: Entry, incubator: Incubator | None = None, actor: User, at: datetime) -> Lead:
    """Open a lead for a promoted entry at an incubator of the park (the team's own, where it has one)."""
    record = _promoted(entry, actor, at)
    if record.lead is not None:
        raise Conflict(_("This entry has become a lead already."), code="has_lead")
    site = incubator or record.incubator
    if site is not None and site.park_id != record.park_id:
        raise wrong("incubator", _("This belongs to another park."), "not_found")
    contest = record.division.contest
    lead = create_lead(
        park=record.park,
        incubator=site,
        values={
            "name_zh": record.name_zh,
            "name_en": record.name_en,
            "team_lead": record.contact_name[:80],
            "sector": record.field,
            "summary": record.summary,
            "organisation_name": record.team,
            "source": LeadOrigin.CONTEST,
            "source_contest": f"{contest.name_zh} · {record.division.name_zh}"[:160],
        },
        actor=actor,
        at=at,
        provenance=record.provenance,
    )
    record.lead = lead
    _save(record, "lead", at)
    remember(record, "contestentry.became_lead", {"lead": [None, lead.pk]}, actor, at)
    return lead


@transaction.atomic
def make_project(*, entry: Entry, incubator: Incubator | None = None, actor: User, at: datetime) -> Project:
    """Make the project, through the entry's lead (opened here where there is none yet)."""
    record = _promoted(entry, actor, at)
    if record.project is not None:
        raise Conflict(_("This entry has become a project already."), code="has_project")
    lead = record.lead or make_lead(entry=record, incubator=incubator, actor=actor, at=at)
    project = lead.project or convert_lead(lead=lead, actor=actor, at=at)
    record.refresh_from_db()
    record.project = project
    _save(record, "project", at)
    remember(record, "contestentry.became_project", {"project": [None, project.code]}, actor, at)
    return project


def _promoted(entry: Entry, actor: User, at: datetime) -> Entry:
    record = locked(entry, *RELATED)
    require_administrator(actor, record.park_id)
    day = day_in(record.park, at)
    if not PromotionLine.objects.in_effect(day).filter(entry=record).exists():
        message = _("Only an entry whose promotion is in effect goes on from here.")
        raise Conflict(message, code="not_promoted")
    return record


def _save(entry: Entry, name: str, at: datetime) -> None:
    touch(entry, at)
    entry.save(update_fields=[name, "version", "updated_at"])
