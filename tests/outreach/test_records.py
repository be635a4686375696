"""Contacts, events, mandates, agreements: their own rules, what is due, what returns count."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Notice, User
from core.due import waiting_items
from core.errors import Conflict, Invalid, Refused
from core.identifiers import masked
from core.models import Draft, HistoryEntry
from core.periods import Period
from incubators.enums import OrganisationKind
from incubators.models import Incubator, Organisation
from outreach import services
from outreach.models import TrackedAgreement
from outreach.selectors import due_of_outreach, events_held, progress_of
from projects.models import Project
from tests.concurrency import together
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


def fields_of(error: Any) -> list[tuple[str, str]]:
    return [(item.field, item.code) for item in error.value.fields]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800001234", "138****1234"),
        ("li.ming@example.com", "l***@example.com"),
        ("wx_li", "w***"),
        ("", ""),
    ],
)
def test_what_reaches_a_person_is_masked(value: str, shown: str) -> None:
    assert masked(value) == shown


def test_the_history_keeps_neither_the_name_nor_the_number_of_a_contact(
    zhangjiang: Incubator, alice: User
) -> None:
    contact = make_contact(alice, zhangjiang, name_zh="示例人物", phone="13800001234", tags="高校，AI,, AI")
    services.update_contact(contact=contact, values={"phone": "13900005678"}, actor=alice, at=NOW)
    texts = [str([entry.subject_label, entry.changes]) for entry in HistoryEntry.objects.all()]
    assert [word for word in ("示例人物", "13800001234", "13900005678") if word in "".join(texts)] == []
    assert "138****1234" in texts[0]
    assert contact.tags == ["高校", "AI"]


def test_a_person_is_forgotten_for_good_and_the_talks_stay(
    zhangjiang: Incubator, alice: User, dora: User
) -> None:
    contact = make_contact(
        alice, zhangjiang, name_zh="示例人物", name_en="Sample", phone="13800001234", email="li@example.org",
        wechat="wx_li", position="示例处长", note="示例备注", external_id="X-1", tags="高校",
    )  # fmt: skip
    talk = make_interaction(alice, zhangjiang, contact=contact)
    Draft.objects.create(user=alice, form=f"contact-{contact.pk}", data={"phone": "1"}, updated_at=NOW)
    with pytest.raises(Refused):
        services.anonymise_contact(contact=contact, actor=dora, at=NOW)
    with pytest.raises(Conflict):
        services.anonymise_contact(contact=contact, actor=alice, at=NOW, expected_version=9)
    services.anonymise_contact(contact=contact, actor=alice, at=NOW, expected_version=1)
    contact.refresh_from_db()
    assert (contact.name_zh, contact.name_en, contact.version) == ("匿名联系人", "Anonymous contact", 2)
    assert {getattr(contact, name) for name in services.contacts.FORGOTTEN[1:]} == {""}
    assert (contact.anonymised_at, contact.anonymised_by) == (NOW, alice)
    assert (contact.organisation_name, contact.tags, list(contact.interactions.all())) == (
        "示例大学",
        ["高校"],
        [talk],
    )
    assert ("示例人物" in contact.search_text, Draft.objects.count()) == (False, 0)
    last = HistoryEntry.objects.latest("sequence")
    assert (last.action, last.actor, last.subject_label) == (
        "contact.anonymised",
        "alice",
        f"contact #{contact.pk}",
    )
    for act in (
        lambda: services.anonymise_contact(contact=contact, actor=alice, at=NOW),
        lambda: services.update_contact(contact=contact, values={"phone": "1"}, actor=alice, at=NOW),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "anonymised"


def test_nobody_comes_to_an_event_that_lies_ahead(zhangjiang: Incubator, alice: User) -> None:
    with pytest.raises(Invalid) as error:
        make_event(alice, zhangjiang, starts_on=date(2021, 6, 2), firm_count=3)
    assert fields_of(error) == [("firm_count", "future")]
    assert make_event(alice, zhangjiang, starts_on=date(2021, 6, 2)).pk


def test_events_count_in_the_period_in_which_they_ended(zhangjiang: Incubator, alice: User) -> None:
    over_the_end = make_event(alice, zhangjiang, starts_on=date(2021, 3, 31), last_on=date(2021, 4, 1))
    inside = make_event(alice, zhangjiang, starts_on=date(2021, 4, 30))
    make_event(alice, zhangjiang, starts_on=date(2021, 4, 2), cancelled=True)
    make_event(alice, zhangjiang, starts_on=date(2021, 5, 1))
    held = events_held(zhangjiang, Period.parse("2021-04"))
    assert sorted(held.values_list("pk", flat=True)) == [over_the_end.pk, inside.pk]


def test_interactions_say_with_whom_and_not_tomorrow(zhangjiang: Incubator, alice: User) -> None:
    with pytest.raises(Invalid) as nobody:
        make_interaction(alice, zhangjiang)
    assert fields_of(nobody) == [("contact", "required")]
    with pytest.raises(Invalid) as early:
        make_interaction(alice, zhangjiang, contact=make_contact(alice, zhangjiang), on=date(2021, 6, 2))
    assert fields_of(early) == [("on", "future")]


def test_a_planned_action_is_done_once(zhangjiang: Incubator, alice: User) -> None:
    talk = make_interaction(
        alice, zhangjiang, contact=make_contact(alice, zhangjiang), next_action="示例", next_on=DAY
    )
    assert [item.kind for item in due_of_outreach(user=alice, until=DAY)] == ["interaction"]
    done = services.finish_interaction(interaction=talk, actor=alice, at=NOW)
    again = services.finish_interaction(interaction=talk, actor=alice, at=NOW)
    assert (done.version, again.version) == (2, 2)
    assert list(due_of_outreach(user=alice, until=DAY)) == []


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        ({}, "outreach_mandate_no_overlap"),
        ({"starts_on": date(2022, 1, 1), "ends_on": date(2022, 6, 1)}, ""),
        ({"agent_name": "示例另一家"}, ""),
    ],
)
def test_mandates_of_one_agent_do_not_overlap(
    zhangjiang: Incubator, alice: User, second: dict[str, Any], outcome: str
) -> None:
    make_mandate(alice, zhangjiang, agent_name="示例人才公司")
    values = {"agent_name": "示例人才公司", **second}
    if not outcome:
        assert make_mandate(alice, zhangjiang, **values).pk
        return
    with pytest.raises(Conflict) as refused:
        make_mandate(alice, zhangjiang, **values)
    assert refused.value.code == outcome


def test_an_introduction_counts_once_the_park_agreed(zhangjiang: Incubator, alice: User, bob: User) -> None:
    mandate = make_mandate(alice, zhangjiang)
    lead = make_lead(alice, zhangjiang)
    claim = make_claim(alice, mandate, lead=lead)
    assert [item.label for item in waiting_items(user=bob, limit=5) if item.kind == "introduction"] == [
        f"{lead.name} · {mandate.agent_words}"
    ]
    assert [item for item in waiting_items(user=alice, limit=5) if item.kind == "introduction"] == []
    assert Notice.objects.filter(user=bob, kind="credit").count() == 1
    assert (progress_of([mandate])[mandate.pk].waiting, progress_of([mandate])[mandate.pk].credited) == (1, 0)
    with pytest.raises(Refused):
        services.verify_introduction(introduction=claim, actor=alice, at=NOW)
    services.verify_introduction(introduction=claim, actor=bob, at=NOW)
    assert Notice.objects.filter(user=alice, kind="credit").count() == 1
    progress = progress_of([mandate])[mandate.pk]
    assert (progress.credited, progress.succeeded, progress.fee_owed) == (1, 0, Decimal(0))
    services.convert_lead(lead=lead, actor=alice, at=NOW)
    Project.objects.update(stage="landed", stage_since=DAY)
    services.follow_projects(at=NOW)
    progress = progress_of([mandate])[mandate.pk]
    assert (progress.succeeded, progress.fee_owed) == (1, Decimal(50_000))
    with pytest.raises(Conflict):
        services.withdraw_introduction(introduction=claim, actor=alice, at=NOW)


def test_whoever_claims_does_not_agree_not_even_the_administrator(zhangjiang: Incubator, bob: User) -> None:
    claim = make_claim(bob, make_mandate(bob, zhangjiang), lead=make_lead(bob, zhangjiang))
    for act in (
        lambda: services.verify_introduction(introduction=claim, actor=bob, at=NOW),
        lambda: services.return_introduction(introduction=claim, reason="示例", actor=bob, at=NOW),
    ):
        with pytest.raises(Refused):
            act()
    services.withdraw_introduction(introduction=claim, actor=bob, at=NOW)


def test_a_lead_is_credited_once_until_the_claim_is_returned(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    first, second = make_mandate(alice, zhangjiang), make_mandate(alice, zhangjiang)
    lead = make_lead(alice, zhangjiang)
    claim = make_claim(alice, first, lead=lead)
    with pytest.raises(Invalid):
        make_claim(alice, second, lead=lead)
    services.return_introduction(introduction=claim, reason="示例", actor=bob, at=NOW)
    assert make_claim(alice, second, lead=lead).pk


def test_a_claim_fits_its_mandate(zhangjiang: Incubator, alice: User) -> None:
    mandate = make_mandate(alice, zhangjiang)
    lead = make_lead(alice, zhangjiang)
    for values, wrong in (
        ({"on": date(2020, 12, 31), "lead": lead}, [("on", "outside")]),
        ({"on": DAY}, [("lead", "required")]),
        ({"on": DAY, "lead": lead, "project": make_project(alice, zhangjiang)}, [("project", "other")]),
    ):
        with pytest.raises(Invalid) as error:
            services.claim_introduction(mandate=mandate, values=values, actor=alice, at=NOW)
        assert fields_of(error) == wrong
    make_claim(alice, mandate, lead=lead)
    with pytest.raises(Invalid) as shortened:
        services.update_mandate(mandate=mandate, values={"ends_on": DAY}, actor=alice, at=NOW)
    assert fields_of(shortened) == [("ends_on", "order")]


@pytest.mark.django_db(transaction=True)
def test_two_agents_claim_the_same_lead_at_the_same_moment(zhangjiang: Incubator, alice: User) -> None:
    mandates = [make_mandate(alice, zhangjiang) for _number in range(2)]
    lead = make_lead(alice, zhangjiang)
    outcomes = together(
        lambda: make_claim(alice, mandates[0], lead=lead), lambda: make_claim(alice, mandates[1], lead=lead)
    )
    assert sorted(outcomes) in (["Conflict", "Introduction"], ["Introduction", "Invalid"])


@pytest.mark.parametrize(
    ("parties", "code"),
    [(["示例高新区"], "too_few"), (["示例高新区", " "], "too_few"), (["示例大学", "示例大学"], "twice")],
)
def test_agreements_have_two_parties(
    zhangjiang: Incubator, alice: User, parties: list[str], code: str
) -> None:
    with pytest.raises(Invalid) as error:
        make_agreement(alice, zhangjiang, parties=parties)
    assert fields_of(error) == [("parties", code)]
    assert TrackedAgreement.objects.count() == 0


def test_parties_are_replaced_as_a_whole(zhangjiang: Incubator, alice: User) -> None:
    university = Organisation.objects.create(
        code="sample-u", name_zh="示例大学", kind=OrganisationKind.UNIVERSITY
    )
    agreement = make_agreement(alice, zhangjiang)
    changed = services.update_agreement(
        agreement=agreement, values={}, parties=[university, "示例集团", "第三方"], actor=alice, at=NOW
    )
    assert [party.words for party in changed.parties.order_by("position")] == [
        "示例大学",
        "示例集团",
        "第三方",
    ]
    assert changed.version == 2


def test_agreed_actions_are_due_and_their_owner_is_told(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    agreement = make_agreement(alice, zhangjiang, valid_until=date(2021, 6, 20))
    action = make_action(alice, agreement, owner=bob, due_on=date(2021, 5, 30))
    assert Notice.objects.get().user == bob
    due = list(due_of_outreach(user=bob, until=date(2021, 6, 30)))
    assert [(item.kind, item.on, item.owner_id) for item in due] == [
        ("agreement_action", date(2021, 5, 30), bob.pk),
        ("agreement", date(2021, 6, 20), None),
    ]
    services.finish_action(action=action, result="示例", actor=alice, at=NOW)
    with pytest.raises(Conflict):
        services.finish_action(action=action, actor=alice, at=NOW)
    assert [item.kind for item in due_of_outreach(user=bob, until=date(2021, 6, 30))] == ["agreement"]


def test_the_number_of_queries_for_due_items_does_not_grow(
    zhangjiang: Incubator, alice: User, django_assert_num_queries: Any
) -> None:
    for _round in range(3):
        make_lead(alice, zhangjiang, next_action="示例", next_on=DAY)
        make_action(alice, make_agreement(alice, zhangjiang), due_on=DAY)
        make_interaction(
            alice, zhangjiang, contact=make_contact(alice, zhangjiang), next_action="示例", next_on=DAY
        )
    list(due_of_outreach(user=alice, until=DAY))
    with django_assert_num_queries(5):
        assert len(list(due_of_outreach(user=alice, until=DAY))) == 9
