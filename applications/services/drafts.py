"""Writing an application: prefilled from the records, changed with its origin kept, thrown away."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import ApplicantKind, ApplicationState, ProgrammeState
from applications.models import Application, Programme
from applications.services.acting import (
    day_in,
    lock_application,
    needed_words,
    remember,
    require_writer,
    stale,
    wrong,
)
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid
from core.saving import assign, clean_text, save_checked, values_of
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from funding.calculator import BadFacts, FactSpec
from funding.enums import FactOrigin
from funding.facts import NEVER_ASKED
from funding.models import Policy, PolicyVersion
from funding.render.problems import fact_error
from funding.report import prefilled
from funding.report.matching import decisions_of, plain_value
from incubators.scope import Action, require
from projects.models import Project, Sector

DRAFT_FIELDS = ("title", "summary", "field", "requested_amount", "external_id")
OUTSIDE_FIELDS = ("name", "organisation", "contact")
_OUTSIDE = {"name": "outside_name", "organisation": "outside_organisation", "contact": "outside_contact"}
NOTHING: Mapping[str, Any] = {"value": None, "origin": "", "label": "", "as_of": "", "verified": False}


@transaction.atomic
def create_draft(
    *,
    programme: Programme,
    project: Project | None = None,
    enterprise: Enterprise | None = None,
    outside: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    files: Sequence[EvidenceFile] = (),
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> Application:
    """Begin an application of one applicant; the facts of the policy are filled in from the records.

    ``outside`` has ``name``, ``organisation`` and ``contact``. Raises ``Conflict`` where the programme takes
    no applications (any more), or has one of this applicant.
    """
    application = Application(
        programme=programme,
        currency=programme.currency,
        provenance=provenance,
        entered_by=actor,
        created_at=at,
        updated_at=at,
    )
    _set_applicant(application, project, enterprise, outside)
    require(Action.ENTER, user=actor, park_id=programme.park_id, incubator_id=application.incubator_id)
    check_takes(application, day_in(programme.park, at))
    _assign(application, values or {})
    _fill(application)
    day = day_in(programme.park, at)
    application.facts = recorded_facts(application, day)
    if facts:
        application.facts = _with_own(application, facts, day)
    _save(application)
    _set_files(application, files)
    changes = history.changed_fields({}, values_of(application, DRAFT_FIELDS))
    changes["programme"] = [None, programme.code]
    changes["applicant"] = [None, application.applicant_name]
    remember(application, "application.created", changes, actor, at)
    return application


def _set_applicant(
    application: Application,
    project: Project | None,
    enterprise: Enterprise | None,
    outside: Mapping[str, Any] | None,
) -> None:
    if sum(one is not None for one in (project, enterprise, outside)) != 1:
        raise wrong("applicant", _("An application has one applicant."), "required")
    if project is not None:
        application.applicant_kind, application.project = ApplicantKind.PROJECT, project
        application.incubator = project.incubator
    elif enterprise is not None:
        application.applicant_kind, application.enterprise = ApplicantKind.ENTERPRISE, enterprise
        application.incubator = enterprise.incubator
    else:
        application.applicant_kind = ApplicantKind.OUTSIDE
        _set_outside(application, outside or {})
    found = project or enterprise
    if found is not None and found.park_id != application.programme.park_id:
        raise wrong("applicant", _("The applicant belongs to another park than the programme."), "not_found")


def _set_outside(application: Application, outside: Mapping[str, Any]) -> None:
    for name, value in outside.items():
        if name not in _OUTSIDE:
            raise wrong(f"outside.{name}", _("This field cannot be set here."), "unknown_field")
        setattr(application, _OUTSIDE[name], clean_text(value, field=f"outside.{name}"))
    needed_words(application.outside_name, "outside.name", _("Say who applies."))


def check_takes(application: Application, day: date) -> None:
    """Whether the programme takes applications like this one on this day."""
    programme = application.programme
    if programme.state != ProgrammeState.OPEN:
        raise Conflict(_("This programme does not take applications now."), code="not_open")
    if day > programme.closes_on:
        raise Conflict(
            _("Applications were taken until %(day)s.") % {"day": programme.closes_on.isoformat()},
            code="too_late",
        )
    allowed = {
        ApplicantKind.ENTERPRISE: programme.takes_enterprises,
        ApplicantKind.PROJECT: programme.takes_projects,
        ApplicantKind.OUTSIDE: programme.takes_outside,
    }
    if not allowed[ApplicantKind(application.applicant_kind)]:
        raise wrong("applicant", _("This programme is not open to applicants of this kind."), "kind")


def _assign(application: Application, values: Mapping[str, Any]) -> None:
    assign(application, values, allowed=DRAFT_FIELDS)
    amount = application.requested_amount
    if "requested_amount" in values and amount is not None and not (amount.is_finite() and amount > 0):
        raise wrong("requested_amount", _("The amount applied for lies above zero."))
    code = application.field
    if "field" in values and code and not Sector.objects.filter(code=code).exists():
        raise wrong("field", _("“%(code)s” is not a field known here.") % {"code": code})


def _fill(application: Application) -> None:
    """What the record says already need not be typed."""
    project = application.project
    application.title = application.title or application.applicant_name
    if project is not None:
        application.summary = application.summary or project.summary
        if not application.field and project.sector is not None:
            application.field = project.sector.code


def version_on(policy: Policy | None, day: date) -> PolicyVersion | None:
    """The version of the programme's policy that holds on a day."""
    if policy is None:
        return None
    found: PolicyVersion | None = PolicyVersion.objects.on(day).filter(policy=policy).first()
    return found


def recorded_facts(application: Application, day: date) -> dict[str, dict[str, Any]]:
    """The facts as the records give them; all of them empty for somebody who is not on record."""
    policy = application.programme.policy
    if policy is None:
        return {}
    if application.applicant is not None:
        return prefilled(policy, application.applicant, day=day)
    version = version_on(policy, day)
    return {key: dict(NOTHING) for key in version.compiled().facts} if version else {}


def facts_on(application: Application, day: date) -> dict[str, dict[str, Any]]:
    """The facts of the application, and those that a later version of the policy asks besides."""
    facts = {key: dict(one) for key, one in application.facts.items()}
    version = version_on(application.programme.policy, day)
    if version is None or set(version.compiled().facts) <= set(facts):
        return facts
    return {**recorded_facts(application, day), **facts}


def _with_own(application: Application, given: Mapping[str, Any], day: date) -> dict[str, dict[str, Any]]:
    """The facts with what the applicant says; what the records said stays beside it under ``recorded``."""
    facts = facts_on(application, day)
    version = version_on(application.programme.policy, day)
    errors: list[FieldError] = []
    for key, value in given.items():
        spec = _spec(version, facts, key)
        if isinstance(spec, FieldError):
            errors.append(spec)
            continue
        try:
            plain = None if value is None else plain_value(spec.read(value))
        except BadFacts as error:
            errors += [fact_error(problem, prefix="facts.") for problem in error.problems]
            continue
        facts[key] = _own(facts[key], plain, day)
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)
    return facts


def _spec(version: PolicyVersion | None, facts: Mapping[str, Any], key: str) -> FactSpec | FieldError:
    field = f"facts.{key}"
    spec = version.compiled().facts.get(key) if version is not None else None
    if version is None or spec is None or key not in facts or key in NEVER_ASKED:
        message = _("This policy does not ask applicants for “%(key)s”.") % {"key": key}
        return FieldError(field, message, "unknown_field")
    if key in decisions_of(version):
        return FieldError(field, _("The park decides this; applicants leave it open."), "decision")
    return spec


def _own(known: dict[str, Any], value: Any, day: date) -> dict[str, Any]:
    recorded = known.get("recorded") or (known if known["origin"] != FactOrigin.STATED else None)
    recorded = {name: one for name, one in (recorded or NOTHING).items() if name != "recorded"}
    if value is None or value == recorded["value"]:
        return recorded
    found = {"value": value, "origin": str(FactOrigin.STATED), "label": "", "as_of": day.isoformat(),
             "verified": False}  # fmt: skip
    return {**found, "recorded": recorded} if recorded["value"] is not None else found


def _set_files(application: Application, files: Sequence[EvidenceFile]) -> list[list[str]]:
    if any(file.park_id != application.park_id for file in files):
        raise wrong("files", _("This file belongs to another park."), "not_found")
    before = sorted(application.files.values_list("sha256", flat=True))
    after = sorted(file.sha256 for file in files)
    if before != after:
        application.files.set(files)
    return [before, after]


def _save(application: Application) -> None:
    save_checked(application, exclude=["facts", "answer", "remarks"])


def lock_writable(application: Application, actor: User) -> Application:
    """The application, locked, for whoever writes it, while it may be written."""
    locked = lock_application(application)
    require_writer(actor, locked)
    if not locked.is_writable:
        raise Conflict(
            _("“%(title)s” is handed in, so it stays as it is until it is sent back.")
            % {"title": locked.title},
            code="handed_in",
        )
    return locked


@transaction.atomic
def save_draft(
    *,
    application: Application,
    values: Mapping[str, Any],
    facts: Mapping[str, Any] | None = None,
    files: Sequence[EvidenceFile] | None = None,
    outside: Mapping[str, Any] | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Application:
    """Change a draft, or what was sent back. ``facts`` are the applicant's own values; None goes back to
    what the records say. ``files`` None leaves them as they are."""
    locked = lock_writable(application, actor)
    if expected_version is not None and locked.version != expected_version:
        raise stale()
    before = values_of(locked, (*DRAFT_FIELDS, *_OUTSIDE.values()))
    _assign(locked, values)
    if outside is not None:
        if locked.applicant_kind != ApplicantKind.OUTSIDE:
            raise wrong("outside", _("This applicant is on record already."), "on_record")
        _set_outside(locked, outside)
    changes = history.changed_fields(before, values_of(locked, (*DRAFT_FIELDS, *_OUTSIDE.values())))
    if facts:
        stated = _with_own(locked, facts, day_in(locked.programme.park, at))
        changes |= {
            f"facts.{key}": [locked.facts.get(key, NOTHING)["value"], one["value"]]
            for key, one in stated.items()
            if one["value"] != locked.facts.get(key, NOTHING)["value"]
        }
        locked.facts = stated
    if files is not None:
        old, new = _set_files(locked, files)
        if old != new:
            changes["files"] = [old, new]
    if not changes:
        return locked
    locked.version += 1
    locked.updated_at = at
    _save(locked)
    remember(locked, "application.changed", changes, actor, at)
    return locked


@transaction.atomic
def refresh_facts(*, application: Application, actor: User, at: datetime) -> Application:
    """Read the records again; what the applicant stated himself stays."""
    locked = lock_writable(application, actor)
    day = day_in(locked.programme.park, at)
    fresh = recorded_facts(locked, day)
    own = {
        key: one["value"]
        for key, one in locked.facts.items()
        if one["origin"] == FactOrigin.STATED and key in fresh and (one.get("recorded") or one["label"] == "")
    }
    before, locked.facts = locked.facts, fresh
    if own:
        locked.facts = _with_own(locked, own, day)
    changes = {
        f"facts.{key}": [before.get(key, NOTHING)["value"], one["value"]]
        for key, one in locked.facts.items()
        if one["value"] != before.get(key, NOTHING)["value"]
    }
    if locked.facts == before:
        return locked
    locked.version += 1
    locked.updated_at = at
    _save(locked)
    remember(locked, "application.changed", changes, actor, at)
    return locked


@transaction.atomic
def delete_draft(*, application: Application, actor: User, at: datetime) -> None:
    """Throw a draft away that was never handed in."""
    locked = lock_writable(application, actor)
    if locked.state != ApplicationState.DRAFT:
        raise Conflict(_("An application that was handed in stays on record; withdraw it."), code="handed_in")
    remember(locked, "application.deleted", {"title": [locked.title, None]}, actor, at)
    locked.delete()
