"""What the policy said about an application: asked on the day of submission, kept, and asked again."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from applications.models import Application
from funding.models import PolicyVersion
from funding.report.answers import Asked, ask_version
from funding.report.kept import checksum, result_as_data


def asked_with(version: PolicyVersion, facts: Mapping[str, Mapping[str, Any]], *, as_of: date) -> Asked:
    """The answer of a version to the facts of an application; what is not known is left out."""
    known = {key: one["value"] for key, one in facts.items() if one["value"] is not None}
    return ask_version(version=version, facts=known, as_of=as_of)


def answer_of(
    version: PolicyVersion, facts: Mapping[str, Any], asked: Asked, *, as_of: date
) -> tuple[dict[str, Any], str]:
    """The answer as plain data, and the checksum over everything it rests on."""
    result = result_as_data(asked.result)
    return result, checksum(version, as_of=as_of, inputs=facts, result=result)


def kept_answer(application: Application) -> Asked | None:
    """The same question to the same version again: for the page that explains the amount."""
    version = application.policy_version
    if version is None or application.answered_on is None:
        return None
    return asked_with(version, application.facts, as_of=application.answered_on)


def preview(application: Application, *, day: date) -> Asked | None:
    """What the policy would say to a draft on this day."""
    policy = application.programme.policy
    version = PolicyVersion.objects.on(day).filter(policy=policy).first() if policy else None
    if version is None:
        return None
    specs = version.compiled().facts
    facts = {key: one for key, one in application.facts.items() if key in specs}
    amount = application.requested_amount
    if amount is not None and facts.get("requested_yuan", {"value": 0})["value"] is None:
        facts["requested_yuan"] = {**facts["requested_yuan"], "value": f"{amount:f}"}
    return asked_with(version, facts, as_of=day)


def answer_holds(application: Application) -> bool:
    """Whether the kept answer is what the kept version says to the kept facts, to the last digit."""
    asked = kept_answer(application)
    if asked is None or application.policy_version is None or application.answered_on is None:
        return not application.answer
    data, digest = answer_of(
        application.policy_version, application.facts, asked, as_of=application.answered_on
    )
    return data == application.answer and digest == application.answer_sha256


def offered_amount(application: Application) -> Decimal | None:
    """The amount that the policy computed on the day of submission; for an eligible applicant only."""
    answer = application.answer
    if not answer or answer.get("eligible") is False or answer.get("amount") is None:
        return None
    return Decimal(answer["amount"])
