"""Answers to questions of policies, said once and used by every policy that asks the same."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import clean_text, readable_integrity_errors, save_checked
from funding.calculator import BadFacts, FactSpec
from funding.facts import ASKED_EACH_TIME, NEVER_ASKED, Applicant
from funding.models import Policy, PolicyVersion, StatedPolicyFact
from funding.render.problems import fact_error
from funding.report.matching import decisions_of, plain_value
from incubators.scope import Action, require
from projects.models import Project


@transaction.atomic
def state_policy_fact(
    *,
    applicant: Applicant,
    version: PolicyVersion,
    key: str,
    value: Any,
    on: date,
    note: str = "",
    actor: User,
    at: datetime,
) -> StatedPolicyFact:
    """Keep an answer to a question of ``version``, as of ``on``. Records are not touched, earlier answers
    stay; the same answer again writes nothing.

    A project with an enterprise answers for its enterprise where the answer is not for one policy alone.
    Raises ``Invalid`` for a key that the version does not ask for, or a value that is none.
    """
    subject = _subject(applicant, key)
    require(Action.ENTER, user=actor, park_id=subject.park_id, incubator_id=subject.incubator_id)
    spec = _spec(version, key)
    plain = _checked(spec, value)
    if on > timezone.localtime(at).date():
        raise Invalid(
            _("An answer is given as of today or an earlier day."),
            fields=[FieldError("on", _("Later than today."))],
        )
    policy = version.policy if key in ASKED_EACH_TIME else None
    of: dict[str, Any] = {"project": subject} if isinstance(subject, Project) else {"enterprise": subject}
    last = (
        StatedPolicyFact.objects.filter(**of, key=key, policy=policy, on__lte=on).order_by("on", "pk").last()
    )
    if last is not None and last.value == plain and last.on == on:
        return last
    said = StatedPolicyFact(
        **of,
        policy=policy,
        key=key,
        value=plain,
        on=on,
        note=clean_text(note, field="note"),
        entered_at=at,
        entered_by=actor,
    )
    with readable_integrity_errors(StatedPolicyFact):
        save_checked(said, exclude=["value"])  # false and 0 are answers, not blanks
    before = last.value if last is not None else None
    _remember(said, "statedpolicyfact.answered", {key: [before, plain], "on": [None, str(on)]}, actor, at)
    return said


@transaction.atomic
def verify_stated_fact(*, said: StatedPolicyFact, actor: User, at: datetime) -> StatedPolicyFact:
    """A second person confirms an answer."""
    locked = StatedPolicyFact.objects.select_for_update(of=("self",)).get(pk=said.pk)
    subject = locked.applicant
    require(Action.VERIFY, user=actor, park_id=subject.park_id, incubator_id=subject.incubator_id)
    if locked.verified_at is not None:
        raise Conflict(_("This is verified already."), code="verified")
    if locked.entered_by_id == actor.pk:
        raise Refused(_("A second person has to verify this: not the one who entered it."))
    locked.verified_at, locked.verified_by = at, actor
    with readable_integrity_errors(StatedPolicyFact):
        save_checked(locked, exclude=["value"])
    _remember(locked, "statedpolicyfact.verified", {locked.key: [None, locked.value]}, actor, at)
    return locked


def _subject(applicant: Applicant, key: str) -> Applicant:
    if isinstance(applicant, Project) and applicant.enterprise is not None and key not in ASKED_EACH_TIME:
        return applicant.enterprise
    return applicant


def _spec(version: PolicyVersion, key: str) -> FactSpec:
    spec = version.compiled().facts.get(key)
    if spec is None or key in NEVER_ASKED:
        message = _("This policy does not ask applicants for “%(key)s”.") % {"key": key}
        raise Invalid(message, fields=[FieldError("key", message, "unknown_field")])
    if key in decisions_of(version):
        message = _("This is decided by a person on an application; nobody answers it in passing.")
        raise Invalid(message, fields=[FieldError("key", message, "decision")])
    return spec


def _checked(spec: FactSpec, value: Any) -> Any:
    try:
        read = spec.read(value)
    except BadFacts as error:
        field = fact_error(error.problems[0], prefix="")
        raise Invalid(field.message, fields=[FieldError("value", field.message, field.code)]) from None
    if read is None:
        message = _("Enter an answer; leave the question for later if it is not known.")
        raise Invalid(message, fields=[FieldError("value", message, "required")])
    return plain_value(read)


def question_version(policy: Policy, day: date) -> PolicyVersion | None:
    """The version of the policy that asks on a day."""
    found: PolicyVersion | None = PolicyVersion.objects.on(day).filter(policy=policy).first()
    return found


def _remember(
    said: StatedPolicyFact, action: str, changes: dict[str, Any], actor: User, at: datetime
) -> None:
    history.record(chain=said.chain, action=action, subject=said, changes=changes, actor=actor, at=at)
