"""What falls due in liaison: next actions, agreed actions, agreements and mandates that run out."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.due import DueItem
from outreach.models import AgreementAction, Interaction, Lead, Mandate, TrackedAgreement

#: How long after its end an agreement or mandate is still shown as due: afterwards nobody waits for it.
RUN_OUT_SHOWN = timedelta(days=30)


def due_of_outreach(*, user: Any, until: date) -> Iterator[DueItem]:
    """Five queries, whatever there is."""
    for lead in Lead.objects.visible_to(user).filter(next_on__lte=until):
        yield _item("lead", lead, lead.next_action, lead.next_on, "lead-detail", lead.owner_id, lead.name)
    talks = Interaction.objects.visible_to(user).filter(next_on__lte=until, next_done_at=None, lead=None)
    for talk in talks.select_related("contact", "event"):
        with_whom = talk.contact or talk.event
        subject = with_whom.name if with_whom else ""
        yield _item(
            "interaction", talk, talk.next_action, talk.next_on, "contact-talk-detail", talk.by_id, subject
        )
    yield from _of_agreements(user, until)
    since = until - RUN_OUT_SHOWN
    for agreement in _between(TrackedAgreement.objects.visible_to(user), "valid_until", since, until):
        title = _("Renew the agreement or let it run out")
        yield _item(
            "agreement", agreement, title, agreement.valid_until, "agreement-detail", None, agreement.name
        )
    for mandate in _between(Mandate.objects.visible_to(user), "ends_on", since, until):
        title = _("Renew the mandate or settle it")
        yield _item("mandate", mandate, title, mandate.ends_on, "mandate-detail", None, mandate.name)


def _of_agreements(user: Any, until: date) -> Iterator[DueItem]:
    actions = AgreementAction.objects.visible_to(user).filter(due_on__lte=until, done_at=None)
    for action in actions.select_related("agreement"):
        agreement = action.agreement
        assert action.due_on is not None
        yield DueItem(
            kind="agreement_action",
            title=action.text,
            on=action.due_on,
            url=reverse("agreement-detail", args=[agreement.pk]) + "#actions",
            park_id=agreement.park_id,
            incubator_id=agreement.incubator_id,
            owner_id=action.owner_id,
            subject=agreement.name,
            icon="file-text",
        )


def _between(rows: QuerySet[Any], field: str, since: date, until: date) -> QuerySet[Any]:
    return rows.filter(**{f"{field}__gte": since, f"{field}__lte": until})


def _item(
    kind: str, record: Any, title: str, on: date | None, url_name: str, owner_id: int | None, subject: str
) -> DueItem:
    assert on is not None
    icons = {"lead": "bulb", "interaction": "messages", "agreement": "file-text", "mandate": "briefcase"}
    return DueItem(
        kind=kind,
        title=title,
        on=on,
        url=reverse(url_name, args=[record.pk]),
        park_id=record.park_id,
        incubator_id=record.incubator_id,
        owner_id=owner_id,
        subject=subject,
        icon=icons[kind],
    )
