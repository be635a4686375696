"""Pages around the project: each opens for those who may see it, and is a stranger's 404."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from enterprises.models import (
    Enterprise,
    FinancingEvent,
    IpFiling,
    IpLicence,
    IpRight,
    LadderRule,
    Loan,
    Occupancy,
    Person,
    Recognition,
    RiskShare,
    StatedFact,
    TalentResult,
    WhitelistEntry,
)
from enterprises.services import (
    enter_filing,
    enter_grant,
    enter_recognition,
    enter_yearly_figures,
    save_occupancy,
    save_person,
    save_record,
    save_right,
    verify_record,
)
from incubators.models import Incubator, Park, Space
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = date(2021, 3, 1)


def make_world(alice: User, incubator: Incubator) -> dict[str, Any]:
    """One enterprise with everything that can stand around it, entered by Alice."""
    enterprise = factories.make_enterprise(alice, incubator, registered_on=date(2019, 1, 1))
    by = {"actor": alice, "at": NOW}
    enter_yearly_figures(
        enterprise=enterprise,
        year=2020,
        values={
            "revenue_amount": 40_000_000,
            "rd_expense_amount": 2_400_000,
            "rd_in_china_amount": 2_000_000,
            "high_tech_income_amount": 30_000_000,
            "total_assets_amount": 60_000_000,
            "staff_count": 50,
            "rd_staff_count": 12,
        },
        **by,
    )
    right = save_right(
        right=None, enterprise=enterprise, values={"name_zh": "示例发明", "kind": "invention"}, **by
    )
    filing = enter_filing(right=right, values={"office": "CN", "number": "CN2021-1", "filed_on": DAY}, **by)
    person = save_person(
        person=None,
        enterprise=enterprise,
        values={"name_zh": "示例人", "role": "创始人", "phone": "13812345678", "email": "li@example.org"},
        **by,
    )
    loan = save_record(
        record=Loan(enterprise=enterprise),
        values={"bank": "示例银行", "line_amount": 5_000_000, "starts_on": DAY, "guarantee": "ip_pledge"},
        **by,
    )
    space = Space.objects.create(
        incubator=incubator, name_zh=f"示例实验室{enterprise.pk}", kind="laboratory", area_m2=Decimal(200)
    )
    return {
        "enterprise": enterprise,
        "right": right,
        "filing": filing,
        "grant": enter_grant(filing=filing, values={"number": "ZL-1", "granted_on": date(2021, 5, 1)}, **by),
        "licence": save_record(
            record=IpLicence(right=right),
            values={"kind": "ordinary", "licensee": "示例被许可人", "starts_on": DAY},
            **by,
        ),
        "person": person,
        "result": save_record(
            record=TalentResult(person=person),
            values={"plan": "jiyang", "year": 2021, "outcome": "selected", "on": DAY},
            **by,
        ),
        "round": save_record(
            record=FinancingEvent(enterprise=enterprise),
            values={
                "round": "a",
                "on": DAY,
                "amount": 20_000_000,
                "currency": "CNY",
                "event_name": "示例对接会",
            },
            **by,
        ),
        "loan": loan,
        "risk": save_record(
            record=RiskShare(loan=loan),
            values={"bank_percent": 50, "government_percent": 40, "insurer_percent": 10},
            **by,
        ),
        "list": save_record(
            record=WhitelistEntry(enterprise=enterprise),
            values={"list_name": "示例白名单", "starts_on": DAY},
            **by,
        ),
        "stated": save_record(
            record=StatedFact(enterprise=enterprise),
            values={"key": "owns_core_ip", "on": DAY, "value": 1},
            **by,
        ),
        "space": space,
        "occupancy": save_occupancy(
            occupancy=None,
            space=space,
            enterprise=enterprise,
            values={"area_m2": 120, "starts_on": DAY, "rent_free_until": date(2022, 3, 1)},
            **by,
        ),
    }


@pytest.fixture
def world(alice: User, zhangjiang: Incubator) -> dict[str, Any]:
    return make_world(alice, zhangjiang)


OF_RECORDS = [
    ("enterprise-detail", "enterprise"),
    ("ladder-check", "enterprise"),
    ("ip-detail", "right"),
    ("talent-detail", "person"),
    ("space-detail", "space"),
]
FORMS = [
    ("ip-edit", "right"),
    ("ip-owners", "right"),
    ("ip-filings-enter", "right"),
    ("ip-filings-edit", "filing"),
    ("ip-grants-enter", "filing"),
    ("ip-grants-edit", "grant"),
    ("ip-licences-enter", "right"),
    ("ip-licences-edit", "licence"),
    ("talent-edit", "person"),
    ("talent-results-enter", "person"),
    ("talent-results-edit", "result"),
    ("financing-rounds-enter", "enterprise"),
    ("financing-rounds-edit", "round"),
    ("financing-loans-enter", "enterprise"),
    ("financing-loans-edit", "loan"),
    ("financing-whitelist-enter", "enterprise"),
    ("financing-whitelist-edit", "list"),
    ("financing-risk-shares-enter", "loan"),
    ("financing-risk-shares-edit", "risk"),
    ("ladder-facts-enter", "enterprise"),
    ("ladder-facts-edit", "stated"),
    ("occupancy-create", "space"),
    ("occupancy-edit", "occupancy"),
    ("occupancy-end", "occupancy"),
]
LISTS = [
    ("ladder", ""),
    ("ladder", "?rung=hnte&expiring=on"),
    ("ladder", "?rung=none"),
    ("ladder", "?rung=odd"),
    ("ladder-rules", ""),
    ("ip-list", "?q=CN2021&kind=invention&office=CN&waiting=on"),
    ("talent-list", "?q=示例&plan=jiyang&outcome=selected&waiting=on"),
    ("space-list", "?q=示例&on=2021-04-01"),
    ("financing-list", ""),
    ("financing-list", "?tab=loans&q=示例"),
    ("financing-list", "?tab=whitelist"),
    ("financing-list", "?tab=risk-shares&waiting=on"),
    ("financing-list", "?tab=events"),
]


@pytest.mark.parametrize(("name", "record"), [*OF_RECORDS, *FORMS])
def test_operator_and_park_open_every_page_and_a_stranger_none(
    client: Client, world: dict[str, Any], alice: User, bob: User, charlie: User, name: str, record: str
) -> None:
    address = reverse(name, args=[world[record].pk])
    for person, status in ((alice, 200), (bob, 200), (charlie, 404)):
        client.force_login(person)
        assert client.get(address).status_code == status, person


@pytest.mark.parametrize(("name", "record"), FORMS)
def test_a_reader_is_told_who_can_write(
    client: Client, world: dict[str, Any], dora: User, name: str, record: str
) -> None:
    client.force_login(dora)
    assert client.get(reverse(name, args=[world[record].pk])).status_code == 403


@pytest.mark.parametrize(("name", "query"), LISTS)
def test_lists_open_with_and_without_filters(
    client: Client, world: dict[str, Any], bob: User, name: str, query: str
) -> None:
    client.force_login(bob)
    assert client.get(reverse(name) + query).status_code == 200


@pytest.mark.parametrize("name", ["ip-list", "talent-list", "space-list", "ladder"])
@pytest.mark.parametrize("query", ["", "?q=示例"])
def test_a_stranger_finds_nothing_in_the_lists(
    client: Client, world: dict[str, Any], charlie: User, name: str, query: str
) -> None:
    client.force_login(charlie)
    assert client.get(reverse(name) + query).context["page"].rows == []


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("ladder", ""),
        ("ip-list", ""),
        ("talent-list", ""),
        ("space-list", ""),
        ("financing-list", "?tab=rounds"),
        ("financing-list", "?tab=risk-shares"),
        ("financing-list", "?tab=events"),
    ],
)
def test_queries_do_not_grow_with_the_rows(
    client: Client,
    alice: User,
    zhangjiang: Incubator,
    name: str,
    query: str,
) -> None:
    client.force_login(alice)
    make_world(alice, zhangjiang)
    counts = []
    for more in (0, 2):
        for number in range(more):
            enterprise = factories.make_enterprise(alice, zhangjiang)
            _add(enterprise, alice, zhangjiang, number)
        client.get(reverse(name) + query)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(reverse(name) + query).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def _add(enterprise: Enterprise, alice: User, incubator: Incubator, number: int) -> None:
    by = {"actor": alice, "at": NOW}
    right = save_right(
        right=None, enterprise=enterprise, values={"name_zh": f"示例{number}", "kind": "invention"}, **by
    )
    enter_filing(right=right, values={"office": "US", "number": f"US{number}", "filed_on": DAY}, **by)
    person = save_person(person=None, enterprise=enterprise, values={"name_zh": f"示例{number}"}, **by)
    save_record(record=TalentResult(person=person), values={"plan": "taihu", "year": 2021, "on": DAY}, **by)
    save_record(
        record=FinancingEvent(enterprise=enterprise),
        values={"round": "b", "on": DAY, "amount": 5, "currency": "USD", "event_name": "示例"},
        **by,
    )
    loan = save_record(
        record=Loan(enterprise=enterprise),
        values={"bank": "示例", "line_amount": 1, "starts_on": DAY, "guarantee": "credit"},
        **by,
    )
    save_record(
        record=RiskShare(loan=loan),
        values={"bank_percent": 100, "government_percent": 0, "insurer_percent": 0},
        **by,
    )
    space = Space.objects.create(
        incubator=incubator, name_zh=f"示例室{number}", kind="office", area_m2=Decimal(20)
    )
    save_occupancy(
        occupancy=None, space=space, enterprise=enterprise, values={"is_whole": True, "starts_on": DAY}, **by
    )


def test_a_round_is_entered_once_and_verified_by_a_second_person(
    client: Client, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    enterprise = factories.make_enterprise(alice, zhangjiang)
    client.force_login(alice)
    address = reverse("financing-rounds-enter", args=[enterprise.pk])
    once = client.get(address).context["once"]
    typed = {"once": once, "round": "a", "on": "2021.3.1", "amount": "2000万", "currency": "CNY"}
    for _again in range(2):
        assert client.post(address, typed).status_code == 302
    record = FinancingEvent.objects.get()
    assert (record.amount, record.on) == (Decimal(20_000_000), DAY)
    verify = reverse("financing-rounds-verify", args=[record.pk])
    assert client.post(verify).status_code == 403
    client.force_login(bob)
    assert client.post(verify).status_code == 302
    record.refresh_from_db()
    assert record.verified_by == bob
    assert client.post(reverse("financing-rounds-remove", args=[record.pk])).status_code == 302
    assert FinancingEvent.objects.exists()  # what is verified stays


def test_a_round_comes_back_with_words_and_is_handed_in_again(
    client: Client, alice: User, bob: User, dora: User, charlie: User, zhangjiang: Incubator
) -> None:
    record = save_record(
        record=FinancingEvent(enterprise=factories.make_enterprise(alice, zhangjiang)),
        values={"round": "a", "on": DAY, "amount": 5, "currency": "CNY"},
        actor=alice,
        at=NOW,
    )
    address, place = reverse("financing-rounds-return", args=[record.pk]), reverse("financing-list")
    statuses = []
    for user in (charlie, dora, alice, bob):
        client.force_login(user)
        statuses.append(client.get(address).status_code)
    assert statuses == [404, 403, 403, 200]
    assert address in client.get(place).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Which bank?", "next": place})["Location"] == place
    assert address not in client.get(place).content.decode()
    client.force_login(alice)
    edit = reverse("financing-rounds-edit", args=[record.pk])
    for page in (place, edit, reverse("enterprise-detail", args=[record.enterprise_id]), reverse("home")):
        assert "Which bank?" in client.get(page).content.decode()
    typed = {"round": "a", "on": "2021-03-01", "amount": "6", "currency": "CNY"}
    assert client.post(edit, typed).status_code == 302
    record.refresh_from_db()
    assert (record.amount, record.returned_at) == (6, None)


def test_what_is_left_empty_and_has_a_default_gets_it(
    client: Client, alice: User, zhangjiang: Incubator
) -> None:
    enterprise = factories.make_enterprise(alice, zhangjiang)
    client.force_login(alice)
    typed = {"bank": "示例银行", "line_amount": "500万", "drawn_amount": "", "currency": "CNY",
             "starts_on": "2021-03-01", "guarantee": "credit"}  # fmt: skip
    assert client.post(reverse("financing-loans-enter", args=[enterprise.pk]), typed).status_code == 302
    assert Loan.objects.get().drawn_amount == 0


def test_the_form_of_the_list_asks_for_the_enterprise(
    client: Client, alice: User, zhangjiang: Incubator, shenzhen: Incubator, charlie: User
) -> None:
    mine = factories.make_enterprise(alice, zhangjiang)
    other = factories.make_enterprise(charlie, shenzhen)
    client.force_login(alice)
    typed = {"round": "a", "on": "2021-03-01", "amount": "1", "currency": "CNY"}
    address = reverse("financing-rounds-new")
    assert client.post(address, {**typed, "enterprise": other.credit_code}).status_code == 422
    assert client.post(address, {**typed, "enterprise": mine.credit_code}).status_code == 302
    assert FinancingEvent.objects.get().enterprise == mine


def test_an_overfull_space_is_refused_with_its_numbers(
    client: Client, world: dict[str, Any], alice: User
) -> None:
    client.force_login(alice)
    page = client.post(
        reverse("occupancy-create", args=[world["space"].pk]),
        {
            "enterprise": world["enterprise"].credit_code,
            "area_m2": "80.01",
            "starts_on": "2021-04-01",
            "currency": "CNY",
            "rent_unit": "month",
        },
        headers={"accept-language": "en"},
    )
    assert page.status_code == 409
    assert Occupancy.objects.count() == 1


def test_a_reader_sees_names_but_no_telephone(client: Client, world: dict[str, Any], dora: User) -> None:
    client.force_login(dora)
    page = client.get(reverse("talent-detail", args=[world["person"].pk])).content.decode()
    assert "示例人" in page
    assert "13812345678" not in page
    assert "138****5678" in page
    assert "l***@example.org" in page


def test_verifying_the_title_verifies_the_filing(client: Client, world: dict[str, Any], bob: User) -> None:
    filing = IpFiling.objects.get()
    client.force_login(bob)
    client.post(reverse("recognition-verify", args=[filing.recognition_id]))
    filing.refresh_from_db()
    assert filing.verified_by == bob
    assert filing.recognition is not None
    assert filing.recognition.verified_by == bob


def test_where_an_enterprise_stands_follows_from_valid_titles(
    client: Client, world: dict[str, Any], alice: User, bob: User
) -> None:
    today = timezone.localdate()
    at = timezone.now()
    for kind, expires in (("tech_sme", None), ("hnte", today), ("gazelle", None)):
        record = enter_recognition(
            enterprise=world["enterprise"],
            values={"kind": kind, "granted_on": today - timedelta(days=900), "expires_on": expires},
            actor=alice,
            at=at,
        )
        if kind != "gazelle":
            Recognition.objects.filter(pk=record.pk).update(verified_at=at, verified_by=bob)
    client.force_login(bob)
    page = client.get(reverse("ladder"))
    assert [(row["title"].kind, row["next_code"]) for row in page.context["rows"]] == [("tech_sme", "hnte")]
    assert dict((code, count) for code, _label, count in page.context["rungs"])["tech_sme"] == 1


def test_a_park_replaces_the_example_by_its_own_version(
    client: Client, park: Park, alice: User, bob: User
) -> None:
    example = LadderRule.objects.get(park=None, rung="hnte")
    address = reverse("ladder-rule-new", args=[park.code]) + f"?from={example.pk}"
    client.force_login(alice)
    assert client.get(address).status_code == 403
    client.force_login(bob)
    page = client.get(address)
    assert page.context["lines"].initial_form_count() == example.criteria.count()
    typed = {
        "rung": "hnte", "starts_on": "2026-01-01", "source": "示例办法",
        "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 0,
        "lines-0-key": "staff_count", "lines-0-comparison": "at_most", "lines-0-value": "500",
        "lines-0-clause": "一",
        "lines-1-key": "", "lines-1-comparison": "at_least",
    }  # fmt: skip
    made = client.post(address, typed)
    assert made.status_code == 302, made.context["form"].errors
    rule = LadderRule.objects.get(park=park)
    assert [line.value for line in rule.criteria.all()] == [Decimal(500)]
    assert client.post(address, typed).status_code == 409
    assert client.post(address, {**typed, "lines-0-value": "", "starts_on": "2027-01-01"}).status_code == 422


def test_owners_total_a_hundred(client: Client, world: dict[str, Any], alice: User) -> None:
    client.force_login(alice)
    address = reverse("ip-owners", args=[world["right"].pk])
    name = world["enterprise"].name_zh
    assert client.post(address, {"owner_1": name, "percent_1": "99"}).status_code == 422
    shares = ((name, "60"), ("示例大学", "30"), ("示例人", "10"))
    typed = {f"owner_{number}": owner for number, (owner, _share) in enumerate(shares, 1)}
    typed |= {f"percent_{number}": share for number, (_owner, share) in enumerate(shares, 1)}
    assert client.post(address, typed).status_code == 302
    owners = IpRight.objects.get().owners.order_by("-percent")
    assert [(owner.enterprise_id is not None, owner.name, owner.person_id) for owner in owners] == [
        (True, "", None),
        (False, "示例大学", None),
        (False, "", world["person"].pk),
    ]


def test_finance_sees_financing_and_writes_nothing(client: Client, world: dict[str, Any], park: Park) -> None:
    fiona = factories.make_user("fiona", Role.FINANCE, park=park)
    client.force_login(fiona)
    assert client.get(reverse("financing-list")).status_code == 200
    assert client.post(reverse("financing-rounds-verify", args=[world["round"].pk])).status_code == 403


def test_totals_of_currencies_are_kept_apart(
    client: Client, world: dict[str, Any], alice: User, bob: User
) -> None:
    for currency in ("USD", "CNY"):
        record = save_record(
            record=FinancingEvent(enterprise=world["enterprise"]),
            values={"round": "b", "on": DAY, "amount": 7, "currency": currency},
            actor=alice,
            at=NOW,
        )
        verify_record(record=record, actor=bob, at=NOW)
    client.force_login(alice)
    totals = client.get(reverse("financing-list")).context["totals"]
    assert totals == {"USD": Decimal(7), "CNY": Decimal(7)}
    assert Person.objects.count() == 1
