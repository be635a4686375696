"""Facts: entered by one person, verified by a second, and void again when they change."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from incubators.models import Incubator, Park
from projects import services
from projects.models import Project, ProjectFact
from tests import factories
from tests.concurrency import together
from tests.factories import NOW, make_evidence, make_fact
from tests.remembered import history_of, last_changes, refused

pytestmark = pytest.mark.django_db

CHAIN = "incubator:zhangjiang"


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


@pytest.fixture
def bella(park: Park) -> User:
    return factories.make_park_admin(park, "bella")


@pytest.fixture
def frida(park: Park) -> User:
    return factories.make_user("frida", Role.FINANCE, park=park)


def enter(project: Project, actor: User, **values: Any) -> ProjectFact:
    defaults = {"kind": "signed", "on": date(2021, 4, 1), "at": NOW}
    return services.enter_fact(project=project, actor=actor, **{**defaults, **values})


def test_a_fact_is_remembered_as_entered(project: Project, alice: User, zhangjiang: Incubator) -> None:
    file = make_evidence(alice, zhangjiang)
    fact = enter(project, alice, amount="1200.5", currency="CNY", note=" 示例 ", evidence=[file, file])
    assert history_of(fact) == [(CHAIN, "alice", "fact.entered")]
    assert last_changes(fact) == {
        "kind": [None, "signed"],
        "on": [None, "2021-04-01"],
        "amount": [None, "1200.5"],
        "currency": [None, "CNY"],
        "note": [None, "示例"],
        "evidence": [[], [file.sha256]],
    }
    project.refresh_from_db()
    assert project.version == 2


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"kind": "rumoured"}, ["kind:invalid"]),
        ({"kind": ["signed"]}, ["kind:invalid"]),
        ({"on": date(2021, 6, 2)}, ["on:future"]),
        ({"on": None}, ["on:null"]),
        ({"on": "soon"}, ["on:invalid"]),
        ({"amount": Decimal(1)}, [":invalid"]),
        ({"currency": "CNY"}, [":invalid"]),
        ({"amount": Decimal(1), "currency": "XXX"}, ["currency:invalid_choice"]),
        ({"amount": Decimal(-1), "currency": "CNY"}, ["amount:invalid"]),
        ({"amount": Decimal("NaN"), "currency": "CNY"}, ["amount:invalid"]),
        ({"amount": Decimal("Infinity"), "currency": "CNY"}, ["amount:invalid"]),
        ({"amount": 0.1, "currency": "CNY"}, ["amount:invalid"]),
        ({"amount": Decimal("0.001"), "currency": "CNY"}, ["amount:max_decimal_places"]),
        ({"amount": 10**18, "currency": "CNY"}, ["amount:max_digits"]),
        ({"kind": "paid_in"}, [":invalid"]),
        ({"kind": "paid_in", "amount": 0, "currency": "CNY"}, [":invalid"]),
        ({"note": "a\x00"}, ["note:characters"]),
        ({"note": "a\ud800"}, ["note:characters"]),
        ({"note": "示" * 301}, ["note:max_length"]),
    ],
)
def test_wrong_facts_are_named(
    project: Project, alice: User, values: dict[str, Any], named: list[str]
) -> None:
    with refused(Invalid, *named):
        enter(project, alice, **values)
    assert ProjectFact.objects.count() == 0


@pytest.mark.parametrize(
    ("code", "zone", "last", "next_day"),
    [
        ("uppsala", "Europe/Stockholm", date(2021, 5, 31), date(2021, 6, 1)),
        ("shanghai", "Asia/Shanghai", date(2021, 6, 1), date(2021, 6, 2)),
    ],
)
def test_today_is_the_day_where_the_incubator_stands(
    park: Park, bob: User, code: str, zone: str, last: date, next_day: date
) -> None:
    late = datetime(2021, 5, 31, 21, 30, tzinfo=UTC)  # 23:30 in Uppsala, half past five next day in Shanghai
    place = factories.make_incubator(park, code, time_zone=zone)
    project = factories.make_project(bob, place)
    with refused(Invalid, "on:future"):
        enter(project, bob, on=next_day, at=late)
    assert enter(project, bob, on=last, at=late).on == last


def test_everything_but_a_payment_happens_once(project: Project, alice: User) -> None:
    make_fact(alice, project, "signed")
    with refused(Invalid, ":invalid"):
        enter(project, alice, on=date(2021, 4, 2))
    make_fact(alice, project, "paid_in", amount=Decimal(5))
    make_fact(alice, project, "paid_in", amount=Decimal(6))
    with refused(Invalid, ":invalid"):
        enter(project, alice, kind="paid_in", amount=Decimal(6), currency="CNY")


def test_evidence_comes_from_the_same_place(
    project: Project, alice: User, charlie: User, shenzhen: Incubator
) -> None:
    theirs = make_evidence(charlie, shenzhen)
    with refused(Invalid, "evidence:not_found"):
        enter(project, alice, evidence=[theirs])
    fact = make_fact(alice, project, "signed")
    with refused(Invalid, "evidence:not_found"):
        services.add_fact_evidence(fact=fact, files=[theirs], actor=alice, at=NOW)


def test_a_second_person_verifies_the_fact_and_its_proof(project: Project, alice: User, bob: User) -> None:
    fact = make_fact(alice, project, "signed", verifier=bob)
    [file] = fact.evidence.all()
    assert (fact.verified_by, fact.verified_at, file.verified_by) == (bob, NOW, bob)
    assert history_of(fact) == [(CHAIN, "alice", "fact.entered"), (CHAIN, "bob", "fact.verified")]
    assert last_changes(fact) == {"verified_by": [None, "bob"]}
    with refused(Conflict, "already_verified"):
        services.verify_fact(fact=fact, actor=bob, at=NOW)


def test_only_the_park_verifies_and_never_its_own(
    project: Project, alice: User, bob: User, charlie: User, dora: User, erik: User, frida: User
) -> None:
    fact = make_fact(bob, project, "registered")
    for person in (alice, bob, charlie, dora, erik, frida):
        with refused(Refused, "refused"):
            services.verify_fact(fact=fact, actor=person, at=NOW)
        with refused(Refused, "refused"):
            services.return_fact(fact=fact, reason="示例", actor=person, at=NOW)


def test_the_finance_officer_verifies_money(project: Project, alice: User, frida: User) -> None:
    fact = make_fact(alice, project, "paid_in", amount=Decimal(5))
    assert services.verify_fact(fact=fact, actor=frida, at=NOW).verified_by == frida


def test_a_fact_without_proof_is_not_verified(project: Project, alice: User, bob: User) -> None:
    fact = enter(project, alice)
    with refused(Conflict, "no_evidence"):
        services.verify_fact(fact=fact, actor=bob, at=NOW)


def test_a_correction_makes_the_verification_void(project: Project, alice: User, bob: User) -> None:
    fact = make_fact(alice, project, "paid_in", amount=Decimal(5), verifier=bob)
    changed = services.change_fact(fact=fact, values={"amount": Decimal(6)}, actor=alice, at=NOW)
    assert (changed.verified_at, changed.verified_by, changed.entered_by) == (None, None, alice)
    assert last_changes(fact) == {"amount": ["5.00", "6"]}
    assert [action for *_, action in history_of(fact)] == ["fact.entered", "fact.verified", "fact.changed"]


def test_whoever_corrects_cannot_verify(project: Project, alice: User, bob: User, bella: User) -> None:
    fact = make_fact(alice, project, "registered", verifier=bella)
    services.change_fact(fact=fact, values={"note": "更正"}, actor=bob, at=NOW)
    with refused(Refused, "refused"):
        services.verify_fact(fact=fact, actor=bob, at=NOW)
    assert services.verify_fact(fact=fact, actor=bella, at=NOW).verified_by == bella


def test_whoever_adds_proof_cannot_verify(
    project: Project, alice: User, bob: User, bella: User, zhangjiang: Incubator
) -> None:
    fact = make_fact(alice, project, "registered")
    more = make_evidence(bob, zhangjiang)
    services.add_fact_evidence(fact=fact, files=[more], actor=bob, at=NOW)
    assert (history_of(fact)[-1], last_changes(fact)) == (
        (CHAIN, "bob", "fact.proved"),
        {"evidence": [[], [more.sha256]]},
    )
    with refused(Refused, "refused"):
        services.verify_fact(fact=fact, actor=bob, at=NOW)
    assert services.verify_fact(fact=fact, actor=bella, at=NOW).entered_by == bob


def test_the_proof_of_a_verified_fact_stays(
    project: Project, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    fact, more = make_fact(alice, project, "signed", verifier=bob), make_evidence(alice, zhangjiang)
    known = list(fact.evidence.all())
    assert services.add_fact_evidence(fact=fact, files=known, actor=alice, at=NOW).verified_by == bob
    with refused(Conflict, "already_verified"):
        services.add_fact_evidence(fact=fact, files=[more], actor=alice, at=NOW)


def test_a_change_that_changes_nothing_leaves_the_verification(
    project: Project, alice: User, bob: User
) -> None:
    fact = make_fact(alice, project, "signed", verifier=bob)
    same = services.change_fact(fact=fact, values={"on": "2021-04-01", "note": " "}, actor=alice, at=NOW)
    assert (same.verified_by, len(history_of(fact))) == (bob, 2)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"on": date(2021, 6, 2)}, "on:future"),
        ({"on": ""}, "on:null"),
        ({"kind": "paid_in"}, "kind:unknown_field"),
        ({"verified_by": None}, "verified_by:unknown_field"),
        ({"amount": Decimal(5)}, ":invalid"),
    ],
)
def test_wrong_corrections_keep_fact_and_verification(
    project: Project, alice: User, bob: User, values: dict[str, Any], named: str
) -> None:
    fact = make_fact(alice, project, "signed", verifier=bob)
    with refused(Invalid, named):
        services.change_fact(fact=fact, values=values, actor=alice, at=NOW)
    assert ProjectFact.objects.filter(verified_by=bob, on=date(2021, 4, 1), amount=None).count() == 1


def test_a_returned_fact_says_why_and_comes_back(project: Project, alice: User, bob: User) -> None:
    fact = make_fact(alice, project, "signed")
    returned = services.return_fact(fact=fact, reason=" 日期与协议不符 ", actor=bob, at=NOW)
    assert (returned.returned_by, returned.return_reason) == (bob, "日期与协议不符")
    assert last_changes(fact) == {"return_reason": [None, "日期与协议不符"]}
    for act in (services.verify_fact, lambda **who: services.return_fact(reason="x", **who)):
        with refused(Conflict, "returned"):
            act(fact=fact, actor=bob, at=NOW)
    again = services.change_fact(fact=fact, values={"on": date(2021, 4, 2)}, actor=alice, at=NOW)
    assert (again.returned_at, again.return_reason) == (None, "")
    assert services.verify_fact(fact=fact, actor=bob, at=NOW).verified_by == bob


@pytest.mark.parametrize(
    ("reason", "named"), [("  ", "reason:required"), ("a\x00", "reason:characters"), (7, "reason:invalid")]
)
def test_a_fact_is_returned_with_words(
    project: Project, alice: User, bob: User, reason: Any, named: str
) -> None:
    fact = make_fact(alice, project, "signed")
    with refused(Invalid, named):
        services.return_fact(fact=fact, reason=reason, actor=bob, at=NOW)


def test_an_unverified_fact_is_withdrawn_and_remembered(project: Project, alice: User) -> None:
    fact = make_fact(alice, project, "signed")
    services.withdraw_fact(fact=fact, actor=alice, at=NOW)
    assert history_of(fact)[-1] == (CHAIN, "alice", "fact.withdrawn")
    assert last_changes(fact)["on"] == ["2021-04-01", None]
    with refused(Conflict, "deleted"):
        services.change_fact(fact=fact, values={"note": "x"}, actor=alice, at=NOW)


def test_a_verified_fact_is_not_withdrawn(project: Project, alice: User, bob: User) -> None:
    fact = make_fact(alice, project, "signed", verifier=bob)
    with refused(Conflict, "already_verified"):
        services.withdraw_fact(fact=fact, actor=alice, at=NOW)


def test_strangers_and_readers_change_nothing(
    project: Project, alice: User, charlie: User, dora: User, erik: User
) -> None:
    fact = make_fact(alice, project, "signed")
    for person in (charlie, dora, erik):
        for act in (
            lambda who: enter(project, who, kind="registered"),
            lambda who: services.change_fact(fact=fact, values={"note": "x"}, actor=who, at=NOW),
            lambda who: services.add_fact_evidence(fact=fact, files=[], actor=who, at=NOW),
            lambda who: services.withdraw_fact(fact=fact, actor=who, at=NOW),
        ):
            with refused(Refused, "refused"):
                act(person)


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_entries_one_stays(project: Project, alice: User, bob: User) -> None:
    outcomes = together(*(lambda who=who: enter(project, who) for who in (alice, bob)))
    assert sorted(outcomes) == ["Invalid", "ProjectFact"]
    assert len(history_of(ProjectFact.objects.get())) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_verifications_one_counts(
    project: Project, alice: User, bob: User, bella: User
) -> None:
    fact = make_fact(alice, project, "signed")
    outcomes = together(
        *(lambda who=who: services.verify_fact(fact=fact, actor=who, at=NOW) for who in (bob, bella))
    )
    assert sorted(outcomes) == ["Conflict", "ProjectFact"]
    assert [action for *_, action in history_of(fact)] == ["fact.entered", "fact.verified"]
