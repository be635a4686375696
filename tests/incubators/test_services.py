"""Sites, contracts, targets, spaces, titles and memberships: the park administrator's own writes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from incubators import services
from incubators.models import ContractTarget, Incubator, Membership, OperatorContract, Organisation, Park
from incubators.scope import Action, scope_of
from tests import factories
from tests.concurrency import together
from tests.factories import NOW
from tests.remembered import history_of, last_changes, refused

pytestmark = pytest.mark.django_db

CHAIN = "incubator:zhangjiang"
SITE = {"code": "uppsala", "name_zh": "示例离岸孵化器", "kind": "offshore_incubator"}


@pytest.fixture
def contract(zhangjiang: Incubator, bob: User) -> OperatorContract:
    operator = Organisation.objects.create(code="demo-operator", name_zh="示例运营机构", kind="operator")
    return services.save_contract(
        contract=None,
        incubator=zhangjiang,
        values={
            "operator": operator,
            "number": "HT-1",
            "starts_on": date(2021, 1, 1),
            "ends_on": date(2022, 1, 1),
            "fee_amount": Decimal(500_000),
        },
        actor=bob,
        at=NOW,
    )


def save_site(park: Park, actor: User, incubator: Incubator | None = None, **values: Any) -> Incubator:
    values = values if incubator else {**SITE, **values}
    return services.save_incubator(incubator=incubator, park=park, values=values, actor=actor, at=NOW)


def save_space(incubator: Incubator, actor: User, space: Any = None, **values: Any) -> Any:
    values = values if space else {"name_zh": "实验室", "kind": "laboratory", "area_m2": 200, **values}
    return services.save_space(space=space, incubator=incubator, values=values, actor=actor, at=NOW)


def save_title(incubator: Incubator, actor: User, **values: Any) -> Any:
    values = {"title": "示例称号", "authority": "示例机关", "granted_on": date(2021, 1, 1), **values}
    return services.save_recognition(
        recognition=None, incubator=incubator, values=values, actor=actor, at=NOW
    )


def set_target(
    contract: OperatorContract, actor: User, period: Any = "2021", value: Any = 10
) -> ContractTarget:
    return services.set_target(
        contract=contract, indicator="landed", period=period, value=value, actor=actor, at=NOW
    )


def grant(user: User, actor: User | None, role: str = Role.OPERATOR, **place: Any) -> Membership:
    values = {"park": None, "incubator": None, "starts_on": date(2021, 1, 1), **place}
    return services.grant_membership(user=user, role=role, actor=actor, at=NOW, **values)


def test_a_site_is_registered_and_changed(park: Park, bob: User) -> None:
    site = save_site(park, bob, time_zone="Europe/Stockholm", area_m2="200")
    save_site(park, bob, site, area_m2=Decimal("210.5"))
    save_site(park, bob, site, area_m2="210.50")
    assert history_of(site) == [("incubator:uppsala", "bob", "incubator.saved")] * 2
    assert last_changes(site) == {"area_m2": ["200.00", "210.5"]}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"code": "two words"}, "code:invalid"),
        ({"code": "zhangjiang"}, "code:unique"),
        ({"name_zh": "a\x00"}, "name_zh:characters"),
        ({"kind": "castle"}, "kind:invalid_choice"),
        ({"area_m2": -1}, "area_m2:invalid"),
        ({"area_m2": 0.5}, "area_m2:invalid"),
        ({"time_zone": "Mars/Phobos"}, "time_zone:unknown"),
        ({"time_zone": "../../etc/passwd"}, "time_zone:unknown"),
        ({"time_zone": ""}, "time_zone:unknown"),
        ({"pk": 1}, "pk:unknown_field"),
        ({"details": {}}, "details:unknown_field"),
    ],
)
def test_wrong_sites_are_named(
    park: Park, bob: User, zhangjiang: Incubator, values: dict[str, Any], named: str
) -> None:
    with refused(Invalid, named):
        save_site(park, bob, **values)


def test_a_site_keeps_its_code_because_its_history_bears_it(
    park: Park, bob: User, zhangjiang: Incubator
) -> None:
    with refused(Invalid, "code:fixed"):
        save_site(park, bob, zhangjiang, code="clean-slate")
    assert save_site(park, bob, zhangjiang, code="zhangjiang", area_m2=5).area_m2 == 5


def test_predecessors_do_not_run_in_a_circle(
    park: Park, bob: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    third = save_site(park, bob, predecessor=shenzhen)
    save_site(park, bob, shenzhen, predecessor=zhangjiang)
    for ancestor in (zhangjiang, shenzhen, third):
        with refused(Invalid, "predecessor:circle"):
            save_site(park, bob, zhangjiang, predecessor=ancestor)
    save_site(park, bob, shenzhen, predecessor=None)
    assert save_site(park, bob, zhangjiang, predecessor=third).predecessor == third


@pytest.mark.django_db(transaction=True)
def test_two_people_do_not_close_a_circle(
    park: Park, bob: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    outcomes = together(
        lambda: save_site(park, bob, zhangjiang, predecessor=shenzhen),
        lambda: save_site(park, bob, shenzhen, predecessor=zhangjiang),
    )
    assert sorted(outcomes) == ["Incubator", "Invalid"]


def test_only_the_parks_administrator_writes(
    park: Park, alice: User, dora: User, erik: User, zhangjiang: Incubator, contract: OperatorContract
) -> None:
    acts: list[Callable[[User], object]] = [
        lambda who: save_site(park, who),
        lambda who: save_site(park, who, zhangjiang, area_m2=1),
        lambda who: save_space(zhangjiang, who),
        lambda who: save_title(zhangjiang, who),
        lambda who: set_target(contract, who),
        lambda who: grant(alice, who, incubator=zhangjiang),
        lambda who: grant(alice, who, Role.PARK_ADMIN, park=park),
        lambda who: services.end_membership(
            membership=alice.memberships.get(), ends_on=NOW.date(), actor=who, at=NOW
        ),
    ]
    for person in (alice, dora, erik):
        for act in acts:
            with refused(Refused, "refused"):
                act(person)


def test_what_hangs_on_one_site_is_not_saved_for_another(
    bob: User, erik: User, zhangjiang: Incubator, contract: OperatorContract
) -> None:
    wuxi = factories.make_incubator(erik.memberships.get().park, "wuxi-one")
    space = save_space(zhangjiang, bob)
    with refused(Invalid, "invalid"):
        save_space(wuxi, erik, space, area_m2=1)
    with refused(Invalid, "invalid"):
        services.save_contract(contract=contract, incubator=wuxi, values={}, actor=erik, at=NOW)
    with refused(Invalid, "invalid"):
        save_site(wuxi.park, erik, zhangjiang, area_m2=1)


def test_a_contract_is_remembered_and_does_not_overlap(
    bob: User, zhangjiang: Incubator, contract: OperatorContract
) -> None:
    assert history_of(contract) == [(CHAIN, "bob", "operatorcontract.saved")]
    again = {"operator": contract.operator, "number": "HT-2", "fee_amount": 1}
    for start, end, kind, named in [
        (date(2021, 12, 31), date(2022, 6, 1), Conflict, "incubators_contract_no_overlap"),
        (date(2022, 1, 1), date(2022, 1, 1), Invalid, "starts_on:invalid"),
    ]:
        with refused(kind, named):
            services.save_contract(
                contract=None,
                incubator=zhangjiang,
                values={**again, "starts_on": start, "ends_on": end},
                actor=bob,
                at=NOW,
            )


def test_spaces_and_titles_are_remembered(bob: User, zhangjiang: Incubator) -> None:
    space, title = save_space(zhangjiang, bob), save_title(zhangjiang, bob)
    save_space(zhangjiang, bob, space, area_m2=250)
    assert history_of(space) == [(CHAIN, "bob", "space.saved")] * 2
    assert last_changes(space) == {"area_m2": ["200.00", "250"]}
    assert history_of(title) == [(CHAIN, "bob", "incubatorrecognition.saved")]
    with refused(Invalid, "area_m2:invalid"):
        save_space(zhangjiang, bob, space, area_m2=0)


def test_a_stale_page_does_not_bring_old_values_back(bob: User, zhangjiang: Incubator) -> None:
    space = save_space(zhangjiang, bob)
    stale = type(space).objects.get(pk=space.pk)
    save_space(zhangjiang, bob, space, area_m2=250)
    saved = save_space(zhangjiang, bob, stale, address="示例路 1 号")
    assert (saved.area_m2, last_changes(space)) == (250, {"address": ["", "示例路 1 号"]})


@pytest.mark.parametrize("period", ["2021", "2021-h1", " 2021-Q2 ", "2021-04"])
def test_a_target_is_set_changed_and_kept_once(contract: OperatorContract, bob: User, period: str) -> None:
    target = set_target(contract, bob, period, 10)
    assert set_target(contract, bob, period.upper().strip(), "12.5") == target
    set_target(contract, bob, period, Decimal("12.50"))
    stored = ContractTarget.objects.get()
    assert (stored.period, stored.value) == (period.strip().upper(), Decimal("12.5"))
    assert history_of(target) == [(CHAIN, "bob", "target.set")] * 2
    assert last_changes(target)["value"] == ["10.0000", "12.5"]


@pytest.mark.parametrize(
    ("period", "value", "named"),
    [
        ("2021-Q5", 1, "period:period"),
        ("spring", 1, "period:period"),
        (["2021"], 1, "period:invalid"),
        (2021, 1, "period:invalid"),
        ("2021\x00", 1, "period:characters"),
        ("2020", 1, "period:outside"),
        ("2022-01", 1, "period:outside"),
        ("2021", -1, "value:invalid"),
        ("2021", Decimal("NaN"), "value:invalid"),
        ("2021", 0.5, "value:invalid"),
        ("2021", None, "value:null"),
        ("2021", Decimal("1E+17"), "value:max_whole_digits"),
    ],
)
def test_wrong_targets_are_named(
    contract: OperatorContract, bob: User, period: Any, value: Any, named: str
) -> None:
    with refused(Invalid, named):
        set_target(contract, bob, period, value)


@pytest.mark.django_db(transaction=True)
def test_two_people_set_the_same_target(contract: OperatorContract, bob: User, park: Park) -> None:
    bella = factories.make_park_admin(park, "bella")
    outcomes = together(*(lambda who=who: set_target(contract, who) for who in (bob, bella)))
    assert outcomes == ["ContractTarget", "ContractTarget"]
    assert len(history_of(ContractTarget.objects.get())) == 1


def test_a_membership_is_granted_and_ended(bob: User, dora: User, zhangjiang: Incubator) -> None:
    membership = grant(dora, bob, incubator=zhangjiang)
    place = {"park_id": zhangjiang.park_id, "incubator_id": zhangjiang.pk}
    assert scope_of(dora, on=date(2021, 6, 1)).allows(Action.ENTER, **place)
    ended = services.end_membership(membership=membership, ends_on=date(2021, 6, 2), actor=bob, at=NOW)
    assert not scope_of(dora, on=date(2021, 6, 2)).allows(Action.ENTER, **place)
    assert history_of(ended) == [(CHAIN, "bob", "membership.granted"), (CHAIN, "bob", "membership.ended")]
    assert last_changes(ended) == {"user": [None, "dora"], "ends_on": [None, "2021-06-02"]}
    with refused(Conflict, "ended"):
        services.end_membership(membership=membership, ends_on=date(2021, 7, 1), actor=bob, at=NOW)


@pytest.mark.parametrize("ends_on", [date(2020, 12, 31), "soon"])
def test_a_membership_ends_on_a_day_after_it_began(
    bob: User, dora: User, zhangjiang: Incubator, ends_on: Any
) -> None:
    membership = grant(dora, bob, incubator=zhangjiang)
    with pytest.raises(Invalid):
        services.end_membership(membership=membership, ends_on=ends_on, actor=bob, at=NOW)
    assert Membership.objects.get(pk=membership.pk).ends_on is None


def test_no_administrator_reaches_beyond_the_park(bob: User, erik: User, zhangjiang: Incubator) -> None:
    wuxi = erik.memberships.get().park
    for role, place in [
        (Role.AUDITOR, {}),
        (Role.EXPERT, {}),
        (Role.PARK_ADMIN, {"park": wuxi}),
        (Role.OPERATOR, {"incubator": factories.make_incubator(wuxi, "wuxi-one")}),
    ]:
        with refused(Refused, "refused"):
            grant(bob, bob, role, **place)


@pytest.mark.parametrize("role", ["operator", "park_admin", "api_client", "auditor", "king"])
def test_a_role_and_its_place_fit(bob: User, dora: User, zhangjiang: Incubator, role: str) -> None:
    with pytest.raises(Invalid):
        grant(dora, bob, role, park=zhangjiang.park, incubator=zhangjiang)
    assert dora.memberships.count() == 1


def test_the_same_membership_is_granted_once(bob: User, dora: User, zhangjiang: Incubator) -> None:
    grant(dora, bob, incubator=zhangjiang)
    with refused(Invalid, ":invalid"):
        grant(dora, bob, incubator=zhangjiang)


def test_the_installation_itself_appoints_the_first(dora: User) -> None:
    membership = grant(dora, None, Role.EXPERT)
    assert history_of(membership) == [("system", "system", "membership.granted")]
