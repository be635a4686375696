"""Enterprises, their figures by year and their titles, each verified by a second person."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from core.errors import Conflict, Invalid, Refused, Stale
from enterprises.models import Enterprise, Recognition, YearlyFigure
from enterprises.services import (
    create_enterprise,
    enter_recognition,
    enter_yearly_figures,
    update_enterprise,
    verify_recognition,
    verify_yearly_figures,
)
from incubators.models import Incubator, Park
from tests import factories
from tests.concurrency import together
from tests.factories import NOW
from tests.remembered import history_of, last_changes, refused

pytestmark = pytest.mark.django_db

CHAIN = "incubator:zhangjiang"
TITLE = {"kind": "hnte", "granted_on": date(2020, 12, 1)}


@pytest.fixture
def firm(alice: User, zhangjiang: Incubator) -> Enterprise:
    return factories.make_enterprise(alice, zhangjiang, name_zh="示例公司")


@pytest.fixture
def bella(park: Park) -> User:
    return factories.make_park_admin(park, "bella")


def create(actor: User, incubator: Incubator, **values: Any) -> Enterprise:
    values = {"name_zh": "示例", **values}
    return create_enterprise(park=incubator.park, incubator=incubator, values=values, actor=actor, at=NOW)


def figures(firm: Enterprise, actor: User, year: Any = 2020, **values: Any) -> YearlyFigure:
    return enter_yearly_figures(enterprise=firm, year=year, values=values, actor=actor, at=NOW)


def title(firm: Enterprise, actor: User, **values: Any) -> Recognition:
    return enter_recognition(enterprise=firm, values={**TITLE, **values}, actor=actor, at=NOW)


def test_identifiers_are_stored_in_one_form(alice: User, zhangjiang: Incubator) -> None:
    code = factories.make_credit_code()
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code.lower())
    firm = create(
        alice, zhangjiang, credit_code=f" {wide[:8]} {wide[8:]}\u200b", organisation_number="556036-0793"
    )
    assert (firm.credit_code, firm.organisation_number) == (code, "5560360793")
    assert history_of(firm) == [(CHAIN, "alice", "enterprise.created")]
    assert last_changes(firm)["credit_code"] == [None, code]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"credit_code": "91990000MA00000010"}, ["credit_code:check_digit"]),
        ({"credit_code": "91" + "٩" * 6 + "MA0000001X"}, ["credit_code:check_digit"]),
        ({"credit_code": "x" * 19_999}, ["credit_code:check_digit"]),
        ({"organisation_number": "5560360794"}, ["organisation_number:check_digit"]),
        (
            {"credit_code": "1", "organisation_number": "1"},
            ["credit_code:check_digit", "organisation_number:check_digit"],
        ),
        ({"credit_code": "a\x00"}, ["credit_code:characters"]),
        ({"credit_code": ["91"]}, ["credit_code:invalid"]),
        ({"organisation_number": 5560360793}, ["organisation_number:invalid"]),
        ({"name_zh": "\ud800"}, ["name_zh:characters"]),
        ({"name_zh": ""}, ["name_zh:blank"]),
        ({"registered_on": "soon"}, ["registered_on:invalid"]),
        ({"kind": "cartel"}, ["kind:invalid_choice"]),
        ({"provenance": "demonstration"}, ["provenance:unknown_field"]),
    ],
)
def test_wrong_values_are_named(
    alice: User, zhangjiang: Incubator, values: dict[str, Any], named: list[str]
) -> None:
    with refused(Invalid, *named):
        create(alice, zhangjiang, **values)
    assert Enterprise.objects.count() == 0


def test_an_identifier_is_recorded_once_in_a_park(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    theirs = create(charlie, shenzhen, name_zh="秘密公司", credit_code=factories.make_credit_code())
    with pytest.raises(Invalid) as caught:
        create(alice, zhangjiang, credit_code=theirs.credit_code.lower())
    assert "秘密" not in f"{caught.value}"
    assert Enterprise.objects.count() == 1


def test_strangers_and_readers_change_nothing(
    firm: Enterprise, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    for person in (charlie, dora, erik):
        for act in (
            lambda who: create(who, zhangjiang),
            lambda who: update_enterprise(enterprise=firm, values={"address": "x"}, actor=who, at=NOW),
            lambda who: figures(firm, who, staff_count=1),
            lambda who: title(firm, who),
        ):
            with refused(Refused, "refused"):
                act(person)
    with refused(Invalid, "incubator:invalid"):
        create_enterprise(
            park=erik.memberships.get().park, incubator=zhangjiang, values={}, actor=erik, at=NOW
        )


def test_a_change_is_remembered_and_a_stale_one_refused(firm: Enterprise, alice: User, bob: User) -> None:
    def change(actor: User, expected: int) -> Enterprise:
        return update_enterprise(
            enterprise=firm, values={"address": " 江阴 "}, actor=actor, at=NOW, expected_version=expected
        )

    assert change(bob, 1).version == 2
    assert (history_of(firm)[1:], last_changes(firm)) == (
        [(CHAIN, "bob", "enterprise.changed")],
        {"address": ["", "江阴"]},
    )
    assert change(alice, 2).version == 2
    with refused(Stale, "stale"):
        change(alice, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_to_one_version_one_wins(firm: Enterprise, alice: User, bob: User) -> None:
    outcomes = together(
        *(
            lambda who=who: update_enterprise(
                enterprise=firm, values={"address": who.username}, actor=who, at=NOW, expected_version=1
            )
            for who in (alice, bob)
        )
    )
    assert sorted(outcomes) == ["Enterprise", "Stale"]


def test_figures_are_verified_by_a_second_person(
    firm: Enterprise, alice: User, bob: User, charlie: User, dora: User, erik: User
) -> None:
    entered = figures(firm, alice, revenue_amount="1200.50", staff_count=7)
    for person in (alice, charlie, dora, erik):
        with refused(Refused, "refused"):
            verify_yearly_figures(figures=entered, actor=person, at=NOW)
    verified = verify_yearly_figures(figures=entered, actor=bob, at=NOW)
    assert (verified.verified_by, verified.verified_at) == (bob, NOW)
    assert history_of(entered) == [(CHAIN, "alice", "figures.entered"), (CHAIN, "bob", "figures.verified")]
    with refused(Conflict, "already_verified"):
        verify_yearly_figures(figures=entered, actor=bob, at=NOW)


def test_a_correction_of_figures_makes_the_verification_void(
    firm: Enterprise, alice: User, bob: User, bella: User
) -> None:
    entered = figures(firm, alice, revenue_amount=Decimal(5), staff_count=7)
    verify_yearly_figures(figures=entered, actor=bella, at=NOW)
    assert figures(firm, bob, revenue_amount="5.00").verified_by == bella
    changed = figures(firm, bob, revenue_amount=Decimal(6))
    assert (changed.pk, changed.verified_by, changed.verified_at) == (entered.pk, None, None)
    assert (changed.entered_by, changed.staff_count) == (bob, 7)
    assert last_changes(changed) == {"year": [None, 2020], "revenue_amount": ["5.00", "6"]}
    with refused(Refused, "refused"):
        verify_yearly_figures(figures=changed, actor=bob, at=NOW)


@pytest.mark.parametrize(
    ("year", "values", "named"),
    [
        (2020, {}, "revenue_amount:required"),
        (2020, {"currency": "SEK"}, "revenue_amount:required"),
        (2022, {"staff_count": 1}, "year:future"),
        (1989, {"staff_count": 1}, "year:invalid"),
        (10**30, {"staff_count": 1}, "year:future"),
        ("x", {"staff_count": 1}, "year:invalid"),
        ([2020], {"staff_count": 1}, "year:invalid"),
        (None, {"staff_count": 1}, "year:null"),
        (2020, {"staff_count": -1}, "staff_count:min_value"),
        (2020, {"staff_count": 3.5}, "staff_count:invalid"),
        (2020, {"staff_count": 10**12}, "staff_count:max_value"),
        (2020, {"staff_count": 1, "rd_staff_count": 2}, ":invalid"),
        (2020, {"revenue_amount": Decimal(-1)}, "revenue_amount:invalid"),
        (2020, {"revenue_amount": Decimal("NaN")}, "revenue_amount:invalid"),
        (2020, {"revenue_amount": 0.1}, "revenue_amount:invalid"),
        (2020, {"tax_paid_amount": 10**17}, "tax_paid_amount:max_whole_digits"),
        (2020, {"verified_by": 1}, "verified_by:unknown_field"),
    ],
)
def test_wrong_figures_are_named(
    firm: Enterprise, alice: User, year: Any, values: dict[str, Any], named: str
) -> None:
    with refused(Invalid, named):
        figures(firm, alice, year, **values)
    assert YearlyFigure.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_people_enter_the_same_year(firm: Enterprise, alice: User, bob: User) -> None:
    outcomes = together(*(lambda who=who: figures(firm, who, staff_count=7) for who in (alice, bob)))
    assert outcomes == ["YearlyFigure", "YearlyFigure"]
    assert len(history_of(YearlyFigure.objects.get())) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_verifications_one_counts(
    firm: Enterprise, alice: User, bob: User, bella: User
) -> None:
    entered = figures(firm, alice, staff_count=7)
    outcomes = together(
        *(lambda who=who: verify_yearly_figures(figures=entered, actor=who, at=NOW) for who in (bob, bella))
    )
    assert sorted(outcomes) == ["Conflict", "YearlyFigure"]


def test_a_title_is_verified_by_a_second_person(
    firm: Enterprise, alice: User, bob: User, bella: User, zhangjiang: Incubator
) -> None:
    file = factories.make_evidence(alice, zhangjiang)
    entered = title(firm, bob, evidence=file, certificate_number="GR1")
    assert (history_of(entered), last_changes(entered)["evidence"]) == (
        [(CHAIN, "bob", "recognition.entered")],
        [None, file.pk],
    )
    for person in (alice, bob):
        with refused(Refused, "refused"):
            verify_recognition(recognition=entered, actor=person, at=NOW)
    assert verify_recognition(recognition=entered, actor=bella, at=NOW).verified_by == bella
    with refused(Conflict, "already_verified"):
        verify_recognition(recognition=entered, actor=bella, at=NOW)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"kind": "best"}, "kind:invalid_choice"),
        ({"granted_on": None}, "granted_on:null"),
        ({"granted_on": date(2021, 6, 2)}, "granted_on:future"),
        ({"expires_on": date(2020, 11, 30)}, ":invalid"),
        ({"certificate_number": "a\x00"}, "certificate_number:characters"),
        ({"evidence": 7}, "evidence:invalid"),
    ],
)
def test_wrong_titles_are_named(firm: Enterprise, alice: User, values: dict[str, Any], named: str) -> None:
    with refused(Invalid, named):
        title(firm, alice, **values)


def test_a_title_is_proved_by_a_file_of_the_same_place(
    firm: Enterprise, alice: User, charlie: User, shenzhen: Incubator
) -> None:
    theirs = factories.make_evidence(charlie, shenzhen)
    with refused(Invalid, "evidence:invalid"):
        title(firm, alice, evidence=theirs)
