"""Every rule of the tables of liaison, broken past Python."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from incubators.models import Incubator
from outreach import services
from outreach.models import (
    AgreementAction,
    AgreementParty,
    Contact,
    Event,
    Interaction,
    Introduction,
    Lead,
    LeadStageLog,
    Mandate,
    TrackedAgreement,
)
from tests.constraints import broken
from tests.factories import NOW, make_project
from tests.outreach.records import (
    DAY,
    make_action,
    make_agreement,
    make_claim,
    make_contact,
    make_event,
    make_interaction,
    make_lead,
    make_mandate,
)

EXTERNAL_IDS = [
    (make_contact, Contact, "outreach_contact_external_id_once"),
    (make_event, Event, "outreach_event_external_id_once"),
    (make_lead, Lead, "outreach_lead_external_id_once"),
    (make_mandate, Mandate, "outreach_mandate_external_id_once"),
    (make_agreement, TrackedAgreement, "outreach_agreement_external_id_once"),
]


@pytest.mark.parametrize(("make", "model", "name"), EXTERNAL_IDS, ids=[item[2] for item in EXTERNAL_IDS])
def test_a_number_of_ones_own_system_once(
    zhangjiang: Incubator, alice: User, make: Any, model: Any, name: str
) -> None:
    make(alice, zhangjiang, external_id="X-1")
    other = make(alice, zhangjiang)
    with broken(name):
        model.objects.filter(pk=other.pk).update(external_id="X-1")


def test_nothing_that_leads_to_an_anonymised_person_stays(zhangjiang: Incubator, alice: User) -> None:
    rows = Contact.objects.filter(pk=make_contact(alice, zhangjiang, phone="13800001234").pk)
    with broken("outreach_contact_anonymised_pair"):
        rows.update(anonymised_at=NOW, phone="")
    for values in ({}, {"phone": "", "note": "示例"}, {"phone": "", "position": "示例"}):
        with broken("outreach_contact_anonymised_is_empty"):
            rows.update(anonymised_at=NOW, anonymised_by=alice, **values)


def test_interactions(zhangjiang: Incubator, alice: User) -> None:
    contact = make_contact(alice, zhangjiang)
    talk = make_interaction(alice, zhangjiang, contact=contact, external_id="X-1")
    other = make_interaction(alice, zhangjiang, contact=contact)
    rows = Interaction.objects.filter(pk=talk.pk)
    with broken("outreach_interaction_external_id_once"):
        Interaction.objects.filter(pk=other.pk).update(external_id="X-1")
    with broken("outreach_interaction_with_somebody"):
        rows.update(contact=None)
    with broken("outreach_interaction_next_day_has_action"):
        rows.update(next_on=DAY)
    with broken("outreach_interaction_done_was_planned"):
        rows.update(next_done_at=NOW, next_done_by=alice)
    with broken("outreach_interaction_done_pair"):
        rows.update(next_action="示例", next_done_at=NOW)


def test_events(zhangjiang: Incubator, alice: User) -> None:
    event = make_event(alice, zhangjiang, name_zh="示例会")
    other = make_event(alice, zhangjiang)
    rows = Event.objects.filter(pk=event.pk)
    with broken("outreach_event_once"):
        Event.objects.filter(pk=other.pk).update(name_zh="示例会")
    with broken("outreach_event_days"):
        rows.update(last_on=DAY - timedelta(days=1))
    with broken("outreach_event_cost_not_negative"):
        rows.update(cost_amount=-1, cost_currency="CNY")
    with broken("outreach_event_cost_has_currency"):
        rows.update(cost_amount=1)
    with broken("outreach_event_cancelled_met_nobody"):
        rows.update(cancelled=True, firm_count=1)


@pytest.mark.parametrize(
    "values",
    [
        {"source": "event"},
        {"source": "contest"},
        {"source": "direct", "source_contest": "示例"},
        {"source": "contact", "source_contest": "示例"},
    ],
)
def test_a_lead_has_one_source(zhangjiang: Incubator, alice: User, values: dict[str, Any]) -> None:
    lead = make_lead(alice, zhangjiang)
    with broken("outreach_lead_one_source"):
        Lead.objects.filter(pk=lead.pk).update(**values)


def test_leads(zhangjiang: Incubator, alice: User) -> None:
    lead = make_lead(alice, zhangjiang)
    rows = Lead.objects.filter(pk=lead.pk)
    with broken("outreach_lead_stage_known"):
        rows.update(stage="won")
    with broken("outreach_lead_dropped_with_reason"):
        rows.update(stage="dropped")
    with broken("outreach_lead_signed_is_a_project"):
        rows.update(stage="signed", reached="signed")
    with broken("outreach_lead_next_day_has_action"):
        rows.update(next_on=DAY)
    with broken("outreach_lead_converted_has_project"):
        rows.update(converted_at=NOW, converted_by=alice)
    with broken("outreach_lead_converted_pair"):
        rows.update(converted_at=NOW, project=make_project(alice, zhangjiang))


def test_moves_of_leads(zhangjiang: Incubator, alice: User) -> None:
    lead = make_lead(alice, zhangjiang)
    values = {"lead": lead, "from_stage": "contact", "on": DAY, "moved_at": NOW}
    with broken("outreach_one_move_per_number"):
        LeadStageLog.objects.create(sequence=1, to_stage="talk", **values)
    with broken("outreach_move_goes_somewhere"):
        LeadStageLog.objects.create(sequence=2, to_stage="contact", **values)
    with broken("outreach_move_dropped_with_reason"):
        LeadStageLog.objects.create(sequence=2, to_stage="dropped", **values)


def test_mandates(zhangjiang: Incubator, alice: User) -> None:
    mandate = make_mandate(alice, zhangjiang, agent_name="示例公司")
    rows = Mandate.objects.filter(pk=mandate.pk)
    with broken("outreach_mandate_has_agent"):
        rows.update(agent_name="")
    with broken("outreach_mandate_dates"):
        rows.update(ends_on=mandate.starts_on)
    with broken("outreach_mandate_fee_not_negative"):
        rows.update(fee_amount=-1)
    with broken("outreach_mandate_fee_has_currency"):
        rows.update(fee_currency="")
    later = make_mandate(
        alice, zhangjiang, agent_name="示例公司", starts_on=date(2022, 1, 1), ends_on=date(2023, 1, 1)
    )
    with broken("outreach_mandate_no_overlap"):
        Mandate.objects.filter(pk=later.pk).update(starts_on=date(2021, 12, 31))


def test_overlap_is_seen_for_the_park_itself_and_under_other_spellings(park: Any, bob: User) -> None:
    values = {"name_zh": "示例委托", "starts_on": DAY, "ends_on": date(2022, 1, 1), "target_count": 1}
    for name in ("示例人才公司", "示例人才 集团"):
        services.create_mandate(
            park=park, incubator=None, values={**values, "agent_name": name}, actor=bob, at=NOW
        )
    first, second = Mandate.objects.order_by("pk")
    with broken("outreach_mandate_no_overlap"):
        Mandate.objects.filter(pk=second.pk).update(agent_key=first.agent_key)


def test_introductions(zhangjiang: Incubator, alice: User, bob: User) -> None:
    mandate = make_mandate(alice, zhangjiang)
    claim = make_claim(alice, mandate, lead=make_lead(alice, zhangjiang))
    of_project = make_claim(alice, mandate, project=make_project(alice, zhangjiang))
    other = make_claim(alice, mandate, lead=make_lead(alice, zhangjiang))
    rows = Introduction.objects.filter(pk=claim.pk)
    with broken("outreach_introduction_of_something"):
        rows.update(lead=None)
    with broken("outreach_introduction_once_per_lead"):
        rows.update(lead=other.lead)
    with broken("outreach_introduction_once_per_project"):
        rows.update(project=of_project.project)
    with broken("outreach_introduction_verified_pair"):
        rows.update(verified_at=NOW)
    with broken("outreach_introduction_returned_pair"):
        rows.update(returned_at=NOW, return_reason="示例")
    with broken("outreach_introduction_second_person"):
        rows.update(verified_at=NOW, verified_by=alice)
    with broken("outreach_introduction_returned_with_words"):
        rows.update(returned_at=NOW, returned_by=bob)
    with broken("outreach_introduction_verified_or_returned"):
        rows.update(verified_at=NOW, verified_by=bob, returned_at=NOW, returned_by=bob, return_reason="示例")


def test_agreements(zhangjiang: Incubator, alice: User) -> None:
    agreement = make_agreement(alice, zhangjiang, name_zh="示例协议")
    other = make_agreement(alice, zhangjiang)
    rows = TrackedAgreement.objects.filter(pk=agreement.pk)
    with broken("outreach_agreement_once"):
        TrackedAgreement.objects.filter(pk=other.pk).update(name_zh="示例协议")
    with broken("outreach_agreement_dates"):
        rows.update(valid_until=agreement.signed_on)
    with broken("outreach_agreement_amount_not_negative"):
        rows.update(amount=-1, currency="CNY")
    with broken("outreach_agreement_amount_has_currency"):
        rows.update(amount=1)
    first = agreement.parties.order_by("position")[0]
    with broken("outreach_party_one_per_place"):
        AgreementParty.objects.create(agreement=agreement, position=1, name="第三方")
    with broken("outreach_party_once"):
        AgreementParty.objects.create(agreement=agreement, position=3, name=first.name)
    with broken("outreach_party_named"):
        AgreementParty.objects.create(agreement=agreement, position=3)
    with broken("outreach_agreement_two_parties"):
        first.delete()
    with broken("outreach_agreement_two_parties"):
        TrackedAgreement.objects.create(
            park=zhangjiang.park,
            incubator=zhangjiang,
            name_zh="示例单方协议",
            kind="mou",
            signed_on=DAY,
            created_at=timezone.now(),
            updated_at=timezone.now(),
        )
    action = make_action(alice, agreement)
    actions = AgreementAction.objects.filter(pk=action.pk)
    with broken("outreach_action_due_after_agreed"):
        actions.update(due_on=DAY - timedelta(days=1))
    with broken("outreach_action_done_pair"):
        actions.update(done_at=NOW)
