"""Leads: entered with one main source, moved by hand until they become projects."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid
from core.models import Tombstone
from core.saving import clean_value, save_checked, values_of
from incubators.models import Incubator, Park
from outreach.enums import DropReason, LeadOrigin, LeadStage
from outreach.models import Interaction, Lead, LeadStageLog
from outreach.models.leads import SOURCES
from outreach.services.records import change, create, day_of, lock, remember, touch, wrong
from outreach.stages import BY_HAND, reached_after
from projects.services.records import local_day

FIELDS = (
    "name_zh",
    "name_en",
    "team_lead",
    "sector",
    "summary",
    "organisation",
    "organisation_name",
    "contact",
    "first_contact_on",
    "source",
    "source_event",
    "source_contest",
    "source_mandate",
    "source_contact",
    "source_organisation",
    "owner",
    "next_action",
    "next_on",
    "external_id",
)


@transaction.atomic
def create_lead(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
    interaction: Interaction | None = None,
    stage: str = LeadStage.CONTACT,
) -> Lead:
    """Open a lead, contacted or already in talks.

    From an interaction it takes what was planned there, unless something else is given.
    """
    if stage not in (LeadStage.CONTACT, LeadStage.TALK):
        message = _("A new lead is contacted or in talks; signed and landed follow from its project.")
        raise wrong("stage", message, "by_project")
    today = local_day(incubator=incubator, park=park, at=at)
    given = dict(values)
    given["first_contact_on"] = clean_value(Lead, "first_contact_on", given.get("first_contact_on")) or today
    if interaction is not None and not given.get("next_action") and interaction.next_done_at is None:
        given |= {"next_action": interaction.next_action, "next_on": interaction.next_on}
    lead = create(
        Lead,
        park=park,
        incubator=incubator,
        values=given,
        fields=FIELDS,
        name="lead",
        actor=actor,
        at=at,
        provenance=provenance,
        check=partial(_check, at=at),
        start={"stage_since": given["first_contact_on"], "stage": stage, "reached": stage},
    )
    LeadStageLog.objects.create(
        lead=lead,
        sequence=1,
        to_stage=stage,
        on=lead.first_contact_on,
        moved_at=at,
        moved_by=actor,
    )
    if interaction is not None:
        _take_over(lead, interaction, actor, at)
    _tell_owner(lead, actor, at)
    return lead


def _take_over(lead: Lead, interaction: Interaction, actor: User, at: datetime) -> None:
    locked = lock(interaction, actor=actor)
    if locked.lead_id is not None:
        raise Conflict(_("This interaction already belongs to a lead."), code="has_lead")
    if (locked.park_id, locked.incubator_id) != (lead.park_id, lead.incubator_id):
        raise wrong("place", _("The interaction took place elsewhere. Choose its place for the lead."))
    locked.lead = lead
    touch(locked, at=at)
    locked.save(update_fields=["lead", "version", "updated_at"])
    remember(locked, "interaction.opened_lead", {"lead": [None, lead.pk]}, actor, at)


def update_lead(
    *,
    lead: Lead,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Lead:
    """Change fields; with another ``source`` the field of the old one is emptied unless it is given too."""
    given = dict(values)
    if "source" in given:
        given = {**{field: _empty(field) for field in SOURCES.values()}, **given}
        if given["source"] == lead.source and lead.source in SOURCES:
            field = SOURCES[LeadOrigin(lead.source)]
            given[field] = values.get(field, getattr(lead, field))
    with transaction.atomic():
        before = lead.owner_id
        changed = change(
            lead,
            values=given,
            fields=FIELDS,
            name="lead",
            actor=actor,
            at=at,
            expected_version=expected_version,
            check=partial(_check, at=at),
        )
        if changed.owner_id != before:
            _tell_owner(changed, actor, at)
    return changed


def _empty(field: str) -> str | None:
    return "" if field == "source_contest" else None


def _tell_owner(lead: Lead, actor: User, at: datetime) -> None:
    if lead.owner is None or lead.owner == actor:
        return
    notify(
        users=[lead.owner],
        kind="lead",
        text=lambda: _("You are now in charge of the lead “%(name)s”.") % {"name": lead.name},
        url=reverse("lead-detail", args=[lead.pk]),
        key=f"lead-owner-{lead.pk}-{lead.owner.pk}",
        at=at,
    )


def _check(lead: Lead, changed: Collection[str], *, at: datetime) -> None:
    errors = _source_errors(lead)
    if lead.first_contact_on and lead.first_contact_on > day_of(lead, at):
        message = _("%(day)s has not come yet. Enter a day up to today.") % {"day": lead.first_contact_on}
        errors.append(FieldError("first_contact_on", message, "future"))
    if lead.next_on and not lead.next_action:
        errors.append(FieldError("next_action", _("Say what is to be done on that day."), "required"))
    if lead.pk and "first_contact_on" in changed:
        errors += _move_start(lead)
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


def _source_errors(lead: Lead) -> list[FieldError]:
    """The named source is there, and no other one."""
    if lead.source not in LeadOrigin.values:
        return [FieldError("source", _("Say where the lead came from."), "required")]
    errors = []
    for origin, field in SOURCES.items():
        filled = bool(getattr(lead, field if field == "source_contest" else f"{field}_id"))
        if origin == lead.source and not filled:
            errors.append(FieldError(field, _("Say which one the lead came from."), "required"))
        if origin != lead.source and filled:
            errors.append(
                FieldError(field, _("A lead has one main source; leave the others empty."), "other")
            )
    return errors


def _move_start(lead: Lead) -> list[FieldError]:
    """The log begins with the first contact; no move lies before it."""
    first, *later = lead.stage_log.order_by("sequence")[:2]
    if later and lead.first_contact_on > later[0].on:
        message = _("The lead moved on %(day)s. Enter that day or an earlier one.") % {"day": later[0].on}
        return [FieldError("first_contact_on", message, "order")]
    first.on = lead.first_contact_on
    first.save(update_fields=["on"])
    if not later:
        lead.stage_since = first.on
    return []


@transaction.atomic
def plan_next(lead: Lead, *, action: str, on: date | None, actor: User, at: datetime) -> Lead:
    """Set what is to be done next; nothing is written when nothing differs."""
    locked = lock(lead, actor=actor)
    before = values_of(locked, ("next_action", "next_on"))
    after = {"next_action": action, "next_on": on}
    if before == after:
        return locked
    locked.next_action, locked.next_on = action, on
    touch(locked, at=at)
    save_checked(locked)
    remember(
        locked, "lead.planned", {name: [before[name], value] for name, value in after.items()}, actor, at
    )
    return locked


def finish_lead_action(*, lead: Lead, actor: User, at: datetime) -> Lead:
    """The planned next action is done, and nothing new is planned yet."""
    if not lead.next_action:
        raise Conflict(_("Nothing was planned here."), code="nothing_planned")
    return plan_next(lead, action="", on=None, actor=actor, at=at)


@transaction.atomic
def move_lead(
    *,
    lead: Lead,
    to_stage: str,
    on: date,
    drop_reason: str = "",
    note: str = "",
    expected_stage: str | None = None,
    actor: User,
    at: datetime,
) -> LeadStageLog:
    """Contacted, in talks or dropped, by hand. What became a project follows the project instead."""
    locked = lock(lead, actor=actor)
    if expected_stage is not None and locked.stage != expected_stage:
        raise Conflict(_("Somebody moved this lead meanwhile. Look at it again."), code="stage_changed")
    if locked.project_id is not None:
        raise Conflict(
            _("This lead became a project and follows it. Move the project instead."), code="follows_project"
        )
    if to_stage not in BY_HAND:
        raise wrong(
            "to_stage",
            _("Signed and landed follow from the project: make the lead a project first.")
            if to_stage in LeadStage.values
            else _("Choose one of: %(known)s.") % {"known": ", ".join(BY_HAND)},
            "by_project" if to_stage in LeadStage.values else "unknown",
        )
    last = locked.stage_log.order_by("-sequence").first()
    _check_day(locked, on=on, last=last.on if last else None, at=at)
    dropped = to_stage == LeadStage.DROPPED
    if dropped and drop_reason not in DropReason.values:
        raise wrong("drop_reason", _("Say why the lead is dropped."), "required")
    return write_move(
        locked,
        to_stage=to_stage,
        on=on,
        drop_reason=drop_reason if dropped else "",
        note=note,
        actor=actor,
        at=at,
    )


def write_move(
    lead: Lead, *, to_stage: str, on: date, drop_reason: str, note: str, actor: User | None, at: datetime
) -> LeadStageLog:
    """One row of the log and the lead's stage, for a lead that is locked."""
    if to_stage == lead.stage:
        raise Conflict(_("The lead is already in this stage."), code="already_there")
    last = lead.stage_log.order_by("-sequence").first()
    log = LeadStageLog(
        lead=lead,
        sequence=last.sequence + 1 if last else 1,
        from_stage=lead.stage,
        to_stage=to_stage,
        on=on,
        drop_reason=drop_reason,
        note=clean_value(LeadStageLog, "note", note),
        moved_at=at,
        moved_by=actor,
    )
    save_checked(log)
    lead.stage, lead.stage_since, lead.drop_reason = to_stage, on, drop_reason
    lead.reached = reached_after(lead.reached, to_stage)
    if to_stage == LeadStage.DROPPED:
        lead.next_action, lead.next_on = "", None
    touch(lead, at=at)
    save_checked(lead)
    changes = {"stage": [log.from_stage, to_stage], "on": [None, on], "drop_reason": [None, drop_reason],
               "note": [None, log.note]}  # fmt: skip
    remember(lead, "lead.moved", changes, actor, at)
    return log


def _check_day(lead: Lead, *, on: date, last: date | None, at: datetime) -> None:
    if on > day_of(lead, at):
        message = _("%(day)s has not come yet. Enter a day up to today.") % {"day": on}
        raise wrong("on", message, "future")
    if last is not None and on < last:
        message = _("%(day)s lies before the last move on %(last)s. Enter that day or a later one.")
        raise wrong("on", message % {"day": on, "last": last}, "order")


@transaction.atomic
def delete_lead(*, lead: Lead, actor: User, at: datetime, expected_version: int | None = None) -> None:
    """Delete what was entered by mistake. What has moved or was talked about is dropped, not deleted."""
    locked = lock(lead, actor=actor, expected_version=expected_version)
    if (
        locked.project_id is not None
        or locked.stage_log.count() > 1
        or locked.interactions.exists()
        or locked.introductions.exists()
    ):
        raise Conflict(
            _("This lead has a history, so it cannot be deleted. Drop it instead and say why."),
            code="has_history",
        )
    Tombstone.objects.create(
        kind="lead",
        record_id=locked.pk,
        park_id=locked.park_id,
        incubator_id=locked.incubator_id,
        deleted_at=at,
    )
    values = values_of(locked, FIELDS)
    remember(locked, "lead.deleted", {name: [value, None] for name, value in values.items()}, actor, at)
    locked.delete()
