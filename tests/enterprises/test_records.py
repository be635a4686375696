"""Services around the project: one entry, one count, a second person, a readable refusal."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from accounts.models import Notice, User
from core.due import due_items, waiting_items
from core.errors import Conflict, Invalid, Refused
from core.models import HistoryEntry
from enterprises.facts import check_against, facts_of, known_of, rules_on
from enterprises.models import (
    Enterprise,
    FinancingEvent,
    IpFiling,
    Loan,
    Person,
    Recognition,
    RiskShare,
    StatedFact,
    TalentResult,
)
from enterprises.selectors import financing_received, loans_granted, occupancy_rate, returned_records
from enterprises.services import (
    Share,
    delete_enterprise,
    end_occupancy,
    enter_filing,
    enter_grant,
    enter_recognition,
    enter_yearly_figures,
    remove_record,
    return_record,
    save_occupancy,
    save_person,
    save_record,
    save_right,
    set_owners,
    verify_recognition,
    verify_record,
)
from incubators.models import Incubator, Space
from incubators.services import save_space
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = date(2021, 3, 1)


@pytest.fixture
def enterprise(alice: User, zhangjiang: Incubator) -> Enterprise:
    return factories.make_enterprise(alice, zhangjiang, registered_on=date(2019, 6, 2))


@pytest.fixture
def lab(zhangjiang: Incubator) -> Space:
    return Space.objects.create(
        incubator=zhangjiang, name_zh="示例实验室", kind="laboratory", area_m2=Decimal(200)
    )


def file_in(
    enterprise: Enterprise, actor: User, office: str, number: str, kind: str = "invention"
) -> IpFiling:
    right = save_right(
        right=None, enterprise=enterprise, values={"name_zh": "示例", "kind": kind}, actor=actor, at=NOW
    )
    values = {"office": office, "number": number, "filed_on": DAY}
    return enter_filing(right=right, values=values, actor=actor, at=NOW)


@pytest.mark.parametrize(
    ("kind", "office", "counted"),
    [
        ("invention", "CN", "invention_patent"),
        ("pct_family", "CN", "invention_patent"),
        ("pct_family", "PCT", "pct_patent"),
        ("utility_model", "CN", None),
        ("invention", "US", None),
        ("software", "CN", None),
    ],
)
def test_the_filings_that_count_make_one_recognition(
    enterprise: Enterprise, alice: User, bob: User, kind: str, office: str, counted: str | None
) -> None:
    filing = file_in(enterprise, alice, office, "N-1", kind)
    found = list(enterprise.recognitions.values_list("kind", "granted_on", "certificate_number"))
    assert found == ([(counted, DAY, "N-1")] if counted else [])
    verify_record(record=filing, actor=bob, at=NOW)
    assert Recognition.objects.verified().count() == len(found)


def test_a_patent_that_was_counted_before_is_taken_over(
    enterprise: Enterprise, alice: User, bob: User
) -> None:
    values = {"kind": "invention_patent", "granted_on": DAY, "certificate_number": "N-1"}
    earlier = enter_recognition(enterprise=enterprise, values=values, actor=alice, at=NOW)
    verify_recognition(recognition=earlier, actor=bob, at=NOW)
    filing = file_in(enterprise, alice, "CN", "N-1")
    filing.refresh_from_db()
    assert filing.recognition == earlier
    assert Recognition.objects.count() == 1


def test_a_corrected_number_is_verified_again_and_a_new_deadline_is_not(
    enterprise: Enterprise, alice: User, bob: User
) -> None:
    filing = verify_record(record=file_in(enterprise, alice, "PCT", "P-1"), actor=bob, at=NOW)
    assert (filing.next_step, filing.next_deadline_on) == ("national_phase", date(2023, 9, 1))
    filing = save_record(record=filing, values={"next_deadline_on": date(2023, 8, 1)}, actor=alice, at=NOW)
    assert filing.verified_by == bob
    filing = save_record(record=filing, values={"number": "P-2"}, actor=alice, at=NOW)
    assert filing.verified_by is None
    assert list(Recognition.objects.values_list("certificate_number", "verified_by")) == [("P-2", None)]


def test_a_grant_sets_the_annuity_and_is_verified_by_itself(
    enterprise: Enterprise, alice: User, bob: User
) -> None:
    filing = verify_record(record=file_in(enterprise, alice, "CN", "N-1"), actor=bob, at=NOW)
    grant = enter_grant(
        filing=filing, values={"number": "ZL-1", "granted_on": date(2021, 5, 1)}, actor=alice, at=NOW
    )
    filing.refresh_from_db()
    assert (filing.status, filing.next_step, filing.next_deadline_on) == (
        "granted",
        "annuity",
        date(2022, 3, 1),
    )
    assert filing.verified_by == bob
    with pytest.raises(Refused):
        verify_record(record=grant, actor=alice, at=NOW)
    early = {"number": "ZL-2", "granted_on": date(2020, 1, 1)}
    with pytest.raises(Invalid):
        enter_grant(filing=file_in(enterprise, alice, "CN", "N-2"), values=early, actor=alice, at=NOW)


def test_owners_total_a_hundred_also_where_they_change(enterprise: Enterprise, alice: User) -> None:
    right = file_in(enterprise, alice, "CN", "N-1").right
    with pytest.raises(Invalid):
        set_owners(right=right, shares=[Share(Decimal(99), enterprise=enterprise)], actor=alice, at=NOW)
    shares = [Share(Decimal(70), enterprise=enterprise), Share(Decimal(30), name="示例大学")]
    set_owners(right=right, shares=shares, actor=alice, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert [owner.label for owner in right.owners.order_by("-percent")] == [enterprise.name, "示例大学"]


def test_being_selected_counts_once_and_being_rejected_takes_it_back(
    enterprise: Enterprise, alice: User, bob: User
) -> None:
    person = save_person(
        person=None, enterprise=enterprise, values={"name_zh": "示例人"}, actor=alice, at=NOW
    )
    values = {"plan": "jiyang", "year": 2021, "on": DAY}
    result = save_record(record=TalentResult(person=person), values=values, actor=alice, at=NOW)
    assert not Recognition.objects.exists()
    result = save_record(record=result, values={"outcome": "selected"}, actor=alice, at=NOW)
    verify_record(record=result, actor=bob, at=NOW)
    assert Recognition.objects.verified().get().kind == "jiyang_talent"
    save_record(record=result, values={"outcome": "rejected"}, actor=alice, at=NOW)
    assert not Recognition.objects.exists()


def test_the_history_does_not_keep_a_telephone_for_ever(enterprise: Enterprise, alice: User) -> None:
    save_person(
        person=None,
        enterprise=enterprise,
        values={"name_zh": "示例人", "phone": "13812345678"},
        actor=alice,
        at=NOW,
    )
    entry = HistoryEntry.objects.get(action="person.entered")
    assert "13812345678" not in str(entry.changes)
    assert entry.changes["phone"] == ["", "•••"]
    assert Person.objects.get().phone == "13812345678"


def test_a_space_never_holds_more_than_it_has(
    enterprise: Enterprise, lab: Space, alice: User, zhangjiang: Incubator
) -> None:
    def enter(**values: Any) -> Any:
        return save_occupancy(
            occupancy=None, space=lab, enterprise=enterprise, values=values, actor=alice, at=NOW
        )

    first = enter(area_m2=120, starts_on=DAY, ends_on=date(2022, 3, 1))
    enter(area_m2=80, starts_on=date(2021, 6, 1), ends_on=date(2021, 12, 1))
    with pytest.raises(Conflict) as refused:
        enter(area_m2=Decimal("0.01"), starts_on=date(2021, 11, 30))
    assert refused.value.code == "enterprises_occupancy_within_area"
    enter(is_whole=True, starts_on=date(2022, 3, 1))
    assert occupancy_rate(zhangjiang, date(2021, 7, 1)).rate == Decimal(1)
    assert occupancy_rate(zhangjiang, date(2021, 4, 1)).taken == Decimal(120)
    ended = end_occupancy(occupancy=first, on=date(2021, 5, 1), actor=alice, at=NOW)
    assert ended.ends_on == date(2021, 5, 1)


def test_a_refusal_says_how_much_is_free_when_and_what_would_fit(
    enterprise: Enterprise, lab: Space, alice: User
) -> None:
    def refusal(**values: Any) -> tuple[str, str]:
        with override("en"), pytest.raises(Conflict) as refused:
            save_occupancy(
                occupancy=None, space=lab, enterprise=enterprise, values=values, actor=alice, at=NOW
            )
        return str(refused.value), str(refused.value.fields[0].message)

    for area, start, end in (
        (120, DAY, date(2022, 3, 1)),
        (50, date(2021, 6, 1), date(2021, 12, 1)),
    ):
        values = {"area_m2": area, "starts_on": start, "ends_on": end}
        save_occupancy(occupancy=None, space=lab, enterprise=enterprise, values=values, actor=alice, at=NOW)
    assert refusal(area_m2=Decimal(60), starts_on=date(2021, 4, 1)) == (
        "示例实验室: 60 m² are asked for (from 2021-04-01 on), "
        "but on 2021-06-01 only 30 m² of 200 m² are free.",
        "At most 30 m² fit in this time. From 2021-12-01 on there is enough room. "
        "Choose less room, other days or another space.",
    )
    assert refusal(area_m2=Decimal(90), starts_on=DAY, ends_on=date(2021, 5, 1))[1] == (
        "At most 80 m² fit in this time. Choose less room, other days or another space."
    )
    lab.ends_on = date(2023, 1, 1)
    lab.save()
    assert refusal(area_m2=Decimal(10), starts_on=DAY)[0] == (
        "示例实验室 is available until 2023-01-01 (not included); it is asked for from 2021-03-01 on."
    )


def test_a_space_cannot_shrink_below_what_is_taken(
    enterprise: Enterprise, lab: Space, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    values = {"area_m2": 120, "starts_on": DAY}
    save_occupancy(occupancy=None, space=lab, enterprise=enterprise, values=values, actor=alice, at=NOW)
    with pytest.raises(Conflict) as refused:
        save_space(space=lab, incubator=zhangjiang, values={"area_m2": Decimal(119)}, actor=bob, at=NOW)
    assert refused.value.code == "enterprises_occupancy_within_area"


def test_a_stranger_enters_nothing_and_a_reader_neither(
    enterprise: Enterprise, lab: Space, charlie: User, dora: User
) -> None:
    for person in (charlie, dora):
        with pytest.raises(Refused):
            save_record(
                record=FinancingEvent(enterprise=enterprise),
                values={"round": "a", "on": DAY, "amount": 1},
                actor=person,
                at=NOW,
            )
        with pytest.raises(Refused):
            save_occupancy(
                occupancy=None, space=lab, enterprise=enterprise,
                values={"area_m2": 1, "starts_on": DAY}, actor=person, at=NOW,
            )  # fmt: skip


def test_only_verified_money_is_counted_by_currency(
    enterprise: Enterprise, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    for amount, currency in ((100, "CNY"), (50, "CNY"), (7, "SEK")):
        record = save_record(
            record=FinancingEvent(enterprise=enterprise),
            values={"round": "a", "on": DAY, "amount": amount, "currency": currency},
            actor=alice,
            at=NOW,
        )
        if amount != 50:
            verify_record(record=record, actor=bob, at=NOW)
    year = (date(2021, 1, 1), date(2022, 1, 1))
    assert financing_received(zhangjiang, *year) == {"CNY": Decimal(100), "SEK": Decimal(7)}
    assert financing_received(zhangjiang, date(2022, 1, 1), date(2023, 1, 1)) == {}
    assert loans_granted(zhangjiang, *year) == {}


def test_what_is_verified_stays_and_what_is_not_can_be_taken_back(
    enterprise: Enterprise, alice: User, bob: User
) -> None:
    loan = save_record(
        record=Loan(enterprise=enterprise),
        values={"bank": "示例", "line_amount": 10, "starts_on": DAY, "guarantee": "credit"},
        actor=alice,
        at=NOW,
    )
    risk = save_record(
        record=RiskShare(loan=loan),
        values={"bank_percent": 20, "government_percent": 70, "insurer_percent": 10},
        actor=alice,
        at=NOW,
    )
    verify_record(record=loan, actor=bob, at=NOW)
    with pytest.raises(Conflict):
        remove_record(record=loan, actor=alice, at=NOW)
    remove_record(record=risk, actor=alice, at=NOW)
    assert not RiskShare.objects.exists()
    with pytest.raises(Conflict):
        delete_enterprise(enterprise=enterprise, actor=alice, at=NOW)


def test_the_park_is_told_once_a_day_and_whoever_entered_when_it_is_verified(
    enterprise: Enterprise, alice: User, bob: User
) -> None:
    first = file_in(enterprise, alice, "CN", "N-1")
    file_in(enterprise, alice, "CN", "N-2")
    assert Notice.objects.filter(user=bob).count() == 1
    verify_record(record=first, actor=bob, at=NOW)
    assert Notice.objects.filter(user=alice).count() == 1
    assert not Notice.objects.filter(user=alice, kind="record.waiting").exists()


def test_deadlines_and_rent_free_terms_fall_due(
    enterprise: Enterprise, lab: Space, alice: User, bob: User, charlie: User
) -> None:
    file_in(enterprise, alice, "PCT", "P-1")
    save_occupancy(
        occupancy=None,
        space=lab,
        enterprise=enterprise,
        values={"area_m2": 200, "starts_on": DAY, "rent_free_until": date(2023, 8, 15)},
        actor=alice,
        at=NOW,
    )
    until = date(2023, 9, 1)
    assert [(item.kind, item.on) for item in due_items(user=alice, until=until)] == [
        ("rent_free", date(2023, 8, 15)),
        ("filing", date(2023, 9, 1)),
    ]
    assert list(due_items(user=charlie, until=until)) == []
    assert len(list(due_items(user=bob, until=until - timedelta(days=1)))) == 1


def test_records_wait_in_the_inbox_of_the_park_alone(enterprise: Enterprise, alice: User, bob: User) -> None:
    file_in(enterprise, alice, "US", "U-1")
    save_record(
        record=FinancingEvent(enterprise=enterprise),
        values={"round": "a", "on": DAY, "amount": 1},
        actor=alice,
        at=NOW,
    )
    kinds = [item.kind for item in waiting_items(user=bob, limit=50)]
    assert sorted(kinds) == ["financingevent", "ipfiling"]
    assert waiting_items(user=alice, limit=50) == []


def test_the_check_uses_the_years_that_belong_together(
    enterprise: Enterprise, alice: User, bob: User
) -> None:
    """40 million of revenue asks 5%: 2.0 of 40 and 2.2 of 40 are 5.25% together."""
    for year, spent in ((2019, 2_000_000), (2020, 2_200_000)):
        enter_yearly_figures(
            enterprise=enterprise,
            year=year,
            values={
                "revenue_amount": 40_000_000,
                "rd_expense_amount": spent,
                "staff_count": 50,
                "rd_staff_count": 5,
            },
            actor=alice,
            at=NOW,
        )
    save_record(
        record=StatedFact(enterprise=enterprise),
        values={"key": "owns_core_ip", "on": DAY, "value": 0},
        actor=alice,
        at=NOW,
    )
    day = date(2021, 6, 1)
    facts = facts_of(known_of([enterprise], day=day)[enterprise.pk], day=day)
    assert facts["rd_revenue_share"].value == Decimal("5.25")
    assert facts["rd_revenue_share"].period == "2019–2020"
    assert facts["months_registered"].value == 23
    rule = rules_on(day, park_id=enterprise.park_id)["hnte"]
    answers = [(line.criterion.key, line.answer) for line in check_against(rule, facts).lines]
    of_shares = [answer for key, answer in answers if key == "rd_revenue_share"]
    assert of_shares == ["met", "not_applicable", "not_applicable"]
    assert {key: answer for key, answer in answers if key != "rd_revenue_share"} == {
        "months_registered": "met",
        "owns_core_ip": "unmet",
        "rd_staff_share": "met",
        "rd_in_china_share": "unknown",
        "high_tech_income_share": "unknown",
        "innovation_score": "unknown",
        "no_serious_incident": "unknown",
    }


def test_a_computed_value_cannot_be_stated(enterprise: Enterprise, alice: User) -> None:
    with pytest.raises(Invalid):
        save_record(
            record=StatedFact(enterprise=enterprise),
            values={"key": "revenue", "on": DAY, "value": 1},
            actor=alice,
            at=NOW,
        )


def test_a_filing_comes_back_with_words_and_its_title_waits_with_it(
    enterprise: Enterprise, alice: User, bob: User, charlie: User
) -> None:
    filing = file_in(enterprise, alice, "CN", "N-1")
    with pytest.raises(Refused):
        return_record(record=filing, reason="Mine.", actor=alice, at=NOW)
    with pytest.raises(Invalid):
        return_record(record=filing, reason=" \n", actor=bob, at=NOW)
    back = return_record(record=filing, reason=" The receipt is missing. ", actor=bob, at=NOW)
    assert (back.returned_by, back.return_reason) == (bob, "The receipt is missing.")
    assert waiting_items(user=bob, limit=9) == []
    found = [[item.record for item in returned_records(user, limit=9)] for user in (alice, bob, charlie)]
    assert found == [[filing], [filing], []]
    with pytest.raises(Conflict) as refused:
        verify_recognition(recognition=Recognition.objects.get(), actor=bob, at=NOW)
    assert refused.value.code == "returned"
    last = HistoryEntry.objects.filter(chain=enterprise.chain).latest("sequence")
    assert (last.action, last.changes) == (
        "filing.returned",
        {"return_reason": ["", "The receipt is missing."]},
    )
    notice = Notice.objects.get(user=alice, kind="record.returned")
    assert "The receipt is missing." in notice.text
    mended = save_record(record=back, values={"next_deadline_on": date(2023, 8, 1)}, actor=alice, at=NOW)
    assert (mended.returned_by, mended.return_reason) == (None, "")
    assert returned_records(alice, limit=9) == []
    assert verify_record(record=mended, actor=bob, at=NOW).verified_by == bob
